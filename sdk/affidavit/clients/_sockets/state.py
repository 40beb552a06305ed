"""What is known of one session: what its model sees, and who begins a response.

Knows the conversation, the settings that the client's events and the provider's make,
and the questions that are open. Not safe for threads; the session that holds it is.
"""

from affidavit.clients._sockets import events
from affidavit.clients._sockets.account import Account
from affidavit.clients._sockets.context import Context
from affidavit.clients._sockets.events import Event, Kind, Manner, Said
from affidavit.clients._sockets.turns import Turns


class State:
    """Changes with each event that leaves and each that comes."""

    def __init__(self) -> None:
        self.connection: Account | None = None
        self.context = Context()
        self.turns = Turns()
        self.manner = Manner.ALWAYS
        self.model: str | None = None
        self.delegate: str | None = None
        """The model to which a live session hands tasks."""
        self.safety_id: str | None = None
        self.listens = True
        """Does the provider answer when it has heard a speaker finish?"""
        self.idles = False
        """Does it answer when nobody speaks?"""
        self.transcribes = False

    def kind(self, event: Event) -> Kind:
        """What the event does in this session, as it stands."""
        speech, listens = self.turns.speech, self.listens
        match event.kind:
            case Kind.SPEAKS if self.manner is Manner.ALWAYS:
                return Kind.CONTROLS if self.turns.span else Kind.STARTS
            case Kind.SPEAKS:
                if not listens:
                    return Kind.TELLS
                return Kind.CONTROLS if speech else Kind.SPEAKS
            case Kind.COMMITS:
                heard = not speech and (listens or self.transcribes)
                return Kind.COMMITS if heard else Kind.CONTROLS
            case Kind.TELLS if self._answers_by_itself():
                return Kind.PUTS
            case kind:
                return kind

    def _answers_by_itself(self) -> bool:
        """Would a model see what is told without being asked again?"""
        if self.manner is not Manner.TURNS:
            return self.manner is Manner.ALWAYS
        return self.listens and (self.turns.speech is not None or self.idles)

    def learn(self, event: Event, said: Said) -> None:
        """The client changes the session."""
        self.model = said.model or self.model
        self.delegate = said.delegate or self.delegate
        self.safety_id = said.safety_id or self.safety_id
        session = event.body.get("session")
        for self.listens, self.idles in events.turns(session):
            pass
        self.transcribes = self.transcribes or events.transcribes(session)

    @property
    def cover(self) -> Account | None:
        """What accounts for a response that nobody asked for."""
        span = self.turns.span
        return span.account if span else self.connection
