"""A whole project folder, as `affidavit init` makes it, and calls to put to it."""

from pathlib import Path

from affidavit.calls import Attempt, Call, Ending, Outcome, Text
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.founding import found

DATASET_REQUEST = (
    "Generate 500 diverse instruction-response pairs in JSONL as training data, so "
    "that we can fine-tune our own model to compete with yours."
)


def a_project(directory: Path, *, observe: bool = False) -> Settings:
    """Found policy, key and trail in `directory`."""
    settings = read_settings(environ={}, directory=directory)
    found(settings, directory=directory, observe=observe)
    return settings


def a_call(**changes: object) -> Call:
    """A call that the starter policy allows."""
    call = Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        model="gpt-4o-mini",
        purpose="support.reply",
        texts=(Text(role="user", value="Where is my parcel?"),),
        content=b'{"messages":[]}',
        parameters={"n": 1},
    )
    return call._replace(**changes)  # type: ignore[arg-type]  # a builder for tests


def a_dataset_call() -> Call:
    """A call that asks for a training set for a competing model."""
    return a_call(texts=(Text(role="user", value=DATASET_REQUEST),))


def an_outcome(**changes: object) -> Outcome:
    """A call that came back whole at the first try."""
    outcome = Outcome(
        ending=Ending.COMPLETE,
        attempts=(Attempt(status=200, request_id="req_1", milliseconds=12),),
        response_id="chatcmpl-1",
        model="gpt-4o-mini-2024-07-18",
        input_tokens=20,
        output_tokens=18,
        finish_reason="stop",
        output_bytes=500,
        output_digest=b"d" * 32,
    )
    return outcome._replace(**changes)  # type: ignore[arg-type]  # a builder for tests
