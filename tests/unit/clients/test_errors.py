import openai
import pytest

from affidavit import errors
from affidavit.clients.errors import CallUngoverned, CallUnrecorded, PolicyDenied


def test_a_refusal_is_an_error_of_ours_and_of_openai() -> None:
    reason = errors.Reason(rule="no-training", message="not for training")
    denied = PolicyDenied((reason,), record_id="01J")

    assert isinstance(denied, errors.Refused)
    assert isinstance(denied, openai.OpenAIError)
    assert (denied.rule, denied.record_id) == ("no-training", "01J")


@pytest.mark.parametrize("kind", [CallUnrecorded, CallUngoverned])
def test_whatever_keeps_a_call_back_is_both_too(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.AffidavitError)
    assert issubclass(kind, openai.OpenAIError)
