"""A dossier's manifest is read as it is printed, and in no other way."""

import json
from dataclasses import replace
from typing import Any

import pytest

from affidavit.errors import Malformed
from affidavit.verify.dossier.manifest import File, Manifest, Treatment, is_path

MANIFEST = Manifest(
    incident="0199a8c2-0000-7000-8000-000000000001",
    origin="acme.example/trail",
    size=9,
    root=b"r" * 32,
    plan="ab" * 32,
    treatment=(Treatment(action="hash", reason="r", records=2),),
    files=(File(path="calls/checkpoint", sha256="00" * 32, size=3),),
    tool="affidavit/1",
)


def test_what_is_printed_is_read() -> None:
    for each in (MANIFEST, replace(MANIFEST, plan=None, files=(), treatment=())):
        assert Manifest.parse(each.encode()) == each


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"more": 1},
        {"files": [1]},
        {"files": [{"path": "../x", "sha256": "00" * 32, "size": 1}]},
        {"files": [{"path": "narrative/x", "sha256": "00" * 32, "size": 1}]},
        {"files": [{"path": "dossier.dsse.json", "sha256": "00" * 32, "size": 1}]},
        {"files": [{"path": "x", "sha256": "00", "size": 1}]},
        {"treatment": [{"action": "hash", "reason": "", "records": 0}]},
        {"treatment": [{"action": "hash", "reason": "", "records": 1}] * 2},
        {"incident": "x"},
        {"review": {"plan": "x"}},
        {"tree": {"root": "00" * 32, "size": 1, "more": 2}},
    ],
)
def test_any_other_is_refused(changes: dict[str, Any]) -> None:
    said = json.loads(MANIFEST.encode()) | changes
    data = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()

    with pytest.raises(Malformed):
        Manifest.parse(data)


@pytest.mark.parametrize("path", ["", "/a", "a//b", "../a", "a/..", "a\\b", "ä", "a b"])
def test_a_name_that_leads_elsewhere_is_none(path: str) -> None:
    assert not is_path(path)
    assert is_path("calls/tile/entries/x001/002.p/17")
