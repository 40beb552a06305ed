import json
from pathlib import Path

import pytest

from affidavit.canonical import Json
from affidavit.cli.trail_show import row
from affidavit.trail.reader import StoredRecord
from affidavit.trail.record import Entry, Kind
from support.cli import Ran, a_recorded_project, invoke, record_calls
from support.project import a_project

FIELDS = {
    "at",
    "body",
    "effect",
    "id",
    "index",
    "kind",
    "gone",
    "policy",
    "sealed",
    "seq",
    "writer",
}
KINDS = ["genesis", "policy", "decision", "outcome", "decision", "decision", "close"]


def show(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("trail", "show", *arguments, cwd=cwd)


def in_order_of_writing(records: list[dict[str, object]]) -> list[object]:
    return [each["kind"] for each in sorted(records, key=lambda it: str(it["seq"]))]


def test_every_record_is_one_line_with_its_fields(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    shown = show("--json", cwd=tmp_path)

    assert shown.code == 0
    assert all(record.keys() == FIELDS for record in shown.lines)
    assert [record["index"] for record in shown.lines] == list(range(7))
    assert in_order_of_writing(shown.lines[1:]) == KINDS[1:]
    assert all(record["sealed"] for record in shown.lines)
    refused = [it for it in shown.lines if it["effect"] == "refuse"]
    assert [it["body"]["purpose"] for it in refused] == ["unheard.of"]


def test_pending_records_come_after_the_sealed_ones(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    governor = record_calls(settings, close=False)
    shown = show("--json", cwd=tmp_path).lines
    read = show(cwd=tmp_path).out
    governor.close()

    assert len(shown) == 12
    sealed = [record["sealed"] for record in shown]
    assert sealed == sorted(sealed, reverse=True)
    assert all((it["index"] is None) != it["sealed"] for it in shown)
    if not all(sealed):
        assert "pending" in read


def test_records_are_selected_and_the_last_ones_kept(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    refused = show("--effect", "refuse", "--json", cwd=tmp_path).lines
    mini = show("--model", "gpt-4o*", "--purpose", "support.*", "--json", cwd=tmp_path)
    last = show("--limit", "2", "--json", cwd=tmp_path).lines

    assert [it["kind"] for it in refused] == ["decision"]
    assert [it["kind"] for it in mini.lines] == ["decision", "outcome"]
    assert [it["index"] for it in last] == [5, 6]
    assert (
        show("--since", "2001-01-01", "--until", "2001-01-02", cwd=tmp_path).code == 0
    )


def test_a_person_is_shown_a_table(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    shown = show(cwd=tmp_path)

    assert shown.code == 0
    assert "support.reply" in shown.out
    assert "purpose.unknown" in shown.out
    assert "20 tokens in, 18 out" in shown.out
    assert "not verified" in shown.err
    assert show("--quiet", cwd=tmp_path).err == ""


def test_as_many_as_can_be_asked_for_are_all_there_are(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    for shape in ((), ("--json",)):
        most = show("--limit", "1000000000", *shape, cwd=tmp_path)
        assert most.code == 0
        assert most.out == show(*shape, cwd=tmp_path).out


def test_a_table_says_what_it_left_out(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    shown = show("--limit", "1", cwd=tmp_path)

    assert "close" in shown.out
    assert "genesis" not in shown.out
    assert "last 1 record of 7" in shown.err


def test_a_trail_needs_neither_key_nor_policy_to_be_shown(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path / "owner")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    assert show(settings.trail, "--json", cwd=elsewhere).code == 0


def test_a_damaged_record_is_told_as_such(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    for path in (settings.trail / "body").rglob("*"):
        if path.is_file():
            path.write_bytes(b"\0" * path.stat().st_size)
    shown = show("--json", cwd=tmp_path)

    assert shown.code == 1
    assert shown.err.startswith("affidavit: error: ")


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\xff"])
def test_a_checkpoint_that_is_none_is_an_environment_error(
    content: bytes, tmp_path: Path
) -> None:
    settings = a_project(tmp_path)
    (settings.trail / "checkpoint").write_bytes(content)
    shown = show("--json", cwd=tmp_path)

    assert (shown.code, shown.out) == (2, "")
    assert "checkpoint" in shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--kind", "decisions"),
        ("--effect", "maybe"),
        ("--since", "yesterday"),
        ("--since", "2026-01-02", "--until", "2026-01-01"),
        ("--limit", "0"),
        ("--limit", "-1"),
        ("--limit", "1000000001"),
        ("--limit", "9223372036854775808"),
    ],
)
def test_a_selection_that_cannot_be_is_a_usage_error(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    a_project(tmp_path)

    assert show(*arguments, cwd=tmp_path).code == 2


def test_each_line_is_canonical_json(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    for line in show("--json", cwd=tmp_path).out.splitlines():
        again = json.dumps(
            json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert again == line


def test_what_was_uploaded_is_named_by_its_size_and_its_digest() -> None:
    permits: Json = [{"rule": "purpose.permits", "message": "yes"}]
    file: Json = {"purpose": "batch", "bytes": 850, "lines": 1, "sha256": "ab" * 32}

    def what(kind: Kind, body: dict[str, Json]) -> str:
        entry = Entry(
            kind=kind,
            id="i",
            at="2026-01-01T00:00:00.000Z",
            writer="w",
            seq=0,
            body="b",
        )
        record = StoredRecord(index=1, entry=entry, body=body, salt=b"", sealed=True)
        return row(record, None)[-1]

    told = what(Kind.DECISION, {"reasons": permits, "file": file})
    assert told == "batch file, 1 line, 850 bytes, sha256 abababab…"
    assert what(Kind.DECISION, {"reasons": permits, "file": {}}) == "file"
    refused: Json = [{"rule": "r", "message": "no"}]
    assert what(Kind.DECISION, {"reasons": refused, "file": file}) == "r: no"
    assert what(Kind.DECISION, {}) == ""
    assert what(Kind.OUTCOME, {"response": "upload_1", "file": "file-1"}) == "file-1"
    assert what(Kind.OUTCOME, {"response": "file-2"}) == "file-2"
    assert what(Kind.OUTCOME, {}) == ""
