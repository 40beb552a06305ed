"""What a trust file demands of a statement beyond keys."""

from datetime import timedelta
from pathlib import Path

import pytest

from affidavit.attest import trust_checks
from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.dsse import Envelope
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from support import contracts
from support.statements import LATER, attested
from support.trails import POLICY, Builder, a_trail, checkpoint, leaf, root
from support.trusting import a_trust


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    made = a_trail(tmp_path_factory.mktemp("trust") / "t", calls=4)
    made.write()
    return made


def answered(
    trail: Builder,
    more: str,
    *,
    kept: bytes | None = None,
    whole: bool = False,
    envelope: Envelope | None = None,
) -> tuple[StatementReport, list[str]]:
    reader = TrailReader(trail.path) if whole else None
    data = (envelope or attested(trail)).encode()
    report = verify_statement(data, key=trail.key, now=LATER, trail=reader)
    return trust_checks.answered(
        report, a_trust(trail.key, more), now=LATER, kept=kept, trail=reader
    )


def head(trail: Builder, size: int, *, other: bool = False) -> bytes:
    leaves = [leaf(each.entry) for each in trail.records[:size]]
    top = bytes(32) if other else root(leaves)
    return checkpoint(trail.origin, size, top, trail.signer)


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ("", Verdict.VALID),
        ("minimum_size: 10\n", Verdict.VALID),
        ("minimum_size: 11\n", Verdict.INVALID),
        (f'policies: ["{POLICY}"]\n', Verdict.VALID),
        (f'policies: ["{"0" * 64}"]\n', Verdict.INVALID),
        ("max_age: 2d\n", Verdict.VALID),
        ("max_age: 12h\n", Verdict.INCOMPLETE),
        ("max_age: 1s\n", Verdict.INCOMPLETE),
        ("max_age: 999999w\n", Verdict.VALID),
        ("parties: [Acme Ltd]\n", Verdict.INCOMPLETE),
    ],
)
def test_a_demand_that_is_contradicted_is_a_problem_one_unmet_is_lacking(
    more: str, verdict: Verdict, trail: Builder
) -> None:
    report, _ = answered(trail, more)
    assert report.head.size == 10
    assert report.verdict is verdict


def test_the_parties_are_those_of_the_contract(trail: Builder) -> None:
    promised = contracts.promised(trail, contracts.contract())
    right, _ = answered(trail, "parties: [Acme Ltd]\n", envelope=promised)
    wrong, _ = answered(trail, "parties: [Globex SE]\n", envelope=promised)
    assert right.verdict is Verdict.VALID
    assert wrong.verdict is Verdict.INVALID
    assert "Globex SE" in wrong.problems[0].message


def test_a_checkpoint_that_was_kept_must_be_gone_on_from(trail: Builder) -> None:
    for size in (4, 10):
        report, checked = answered(trail, "", kept=head(trail, size), whole=True)
        assert report.verdict is Verdict.VALID
        assert "only grew" in checked[0]
    same, _ = answered(trail, "", kept=head(trail, 10))
    alone, _ = answered(trail, "", kept=head(trail, 4))
    assert same.verdict is Verdict.VALID
    assert alone.verdict is Verdict.INCOMPLETE


def test_a_rewrite_and_a_cut_show_against_it(trail: Builder, tmp_path: Path) -> None:
    for size in (4, 10):
        kept = head(trail, size, other=True)
        report, _ = answered(trail, "", kept=kept, whole=True)
        assert report.verdict is Verdict.INVALID
    longer = a_trail(tmp_path / "l", calls=9)
    cut, _ = answered(trail, "", kept=head(longer, 12), whole=True)
    assert "cut off" in cut.problems[0].message


def test_an_age_is_counted_from_the_periods_end(trail: Builder) -> None:
    report, _ = answered(trail, "max_age: 24h\n")
    assert report.verdict is Verdict.VALID
    late = trust_checks.answered(
        report,
        a_trust(trail.key, "max_age: 24h\n"),
        now=LATER + timedelta(milliseconds=1),
        kept=None,
        trail=None,
    )
    assert late[0].verdict is Verdict.INCOMPLETE


def test_an_age_that_was_demanded_is_not_said_to_be_missing(trail: Builder) -> None:
    unasked, _ = answered(trail, "", whole=True)
    assert any(each.startswith("No greatest age") for each in unasked.unchecked)

    report, held = answered(trail, "max_age: 35d\n", whole=True)
    assert report.trail is not None
    for unchecked in (report.unchecked, report.trail.unchecked):
        assert not any(each.startswith("No greatest age") for each in unchecked)
        assert any("end of the statement's period" in each for each in unchecked)
    assert held == ["its period ended no longer than 35d ago"]

    late, held = answered(trail, "max_age: 12h\n", whole=True)
    assert not any(each.startswith("No greatest age") for each in late.unchecked)
    assert held == []


def test_an_age_is_held_against_a_statement_without_a_trail_too(trail: Builder) -> None:
    report, held = answered(trail, "max_age: 35d\n")
    assert report.trail is None
    assert held == ["its period ended no longer than 35d ago"]
