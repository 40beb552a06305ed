"""A kept reconciliation is read whole, with the very responses, or not at all."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from affidavit.errors import Incomplete, Malformed
from affidavit.reconcile.kept import asked_of, load, moment

DATA = b"a response"
TERMS = {"governedKeys": ["a", "b"], "project": "p", "aliases": {"gpt-5": "gpt-5-x"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = {"name": "a.json", "digest": {"sha256": sha256(DATA).hexdigest()}}
    said = {
        "from": "2026-10-01",
        "to": "2026-11-01",
        "fetched": "2026-11-04T08:00:00Z",
        "terms": TERMS,
        "sources": [source],
        "more": "is not looked at",
    }
    (tmp_path / "a.json").write_bytes(DATA)
    (tmp_path / "reconciliation.json").write_text(json.dumps(said))
    return tmp_path


def changed(folder: Path, change: Callable[[Any], object]) -> Path:
    path = folder / "reconciliation.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))
    return folder


def test_the_folder_or_its_file_is_read(folder: Path) -> None:
    for path in (folder, folder / "reconciliation.json"):
        kept = load(path)
        assert kept.documents == (("a.json", DATA),)
        assert (kept.asked.start, kept.asked.end) == ("2026-10-01", "2026-11-01")
        assert kept.asked.keys == frozenset({"a", "b"})
        assert kept.asked.terms == TERMS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it.pop("terms"), "not a reconciliation"),
        (lambda it: it.update(fetched="yesterday"), "UTC time"),
        (lambda it: it.update(fetched="2026-11-4T08:00:00Z"), "UTC time"),
        (lambda it: it.update(to="2026-10-01"), "not in order"),
        (lambda it: it.update(to="soon"), "not a day"),
        (lambda it: it.update(to="20261101"), "not a day"),
        (lambda it: it["terms"].update(governedKeys=["b", "a"]), "not in order"),
        (lambda it: it["terms"].update(governedKeys=[1]), "terms are none"),
        (lambda it: it["sources"][0].pop("digest"), "without name or digest"),
        (lambda it: it["sources"][0].update(name="../a.json"), "is called"),
        (lambda it: it["sources"][0].update(name="b.json"), "cannot be read"),
        (
            lambda it: it["sources"][0].update(digest={"sha256": "00"}),
            "not the response",
        ),
    ],
)
def test_anything_else_is_incomplete(
    folder: Path, change: Callable[[Any], object], words: str
) -> None:
    with pytest.raises(Incomplete, match=words):
        load(changed(folder, change))


def test_what_is_no_json_or_not_there_is_incomplete(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="cannot be read"):
        load(tmp_path / "nowhere")
    (tmp_path / "x").write_text("{")
    with pytest.raises(Incomplete, match="not a reconciliation"):
        load(tmp_path / "x")


def test_terms_and_times_are_read_as_they_are_printed() -> None:
    nothing: dict[str, Any] = {"governedKeys": None, "project": None, "aliases": {}}
    assert asked_of("2026-10-01", "2026-10-02", nothing).terms == nothing
    assert moment("2026-11-04T08:00:00Z") == "2026-11-04T08:00:00Z"
    with pytest.raises(Malformed):
        asked_of("2026-10-01", "2026-10-02", {**nothing, "more": 1})
