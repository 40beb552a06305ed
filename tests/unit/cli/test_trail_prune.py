"""Old bodies go when the user says so, and not before."""

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.cli.appending import opened
from affidavit.cli.trust import own_identity
from affidavit.tlog.tiles import encode_bodies
from affidavit.trail.keep import Keep
from affidavit.trail.prune import alone
from affidavit.trail.pruning import pruner
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, fresh
from support.cli import Ran, edit_record, invoke, tree_digest
from support.retained import SPRING, an_aged_project

FIELDS = {
    "before",
    "bodies",
    "bytes",
    "finished",
    "keep",
    "kept",
    "missing",
    "ranges",
    "removed",
    "still_held",
}
YES = ("--keep", "1year", "--yes")


def prune(*arguments: str | Path, cwd: Path, **env: str) -> Ran:
    return invoke("trail", "prune", *arguments, cwd=cwd, env=env)


def test_old_bodies_go_and_the_trail_is_valid_as_before(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    told = prune(*YES, "--json", cwd=tmp_path)

    assert told.code == 0
    assert told.json.keys() == FIELDS
    assert (told.json["bodies"], told.json["removed"]) == (7, 7)
    assert told.json["kept"] == {"held": 0, "unattested": 0, "open": 0}
    assert told.json["keep"] == "1year"
    gone = sum(body is None for _, body in TrailReader(settings.trail).bodies())
    assert gone == sum(count for _, count in told.json["ranges"]) == 7
    verified = invoke("trail", "verify", "--json", cwd=tmp_path)
    assert (verified.code, verified.json["bodies_pruned"]) == (0, 7)
    assert re.search(
        r"^  pruned +7 bodies$",
        invoke("trail", "verify", cwd=tmp_path).out,
        re.MULTILINE,
    )
    assert invoke("doctor", cwd=tmp_path).code == 0


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--json", 2)])
def test_without_a_yes_nothing_happens(tmp_path: Path, option: str, code: int) -> None:
    an_aged_project(tmp_path)
    before = tree_digest(tmp_path)
    told = prune("--keep", "1year", option, cwd=tmp_path)

    assert told.code == code
    assert tree_digest(tmp_path) == before
    assert ("say --yes" in told.err) == (code == 2)


def test_where_nothing_is_old_no_yes_is_needed(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    told = prune("--keep", "99years", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("0 bodies would go")


def test_the_length_comes_from_the_settings(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    none = prune("--yes", cwd=tmp_path)
    assert none.code == 2
    assert "--keep" in none.err

    told = prune("--yes", "--json", cwd=tmp_path, AFFIDAVIT_KEEP="13months")
    assert (told.json["keep"], told.json["removed"]) == ("13months", 7)


@pytest.mark.parametrize("length", ["13", "0days", "1months", "forever"])
def test_a_length_that_is_none_is_an_error(tmp_path: Path, length: str) -> None:
    an_aged_project(tmp_path)
    told = prune("--keep", length, "--yes", cwd=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert "13months" in told.err


def test_evidence_of_a_change_is_not_removed(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    before = tree_digest(tmp_path)
    told = prune(*YES, cwd=tmp_path)

    assert told.code == 1
    assert "(decision, " in told.out
    assert "Nothing was pruned" in told.err
    assert tree_digest(tmp_path) == before


def test_a_person_is_told_what_stays_and_why(tmp_path: Path) -> None:
    an_aged_project(tmp_path)
    invoke(
        "attest",
        "--from",
        "2025-01-01",
        "--to",
        "2025-01-31",
        "--out",
        "january",
        cwd=tmp_path,
    )
    assert (
        invoke(
            "trail", "hold", "add", "dispute 7", "--purpose", "unheard.of", cwd=tmp_path
        ).code
        == 0
    )
    told = prune(*YES, cwd=tmp_path)

    assert told.code == 0
    assert "0 bodies pruned" in told.out
    assert "3 calls kept: of a time that is not attested yet" in told.out
    assert "1 call kept: under a hold" in told.out


def test_a_person_is_told_of_what_an_interrupted_run_left(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    identity = own_identity(settings)
    with opened(settings, identity, "prune") as trail:
        work = pruner(settings.trail, identity, lambda: None)
        plan = work.plan(
            work.survey(), Keep.parse("1year"), datetime.now(UTC), "retention"
        )
        for each in plan.records:
            body = each.body("tests/1")
            trail.append(
                fresh(Kind.PRUNING, body, clock=time.time_ns, randomness=os.urandom)
            )
    invoke("trail", "hold", "add", "r", "--purpose", "unheard.of", cwd=tmp_path)
    told = prune(*YES, cwd=tmp_path)

    assert told.code == 0
    assert "6 bodies more that an interrupted run had left" in told.out
    assert "1 body kept: a hold came before" in told.out


def test_a_person_is_told_of_bodies_that_are_gone_unexplained(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    (bundle,) = (settings.trail / "body" / "000.p").iterdir()
    bodies = [body for _, body in TrailReader(settings.trail).bodies()]
    kinds = [it.entry.kind for it in TrailReader(settings.trail).records()]
    bodies[kinds.index(Kind.OUTCOME)] = None
    bundle.write_bytes(encode_bodies(bodies))
    told = prune("--keep", "1year", "--dry-run", cwd=tmp_path)

    assert told.code == 0
    assert told.out.startswith("6 bodies would go")
    assert "1 body of that time gone already, and no record says why" in told.out


def test_while_another_prunes_nothing_is_done(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    with alone(settings.trail, seconds=0):
        told = prune(*YES, cwd=tmp_path)
    assert told.code == 2
    assert "another process" in told.err


def test_a_statement_from_before_still_verifies_and_a_new_one_says_what_it_lacks(
    tmp_path: Path,
) -> None:
    an_aged_project(tmp_path)
    made = invoke("attest", *SPRING, "--out", "before", "--json", cwd=tmp_path)
    assert made.json["verdict"] == "PASS WITH EXCEPTIONS"
    assert prune(*YES, "--json", cwd=tmp_path).json["removed"] == 7

    statement = Path("before", "statement.dsse.json")
    trail = Path(".affidavit", "trail")
    checked = invoke("verify", statement, "--trail", trail, cwd=tmp_path)
    assert checked.code == 0, checked.out + checked.err

    again = invoke("attest", *SPRING, "--out", "after", "--json", cwd=tmp_path)
    assert (again.code, again.json["verdict"]) == (2, "INCOMPLETE")
    assert again.json["use"]["byEffect"] == made.json["use"]["byEffect"]
    assert again.json["use"]["outcomes"] == made.json["use"]["outcomes"]
    assert again.json["integrity"]["decisionsWithoutBody"] == 4
    assert "without a body: 4;" in again.json["exceptions"][0]


def test_every_command_tells_pruned_from_missing(tmp_path: Path) -> None:
    settings = an_aged_project(tmp_path)
    prune(*YES, cwd=tmp_path)
    shown = invoke("trail", "show", "--json", cwd=tmp_path).lines
    old = [it for it in shown if it["gone"]]
    assert {it["gone"] for it in old} == {"pruned"}
    assert all((it["body"] is None) == (it["gone"] is not None) for it in shown)
    table = invoke("trail", "show", cwd=tmp_path).out
    assert table.count("(pruned)") == 7
    assert "7 bodies pruned, kept for 1year" in table

    calls = invoke("trail", "export", cwd=tmp_path).lines
    assert [it["gone"] for it in calls].count("pruned") == 4
    assert all(it["purpose"] is None for it in calls if it["gone"])
    assert sorted(it["ending"] or "" for it in calls if it["gone"]) == [
        "",
        "complete",
        "complete",
        "complete",
    ]
    stats = invoke("trail", "stats", "--json", cwd=tmp_path).json["groups"]
    assert [(it["name"], it["gone"], it["calls"]) for it in stats] == [
        (None, "pruned", 4),
        ("support.reply", None, 2),
    ]
    read = invoke("trail", "stats", cwd=tmp_path)
    assert "(pruned)" in read.out
    assert "4 calls without a body: tokens unknown." in read.err

    opened = invoke("trail", "open", old[0]["id"], "--json", cwd=tmp_path)
    assert (opened.code, opened.json["gone"], opened.json["body"]) == (
        0,
        "pruned",
        None,
    )
    assert (
        "was pruned, as a signed record says"
        in invoke("trail", "open", old[0]["id"], cwd=tmp_path).out
    )
    followed = invoke("trail", "follow", "--last", "99", "--for", "0s", cwd=tmp_path)
    assert followed.out.count("(pruned)") == 7
    proof = invoke("trail", "prove", old[0]["id"], "--json", cwd=tmp_path)
    assert proof.code == 0
    assert settings.trail.is_dir()
