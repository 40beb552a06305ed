"""Which question a response answers: what a client asked, in order, and what came.

Knows turns that wait for a response, those whose response is under way, and what the
provider's events say about either. A socket's responses bear no number of their
question: they are matched by the marks that the client made (`metadata`, `event_id`,
the lane's `stream_id`), else in order. Knows no policy. Not safe for threads.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from affidavit.calls import Ending, How, JsonObject
from affidavit.clients._reading.shapes import inside
from affidavit.clients._sockets.account import Account, error_name, metadata
from affidavit.clients._sockets.events import Kind

MOST_WAITING = 1024
"""Questions without an answer, beyond which the oldest is given up."""


@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """One question, and the account of it."""

    account: Account
    kind: Kind
    event_id: str | None = None
    lane: str | None = None
    metadata: JsonObject | None = None
    unasked: bool = False
    """Nobody asked: the account is of something larger, and stays open."""


class Turns:
    """The questions of one session."""

    def __init__(self) -> None:
        self._waiting: deque[Turn] = deque()
        self._active: dict[str, Turn] = {}
        self._deciding: deque[Turn] = deque()
        self._spans: list[Turn] = []
        self.speech: Turn | None = None
        """Audio that the provider answers when it has heard enough."""
        self._heard = False

    def add(self, turn: Turn) -> None:
        """A question leaves."""
        match turn.kind:
            case Kind.STARTS:
                self._spans.append(turn)
            case Kind.DECIDES:
                self._deciding.append(turn)
            case Kind.SPEAKS | Kind.COMMITS:
                self.speech, self._heard = turn, False
            case _:
                self._waiting.append(turn)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft().account.conclude(Ending.ABANDONED, How.CLOSED)

    def forget(self, turn: Turn) -> None:
        """It did not leave after all."""
        for waiting in (self._waiting, self._deciding, self._spans):
            if turn in waiting:
                waiting.remove(turn)
        for response_id in [key for key, each in self._active.items() if each is turn]:
            del self._active[response_id]
        if turn is self.speech:
            self.speech = None

    @property
    def span(self) -> Turn | None:
        """What covers everything that a model does by itself."""
        return self._spans[-1] if self._spans else None

    def lane_of(self, response_id: object) -> str | None:
        """The lane in which a response is under way."""
        turn = self._active.get(str(response_id))
        return turn.lane if turn else None

    def heard(self) -> None:
        """The provider took the audio in: its answer comes after those asked before."""
        if self.speech is not None and not self._heard:
            self._heard = True
            self._waiting.append(self.speech)

    def created(self, response: object, lane: str | None, cover: Account) -> Turn:
        """A response begins; `cover` accounts for one that nobody asked for."""
        turn = self._asked(response, lane) or Turn(
            account=cover, kind=Kind.PUTS, lane=lane, unasked=True
        )
        response_id = str(inside(response, "id"))
        if turn.kind is Kind.STEERS:
            self._merge_steers(response_id, turn.lane)
        self._active[response_id] = turn
        return turn

    def _asked(self, response: object, lane: str | None) -> Turn | None:
        marks = metadata(response)
        there = [turn for turn in self._waiting if turn.lane == lane]
        turn = next((each for each in there if marks and each.metadata == marks), None)
        if turn is None:
            plain = (each for each in there if not each.metadata)
            turn = next(plain, there[0] if there else None)
        if turn is not None:
            self._waiting.remove(turn)
            return turn
        return self.speech if not self._heard else None

    def _merge_steers(self, response_id: str, lane: str | None) -> None:
        # Inputs that were queued together are answered together.
        while self._waiting and self._waiting[0].kind is Kind.STEERS:
            if self._waiting[0].lane != lane:
                return
            account = self._waiting.popleft().account
            account.response_id = response_id
            account.conclude(Ending.COMPLETE)

    def under_way(self, event: Mapping[str, Any]) -> Turn | None:
        """The turn to whose response an event belongs."""
        if len(self._active) == 1:
            return next(iter(self._active.values()))
        named = event.get("response_id") or inside(event.get("response"), "id")
        turn = self._active.get(str(named))
        lane = event.get("stream_id")
        if turn is None and lane is not None:
            active = self._active.values()
            turn = next((each for each in active if each.lane == lane), None)
        return turn or next(iter(self._active.values()), None)

    @property
    def only(self) -> Turn | None:
        """The turn whose response is under way, if there is just one."""
        return next(iter(self._active.values())) if len(self._active) == 1 else None

    @property
    def many(self) -> bool:
        """Are several responses under way?"""
        return len(self._active) > 1

    def done(self, response: object, lane: str | None, cover: Account) -> Turn:
        """A response is over; one whose beginning was not seen begins here."""
        response_id = str(inside(response, "id"))
        if response_id not in self._active:
            self.created(response, lane, cover)
        turn = self._active.pop(response_id)
        if turn is self.speech:
            self.speech = None
        return turn

    def transcribed(self) -> Turn | None:
        """What was said is written down: in some sessions that is the whole answer."""
        turn, self.speech = self.speech, None
        if turn is not None and turn in self._waiting:
            self._waiting.remove(turn)
        return turn

    def decided(self) -> Turn | None:
        """One of the provider's decisions is made."""
        return self._deciding.popleft() if self._deciding else None

    def failed(self, event: Mapping[str, Any], *, under_way: bool) -> Turn | None:
        """An error event: of the question that it names, else of the oldest one.

        `under_way` says that an error also ends the response that is being made.
        """
        error = event.get("error")
        names = [inside(error, "event_id"), inside(error, "client_event_id")]
        names.append(event.get("client_event_id"))
        name = next((each for each in names if each), None)
        candidates = [*self._waiting, *self._deciding, *self._spans]
        if name is not None:
            turn = next((each for each in candidates if each.event_id == name), None)
        else:
            lane = event.get("stream_id")
            places = [*self._waiting, *(self._active.values() if under_way else ())]
            turn = next((each for each in places if each.lane == lane), None)
        if turn is not None and not turn.unasked:
            self.forget(turn)
            what = error_name(error) or error_name(event) or "error"
            turn.account.conclude(Ending.ERROR, How.REPORTED, what)
        return turn

    def steer_ended(self) -> Turn | None:
        """The oldest steering input will not be answered by itself."""
        found = (each for each in self._waiting if each.kind is Kind.STEERS)
        turn = next(found, None)
        if turn is not None:
            self._waiting.remove(turn)
        return turn

    def closed_spans(self) -> Iterator[Turn]:
        """The session has ended; so has what a model did by itself."""
        spans, self._spans = self._spans, []
        yield from spans

    def all(self) -> list[Turn]:
        """Every turn that is open; there is none afterwards."""
        speech = [self.speech] if self.speech else []
        places: list[Iterable[Turn]] = [self._active.values(), self._waiting]
        places += [self._deciding, self._spans, speech]
        turns = [turn for place in places for turn in place if not turn.unasked]
        for place in (self._active, self._waiting, self._deciding, self._spans):
            place.clear()
        self.speech = None
        return turns
