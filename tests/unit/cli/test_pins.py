"""Pins come from the command line or the settings; evidence from where it is kept."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.anchors.plan import Plan, StampAnchor, WitnessAnchor
from affidavit.cli import pins
from affidavit.errors import Incomplete
from affidavit.verify import stamps
from support.anchored import Anchored, an_anchored_project
from support.anchors import WITNESS, WITNESS_KEY, an_authority
from support.cli import invoke


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Anchored]:
    folder = tmp_path_factory.mktemp("pins") / "p"
    with an_anchored_project(folder) as project:
        assert invoke("trail", "anchor", cwd=folder).code == 0
        yield project


def test_a_witness_that_cosigned_is_found(project: Anchored) -> None:
    ran = invoke(
        "trail", "verify", "--witness", WITNESS.vkey, "--json", cwd=project.folder
    )

    anchors = ran.json["anchors"]
    (witness,) = anchors["witnesses"]
    assert (ran.code, witness["name"], witness["count"]) == (0, WITNESS.vkey, 1)
    assert witness["size"] == ran.json["size"] == anchors["covered"]
    assert anchors["quorum"] == {"size": ran.json["size"], "wanted": 1}
    assert not [each for each in ran.json["unchecked"] if "older checkpoint" in each]


def test_a_key_may_stand_in_a_file(project: Anchored, tmp_path: Path) -> None:
    (tmp_path / "w.vkey").write_text(WITNESS.vkey + "\n")

    ran = invoke(
        "trail", "verify", "--witness", tmp_path / "w.vkey", cwd=project.folder
    )

    assert ran.code == 0
    assert f"1 cosignature by {WITNESS.vkey}" in ran.out


def test_the_settings_own_anchors_count_without_demanding_anything(
    project: Anchored,
) -> None:
    told = invoke("trail", "verify", "--json", cwd=project.folder).json

    assert told["anchors"]["witnesses"][0]["count"] == 1
    assert told["anchors"]["quorum"]["wanted"] == 0
    assert pins.own(None) is None
    assert pins.own(Plan()) is None


def test_the_settings_authorities_are_pinned_where_their_file_is(
    tmp_path: Path,
) -> None:
    authority = an_authority(tmp_path)
    here = StampAnchor(url="http://t", ca=authority.ca)
    gone = StampAnchor(url="http://u", ca=tmp_path / "gone.pem")

    found = pins.own(Plan(stamps=(here, gone)))

    assert found is not None
    assert [each.name for each in found.authorities] == [str(authority.ca)]


def test_without_evidence_of_a_demanded_witness_nothing_is_decided(
    project: Anchored, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project.settings.trail, copy)
    shutil.rmtree(copy / "anchors")
    key = invoke("trail", "key", cwd=project.folder).out.strip()
    demanded = ("trail", "verify", copy, "--key", key, "--witness", WITNESS.vkey)

    bare = invoke(*demanded, cwd=tmp_path)
    from_witness = invoke(*demanded, "--anchor", project.seen, cwd=tmp_path)
    from_folder = invoke(
        *demanded, "--anchor", project.settings.trail / "anchors", cwd=tmp_path
    )
    (head,) = (project.settings.trail / "anchors").glob("*/*-*")
    from_head = invoke(*demanded, "--anchor", head, cwd=tmp_path)

    assert bare.code == 2
    assert "nothing by " in bare.out
    assert [each.code for each in (from_witness, from_folder, from_head)] == [0, 0, 0]


def test_a_quorum_loosens_what_is_demanded(project: Anchored) -> None:
    key = invoke(
        "witness", "key", "--new", "--name", "b", "--key", "b.pem", cwd=project.folder
    )
    both = ("--witness", WITNESS.vkey, "--witness", key.out.strip())

    assert invoke("trail", "verify", *both, cwd=project.folder).code == 2
    loosened = invoke("trail", "verify", *both, "--quorum", "1", cwd=project.folder)
    assert loosened.code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--quorum", "1"), "needs as many --witness"),
        (("--witness", "nobody"), "neither a verifier key nor a file"),
        (("--witness", WITNESS.vkey[:-1] + "+"), "name or key ID does not fit"),
        (("--tsa-ca", "none.pem"), "cannot be read"),
        (("--witness", WITNESS.vkey, "--anchor", "none"), "evidence cannot be read"),
    ],
)
def test_what_cannot_be_is_said(
    project: Anchored, options: tuple[str, ...], said: str
) -> None:
    ran = invoke("trail", "verify", *options, cwd=project.folder)

    assert ran.code == 2
    assert said in ran.err


def test_evidence_without_anyone_to_trust_is_a_usage_error(
    project: Anchored, tmp_path: Path
) -> None:
    key = invoke("trail", "key", cwd=project.folder).out.strip()
    options = ("--key", key, "--anchor", project.seen)

    ran = invoke("trail", "verify", project.settings.trail, *options, cwd=tmp_path)

    assert ran.code == 2
    assert "Evidence needs" in ran.err


def test_a_witness_named_twice_counts_once() -> None:
    found = pins.given((WITNESS.vkey, WITNESS.vkey), None, ())

    assert found is not None
    assert found.witnesses == (WITNESS_KEY,)
    with pytest.raises(Incomplete):
        list(pins.evidence(Path("none"), [Path("none")]))


def test_time_stamps_are_told_of(project: Anchored, tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    (head,) = (project.settings.trail / "anchors").glob("*/*-*")
    query = stamps.ask((head / "checkpoint").read_bytes())
    (head / "0.tsr").write_bytes(authority.reply(query.body))
    try:
        ran = invoke("trail", "verify", "--tsa-ca", authority.ca, cwd=project.folder)
    finally:
        (head / "0.tsr").unlink()
    missing = invoke("trail", "verify", "--tsa-ca", authority.ca, cwd=project.folder)

    assert ran.code == 0
    assert f"time stamps  1 token by {authority.ca}" in " ".join(ran.out.split("\n"))
    assert missing.code == 2
    assert "No time stamp under" in missing.out


def test_a_statement_names_quorum_and_certificates(tmp_path: Path) -> None:
    authority = an_authority(tmp_path)
    stamp = StampAnchor(url="http://t", ca=authority.ca)
    witness = WitnessAnchor(url="http://w", key=WITNESS_KEY)

    found = pins.of_statement(Plan(stamps=(stamp,), witnesses=(witness,)))

    assert found is not None
    assert found.wanted == 1
    (named,) = found.authorities
    assert str(tmp_path) not in named.name
    assert " sha256:" in named.name
    assert pins.of_statement(None) is None
    assert pins.of_statement(Plan()) is None


def test_what_anchors_cover_stands_in_the_statement(
    project: Anchored, tmp_path: Path
) -> None:
    since = ("--from", "2020-01-01", "--out", tmp_path / "out")
    made = invoke("attest", *since, "--json", cwd=project.folder)

    anchors = made.json["anchors"]
    (witness,) = anchors["witnesses"]
    assert witness["name"] == WITNESS.vkey
    assert anchors["quorum"] == {"met": True, "size": witness["size"], "wanted": 1}
    assert anchors["covered"] == witness["size"] > 0
    assert anchors["recordsSince"] == made.json["size"] - anchors["covered"]
    key = invoke("trail", "key", cwd=project.folder).out.strip()
    checked = invoke(
        *("verify", tmp_path / "out", "--key", key, "--witness", WITNESS.vkey),
        *("--trail", project.settings.trail),
        cwd=tmp_path,
    )
    assert checked.code == 0
    assert "quorum of 1 met" in checked.out


def test_doctor_holds_the_trail_against_the_same_pins(project: Anchored) -> None:
    key = invoke("trail", "key", cwd=project.folder).out.strip()
    own = invoke("doctor", "--json", cwd=project.folder)
    demanded = invoke(
        "doctor", "--witness", WITNESS.vkey, "--key", key, cwd=project.folder
    )
    stranger = invoke(
        "witness", "key", "--new", "--name", "c", "--key", "c.pem", cwd=project.folder
    )
    missing = invoke(
        "doctor", "--witness", stranger.out.strip(), "--json", cwd=project.folder
    )

    assert own.json["trail"]["anchored"] > 0
    assert own.json["trail"]["verdict"] == "valid"
    assert demanded.code == 0
    assert "seen by others" in demanded.out
    assert missing.code == 1
    assert any("None by" in each["message"] for each in missing.json["troubles"])
    assert invoke("doctor", "--anchor", "x", cwd=project.folder).code == 2


def test_doctor_takes_another_key_for_another_key(
    project: Anchored, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    invoke("init", cwd=tmp_path / "other")
    other = invoke("trail", "key", cwd=tmp_path / "other").out.strip()

    told = invoke("doctor", "--key", other, "--json", cwd=project.folder)

    assert (told.code, told.json["trail"]["verdict"]) == (1, "invalid")
