from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit import canonical
from affidavit.cli.trust import own_identity
from affidavit.dsse import Envelope, verify
from affidavit.trail import attested
from support.cli import (
    Ran,
    a_recorded_project,
    edit_record,
    invoke,
    record_and_vanish,
    record_calls,
    tree_digest,
)
from support.handed import CONTRACT
from support.project import a_project

TODAY = datetime.now(UTC).date().isoformat()
YESTERDAY = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
UNTIL_NOW = ("--from", YESTERDAY, "--out", "out")


def attest(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("attest", *arguments, cwd=cwd)


def test_a_period_becomes_a_statement_that_the_key_signed(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    told = attest(*UNTIL_NOW, "--json", cwd=tmp_path)
    key = own_identity(settings).verifier
    envelope = Envelope.parse((tmp_path / "out" / "statement.dsse.json").read_bytes())
    statement = canonical.loads(verify(envelope, [key.verifier]).payload)

    assert told.code == 0
    assert told.json.keys() == {
        "anchors",
        "contract",
        "exceptions",
        "integrity",
        "origin",
        "path",
        "period",
        "records",
        "root",
        "since",
        "size",
        "use",
        "verdict",
        "vkey",
    }
    assert told.json["use"]["byEffect"]["refuse"] == 1
    assert told.json["vkey"] == str(key)
    assert isinstance(statement, dict)
    assert isinstance(statement["predicate"], dict)
    assert statement["predicate"]["verdict"] == told.json["verdict"]


def test_a_person_is_shown_verdict_counts_and_how_others_check_it(
    tmp_path: Path,
) -> None:
    a_recorded_project(tmp_path)
    told = attest(*UNTIL_NOW, cwd=tmp_path)

    assert told.code == 0
    assert told.out.splitlines()[0] == "PASS WITH EXCEPTIONS"
    assert "support.reply" in told.out
    assert "3 decisions" in told.out
    assert "affidavit verify out --key" in told.out
    assert "What this does not prove:" in told.out


def test_what_was_attested_is_noted_so_that_the_rest_is_kept(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    assert attested.read(settings.trail).periods == ()
    attest("--from", "2026-01-01", "--to", "2026-01-31", "--out", "one", cwd=tmp_path)
    attest("--from", "2026-02-01", "--to", "2026-02-28", "--out", "two", cwd=tmp_path)
    periods = attested.read(settings.trail).periods
    assert periods == (("2026-01-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"),)


def test_a_statement_that_is_to_be_made_again_is_not_noted(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    assert attest(*UNTIL_NOW, cwd=tmp_path).code == 2
    assert attested.read(settings.trail).periods == ()


def test_where_nothing_can_be_noted_the_statement_is_made_all_the_same(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    (settings.trail / "retention").write_bytes(b"in the way")
    told = attest(*UNTIL_NOW, cwd=tmp_path)
    assert told.code == 0
    assert "Not noted as attested, so that its bodies are kept" in told.err


def test_pending_records_are_sealed_first(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    governor = record_calls(settings, close=False)
    told = attest(*UNTIL_NOW, "--json", cwd=tmp_path)
    governor.close()

    assert told.code == 0
    assert told.json["integrity"]["pending"] == 0
    assert told.json["use"]["byEffect"]["permit"] == 2


def test_today_ends_now_and_a_whole_day_ends_at_midnight(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    today = attest("--from", TODAY, "--to", TODAY, "--out", "a", "--json", cwd=tmp_path)
    day = attest(
        "--from", YESTERDAY, "--to", YESTERDAY, "--out", "b", "--json", cwd=tmp_path
    )
    moments = attest(
        *("--from", f"{YESTERDAY}T00:00:00Z", "--to", f"{YESTERDAY}T01:00:00Z"),
        *("--out", "c", "--json"),
        cwd=tmp_path,
    )

    assert today.json["records"]["total"] == 7
    assert "The period is not over" in today.err
    assert day.json["period"] == {
        "from": f"{YESTERDAY}T00:00:00.000Z",
        "to": f"{TODAY}T00:00:00.000Z",
    }
    assert moments.json["period"]["to"] == f"{YESTERDAY}T01:00:00.000Z"


@pytest.mark.parametrize("content", [b"", b"kind: [", None])
def test_no_policy_is_needed(content: bytes | None, tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    policy = settings.policy / "policy.yaml"
    policy.unlink()
    if content is not None:
        policy.write_bytes(content)

    assert attest(*UNTIL_NOW, cwd=tmp_path).code == 0


def test_a_trail_that_does_not_hold_is_attested_as_incomplete(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b'"effect":"refuse"', b'"effect":"permit"')
    told = attest(*UNTIL_NOW, "--json", cwd=tmp_path)

    assert told.code == 2
    assert told.json["verdict"] == "INCOMPLETE"
    assert told.json["integrity"]["problems"]


@pytest.mark.parametrize("lost", [".affidavit/key.pem", ".affidavit/trail/checkpoint"])
def test_without_key_or_trail_nothing_is_written(lost: str, tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / lost).unlink()
    before = tree_digest(tmp_path)
    failed = attest(*UNTIL_NOW, cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert tree_digest(tmp_path) == before


def test_a_trail_of_another_key_is_not_attested(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        a_project(folder)
    key = ours / ".affidavit" / "key.pem"
    key.write_bytes((theirs / ".affidavit" / "key.pem").read_bytes())
    failed = attest(*UNTIL_NOW, cwd=ours)

    assert (failed.code, failed.out) == (2, "")
    assert not (ours / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--from", TODAY),
        ("--from", TODAY, "--to", YESTERDAY, "--out", "out"),
        ("--from", "today", "--out", "out"),
        ("--from", "2999-01-01", "--out", "out"),
    ],
)
def test_a_period_that_cannot_be_attested_is_refused(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    a_project(tmp_path)
    failed = attest(*arguments, cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
    assert not (tmp_path / "out").exists()


def test_another_statement_is_not_overwritten(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    attest("--from", YESTERDAY, "--to", YESTERDAY, "--out", "out", cwd=tmp_path)
    failed = attest(*UNTIL_NOW, cwd=tmp_path)
    again = attest("--from", YESTERDAY, "--to", YESTERDAY, "--out", "out", cwd=tmp_path)

    assert failed.code == 2
    assert "another statement stands there" in failed.err
    assert again.code == 0


def test_a_torn_tail_is_cut_told_of_and_the_rest_attested(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    record_and_vanish(settings)
    (wal,) = (settings.trail / "wal").glob("*.wal")
    wal.write_bytes(wal.read_bytes().rstrip(b"\0") + b"torn" + bytes(64))
    told = attest(*UNTIL_NOW, "--json", cwd=tmp_path)
    verified = invoke("trail", "verify", "--json", cwd=tmp_path)

    assert told.code == 0
    assert told.json["use"]["byEffect"]["permit"] == 2
    assert (verified.json["verdict"], verified.json["recoveries"]) == ("valid", 1)


def test_what_is_handed_over_is_verified_and_recounted_by_itself(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    attest(*UNTIL_NOW, cwd=tmp_path)
    key = str(own_identity(settings).verifier)
    told = invoke("verify", "out", "--key", key, "--json", cwd=tmp_path)
    assert told.code == 0
    assert told.json["trail"]["records_checked"] == told.json["size"]

    entries = next((tmp_path / "out" / "trail" / "tile" / "entries").rglob("*.p/*"))
    entries.write_bytes(entries.read_bytes().replace(b"refuse", b"permit", 1))
    tampered = invoke("verify", "out", "--key", key, cwd=tmp_path)
    assert tampered.code == 1


def test_entries_are_kept_back_where_that_is_asked_for(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    attest(*UNTIL_NOW, "--entries", "none", cwd=tmp_path)
    assert not (tmp_path / "out" / "trail").exists()
    key = str(own_identity(settings).verifier)
    told = invoke("verify", "out", "--key", key, "--json", cwd=tmp_path)
    assert (told.code, told.json["trail"]) == (0, None)


def test_no_entries_go_out_of_a_trail_that_does_not_hold(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    edit_record(settings.trail, b"refuse", b"permit")
    told = attest(*UNTIL_NOW, "--entries", "all", cwd=tmp_path)
    assert told.code == 2
    assert not (tmp_path / "out" / "trail").exists()


def test_the_certificate_is_verified_by_itself_too(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    attest(*UNTIL_NOW, "--language", "id", cwd=tmp_path)
    key = str(own_identity(settings).verifier)
    page = tmp_path / "out" / "certificate.html"
    assert b'lang="id"' in page.read_bytes()[:60]
    told = invoke("verify", page, "--key", key, "--json", cwd=tmp_path)
    assert (told.code, told.json["artefact"]) == (0, "statement")

    page.write_bytes(page.read_bytes().replace(b"<dd>", b"<dd> ", 1))
    changed = invoke("verify", page, "--key", key, cwd=tmp_path)
    assert changed.code == 1
    assert "not what is made of the statement" in changed.out


def test_a_contract_is_answered_clause_by_clause(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "kept.yaml").write_text(CONTRACT)
    told = attest(*UNTIL_NOW, "--contract", "kept.yaml", cwd=tmp_path)
    assert told.code == 0
    assert "Contract acme-globex: met" in told.out
    broken = CONTRACT.replace("declared: {}", "calls: {at_most: 1}")
    (tmp_path / "broken.yaml").write_text(broken)
    asked = ("--from", YESTERDAY, "--out", "b", "--contract", "broken.yaml", "--json")
    told = attest(*asked, cwd=tmp_path)
    assert told.code == 1
    assert told.json["contract"] == {
        "clauses": [{"id": "4.1", "result": "met"}, {"id": "4.2", "result": "not met"}],
        "name": "acme-globex",
        "result": "not met",
        "scheduled": None,
    }
    assert (tmp_path / "b" / "contract.yaml").read_text() == broken


def test_a_contract_that_is_wrong_is_told_by_line_before_anything_is_done(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    (tmp_path / "c.yaml").write_text(CONTRACT + "clawses: []\n")
    told = attest(*UNTIL_NOW, "--contract", "c.yaml", cwd=tmp_path)
    assert told.code == 2
    assert "c.yaml:16:1: error[P010]: unknown field 'clawses'" in told.err
    assert not (tmp_path / "out").exists()


def test_a_contracts_schedule_says_which_period(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    last = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    scheduled = f"schedule: {{every: month, from: {last.replace(day=1)}}}\n"
    (tmp_path / "c.yaml").write_text(CONTRACT + scheduled)
    told = attest("--contract", "c.yaml", "--out", "out", "--json", cwd=tmp_path)
    assert told.json["period"]["from"].startswith(last.replace(day=1).isoformat())
    # The trail began when that month was over: it can show nothing of it.
    assert (told.code, told.json["verdict"]) == (2, "INCOMPLETE")
    assert told.json["contract"]["scheduled"] is True
    (tmp_path / "c.yaml").write_text(CONTRACT + scheduled.replace("20", "21", 1))
    told = attest("--contract", "c.yaml", "--out", "out", cwd=tmp_path)
    assert told.code == 2
    assert "no period of the contract's schedule is over" in told.err


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        (("--from", YESTERDAY), "Missing option '--out'"),
        (("--out", "out"), "Say which period"),
        (("--out", "out", "--to", YESTERDAY), "Say which period"),
    ],
)
def test_what_is_not_said_is_asked_for(
    asked: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    told = attest(*asked, cwd=tmp_path)
    assert told.code == 2
    assert missing in told.err


def test_an_attestation_goes_on_from_the_last_one(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    first = attest(
        *("--from", "2026-01-01", "--to", "2026-01-31", "--out", "one", "--json"),
        cwd=tmp_path,
    )
    assert first.json["since"] is None
    second = attest(*UNTIL_NOW, "--json", cwd=tmp_path)
    assert second.json["since"]["to"] == "2026-02-01T00:00:00.000Z"
    assert second.json["since"]["root"] == first.json["root"]
    assert (tmp_path / "out" / "since.consistency").read_bytes().startswith(b"old 7\n")
    named = attest(
        *("--from", YESTERDAY, "--out", "b", "--since", "out", "--json"), cwd=tmp_path
    )
    assert named.json["since"]["to"] == second.json["period"]["to"]
    assert "of a later time" in named.err


def test_an_attestation_goes_on_over_a_change_of_keys(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    old = own_identity(settings).verifier
    earlier = ("--from", "2026-01-01", "--to", "2026-01-31", "--out", "one")
    attest(*earlier, cwd=tmp_path)
    assert invoke("trail", "key", "rotate", cwd=tmp_path).code == 0
    assert attest(*UNTIL_NOW, cwd=tmp_path).code == 0
    new = own_identity(settings).verifier
    keys = canonical.parse((tmp_path / "out" / "keys.json").read_bytes())
    assert isinstance(keys, dict)
    assert isinstance(keys["history"], list)
    spans = [(each["vkey"], each["until"]) for each in keys["history"]]
    assert spans == [(str(old), 7), (str(new), None)]
    asked = ("verify", "out", "--since", "one", "--trail", settings.trail)
    assert invoke(*asked, "--key", str(new), "--key", str(old), cwd=tmp_path).code == 0
    told = invoke(*asked, "--key", str(new), cwd=tmp_path)
    assert told.code == 1
    assert "give the key of then with a further --key" in told.err


def test_attesting_again_gives_the_same_bytes_in_every_file(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "c.yaml").write_text(CONTRACT)
    asked = ("--from", YESTERDAY, "--to", f"{TODAY}T00:00:00Z", "--controls", "csv")
    promised = ("--contract", "c.yaml")
    earlier = ("--from", "2026-01-01", "--to", "2026-01-31", "--out", "earlier")
    attest(*earlier, cwd=tmp_path)
    for out in ("a", "b"):
        attest(*asked, *promised, "--out", out, cwd=tmp_path)
    digests = {name: tree_digest(tmp_path / name) for name in ("a", "b")}
    assert digests["a"] == digests["b"]
    assert "since.consistency" in digests["a"]
    attest(*asked, *promised, "--out", "a", cwd=tmp_path)
    assert tree_digest(tmp_path / "a") == digests["b"]
