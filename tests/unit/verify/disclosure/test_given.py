"""Attacks are in test_check; here is what lines say without a package around them."""

import json
from pathlib import Path

from affidavit.trail.record import Opening
from affidavit.verify import Fault
from affidavit.verify.disclosure.given import Given
from affidavit.verify.disclosure.lines import Line, State
from affidavit.verify.disclosure.walk import Walk
from affidavit.verify.report import Problems
from support.disclosed import ASKED, a_day, disclosed, lines, of, window
from support.trails import canonical


def nothing(_: str) -> bytes:
    raise FileNotFoundError


def given(tmp_path: Path) -> tuple[Given, Problems, list[bytes]]:
    day = a_day(tmp_path / "trail", calls=60, every=20)
    told = [canonical(each) + b"\n" for each in lines(disclosed(day))]
    problems = Problems()
    selection = of(day, purpose=ASKED)
    package_window = window(day, len(day.records) // 4, len(day.records) * 2 // 3)
    walk = Walk(package_window, selection, problems)
    for index, made in enumerate(day.records):
        walk.take(index, made.entry)
    walk.settle()
    openings: tuple[Opening, ...] = selection.openings
    return Given(walk, openings, problems), problems, told


def test_bodies_that_are_the_ones_are_counted(tmp_path: Path) -> None:
    checked, problems, told = given(tmp_path)
    for line in told:
        checked.take(line, nothing)
    checked.settle()
    assert problems.kept == []
    assert checked.states == {State.DISCLOSED: len(told)}


def test_records_without_a_line_are_named(tmp_path: Path) -> None:
    checked, problems, told = given(tmp_path)
    checked.settle()
    assert [each.fault for each in problems.kept] == [Fault.MISSING] * len(told)


def test_a_pruning_that_nobody_tells_of_explains_nothing(tmp_path: Path) -> None:
    checked, problems, told = given(tmp_path)
    said = Line.parse(told[0])
    line = Line(
        index=said.index, kind=said.kind, id=said.id, state=State.PRUNED, pruning=0
    )
    for data in [line.encode(), *told[1:]]:
        checked.take(data, nothing)
    checked.settle()
    (problem,) = problems.kept
    assert (problem.fault, problem.index) == (Fault.BODY, said.index)
    assert "withheld without a word" in problem.message


def test_a_content_that_nothing_commits_to_is_named(tmp_path: Path) -> None:
    checked, problems, told = given(tmp_path)
    value = json.loads(told[0]) | {"content_key": "A" * 43}
    checked.take(canonical(value) + b"\n", lambda _: b"anything")
    assert "not the one that its body commits to" in problems.kept[0].message
    assert checked.contents == {Line.parse(told[0]).content}
