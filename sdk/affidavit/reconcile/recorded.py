"""What a trail recorded of use that a provider counts.

Pure: records come in as verification meets them, figures come out, by UTC day of the
decision, kind, project and model. Calls and tries on the wire are counted apart: how a
provider counts a failed try is its own affair and is not documented.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.reconcile.usage import Family
from affidavit.trail.record import SALT_BYTES

FAMILIES: Mapping[str, Family] = {
    "chat.completions": Family.COMPLETIONS,
    "completions": Family.COMPLETIONS,
    "responses": Family.COMPLETIONS,
    "responses.compact": Family.COMPLETIONS,
    "responses.connect": Family.COMPLETIONS,
    "realtime.connect": Family.COMPLETIONS,
    "threads.create_and_run": Family.COMPLETIONS,
    "threads.runs.create": Family.COMPLETIONS,
    "embeddings": Family.EMBEDDINGS,
    "moderations": Family.MODERATIONS,
    "images.generations": Family.IMAGES,
    "images.edits": Family.IMAGES,
    "images.variations": Family.IMAGES,
    "audio.speech": Family.AUDIO_SPEECHES,
    "audio.transcriptions": Family.AUDIO_TRANSCRIPTIONS,
    "audio.translations": Family.AUDIO_TRANSCRIPTIONS,
    "decisions": Family.DECISIONS,
}
"""Endpoints → the kind that the provider counts them as."""
LEFT = ("permit", "observed")
"""Effects of calls that were let through."""
_RUNS_A_FILE = "batches.create"
_HANDSHAKE = "handshake"
_ABANDONED = "abandoned"
_ANSWERED = range(200, 300)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where use is compared."""

    day: str
    family: str
    project: str | None
    model: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the trail counts it."""

    day: str
    family: str
    project: str | None
    """As the call named it."""
    model: str | None
    """The one that answered, else the one that was asked for."""
    asked: str | None = None
    """The one that was asked for."""

    @property
    def order(self) -> tuple[str, str, str, str, str]:
        """How places are listed."""
        project, asked, model = self.project or "", self.asked or "", self.model or ""
        return self.day, self.family, project, asked, model


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What the trail has of one place."""

    calls: int = 0
    """That left."""
    answered: int = 0
    """Whose last try was answered with success."""
    tries: int = 0
    """On the wire, failed ones included."""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: int = 0
    """Calls whose tokens the provider did not count."""
    abandoned: int = 0
    """Calls whose answer the caller did not wait for."""
    unknown: int = 0
    """Calls that left and have no outcome."""
    turns: int = 0
    """Calls that are events of a websocket."""
    handshakes: int = 0
    """Websockets that were opened. They are no calls."""
    batched: int = 0
    """Lines of batch files that were handed over to be run. They are no calls either,
    and have no outcome of their own."""


@dataclass(frozen=True, slots=True)
class _Call:
    day: str
    family: str
    project: str | None
    model: str | None
    turn: bool


class Harvest:
    """Takes a trail's records in order. `rows` come last, after `close`."""

    def __init__(self, start: str, end: str) -> None:
        """The decisions of [start, end) count."""
        self._start, self._end = start, end
        self._open: dict[str, _Call] = {}
        self._others: set[str] = set()
        """Calls that left and count nowhere here, with an outcome still to come."""
        self._early: dict[str, tuple[str, bytes | None]] = {}
        """Outcomes that stand before their decision: processes share a trail."""
        self.rows: dict[Place, Recorded] = {}
        self.batch_lines: Counter[str] = Counter()
        """Day → lines of batch files that left."""
        self._files: dict[str, list[Mapping[str, Json]]] = {}
        """Decision about a batch file → what its lines ask for, alike ones together."""
        self.without_body = 0
        """Decisions of the period whose body is not at hand: they are in no row."""
        self.began: str | None = None
        """`at` of the trail's first record."""

    def visit(self, index: int, entry: bytes, salted: bytes | None) -> None:
        """One record of the tree."""
        fields = _object(entry)
        at, kind = str(fields.get("at")), fields.get("kind")
        name = str(fields.get("id"))
        if index == 0:
            self.began = at
        if kind == "decision" and fields.get("effect") in LEFT:
            self._decision(at, name, salted)
            if early := self._early.pop(name, None):
                self._outcome(name, *early)
        elif kind == "outcome":
            self._outcome(name, str(fields.get("effect")), salted)

    def _decision(self, at: str, name: str, salted: bytes | None) -> None:
        body = _object(salted[SALT_BYTES:]) if salted else {}
        self._file(at, name, body.get("file"))
        call = None
        if self._start <= at < self._end:
            self.without_body += not salted
            call = self._call(at, body)
        if call is None:
            self._others.add(name)
        else:
            self._open[name] = call

    def _file(self, at: str, name: str, file: Json) -> None:
        if not isinstance(file, Mapping) or file.get("purpose") != "batch":
            return
        self._files[name] = list(_list(file.get("work")))
        if self._start <= at < self._end:
            self.batch_lines[at[:10]] += _count(file.get("lines"))

    def _call(self, at: str, body: Mapping[str, Json]) -> _Call | None:
        day, endpoint = at[:10], str(body.get("endpoint"))
        project, model = _text(body.get("project")), _text(body.get("model"))
        if endpoint == _RUNS_A_FILE:
            self._run(day, project, body)
        family = FAMILIES.get(endpoint)
        if family is None:
            return None
        parameters = body.get("parameters")
        event = parameters.get("event") if isinstance(parameters, Mapping) else None
        call = _Call(day, family.value, project, model, isinstance(event, str))
        if event == _HANDSHAKE:
            self._row(call, model).handshakes += 1
            return None
        return call

    def _run(self, day: str, project: str | None, body: Mapping[str, Json]) -> None:
        for each in _list(body.get("files")):
            for work in self._files.get(str(each.get("decision")), ()):
                family = FAMILIES.get(str(work.get("endpoint")))
                if family is not None:
                    model = _text(work.get("model"))
                    call = _Call(day, family.value, project, model, turn=False)
                    self._row(call, model).batched += _count(work.get("requests"))

    def _outcome(self, name: str, ending: str, salted: bytes | None) -> None:
        call = self._open.pop(name, None)
        if call is None:
            if name in self._others:
                self._others.discard(name)
            else:
                self._early[name] = ending, salted
            return
        body = _object(salted[SALT_BYTES:]) if salted else {}
        row = self._row(call, _text(body.get("model")) or call.model)
        row.calls += 1
        row.turns += call.turn
        row.abandoned += ending == _ABANDONED
        tries = [each for each in _list(body.get("attempts")) if each]
        row.tries += max(len(tries), _count(body.get("attempted")), int(call.turn))
        row.answered += call.turn or any(
            each.get("status") in _ANSWERED for each in tries
        )
        usage = body.get("usage")
        if isinstance(usage, Mapping):
            row.input_tokens += _count(usage.get("input"))
            row.output_tokens += _count(usage.get("output"))
            row.estimated += usage.get("estimated") is True

    def close(self) -> None:
        """Count the calls that have no outcome: they left, and nobody knows more."""
        for call in self._open.values():
            row = self._row(call, call.model)
            row.calls += 1
            row.unknown += 1
            row.turns += call.turn
        self._open.clear()

    def _row(self, call: _Call, model: str | None) -> Recorded:
        place = Place(call.day, call.family, call.project, model, call.model)
        return self.rows.setdefault(place, Recorded())


def _object(data: bytes) -> Mapping[str, Json]:
    try:
        value = canonical.parse(data)
    except Malformed:
        return {}
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> Iterator[Mapping[str, Json]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            yield each


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: Json) -> int:
    return value if type(value) is int and value >= 0 else 0
