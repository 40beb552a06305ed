from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from affidavit.policy.coverage import Coverage
from affidavit.policy.engine import explain
from support.policies import SUPPORT, a_call, in_force

BODY = (
    SUPPORT
    + """\
    expires: 2026-11-30
rules:
  - id: r
    effect: deny
    level: waivable
    message: m
    all:
      - {parameter: {n: "> 1"}, model: gpt-5}
waivers:
  - {rule: r, purpose: support.reply, approved_by: [d], ticket: T, expires: 2026-11-20}
"""
)


def covered(directory: Path, *calls: tuple[dict[str, Any], date]) -> Coverage:
    policy = in_force(directory, BODY)
    coverage = Coverage(policy)
    for changes, day in calls:
        call = a_call(**changes)
        now = datetime.combine(day, time.min, UTC)
        coverage.add(explain(policy, call, (), now=now), call.purpose, day)
    return coverage


def missing(coverage: Coverage) -> dict[str, tuple[str, ...]]:
    return {
        f"{each.point.sort} {each.point.name.rpartition('/')[2]}": each.missing
        for each in coverage.points()
        if each.missing
    }


FIRST, LATER = date(2026, 11, 20), date(2026, 11, 21)
MANY = {"model": "gpt-5", "parameters": {"n": 2}}


def test_without_cases_every_side_is_missing(tmp_path: Path) -> None:
    totals = covered(tmp_path).totals()

    assert totals["total"].shown == 0
    assert totals["total"].of == 14
    assert totals["rules"].percent == 0


def test_each_side_is_covered_by_a_case_that_shows_it(tmp_path: Path) -> None:
    coverage = covered(
        tmp_path,
        (MANY, FIRST),  # waived
        (MANY, LATER),  # refused
        ({"model": "gpt-5-mini", "parameters": {"n": 2}}, FIRST),
        ({"model": "gpt-5"}, date(2026, 12, 1)),
    )

    assert missing(coverage) == {}
    assert coverage.totals()["total"].percent == 100


def test_what_no_case_shows_is_named(tmp_path: Path) -> None:
    found = missing(covered(tmp_path, (MANY, LATER)))

    assert found["rules r"] == ("not matched",)
    assert found["purposes support.reply"] == ("permitted",)
    assert found["expiries support.reply"] == ("over",)
    assert any(
        name.startswith("waivers") and sides == ("used",)
        for name, sides in found.items()
    )
    assert found["branches all[0].model#0"] == ("no",)


def test_what_cannot_be_evaluated_is_counted_and_covers_nothing(tmp_path: Path) -> None:
    odd = {"model": "gpt-5", "parameters": {"n": "many"}}
    coverage = covered(tmp_path, (odd, LATER))
    (rule,) = (each for each in coverage.points() if each.point.sort == "rules")

    assert (rule.counts, rule.unknown) == ((0, 0), 1)


def test_rules_of_packs_count_only_where_they_are_asked_for(tmp_path: Path) -> None:
    policy = in_force(tmp_path, "extends: ['pack:deepseek-open-platform']\n" + SUPPORT)

    assert Coverage(policy).totals()["rules"].of == 0
    assert Coverage(policy, packs=True).totals()["rules"].of == 4
