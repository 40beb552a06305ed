from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.calls import Attempt
from affidavit.errors import Reason
from affidavit.gate import telling
from affidavit.gate.telling import MOST, printable


def test_a_name_is_clipped_and_a_lone_surrogate_replaced() -> None:
    assert printable("x" * 300) == "x" * 255 + "…"
    assert printable("a\ud800b") == "a?b"


@given(st.text(), st.integers(1, 300))
def test_whatever_a_text_holds_it_can_be_written_down(value: str, limit: int) -> None:
    told = printable(value, limit)
    assert len(told) <= limit
    assert told.isprintable()
    assert canonical.loads(canonical.dumps({"told": told})) == {"told": told}


def test_of_many_reasons_the_first_are_told() -> None:
    given_reasons = [
        Reason(rule=f"r{number}", message="m") for number in range(MOST + 5)
    ]
    told = telling.reasons(given_reasons)
    assert told == [{"rule": f"r{number}", "message": "m"} for number in range(MOST)]


def test_a_number_without_a_canonical_form_travels_as_text() -> None:
    told = telling.parameters({"n": 2, "seed": 1 << 60, "logprobs": True})
    assert told == {"n": 2, "seed": str(1 << 60), "logprobs": True}


def test_the_first_try_is_always_told() -> None:
    tries = [
        Attempt(status=None, request_id="x" * 300, milliseconds=1, error="e" * 300)
    ]
    assert len(telling.attempts(tries * 100)) < 100
    assert telling.attempts(tries)[0] == telling.attempts(tries * 100)[0]


def test_who_answers_for_a_rule_and_how_much_it_matters_is_told() -> None:
    reason = Reason(rule="r", message="m", severity="high", owner="dpo@x.example")
    told = {"rule": "r", "message": "m", "severity": "high", "owner": "dpo@x.example"}
    assert telling.reasons([reason]) == [told]
