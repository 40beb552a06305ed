"""The values that every rule speaks are values: frozen, and told apart by content."""

from dataclasses import fields, is_dataclass

import pytest

from affidavit import calls
from affidavit.calls import Attempt, Call, Ending, Finding, Outcome, Span, Text

VALUES = (
    Call(endpoint="responses", provider="openai", host="api.openai.com"),
    Text(role="user", value="hi"),
    Span(text=0, start=1, end=2),
    Finding(kind="k", score=0.5, activity="a", rules=("R1",), detector="d/1"),
    Attempt(status=200, request_id=None, milliseconds=3),
    Outcome(ending=Ending.COMPLETE, attempts=()),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_cannot_be_changed_after_it_was_judged(value: object) -> None:
    names = getattr(value, "_fields", None)
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
    assert names
    with pytest.raises(AttributeError):
        setattr(value, names[0], None)
    assert not hasattr(value, "__dict__")


def test_what_a_call_does_not_say_is_none_or_empty() -> None:
    call = VALUES[0]

    assert isinstance(call, Call)
    assert (call.purpose, call.model, call.subject, call.safety_id) == (None,) * 4
    assert (dict(call.parameters), call.texts, dict(call.unread)) == ({}, (), {})


def test_the_endings_are_those_that_the_format_names() -> None:
    assert [each.value for each in calls.Ending] == ["complete", "abandoned", "error"]
