"""What a served witness and a real authority attested, through the project's rounds.

That attacks are found with what others kept is `test_every_attack`'s; here are two
anchors of one trail, and what the report makes of both.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from affidavit.anchors.plan import Plan, StampAnchor, WitnessAnchor
from affidavit.anchors.rounds import Rounds
from affidavit.anchors.witness import Witness
from affidavit.trail.anchors import AnchorStore, KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.stamps import Authorities
from support import trails
from support.anchors import WITNESS, WITNESS_KEY, Authority, an_authority, served
from support.trails import Builder, a_trail

WITNESSED = Pins(witnesses=(WITNESS_KEY,))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trail(tmp_path: Path, authority: Authority) -> Iterator[Builder]:
    """612 records, anchored at 12 and at 612."""
    built = a_trail(tmp_path / "trail", calls=5)
    witness = Witness(
        name=WITNESS.name,
        signer=WITNESS.signer,
        trust={built.origin: [built.key]},
        state=tmp_path / "seen",
    )
    with served(witness) as (server, _), authority.serving() as tsa:
        plan = Plan(
            witnesses=(WitnessAnchor(url=server.url, key=WITNESS_KEY),),
            stamps=(StampAnchor(url=tsa.url, ca=authority.ca),),
        )
        for more in (0, 300):
            built.calls(more)
            built.write()
            done = Rounds(built.path, plan).run(all_of_them=True)
            assert done is not None
            assert not any(each.error for each in done.standings.values())
        shutil.copytree(built.path / "anchors", tmp_path / "kept")
        yield built


def verified(
    trail: Builder,
    pins: Pins | None = WITNESSED,
    evidence: Sequence[KeptHead] | None = None,
) -> TrailReport:
    own = list(AnchorStore.of(trail.path).heads())
    return verify_trail(
        TrailReader(trail.path),
        key=trail.key,
        now=trail.clock + timedelta(seconds=1),
        pins=pins,
        evidence=own if evidence is None else evidence,
    )


def kept(tmp_path: Path) -> list[KeptHead]:
    return list(AnchorStore(tmp_path / "kept").heads())


def history(report: TrailReport) -> list[str]:
    assert report.verdict is Verdict.INVALID
    return [each.message for each in report.problems if each.fault is Fault.HISTORY]


def rewrite(trail: Builder, record: int) -> None:
    """Another body, and everything made anew with the real key."""
    trail.records[record].body = trails.canonical({"purpose": "harmless"})
    trail.write()


def test_the_untouched_trail_is_valid_and_says_what_covers_it(trail: Builder) -> None:
    report = verified(trail)

    assert (report.verdict, report.problems) == (Verdict.VALID, ())
    assert report.anchors is not None
    assert report.anchors.covered == report.anchors.quorum_size == 612
    assert report.anchors.unpinned == 2
    assert not [each for each in report.unchecked if "would not show" in each]


def test_a_rewrite_with_the_real_key_shows_under_an_anchor_only(
    trail: Builder,
) -> None:
    rewrite(trail, 400)

    assert verified(trail, None).verdict is Verdict.VALID
    (problem,) = history(verified(trail))
    assert problem.startswith(
        f"the first 612 records are not those that {WITNESS.name}"
    )
    assert "the change lies in records 12 to 611" in problem


def test_a_rewrite_of_the_beginning_contradicts_every_anchor(trail: Builder) -> None:
    rewrite(trail, 6)

    (problem,) = history(verified(trail))

    assert problem.startswith("the first 12 records are not those")
    assert "records 0 to 11" in problem
    assert "1 more anchor says so" in problem


def test_a_rewrite_shows_under_a_time_stamp_alone(
    trail: Builder, authority: Authority
) -> None:
    pins = Pins(authorities=(Authorities.parse(authority.ca.read_bytes(), "ca"),))
    assert verified(trail, pins).verdict is Verdict.VALID
    rewrite(trail, 6)

    (problem,) = history(verified(trail, pins))

    assert "CN=Authority stamped at" in problem


def test_an_end_cut_off_after_the_last_anchor_but_one_shows(trail: Builder) -> None:
    del trail.records[-10:]
    trail.write()

    (problem,) = history(verified(trail))

    assert "there were 612 records" in problem
    assert "now there are 602: the end was cut off" in problem
    assert verified(trail, None).verdict is Verdict.VALID


def test_records_after_the_last_anchor_are_out_of_reach_and_said_so(
    trail: Builder,
) -> None:
    trail.calls(3)
    trail.write()
    rewrite(trail, 614)

    report = verified(trail)

    assert report.verdict is Verdict.VALID
    assert "6 records came after the newest anchor, which covers 612" in " ".join(
        report.unchecked
    )


def test_what_the_witness_itself_kept_finds_it_still(
    trail: Builder, tmp_path: Path
) -> None:
    rewrite(trail, 6)
    shutil.rmtree(trail.path / "anchors")
    (seen,) = (tmp_path / "seen").glob("*/checkpoint")

    report = verified(
        trail, evidence=[KeptHead(name="seen", cosigned=seen.read_bytes())]
    )

    assert history(report)[0].startswith("the first 612 records are not those")


def test_a_damaged_record_is_named_beside_what_anchors_say(trail: Builder) -> None:
    """The seal tells which record; that anchors disagree too is no second finding of
    a rewrite.
    """
    entries = [made.entry for made in trail.records]
    entries[300] = entries[300].replace(b'"seq":', b'"sep":')
    trails.write_entries(trail.path, 1, entries[256:512])

    report = verified(trail)

    assert report.first_bad is not None
    assert report.first_bad.index == 300


def test_anchors_about_missing_records_are_said_to_be_unchecked(
    trail: Builder,
) -> None:
    (trail.path / "tile/entries/000").unlink()
    (trail.path / "tile/0/000").unlink()

    report = verified(trail)

    assert report.verdict is Verdict.INVALID
    assert "2 anchors are about missing records." in report.unchecked
