from pathlib import Path

from affidavit.trail.record import Kind
from affidavit.verify import Fault
from affidavit.verify.disclosure.manifest import Selection, Window
from affidavit.verify.disclosure.walk import Walk
from affidavit.verify.report import Problems
from support.disclosed import ASKED, a_day, call, of, window
from support.trails import Builder, Made


def walked(
    builder: Builder,
    asked: Window,
    selection: Selection | None = None,
    records: list[Made] | None = None,
) -> tuple[Walk, Problems]:
    problems = Problems()
    walk = Walk(asked, selection or of(builder, purpose=ASKED), problems)
    for index, made in enumerate(builder.records if records is None else records):
        walk.take(index, made.entry)
    walk.settle()
    return walk, problems


def test_what_bears_the_label_is_asked_for_with_its_outcome(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=80)
    walk, problems = walked(day, window(day))
    wanted = [
        index
        for index, made in enumerate(day.records)
        if made.id in {each.id for each in day.records if ASKED.encode() in each.body}
    ]
    assert problems.kept == []
    assert sorted(walk.asked) == wanted
    assert {each.follows for each in walk.asked.values()} == {False, True}
    assert walk.without_outcome() == 0


def test_what_lies_outside_the_window_is_not_asked_for(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=80, every=1)
    walk, _ = walked(day, window(day, 20, 40))
    decisions = [each.index for each in walk.asked.values() if not each.follows]
    assert min(decisions) >= 20
    assert max(decisions) < 40
    assert walk.window == 20


def test_gaps_and_repetitions_of_a_writer_are_named(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=30)
    for records, index in (
        ([*day.records[:9], *day.records[10:]], 11),  # two calls take turns
        ([*day.records[:9], day.records[8], *day.records[9:]], 9),
    ):
        _, problems = walked(day, window(day), records=records)
        found = {(each.fault, each.index) for each in problems.kept}
        assert (Fault.SEQUENCE, index) in found or (Fault.SEQUENCE, 9) in found


def test_writers_are_told_by_whether_they_are_seen_on_both_sides(
    tmp_path: Path,
) -> None:
    day = a_day(tmp_path / "trail", calls=60)
    walk, _ = walked(day, window(day, 30, 60))
    assert (walk.writers, walk.seen_before(), walk.seen_after()) == (3, 3, 2)
    day.add("close", {"records": 1}, writer="init")
    walk, _ = walked(day, window(day, 30, 60))
    assert walk.seen_after() == 3
    problems = Problems()
    walk = Walk(window(day, 30, 60), of(day, purpose=ASKED), problems)
    for index in range(35, 50):
        walk.take(index, day.records[index].entry)
    assert (walk.seen_before(), walk.seen_after()) == (0, 0)


def test_a_call_that_left_and_has_no_outcome_is_counted(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=10, every=50)
    call(day, purpose=ASKED)
    call(day, purpose=ASKED, effect="refuse")
    walk, _ = walked(day, window(day, 10))
    assert walk.without_outcome() == 1


def test_records_apart_are_outcomes_of_what_was_asked_for_or_prunings(
    tmp_path: Path,
) -> None:
    day = a_day(tmp_path / "trail", calls=10, every=50)
    made = call(day, purpose=ASKED)
    size = len(day.records)
    ended, other = day.outcome(made), day.outcome(call(day))
    gone = day.add("pruning", {})
    walk, _ = walked(day, window(day, 10), records=day.records[:size])
    assert walk.apart(900, ended.entry)
    assert walk.asked[900].kind is Kind.OUTCOME
    assert not walk.apart(901, other.entry)
    assert not walk.apart(902, b"{}")
    assert walk.apart(903, gone.entry)
    assert set(walk.prunings) == {903}


def test_ids_that_nothing_has_are_told(tmp_path: Path) -> None:
    day = a_day(tmp_path / "trail", calls=10)
    some = [day.records[5].id, day.records[0].id]
    walk, _ = walked(day, window(day, 3), Selection.of_ids(some))
    assert walk.not_found() == [day.records[0].id]
