"""What is shown is what was drawn, or it shows."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.attest import sample
from affidavit.attest.sample import Sample, seeded, span_of
from affidavit.attest.sample_anchor import Cosigned
from affidavit.attest.sample_draw import Span
from affidavit.attest.sample_shown import take
from affidavit.errors import Incomplete, Malformed
from affidavit.tlog.note import parse_note
from affidavit.tlog.witness import WitnessKey, cosign
from affidavit.trail.anchors import KeptHead
from affidavit.verify import Verdict
from affidavit.verify.anchors import Pins
from support.anchors import WITNESS
from support.sampled import Sampled, a_sampled, edited, without


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("sample"))


def cosigned(made: Sampled) -> bytes:
    line = cosign(made.told.head, WITNESS.name, WITNESS.signer, time=1_772_500_000)
    return parse_note(made.told.checkpoint).with_signatures(line).encode()


def anchored(made: Sampled) -> Sample:
    found = sample.make(
        made.reader,
        made.told,
        evidence=[KeptHead(name="seen", cosigned=cosigned(made))],
        witnesses=[WitnessKey.parse(WITNESS.vkey)],
    )
    assert found is not None
    return found


def pins() -> Pins:
    return Pins(witnesses=(WitnessKey.parse(WITNESS.vkey),))


def test_the_sample_is_read_as_it_is_written_and_holds(made: Sampled) -> None:
    assert Sample.parse(made.sample.encode()) == made.sample
    report = made.checked()
    assert report.verdict is Verdict.VALID
    assert report.looked is not None
    assert (report.looked.decisions, report.looked.violations) == (10, ())
    assert not report.looked.all
    assert any("weaker sample" in each for each in report.unchecked)


def test_a_record_that_was_drawn_and_is_left_out_shows(made: Sampled) -> None:
    for place in range(len(made.sample.shown.records)):
        shown = without(made.sample.shown, place)
        report = made.checked(replace(made.sample, shown=shown))
        assert report.verdict is Verdict.INVALID


def test_records_that_were_chosen_show_although_they_are_proved(made: Sampled) -> None:
    span = span_of(made.told)
    assert span is not None
    own = take(made.reader, made.told.head, made.told.period, bytes(32), span)
    report = made.checked(replace(made.sample, shown=own))
    assert report.verdict is Verdict.INVALID
    assert "was drawn and is not shown" in report.problems[0].message


def test_a_record_more_than_was_drawn_shows(made: Sampled) -> None:
    more = Span(wanted=12, first=0, end=made.told.head.size)
    seed = seeded(made.told, None)
    own = take(made.reader, made.told.head, made.told.period, seed, more)
    report = made.checked(replace(made.sample, shown=own))
    assert "was not drawn" in report.problems[0].message


def test_an_altered_record_shows(made: Sampled) -> None:
    changed = edited(made.sample.shown, 3, at="2026-03-02T09:00:00.001Z")
    report = made.checked(replace(made.sample, shown=changed))
    assert "not proved" in report.problems[0].message


def test_the_sample_of_another_statement_is_refused(made: Sampled) -> None:
    report = made.checked(replace(made.sample, statement="00" * 32))
    assert "another statement" in report.problems[0].message


@pytest.mark.parametrize("data", [b"{}", b"[]", b"no json", b'{"v":1}'])
def test_a_file_that_is_no_sample_is_refused(data: bytes, made: Sampled) -> None:
    assert made.checked(data).verdict is Verdict.INVALID


def test_another_form_of_the_same_sample_is_refused(made: Sampled) -> None:
    data = made.sample.encode().replace(b'"v":1', b'"v": 1')
    with pytest.raises(Malformed):
        Sample.parse(data)


def test_a_cosignature_decides_the_draw_and_holds_under_its_pin(made: Sampled) -> None:
    found = anchored(made)
    assert isinstance(found.anchor, Cosigned)
    assert Sample.parse(found.encode()) == found
    assert found.shown != made.sample.shown
    pinned = made.checked(found, pins=pins())
    assert pinned.verdict is Verdict.VALID
    assert any("a million of them" in each for each in pinned.unchecked)
    alone = made.checked(found)
    assert alone.verdict is Verdict.VALID
    assert any("is genuine" in each for each in alone.unchecked)


def test_a_forged_cosignature_shows_to_whoever_pinned_the_witness(
    made: Sampled,
) -> None:
    found = anchored(made)
    assert isinstance(found.anchor, Cosigned)
    anchor = replace(found.anchor, time=found.anchor.time + 1)
    report = made.checked(replace(found, anchor=anchor), pins=pins())
    assert report.verdict is Verdict.INVALID


def test_another_anchor_than_the_draws_shows(made: Sampled) -> None:
    found = anchored(made)
    report = made.checked(replace(found, anchor=None))
    assert report.verdict is Verdict.INVALID


def test_an_anchor_that_is_demanded_and_shows_nowhere_is_lacking(
    made: Sampled,
) -> None:
    report = made.checked(pins=pins())
    assert report.verdict is Verdict.INCOMPLETE
    assert made.checked(pins=Pins(quorum=0)).verdict is Verdict.VALID


def test_a_sample_that_is_not_there_is_said_or_lacking(made: Sampled) -> None:
    made.checked()
    (made.folder / sample.FILE_NAME).unlink()
    said = made.looked()
    assert said.verdict is Verdict.VALID
    assert any("No drawn records" in each for each in said.unchecked)
    assert made.looked(demanded=True).verdict is Verdict.INCOMPLETE
    whole = made.looked(trail=made.reader)
    assert not any("No drawn records" in each for each in whole.unchecked)


def test_a_trail_of_few_calls_is_drawn_whole(tmp_path: Path) -> None:
    made = a_sampled(tmp_path, calls=3, bodies=True)
    report = made.checked()
    assert report.looked is not None
    assert report.looked.all
    assert (report.looked.decisions, report.looked.bodies) == (3, 3)
    assert not any("weaker" in each for each in report.unchecked)


def test_a_statement_without_the_section_has_no_sample(tmp_path: Path) -> None:
    made = a_sampled(tmp_path, calls=2, wanted=None)
    assert sample.make(made.reader, made.told) is None
    assert made.looked().verdict is Verdict.VALID


def test_a_sample_that_cannot_be_read_decides_nothing(made: Sampled) -> None:
    place = made.folder / sample.FILE_NAME
    place.unlink(missing_ok=True)
    place.mkdir()
    try:
        with pytest.raises(Incomplete, match="cannot be read"):
            made.looked()
    finally:
        place.rmdir()


def test_a_pipe_in_its_place_is_not_waited_on(made: Sampled) -> None:
    place = made.folder / sample.FILE_NAME
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    try:
        with pytest.raises(Incomplete, match="a pipe or a device"):
            made.looked()
    finally:
        place.unlink()


def test_a_period_without_a_decision_says_that_nothing_was_looked_at(
    tmp_path: Path,
) -> None:
    made = a_sampled(tmp_path, calls=0)
    report = made.checked()
    assert report.looked is not None
    assert (report.looked.decisions, report.looked.all) == (0, True)
