"""A sample is asked about beside the path; what does not fit is dropped and counted."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from affidavit.calls import Call, Text
from affidavit.findings import Activity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Governor, Settings
from affidavit.wiring.opinion_plan import OpinionPlan
from affidavit.wiring.opinions import MOST_WAITING, Answer, NoAnswer
from support.forked import ended, forked
from support.project import a_call, a_dataset_call, a_project, an_outcome

PLAN = OpinionPlan(model="judge", purpose="second.opinion", rate=1.0)


class Judge:
    """Answers at once, or when it is let."""

    def __init__(self, answer: Answer | NoAnswer | Exception | None = None) -> None:
        self.answer = answer or Answer(0.87, Activity.SELF_INSTRUCT, "judge-1")
        self.seen: list[tuple[Text, ...]] = []
        self.closed = False
        self.free = threading.Event()
        self.free.set()

    def ask(self, texts: Sequence[Text]) -> Answer | NoAnswer:
        assert self.free.wait(10)
        self.seen.append(tuple(texts))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed = True


def a_governor(
    tmp_path: Path, judge: Judge | None, plan: OpinionPlan = PLAN
) -> tuple[Settings, Governor]:
    settings = replace(a_project(tmp_path), second_opinion=plan)
    governor = Governor(settings=settings)
    if judge is not None:
        assert governor.opinions is not None
        governor.opinions.asked_by(lambda: judge)
    return settings, governor


def made(governor: Governor, call: Call | None = None) -> str:
    verdict = governor.consider(call or a_call())
    governor.commit(verdict)
    if not verdict.refused:
        governor.conclude(verdict, an_outcome())
    return verdict.id


def told(settings: Settings) -> list[dict[str, Any]]:
    records: list[Any] = list(TrailReader(settings.trail).records())
    return [each.body for each in records if each.entry.kind is Kind.ADDENDUM]


def test_the_answer_is_recorded_of_the_call_that_was_asked_about(
    tmp_path: Path,
) -> None:
    judge = Judge()
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        identifier = made(governor)

    assert told(settings) == [
        {
            "asked": "judge",
            "call": identifier,
            "finding": {
                "activity": "self_instruct",
                "detector": "second-opinion/1",
                "kind": "dataset_generation",
                "rules": [],
                "score": "0.870",
            },
            "model": "judge-1",
            "what": "second_opinion",
        }
    ]
    assert judge.seen == [a_call().texts]
    assert judge.closed


def test_nobody_is_asked_where_the_settings_name_nobody(tmp_path: Path) -> None:
    with Governor(settings=a_project(tmp_path)) as governor:
        assert governor.opinions is None


def test_a_call_does_not_wait_for_the_answer(tmp_path: Path) -> None:
    judge = Judge()
    judge.free.clear()
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        made(governor)
        made(governor)
        assert judge.seen == []
        judge.free.set()

    assert sum("finding" in each for each in told(settings)) >= 1


def test_what_must_stay_here_and_what_has_no_text_is_not_shown(tmp_path: Path) -> None:
    judge = Judge()
    _, governor = a_governor(tmp_path, judge)
    with governor:
        made(governor, a_dataset_call())
        made(governor, a_call(purpose="nobody.declared.this"))
        made(governor, a_call(texts=()))
        made(governor, a_call(endpoint="embeddings"))

    assert judge.seen == []


def test_calls_of_its_own_purpose_are_never_asked_about(tmp_path: Path) -> None:
    judge = Judge()
    settings, governor = a_governor(
        tmp_path, judge, replace(PLAN, purpose="support.reply")
    )
    with governor:
        made(governor)

    assert judge.seen == []
    assert told(settings) == []


def test_more_than_can_wait_is_dropped_and_counted(tmp_path: Path) -> None:
    judge = Judge()
    judge.free.clear()
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        for _ in range(MOST_WAITING + 6):
            made(governor)
        judge.free.set()
    bodies = told(settings)

    answered = sum("finding" in each for each in bodies)
    assert answered + sum(each.get("dropped", 0) for each in bodies) == MOST_WAITING + 6


def test_no_more_are_asked_about_in_a_day_than_the_budget_has(tmp_path: Path) -> None:
    judge = Judge()
    settings, governor = a_governor(tmp_path, judge, replace(PLAN, budget=2))
    with governor:
        for _ in range(5):
            made(governor)
        while len(judge.seen) < 2:
            threading.Event().wait(0.01)
    bodies = told(settings)

    assert len(judge.seen) == 2
    assert sum(each.get("dropped", 0) for each in bodies) == 3


def test_no_answer_is_recorded_with_its_reason(tmp_path: Path) -> None:
    settings, governor = a_governor(tmp_path, Judge(NoAnswer("status 500")))
    with governor:
        made(governor)

    assert [each["problem"] for each in told(settings)] == ["status 500"]


def test_a_judge_that_breaks_does_not_stop_the_next_question(tmp_path: Path) -> None:
    judge = Judge(RuntimeError("oh"))
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        made(governor)
        made(governor)
        while len(judge.seen) < 2:
            threading.Event().wait(0.01)

    assert [each["problem"] for each in told(settings)] == ["failed", "failed"]


def test_without_anybody_to_ask_calls_are_counted_as_dropped(tmp_path: Path) -> None:
    settings, governor = a_governor(tmp_path, None)
    with governor:
        made(governor)

    assert [each["dropped"] for each in told(settings)] == [1]
    assert told(settings)[0]["call"] == ""


def test_a_call_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    judge = Judge()
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        governor.commit(governor.consider(a_call()))

    assert judge.seen == []
    assert [each["dropped"] for each in told(settings)] == [1]


def test_a_forked_child_asks_for_itself(tmp_path: Path) -> None:
    judge = Judge()
    settings, governor = a_governor(tmp_path, judge)
    with governor:
        made(governor)

        def ask() -> None:
            made(governor)
            governor.close()

        ended(forked(ask))
        made(governor)

    assert sum("finding" in each for each in told(settings)) == 3
    assert not any("dropped" in each for each in told(settings))
