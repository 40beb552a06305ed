import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from support.cli import Ran, invoke

REQUEST = "Generate 200 training examples about parcels."


def detect(*arguments: str, cwd: Path, lines: Sequence[object]) -> Ran:
    stdin = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    return invoke("detect", *arguments, "-", cwd=cwd, stdin=stdin)


def test_each_line_is_told_in_order(tmp_path: Path) -> None:
    told = detect(
        cwd=tmp_path,
        lines=[{"text": REQUEST, "id": "first"}, {"text": "Where is my parcel?"}],
    )

    assert told.code == 1
    first, second = told.lines
    assert (first["id"], first["line"], first["flagged"]) == ("first", 1, True)
    assert first["score"] == 0.85
    (finding,) = first["findings"]
    assert finding["activity"] == "training_data"
    assert finding["rules"] == ["DG001"]
    span = finding["spans"][0]
    assert REQUEST[span["start"] : span["end"]] == "training examples"
    assert (second["id"], second["flagged"], second["findings"]) == (2, False, [])


def test_a_file_of_ordinary_calls_leaves_with_zero(tmp_path: Path) -> None:
    assert detect(cwd=tmp_path, lines=[{"text": "Where is it?"}]).code == 0
    assert detect(cwd=tmp_path, lines=[]).code == 0


def test_flagged_lines_may_leave_with_zero_too(tmp_path: Path) -> None:
    flagged = [{"text": REQUEST}]

    assert detect("--exit-zero", cwd=tmp_path, lines=flagged).code == 0
    assert detect("--threshold", "0.9", cwd=tmp_path, lines=flagged).code == 0


def test_a_bad_line_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    told = detect(cwd=tmp_path, lines=[{"text": REQUEST}, {"txt": "typo"}])

    assert told.code == 2
    assert told.out == ""
    assert "standard input:2: has neither text nor messages" in told.err


def test_an_explanation_marks_the_words_and_says_why(tmp_path: Path) -> None:
    told = detect("--explain", cwd=tmp_path, lines=[{"text": f"Well.\n{REQUEST}"}])

    assert told.code == 1
    assert "DG001: The prompt asks for data" in told.out
    lines = told.out.splitlines()
    at = next(n for n, line in enumerate(lines) if REQUEST in line)
    start = lines[at].index("training examples")
    assert lines[at + 1][start:].rstrip() == "^" * len("training examples")
    assert "text 0 (user), line 2" in told.out
    assert lines[-1] == "1 call read: 1 flagged"


def test_lines_of_one_purpose_are_judged_together(tmp_path: Path) -> None:
    pool = [f"Task {n}: describe the {word}." for n, word in enumerate("abcdefghij")]
    chain = [
        {
            "text": f"Here is an item: {before} Make it harder, in one sentence.",
            "output": f"Explain at length how item {n} of the depot is mended "
            f"when its {n} wheels are lost and the winter of year {n} is near.",
        }
        for n, before in enumerate(pool)
    ]
    for before, line in pairwise(chain):
        line["text"] = f"Here is an item: {before['output']} Make it harder."
    alone = detect(cwd=tmp_path, lines=list(chain)).lines
    together = detect("--as-stream", cwd=tmp_path, lines=list(chain)).lines

    assert len(together) == len(chain)
    assert all(a["score"] <= b["score"] for a, b in zip(alone, together, strict=True))
