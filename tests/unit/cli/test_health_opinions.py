"""What doctor says of second opinions, from what a trail recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from affidavit.cli.health_opinions import DAYS, opinions, told
from affidavit.findings import Activity
from affidavit.wiring import Governor, Settings
from affidavit.wiring.opinion_plan import OpinionPlan
from affidavit.wiring.opinions import Answer, NoAnswer
from support.cli import invoke
from support.project import a_call, a_project, an_outcome

PLAN = OpinionPlan(model="judge", purpose="second.opinion", rate=1.0)


class Says:
    """Gives one answer after the other."""

    def __init__(self, *answers: Answer | NoAnswer) -> None:
        self._answers = list(answers)

    def ask(self, _: object) -> Answer | NoAnswer:
        return self._answers.pop(0)

    def close(self) -> None:
        pass


def judged(directory: Path, *answers: Answer | NoAnswer) -> tuple[Settings, list[str]]:
    settings = replace(a_project(directory), second_opinion=PLAN)
    ids = []
    with Governor(settings=settings) as governor:
        assert governor.opinions is not None
        judge = Says(*answers)
        governor.opinions.asked_by(lambda: judge)
        for _ in answers:
            verdict = governor.consider(a_call())
            governor.commit(verdict)
            governor.conclude(verdict, an_outcome())
            ids.append(verdict.id)
    return settings, ids


LOW = Answer(0.1, Activity.REPLY, "judge-1")
HIGH = Answer(0.8, None, "judge-1")


def test_nobody_is_asked(tmp_path: Path) -> None:
    found = opinions(a_project(tmp_path), datetime.now(UTC))

    assert list(told(found.facts)) == [("model", "none is asked")]
    assert found.troubles == ()


def test_answers_are_counted_and_high_ones_named(tmp_path: Path) -> None:
    settings, ids = judged(tmp_path, LOW, HIGH, NoAnswer("status 429"))
    found = opinions(settings, datetime.now(UTC))

    assert found.facts["answered"] == 2
    assert found.facts["high"] == 1
    assert found.facts["problems"] == {"status 429": 1}
    (trouble,) = found.troubles
    assert ids[1] in trouble.message
    assert (
        "2 answers, 1 of them high, 1 without"
        in dict(told(found.facts))[f"last {DAYS} days"]
    )
    later = opinions(settings, datetime.now(UTC) + timedelta(days=DAYS + 1))
    assert later.facts["answered"] == 0


def test_questions_without_any_answer_are_pointed_out(tmp_path: Path) -> None:
    settings, _ = judged(tmp_path, NoAnswer("refused"))
    (trouble,) = opinions(settings, datetime.now(UTC)).troubles

    assert "refused" in trouble.message
    assert "second.opinion" in str(trouble.remedy)


def test_a_trail_that_is_gone_is_no_crash(tmp_path: Path) -> None:
    settings = replace(
        a_project(tmp_path), second_opinion=PLAN, trail=tmp_path / "nowhere"
    )
    (trouble,) = opinions(settings, datetime.now(UTC)).troubles

    assert "cannot be read" in trouble.message


def test_doctor_and_show_tell_of_them(tmp_path: Path) -> None:
    _, ids = judged(tmp_path, HIGH, NoAnswer("refused"))
    (tmp_path / "affidavit.toml").write_text(
        '[second_opinion]\nmodel = "judge"\npurpose = "second.opinion"\n'
    )
    ran = invoke("doctor", cwd=tmp_path)
    assert "judge takes 1 call of the last 30 days" in ran.out
    assert invoke("doctor", "--json", cwd=tmp_path).json["second_opinion"]["high"] == 1
    shown = invoke("trail", "show", "--kind", "addendum", cwd=tmp_path).out
    assert f"second_opinion 0.800 unknown of {ids[0]}" in shown
    assert f"second_opinion: none (refused) of {ids[1]}" in shown
