"""One governed session over a websocket, whatever number of connections it takes.

Knows what was decided about it, what its conversation holds, and which question waits
for which answer. Reads each frame that is about to leave and each that came; sends
none and waits for none. The same for sync and async, and safe for threads.
"""

import hashlib
import threading
import time
from typing import NamedTuple

from openai import OpenAIError

from affidavit.calls import HANDSHAKE, Call, Ending, How
from affidavit.clients._governor import Governor
from affidavit.clients._sockets import events
from affidavit.clients._sockets.account import Account, Clock
from affidavit.clients._sockets.events import Event, Kind, Said
from affidavit.clients._sockets.hearing import hear
from affidavit.clients._sockets.state import State
from affidavit.clients._sockets.turns import Turn
from affidavit.clients.errors import CallUngoverned
from affidavit.purpose import current

_MOST_UNSENT = 64
_LONG = 32 << 10
"""Bytes of text from which on reading them takes milliseconds."""
_STAYS = (Kind.TELLS, Kind.PUTS, Kind.STEERS, Kind.STARTS)
"""What such events say is part of the conversation from now on."""


class Opening(NamedTuple):
    """What a handshake asks for: equal ones are tries of one call."""

    endpoint: str
    provider: str
    host: str
    origin: str
    """As `https://host`, whatever the socket's own scheme."""
    model: str | None
    purpose: str | None
    project: str | None

    def call(self) -> Call:
        """The call that the handshake is."""
        return Call(**self._asdict(), parameters={"event": HANDSHAKE})


class Sending(NamedTuple):
    """A frame that is about to leave."""

    event: Event
    said: Said
    turn: Turn | None
    """None for what needs no decision."""
    admitted: bool = False
    """Whether its decision is durable already: it tried to leave before."""


class Session:
    """Lives as long as somebody may send over it."""

    def __init__(
        self, governor: Governor, *, reconnects: bool, now: Clock = time.monotonic
    ) -> None:
        self.governor = governor
        self.now = now
        self.opened: Opening | None = None
        self.deferred: OpenAIError | None = None
        """A refusal of an event that waited in a queue, for who reads next."""
        self._reconnects = reconnects
        self._lock = threading.RLock()
        self._request_id: str | None = None
        self._state = State()
        self._unsent: dict[bytes, tuple[Turn, int]] = {}
        self._closing = False
        self._broken: str | None = None

    # The handshake

    def opening(self, opening: Opening) -> Account | None:
        """The account to admit before this handshake may leave; None when one that was
        admitted covers it: it is one more try then.
        """
        with self._lock:
            account = self._state.connection
            if account is not None and account.is_open:
                if opening == self.opened:
                    return None
                how = How.CLOSED if account.attempts else How.UNSENT
                account.conclude(Ending.ABANDONED, how)
            self._state.connection = None
        return Account(self.governor, opening.call(), now=self.now)

    def admitted(self, opening: Opening, account: Account | None) -> None:
        """The handshake may leave."""
        with self._lock:
            if account is not None:
                self._state.connection = account
                self._state.manner = events.manner(opening.endpoint)
                self._state.model = opening.model
            self.opened, self._closing, self._broken = opening, False, None

    def tried(
        self,
        status: int | None,
        began: float,
        *,
        request_id: str | None = None,
        error: str | None = None,
    ) -> None:
        """One try to open a connection came to this."""
        with self._lock:
            if self._state.connection is not None:
                self._request_id = request_id or self._request_id
                self._state.connection.tried(
                    status, began, request_id=request_id, error=error
                )

    def tries(self) -> int:
        """How many tries were noted."""
        account = self._state.connection
        return len(account.attempts) if account else 0

    def not_opened(self, error: BaseException) -> None:
        """Nobody goes on trying to open the connection."""
        with self._lock:
            if self._state.connection is not None:
                self._state.connection.failed(error)

    # What leaves

    def takes_long(self, message: object) -> bool:
        """Is deciding this message too much work for an event loop's thread?"""
        size = len(message) if isinstance(message, str | bytes) else 0
        return self._state.context.kept + size > _LONG

    def sending(self, frame: bytes) -> Sending:
        """Read a frame and decide it; whoever asks admits the decision before the frame
        leaves, and then says `leaving`, and `left` or `unsent`.
        """
        event = events.read(frame)
        with self._lock:
            kind = self._state.kind(event)
            if kind is Kind.CONTROLS:
                return Sending(event, Said(), None)
            said = events.said(event)
            if kind is Kind.TELLS:
                return Sending(event, said, None)
            if again := self._again(event):
                return Sending(event, said, again, admitted=True)
            call = self._call(event, said)
        account = Account(self.governor, call, now=self.now)
        return Sending(event, said, self._turn(event, kind, said, account))

    def _call(self, event: Event, said: Said) -> Call:
        opened, context = self.opened, self._state.context
        if opened is None:
            raise CallUngoverned(
                "An event was not sent: the connection was never opened through a "
                "governed client. Use the client's own `connect`."
            )
        model = said.model
        if model is None and event.kind in (Kind.ASKS, Kind.DECIDES):
            model = self._state.delegate
        return Call(
            endpoint=opened.endpoint,
            provider=opened.provider,
            host=opened.host,
            origin=opened.origin,
            model=model or self._state.model or said.other_model,
            purpose=current() or opened.purpose,
            project=opened.project,
            subject=said.subject,
            safety_id=said.safety_id or self._state.safety_id,
            parameters=said.parameters,
            texts=context.joined(said.texts),
            unread=context.unread(said.unread),
            content=events.canonical(
                event, told=context.told, told_digest=context.digest
            ),
        )

    def _turn(self, event: Event, kind: Kind, said: Said, account: Account) -> Turn:
        lane = _text(event.body.get("stream_id"))
        if kind is Kind.STEERS:
            lane = self._state.turns.lane_of(event.body.get("previous_response_id"))
        return Turn(
            account=account,
            kind=kind,
            event_id=_text(event.body.get("event_id")),
            lane=lane,
            metadata=said.metadata,
        )

    def _again(self, event: Event) -> Turn | None:
        """The turn of an event that tried to leave before, unless more was told."""
        turn, told = self._unsent.pop(_digest(event), (None, 0))
        if turn is None or told == self._state.context.told:
            return turn
        turn.account.conclude(Ending.ERROR, How.BROKEN)
        return None

    def leaving(self, sending: Sending) -> None:
        """The frame goes now; its answer may come before `left` is said."""
        event, said, turn = sending.event, sending.said, sending.turn
        with self._lock:
            state = self._state
            if event.kind in _STAYS or (turn is None and said.unread):
                state.context.add(event.frame, said.texts, said.unread)
            if event.kind in (Kind.TELLS, Kind.STARTS):
                state.learn(event, said)
            if turn is not None:
                state.context.decided()
                if turn.kind is not Kind.PUTS:
                    state.turns.add(turn)

    def left(self, sending: Sending) -> None:
        """The frame is with the provider."""
        turn = sending.turn
        if turn is not None:
            with self._lock:
                turn.account.sent(self._request_id)
                if turn.kind is Kind.PUTS:
                    turn.account.conclude(Ending.COMPLETE)

    def unsent(self, sending: Sending, began: float, error: BaseException) -> None:
        """The frame did not leave. It may, over the next connection."""
        turn = sending.turn
        if turn is None:
            return
        with self._lock:
            self._state.turns.forget(turn)
            turn.account.tried(None, began, error=type(error).__name__)
            if self._reconnects and len(self._unsent) < _MOST_UNSENT:
                key = _digest(sending.event)
                self._unsent[key] = turn, self._state.context.told
            else:
                turn.account.failed(error)

    # What comes

    def received(self, data: bytes) -> None:
        """Take a frame that the program reads now. Never raises."""
        with self._lock:
            hear(self._state, data)

    # The end

    def closing(self) -> None:
        """The program closes the connection."""
        self._closing = True

    def lost(self, error: BaseException, *, clean: bool) -> None:
        """The connection has ended, and somebody noticed by sending or reading."""
        name = type(error).__name__
        with self._lock:
            self._broken = None if clean else name
            self._end_turns(name)  # another connection is another session, there
            if self._closing or not self._reconnects:
                self.finished()

    def finished(self) -> None:
        """Nobody will use the session any more."""
        with self._lock:
            broken = self._broken
            if self._state.connection is not None:
                if broken is None:
                    self._state.connection.conclude(Ending.COMPLETE)
                else:
                    self._state.connection.conclude(Ending.ERROR, How.BROKEN, broken)
            self._end_turns(broken)
            for turn, _ in self._unsent.values():
                turn.account.conclude(Ending.ERROR, How.BROKEN, broken)
            self._unsent.clear()

    def _end_turns(self, broken: str | None) -> None:
        for turn in self._state.turns.all():
            if self._broken is None and turn.kind is Kind.STARTS:
                turn.account.conclude(Ending.COMPLETE)
            elif self._closing:
                turn.account.conclude(Ending.ABANDONED, How.CLOSED)
            else:
                turn.account.conclude(Ending.ERROR, How.BROKEN, broken)

    def forgotten(self) -> None:
        """Nobody holds the connection any more."""
        with self._lock:
            if self._state.connection is not None:
                self._state.connection.conclude(Ending.ABANDONED, How.COLLECTED)
            for turn in self._state.turns.all():
                turn.account.conclude(Ending.ABANDONED, How.COLLECTED)
            self.finished()


def _digest(event: Event) -> bytes:
    return hashlib.sha256(event.frame).digest()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
