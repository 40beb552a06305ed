import pytest

from affidavit.detect.ordinary import ordinary
from support.detection import call_of

EMAIL = "Translate this letter into French."


def activities(*texts: str | tuple[str, str]) -> list[str]:
    return [finding.activity for finding in ordinary(call_of(*texts))]


def test_an_ordinary_call_is_named_for_what_it_does() -> None:
    (finding,) = ordinary(call_of(EMAIL))

    assert (finding.kind, finding.activity) == ("activity", "translate")
    assert finding.rules == ("OA003",)
    assert finding.detector == "ordinary/1"
    (first, *_) = finding.spans
    assert EMAIL[first.start : first.end] == "Translate"


def test_a_call_may_do_several_things() -> None:
    assert activities("Summarise this report.", EMAIL) == ["summarise", "translate"]


def test_a_benchmark_is_an_evaluation_of_a_model() -> None:
    (finding,) = ordinary(
        call_of("Which options hold? A, B, C. Answer with only the letter.")
    )

    assert finding.kind == "model_evaluation"
    assert finding.activity == "benchmark_answer"


@pytest.mark.parametrize("role", ["assistant", "tool", "tools"])
def test_what_others_say_is_not_what_a_call_does(role: str) -> None:
    assert activities("Good morning.", (role, EMAIL), "And the weather?") == []


def test_a_call_that_says_nothing_does_nothing() -> None:
    assert activities() == []
    assert activities("Good morning.") == []
