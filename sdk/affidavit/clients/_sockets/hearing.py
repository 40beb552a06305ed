"""What the provider's events say about the questions that are open.

Reads each frame that came, delivers it to the account of the response it belongs to,
and closes that when the provider says so. A frame of a stream costs a pattern match and
a hash; the few that begin or end something are parsed. Never raises.
"""

import re
from typing import Any

from affidavit.calls import Ending, How
from affidavit.clients._reading.shapes import inside
from affidavit.clients._sockets import events
from affidavit.clients._sockets.events import Manner
from affidavit.clients._sockets.state import State

_TYPE = re.compile(rb'\s*\{\s*"type"\s*:\s*"([a-z_.]+)"')
_DONE = {"response.done", "response.completed", "response.failed"}
_DONE |= {"response.incomplete", "response.cancelled"}
_TRANSCRIBED = "conversation.item.input_audio_transcription."


def hear(state: State, data: bytes) -> None:
    """Take one frame that the program reads now."""
    head = _TYPE.match(data)
    if head is not None and head[1].endswith(b".delta") and not state.turns.many:
        _stream(state, data, {})
        return
    event = events.loads(data)
    name = event.get("type")
    if name == "response.event":  # a live session's, from its backend
        event = _object(event.get("event"))
        name = event.get("type")
    _take(state, str(name), event, data)


def _stream(state: State, data: bytes, event: dict[str, Any]) -> None:
    turns = state.turns
    turn = turns.under_way(event) if event else turns.only
    account = turn.account if turn else None
    if account is None and state.manner is Manner.ALWAYS:
        account = state.cover
    if account is not None:
        account.frame(data)


def _take(state: State, name: str, event: dict[str, Any], data: bytes) -> None:
    lane, cover = _text(event.get("stream_id")), state.cover
    response = event.get("response")
    if cover is None:
        return  # nothing was opened
    if name == "response.created":
        turn = state.turns.created(response, lane, cover)
        turn.account.frame(data)
        if not turn.unasked:
            turn.account.answered(response)
    elif name in _DONE:
        turn = state.turns.done(response, lane, cover)
        turn.account.frame(data)
        if turn.unasked:
            turn.account.answered({"usage": inside(response, "usage")})
        else:
            turn.account.ended(response)
    else:
        _stream(state, data, event)
        _notice(state, name, event)


def _notice(state: State, name: str, event: dict[str, Any]) -> None:
    """Events that say something about a turn or the session, and are no answer."""
    if name.startswith(_TRANSCRIBED):
        _transcribed(state, name, event)
    match name:
        case "error":
            under_way = state.manner is Manner.ASKED
            state.turns.failed(event, under_way=under_way)
        case "session.created" | "session.updated" | "session.started":
            model = _text(inside(event, "session", "model"))
            state.model = state.model or model
        case "input_audio_buffer.committed":
            state.turns.heard()
        case "decision.event":
            _decided(state, event)
        case "response.steer.failed" | "response.steer.pending":
            _steer_ended(state, event)
        case "session.closed":
            _session_closed(state, event)
        case _:
            pass


def _session_closed(state: State, event: dict[str, Any]) -> None:
    for turn in state.turns.closed_spans():
        turn.account.answered({"status": event.get("reason")})
        turn.account.conclude(Ending.COMPLETE)


def _transcribed(state: State, name: str, event: dict[str, Any]) -> None:
    # Where the provider also answers, the transcript is no end.
    over = name.endswith((".completed", ".failed"))
    if over and state.transcribes and not state.listens:
        turn = state.turns.transcribed()
        if turn is not None:
            turn.account.ended({"usage": event.get("usage")})


def _decided(state: State, event: dict[str, Any]) -> None:
    decision = inside(event, "event", "decision")
    turn = state.turns.decided()
    if turn is not None:
        turn.account.ended(decision)
    elif state.cover is not None:
        state.cover.answered({"usage": inside(decision, "usage")})


def _steer_ended(state: State, event: dict[str, Any]) -> None:
    turn = state.turns.steer_ended()
    if turn is None:
        return
    error = event.get("error")
    if error is None:
        turn.account.conclude(Ending.COMPLETE)  # the next question takes it along
    else:
        name = _text(inside(error, "code")) or "error"
        turn.account.conclude(Ending.ERROR, How.REPORTED, name)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
