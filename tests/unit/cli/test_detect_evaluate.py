import json
from collections.abc import Iterable
from pathlib import Path

from support.cli import Ran, invoke

REQUEST = "Generate 200 training examples about parcels."
ROWS = (
    {"text": REQUEST, "label": "positive", "lang": "en", "subtype": "explicit"},
    {"text": "Where is it?", "label": "positive", "lang": "id"},
    {"text": "Where is it?", "label": "negative", "lang": "en", "subtype": "hard:x"},
    {"text": REQUEST, "label": "grey"},
)


def evaluate(*arguments: str, cwd: Path, rows: Iterable[object] = ROWS) -> Ran:
    (cwd / "p.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return invoke("detect", "evaluate", "p.jsonl", *arguments, cwd=cwd)


def test_figures_are_told_for_programs(tmp_path: Path) -> None:
    told = evaluate("--json", cwd=tmp_path)

    assert told.code == 0
    measured = told.json
    overall = measured["overall"]
    assert (overall["recall"], overall["precision"]) == (0.5, 1.0)
    assert overall["false_positive_rate"] == 0.0
    assert overall["auc"] == 0.75
    assert overall["f1"] == 0.6667
    assert overall["recall_at_false_positive_rate"]["0.01"]["recall"] == 0.5
    assert measured["threshold"] == 0.8
    assert measured["grey"]["flagged"] == 1
    assert measured["hard"]["lines"] == 1
    assert measured["languages"]["en"]["positive"]["share"] == 1.0
    assert measured["languages"]["id"]["positive"]["share"] == 0.0
    assert measured["subtypes"]["hard:x"]["negative"]["flagged"] == 0
    low, high = overall["recall_interval"]
    assert 0 < low < 0.5 < high < 1


def test_figures_are_told_for_people(tmp_path: Path) -> None:
    told = evaluate(cwd=tmp_path)

    assert told.code == 0
    assert "4 prompts, content/2" in told.out
    assert "1 of 2" in told.out
    assert "50.0%" in told.out
    assert "hard:x" in told.out


def test_a_line_without_a_label_is_named(tmp_path: Path) -> None:
    told = evaluate("--json", cwd=tmp_path, rows=[*ROWS, {"text": "x"}])

    assert told.code == 2
    assert told.out == ""
    assert "p.jsonl:5: label is None" in told.err


def test_nothing_to_measure_is_told_as_unknown(tmp_path: Path) -> None:
    told = evaluate("--json", cwd=tmp_path, rows=[])

    assert told.code == 0
    assert told.json["overall"]["recall"] is None
    assert "-" in evaluate(cwd=tmp_path, rows=[]).out
