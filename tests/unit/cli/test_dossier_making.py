"""A dossier is made of one trail, once, and holds when it is handed out."""

import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.policies import Found
from affidavit.cli import dossier_making
from affidavit.cli.dossier_making import Beside
from affidavit.errors import BrokenTrail, SettingsInvalid
from affidavit.incident.model import Aspect, Closed, Target
from affidavit.verify.disclosure.manifest import By
from support.cli import edit_record
from support.disclosed import OTHER, a_day, call
from support.dossiers import (
    incident_trail,
    made,
    plan,
    silent,
    subject,
)
from support.incidents import EVERYTHING, a_notice, opened
from support.trails import POLICY, Builder

RULES = b"apiVersion: affidavit/v1\n"


def test_the_same_trail_and_incident_give_the_same_bytes(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    for name in ("one.zip", "two.zip"):
        about = subject(builder, identifier)
        written = plan(about)
        reviewed = written.reviewed(written.encode())
        made(about, reviewed, tmp_path / name, Beside(narrative="# Why\n"))

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "one.zip",
        "trail",
        "two.zip",
    ]


def test_without_a_review_no_body_is_in_it(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    report = made(about, plan(about).unreviewed(), tmp_path / "a.zip")

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        records = archive.read("calls/records.jsonl")
        names = archive.namelist()
    assert report.calls.counts.disclosed == 0
    assert report.calls.counts.withheld == len(plan(about).rows) == 12
    assert b'"body"' not in records
    assert "hashed.jsonl" not in names


def test_what_stands_there_is_not_overwritten(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(SettingsInvalid, match="something stands there"):
        made(about, plan(about).unreviewed(), tmp_path / "a.zip")

    assert (tmp_path / "a.zip").read_bytes() == b"mine"


def test_only_what_a_clarification_names_is_attached(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    (tmp_path / "other.txt").write_bytes(b"another file")
    beside = Beside(attachments=[tmp_path / "other.txt"])
    with pytest.raises(SettingsInvalid, match="no clarification"):
        made(about, plan(about).unreviewed(), tmp_path / "a.zip", beside)

    assert not (tmp_path / "a.zip").exists()


def test_of_a_trail_that_does_not_hold_nothing_is_handed_out(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    about = subject(builder, identifier)
    written = plan(about)
    edit_record(builder.path, b'"effect":"permit"', b'"effect":"refuse"')
    with pytest.raises(BrokenTrail):
        made(about, written.reviewed(written.encode()), tmp_path / "a.zip")

    assert [each.name for each in tmp_path.iterdir()] == ["trail"]


def test_the_policys_files_are_found_by_their_digest(tmp_path: Path) -> None:
    digest = sha256(RULES).hexdigest()
    builder = Builder(tmp_path / "trail")
    builder.genesis()
    body = {
        "name": "house",
        "digest": POLICY,
        "mode": "enforce",
        "sources": [{"path": "/p/house.yaml", "sha256": f"sha256:{digest}"}],
    }
    builder.add("policy", body, policy=POLICY)
    call(builder, safety="user-17")
    incident = builder.add("incident", opened(suspends=()).body())
    builder.write()
    about = subject(builder, incident.id)
    asked: list[Any] = []

    def find(told: Any) -> Found:
        asked.append(told)
        return Found(files={digest: RULES, "00" * 32: b"of another policy"})

    reviewed = plan(about).unreviewed()
    out = tmp_path / "a.zip"
    report = made(about, reviewed, out, Beside(find_policies=find))

    named = asked[0]["policyFiles"][0]["files"]
    assert named == [{"path": "house.yaml", "sha256": digest}]
    assert (report.policies, report.policies_given) == (1, 1)


def chosen(path: Path, **changes: Any) -> By:
    builder = a_day(path, calls=10)
    incident = builder.add("incident", opened(**changes).body())
    builder.add("incident", Closed(incident=incident.id, reason="done").body())
    builder.write()
    about = subject(builder, incident.id)
    assert dossier_making.planned(about, silent).incident == incident.id
    return about.selection.by


def test_calls_are_chosen_by_what_the_incident_names(tmp_path: Path) -> None:
    nobody = a_notice(entity=None)

    assert chosen(tmp_path / "a" / "trail", suspends=()) is By.LABELS
    assert (
        chosen(tmp_path / "b" / "trail", notice=nobody, suspends=(EVERYTHING,))
        is By.NOTHING
    )


def test_whoever_is_named_too_and_is_not_searched_for_is_told(tmp_path: Path) -> None:
    builder = a_day(tmp_path / "trail", calls=20)
    aside = Target(aspect=Aspect.PURPOSE, value=OTHER)
    within = Target(aspect=Aspect.SAFETY, value="user-3")
    absent = Target(aspect=Aspect.SAFETY, value="nobody")
    body = opened(notice=a_notice(entity=None), suspends=(aside, within, absent)).body()
    incident = builder.add("incident", body)
    builder.write()
    about = subject(builder, incident.id)

    told = dossier_making.left_aside(
        about.reader, about.identity, about.incident, about.selection
    )
    assert [each.field for each in about.selection.openings] == ["safety"]
    assert told == (aside,)


def test_calls_that_the_notice_names_are_chosen_by_id(tmp_path: Path) -> None:
    builder = a_day(tmp_path / "trail", calls=10)
    call_id = next(e.id for e in builder.records if e.fields["kind"] == "decision")
    nobody = a_notice(entity=None)
    body = opened(notice=nobody, suspends=(), calls=(call_id,)).body()
    incident = builder.add("incident", body)
    builder.write()
    about = subject(builder, incident.id)

    assert about.selection.ids == {call_id}
    assert len(plan(about).rows) == 2
