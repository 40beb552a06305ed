"""What a governor's calls do together: states from the store, and who asks them when.

Knows the order: looked at before the decision, admitted with it, concluded when the
answer is recorded, in the thread that records. Only purposes that the policy knows have
a state of their own; all others share one, so that made-up names fill no disk.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from affidavit.calls import Call, Finding, Outcome
from affidavit.detect.behaviour import features, window
from affidavit.detect.behaviour.denied import DENIED_BYTES, Denied
from affidavit.detect.behaviour.features import CallFeatures, OutcomeFeatures
from affidavit.detect.behaviour.state import STATE_BYTES, State
from affidavit.detect.behaviour.store import Store
from affidavit.detect.behaviour.stream import Line, Stream
from affidavit.detect.behaviour.window import Considered
from affidavit.detect.behaviour.words import Key
from affidavit.errors import Reason
from affidavit.policy.in_force import Policy

_MOST_WAITING = 4096
"""Calls whose answers are awaited: a stream may be read for hours."""
_MOST_OWN = 512
_TOO_MANY = 429
_SAYS_WHAT_TO_CHANGE = ("purpose.", "origin.", "default.", "budget", "file.")
"""Identifiers of reasons that ask for another declaration, not for another prompt."""
_DOWNLOAD = "files.content"
"""The endpoint that a batch's answers come by."""
_OTHERS = "\0others"
_DENIED = "\0denied"


class _Waiting(NamedTuple):
    state: State
    number: int | None
    """Of the call in its window; None for the download of a file, which is no call of
    a model."""


class Watcher:
    """One governor's. Safe for threads and forks; raises nothing."""

    def __init__(self, directory: Path, secret: bytes) -> None:
        names = blake2b(b"affidavit/1 behaviour names", key=secret[:64]).digest()
        self._store = Store(directory, names)
        self._key = Key.of(secret)
        self._states: dict[str, State] = {}
        self._waiting: dict[str, _Waiting] = {}
        self._denied: Denied | None = None

    def look(self, policy: Policy, milliseconds: int) -> "Look":
        """For one call that is to be decided at this Unix time."""
        return Look(self, policy, milliseconds)

    def look_at_file(self, policy: Policy) -> "FileLook":
        """For the lines of one file, which are one stream."""
        return FileLook(self, policy)

    def concluded(
        self, identifier: str, outcome: Outcome, texts: Sequence[str] = ()
    ) -> None:
        """Take the answer to the call of this record; `texts` are a long file's."""
        waiting = self._waiting.pop(identifier, None)
        if waiting is None:
            return
        if waiting.number is None:
            said = texts or tuple(outcome.said or ())
            window.learn(waiting.state, said, self._key)
            return
        limited = sum(1 for each in outcome.attempts if each.status == _TOO_MANY)
        told = OutcomeFeatures(
            tuple(outcome.said or ()), limited, outcome.output_tokens or 0
        )
        window.conclude(waiting.state, waiting.number, told, self._key)

    def state(self, policy: Policy, purpose: str | None) -> State:
        """That of a purpose, mapped when it is first asked for."""
        name = purpose or ""
        if name not in policy.purposes or len(self._states) >= _MOST_OWN:
            name = _OTHERS
        found = self._states.get(name)
        if found is None:
            found = State(self._store.block(name, STATE_BYTES))
            self._states[name] = found
        return found

    @property
    def denied(self) -> Denied:
        """What was refused, of all purposes."""
        if self._denied is None:
            block = self._store.block(_DENIED, DENIED_BYTES)
            self._denied = Denied(self._key, block)
        return self._denied

    @property
    def key(self) -> Key:
        """Of the tables."""
        return self._key

    def awaits(self, identifier: str, state: State, number: int | None) -> None:
        """An answer is to come."""
        if len(self._waiting) >= _MOST_WAITING:
            # Another thread may take the same one away at once.
            self._waiting.pop(next(iter(self._waiting), ""), None)
        self._waiting[identifier] = _Waiting(state, number)


class Look:
    """One call's: asked for findings before its decision, told of it afterwards."""

    __slots__ = (
        "_call",
        "_downloads",
        "_milliseconds",
        "_policy",
        "_purpose",
        "_seen",
        "_watcher",
    )

    def __init__(self, watcher: Watcher, policy: Policy, milliseconds: int) -> None:
        self._watcher, self._policy = watcher, policy
        self._milliseconds = milliseconds
        self._seen: Considered | None = None
        self._call: CallFeatures | None = None
        self._purpose = ""
        self._downloads = False

    def __call__(self, call: Call, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """What the window says of `call`; `findings` are what its words said."""
        self._call = features.of_call(call, findings, self._milliseconds)
        self._purpose = call.purpose or ""
        if self._call is None:
            self._downloads = call.endpoint == _DOWNLOAD
            return ()
        state = self._watcher.state(self._policy, call.purpose)
        self._seen = window.consider(state, self._call, self._watcher.key)
        return self._seen.findings + self._watcher.denied.find(
            self._call, self._purpose
        )

    def decided(
        self, identifier: str, reasons: Sequence[Reason], *, left: bool
    ) -> None:
        """It was decided so, under this record; `left`: it may leave."""
        if self._downloads and left:
            state = self._watcher.state(self._policy, self._purpose)
            self._watcher.awaits(identifier, state, None)
        if self._call is None or self._seen is None:
            return
        state = self._watcher.state(self._policy, self._purpose)
        number = window.admit(state, self._seen, identifier)
        if left:
            self._watcher.awaits(identifier, state, number)
        elif not any(
            each.rule.startswith(_SAYS_WHAT_TO_CHANGE) for each in reasons[:1]
        ):
            self._watcher.denied.add(self._call, self._purpose, identifier)


class FileLook:
    """One file's: its lines in order, after what its purpose did before."""

    def __init__(self, watcher: Watcher, policy: Policy) -> None:
        self._watcher, self._policy = watcher, policy
        self._stream: Stream | None = None

    def __call__(self, call: Call, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """What the file's lines up to this one say together."""
        if self._stream is None:
            state = self._watcher.state(self._policy, call.purpose).copy()
            state.begin_window()
            self._stream = Stream(state, self._watcher.key)
        return self._stream.see(Line(call, findings)).findings
