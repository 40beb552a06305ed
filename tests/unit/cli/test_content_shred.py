"""Shredding takes what was asked for and nothing else, and the trail tells of it."""

from pathlib import Path

import pytest

from affidavit.contents import State
from affidavit.wiring.contents import content_store
from affidavit.wiring.governor import load_identity
from support.cli import Ran, invoke
from support.kept import Kept, a_keeping_project


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return a_keeping_project(tmp_path)


def shred(*arguments: str, cwd: Path, stdin: bytes = b"") -> Ran:
    return invoke("content", "shred", *arguments, cwd=cwd, stdin=stdin)


def states(kept: Kept) -> dict[str, set[State]]:
    store = content_store(kept.settings, load_identity(kept.settings))
    found = {who: {store.state(one) for one in ids} for who, ids in kept.ids.items()}
    store.close()
    return found


def test_one_person_s_contents_go_and_the_others_stay(
    kept: Kept, tmp_path: Path
) -> None:
    done = shred(
        "--subject", "user-1", "--reason", "asked", "--yes", "--json", cwd=tmp_path
    )
    assert done.json == {"calls": 2, "dry_run": False, "shredded": 2}
    assert states(kept) == {"user-1": {State.SHREDDED}, "user-2": {State.KEPT}}


def test_the_trail_says_what_went_and_verifies(kept: Kept, tmp_path: Path) -> None:
    shred("--subject", "user-1", "--reason", "asked", "--yes", cwd=tmp_path)
    verified = invoke("trail", "verify", cwd=tmp_path)
    assert verified.code == 0, verified.out + verified.err
    told = invoke("trail", "show", "--kind", "pruning", "--json", cwd=tmp_path).lines
    (body,) = [line["body"] for line in told]
    assert (body["what"], body["contents"], body["reason"]) == ("content", 2, "asked")
    assert sorted(body["ids"]) == sorted(kept.ids["user-1"])


def test_a_second_time_there_is_nothing_left(kept: Kept, tmp_path: Path) -> None:
    options = ("--subject", "user-1", "--reason", "asked", "--yes")
    shred(*options, cwd=tmp_path)
    again = shred(*options, "--json", cwd=tmp_path)
    assert (again.code, again.json["calls"], again.json["shredded"]) == (0, 2, 0)


def test_a_dry_run_only_counts(kept: Kept, tmp_path: Path) -> None:
    counted = shred("--purpose", "support.reply", "--dry-run", cwd=tmp_path)
    assert "3 calls asked for, contents of 3 would be shredded" in counted.out
    assert states(kept) == {"user-1": {State.KEPT}, "user-2": {State.KEPT}}


def test_identifiers_come_from_a_file(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("\n".join(kept.ids["user-2"]) + "\n")
    done = shred("--ids", "ids.txt", "--reason", "r", "--yes", "--json", cwd=tmp_path)
    assert done.json["shredded"] == 1
    assert states(kept)["user-1"] == {State.KEPT}


def test_options_narrow_each_other_down(kept: Kept, tmp_path: Path) -> None:
    early = ("--before", "2020-01-01", "--reason", "r", "--yes", "--json")
    assert shred("--subject", "user-1", *early, cwd=tmp_path).json["calls"] == 0
    assert shred("--safety-id", "nobody", *early, cwd=tmp_path).json["calls"] == 0


def test_it_asks_first_and_no_means_no(kept: Kept, tmp_path: Path) -> None:
    asked = shred("--subject", "user-1", "--reason", "r", cwd=tmp_path, stdin=b"n\n")
    assert (asked.code, states(kept)["user-1"]) == (2, {State.KEPT})


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "Say which"),
        (("--subject", "user-1", "--yes"), "Say why"),
        (("--ids", "missing.txt", "--reason", "r", "--yes"), "cannot be read"),
    ],
)
def test_what_is_not_said_is_asked_for(
    kept: Kept, tmp_path: Path, options: tuple[str, ...], complaint: str
) -> None:
    refused = shred(*options, cwd=tmp_path)
    assert (refused.code, complaint in refused.err) == (2, True), refused.err
    assert states(kept) == {"user-1": {State.KEPT}, "user-2": {State.KEPT}}
