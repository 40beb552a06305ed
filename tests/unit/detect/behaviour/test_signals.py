"""Each signal: what raises it, and what looks like it and does not."""

from collections.abc import Iterator

from affidavit.calls import Call
from affidavit.detect.behaviour.signals import DETECTOR, KIND, LEAST_CALLS, ramp
from affidavit.detect.behaviour.stream import Seen
from support.behaviour import asked, watched

LONG = (
    "It begins where the river meets the coast, and the boats wait for the tide. " * 8
)


def last(lines: Iterator[tuple[Call, str | None]]) -> Seen:
    return watched(lines)[-1]


def rules(seen: Seen) -> tuple[str, ...]:
    return seen.findings[0].rules if seen.findings else ()


def test_a_ramp_is_bounded() -> None:
    assert [ramp(each, 1, 3) for each in (0, 1, 2, 3, 9)] == [0, 0, 0.5, 1, 1]


def test_a_few_calls_say_nothing() -> None:
    lines = (
        (asked(f"Task {i}", n=32, logprobs=True), LONG) for i in range(LEAST_CALLS)
    )

    assert all(seen.score == 0 for seen in watched(lines))


def test_many_long_answers_to_each_prompt_are_a_signal() -> None:
    many = last((asked(f"Solve number {i}", n=16), LONG) for i in range(20))
    few = last((asked(f"Solve number {i}", n=3), LONG) for i in range(20))
    short = last((asked(f"A subject line, number {i}", n=5), "Ahoy") for i in range(20))

    assert "many_samples" in rules(many)
    assert many.score >= 0.8
    assert few.score < 0.5
    assert short.score < 0.5


def test_probabilities_of_long_answers_are_a_signal_and_of_labels_are_not() -> None:
    params = {"logprobs": True, "top_logprobs": 5}
    texts = last((asked(f"Tell me of town {i}", **params), LONG) for i in range(20))
    labels = last((asked(f"Is post {i} spam?", **params), "spam") for i in range(20))

    assert "logprobs_of_texts" in rules(texts)
    assert labels.score < 0.5


def test_one_prompt_with_many_seeds_is_a_signal() -> None:
    varied = last((asked("Write a story.", seed=i), LONG) for i in range(20))
    polled = last((asked("Is it up?"), "yes") for _ in range(20))

    assert {"repeated_prompts", "swept_parameters"} <= set(rules(varied))
    assert varied.score >= 0.8
    assert polled.score < 0.5


def test_answers_to_one_prompt_that_come_back_together_are_a_signal() -> None:
    def lines() -> Iterator[tuple[Call, str]]:
        for i in range(12):
            prompt = f"Explain how town number {i} came to its {i * 7} bridges."
            answers = [
                f"{word * 3} {i} {i + j} "
                + " ".join(f"{word}{i}x{j}y{k}" for k in range(30))
                for j, word in enumerate(("alpha", "omega"))
            ]
            for answer in answers:
                yield asked(prompt, temperature=1), answer
            yield (
                asked(f"Which is better?\n{prompt}\nA: {answers[0]}\nB: {answers[1]}"),
                "A",
            )

    assert "answers_compared" in rules(last(lines()))


def test_reasoning_prompt_after_prompt_is_a_signal_and_a_tutors_is_not() -> None:
    thought = f"<think>{LONG}</think> Therefore, the answer is 4."
    harvest = last(
        (asked(("system", "Think in <think> tags."), f"Problem {i} {i * 3}"), thought)
        for i in range(20)
    )
    talk = [("user", "Why?"), ("assistant", "Because."), ("user", "And then?")]
    tutor = last(
        (asked(("system", "You tutor students."), *talk, f"And {i}?"), thought)
        for i in range(20)
    )

    assert "reasoning_harvest" in rules(harvest)
    assert tutor.score < 0.5


def test_being_turned_away_supports_and_never_decides() -> None:
    seen = last((asked(f"Message {i}"), "fine") for i in range(30))

    assert seen.score < 0.5


def test_a_finding_names_calls_and_counts() -> None:
    seen = last((asked("Write a story.", seed=i), LONG) for i in range(20))

    (finding,) = seen.findings
    assert finding.kind == KIND
    assert finding.detector == DETECTOR
    assert finding.activity == finding.rules[0]
    assert len(finding.notes) == len(finding.rules)
    assert "19 of 19 calls" in " ".join(finding.notes)
    assert all("00000000-0000-0000-0000-0000000000" in note for note in finding.notes)


def test_what_came_back_is_shown_by_its_records() -> None:
    def lines() -> Iterator[tuple[Call, str]]:
        text = "Plan the first of many quiet harbours for a town that has none at all."
        for i in range(20):
            new = " ".join(f"part{i}w{k}" for k in range(24))
            yield asked(f"Rewrite the text so that it is harder.\n\n{text}"), new
            text = new

    (finding,) = last(lines()).findings
    assert finding.activity == "output_reuse"
    assert "00000000-0000-0000-0000-0000000000" in finding.notes[0]
