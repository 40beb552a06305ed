"""Nothing in somebody's coverage is believed: it is made again, and counted again."""

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest

from affidavit.attest.coverage_told import Told
from affidavit.attest.recount import verify_statement
from affidavit.dsse import Envelope
from affidavit.errors import Malformed
from affidavit.trail.reader import TrailReader
from support.covered import DAY, ONE_DAY, a_bill, covered
from support.statements import LATER, content, predicate, resigned
from support.trails import Builder

BEGAN = "2026-03-02T09:00:00.250Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Builder, Envelope]:
    return covered(tmp_path_factory.mktemp("covered"), a_bill(6))


@pytest.fixture
def section(made: tuple[Builder, Envelope]) -> Any:
    return deepcopy(predicate(made[1])["coverage"])


def responses() -> dict[str, bytes]:
    return dict(a_bill(6).documents)


def test_what_was_made_is_read_and_agrees(section: Any) -> None:
    told = Told.parse(section)
    assert list(told.contradictions(ONE_DAY)) == []
    assert list(told.recomputed(responses(), BEGAN)) == []


def cell(section: Any, name: str, value: object) -> None:
    section["recorded"][0][name] = value


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it["requests"].update(covered=5), "coverage.requests"),
        (lambda it: it["inputTokens"].update(recorded=1), "coverage.inputTokens"),
        (lambda it: it["days"][0]["requests"].update(billed=7), "coverage.days"),
        (lambda it: it["gaps"].clear(), "coverage.gaps"),
        (lambda it: it.update(share="1.0000"), "coverage.share"),
        (lambda it: it.update(missingDays=3), "coverage.missingDays"),
        (lambda it: it.update(provisional=[DAY]), "coverage.provisional"),
        (lambda it: it["period"].update({"from": "2026-01-01"}), "not within"),
        (lambda it: cell(it, "day", "2026-01-01"), "no day of its period"),
        (lambda it: cell(it, "family", "dreams"), "no kind"),
        (lambda it: cell(it, "project", "p"), "coverage.openings"),
        (lambda it: cell(it, "calls", 5), "coverage.requests.recorded"),
    ],
)
def test_figures_that_do_not_follow_from_each_other_are_named(
    section: Any, change: Callable[[Any], None], words: str
) -> None:
    change(section)
    assert any(words in it for it in Told.parse(section).contradictions(ONE_DAY))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop("share"),
        lambda it: it.update(more=1),
        lambda it: it.update(terms={}),
        lambda it: it.update(fetched="2026-03-20"),
        lambda it: it.update(sources=None),
        lambda it: it.update(withoutBody=-1),
        lambda it: it["sources"][0].update(name="../../etc/passwd"),
        lambda it: it["recorded"][0].update(calls="4"),
        lambda it: it["recorded"][0].update(day=None),
        lambda it: it["recorded"][0].update(model=7),
        lambda it: it["recorded"][0].pop("tries"),
        lambda it: it.update(batchLines=[{}]),
        lambda it: it.update(openings=[{}]),
        lambda it: it["period"].update(more=1),
    ],
)
def test_a_section_of_another_shape_is_none(
    section: Any, change: Callable[[Any], None]
) -> None:
    change(section)
    with pytest.raises(Malformed):
        Told.parse(section)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(requests={}),
        lambda it: it.update(days=[1]),
        lambda it: it.update(gaps=None),
        lambda it: it["requests"].update(billed=True),
    ],
)
def test_figures_that_are_none_are_malformed(
    section: Any, change: Callable[[Any], None]
) -> None:
    change(section)
    with pytest.raises(Malformed):
        list(Told.parse(section).contradictions(ONE_DAY))


def test_another_response_is_named(section: Any) -> None:
    other = dict(a_bill(7).documents)
    (words,) = Told.parse(section).recomputed(other, BEGAN)
    assert words.startswith("usage/completions.json: not the response")


def test_figures_that_do_not_follow_from_the_responses_are_named(section: Any) -> None:
    section["gaps"][0]["likely"][0]["words"] = "nothing to see here"
    told = Told.parse(section)
    assert list(told.contradictions(ONE_DAY)) == []
    (words,) = told.recomputed(responses(), BEGAN)
    assert words.startswith("coverage.gaps: ")


def test_responses_that_cannot_be_read_are_named(section: Any) -> None:
    data = b"{}"
    section["sources"][0]["digest"]["sha256"] = sha256(data).hexdigest()
    (words,) = Told.parse(section).recomputed({"completions.json": data}, BEGAN)
    assert words.startswith("coverage: completions.json: ")


@pytest.mark.parametrize("bodies", [True, False])
def test_a_true_statement_is_recounted(
    made: tuple[Builder, Envelope], *, bodies: bool
) -> None:
    trail, envelope = made
    report = verify_statement(
        envelope.encode(),
        key=trail.key,
        now=LATER,
        trail=TrailReader(trail.path),
        bodies=bodies,
    )
    assert report.problems == ()


@pytest.mark.parametrize("bodies", [True, False])
def test_a_call_that_never_was_is_found_by_whoever_has_the_entries(
    made: tuple[Builder, Envelope], *, bodies: bool
) -> None:
    trail, envelope = made
    lie = content(envelope)
    lie["predicate"]["coverage"]["recorded"][0]["calls"] += 1
    report = verify_statement(
        resigned(lie, trail.signer),
        key=trail.key,
        now=LATER,
        trail=TrailReader(trail.path),
        bodies=bodies,
    )
    words = [str(each) for each in report.problems]
    assert any("5 calls, counted: 4" in each for each in words)


def test_calls_without_a_body_may_be_in_no_row_but_not_more(
    made: tuple[Builder, Envelope], section: Any
) -> None:
    trail, envelope = made
    section["recorded"][0]["calls"] = 2
    openings = verify_statement(
        envelope.encode(), key=trail.key, now=LATER
    ).told.openings

    def counted(without: int) -> list[str]:
        section["withoutBody"] = without
        told = Told.parse(section)
        tally = told.tally(openings)
        for index, each in enumerate(trail.records):
            tally.visit(index, each.entry, None)
        return list(told.recounted(tally, bodies=False))

    assert counted(2) == []
    assert counted(1) == ["coverage.recorded: 1 calls are in no row"]
    assert len(counted(0)) == 1
