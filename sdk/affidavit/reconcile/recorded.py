"""What a trail recorded of use that a provider counts.

Pure: records come in as verification meets them, figures come out, by UTC day of the
decision, kind, project and model. Calls and tries on the wire are counted apart: how a
provider counts a failed try is its own affair and is not documented.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.reconcile.usage import Family
from affidavit.trail.record import SALT_BYTES

_FAMILIES: Mapping[str, Family] = {
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
_LEFT = ("permit", "observed")
_HANDSHAKE = "handshake"
_ANSWERED = range(200, 300)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Where use is counted."""

    day: str
    family: str
    project: str | None
    model: str | None


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What the trail has of one cell."""

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
    unknown: int = 0
    """Calls that left and have no outcome."""
    turns: int = 0
    """Calls that are events of a websocket."""
    requested: Counter[str] = field(default_factory=Counter)
    """Names by which the model was asked for, where it answered to another."""


@dataclass(frozen=True, slots=True)
class _Call:
    day: str
    family: str
    project: str | None
    model: str | None
    turn: bool


class Harvest:
    """Takes a trail's records in order. `cells` comes last, after `close`."""

    def __init__(self, start: str, end: str, *, project: str | None = None) -> None:
        """The decisions of [start, end) count; `project` is whose calls they are that
        name none.
        """
        self._start, self._end, self._project = start, end, project
        self._open: dict[str, _Call] = {}
        self.cells: dict[Cell, Recorded] = {}
        self.batch_lines: Counter[str] = Counter()
        """Day → lines of batch files that left."""
        self.without_body = 0
        """Decisions of the period whose body is not at hand: they are in no cell."""
        self.began: str | None = None
        """`at` of the trail's first record."""

    def visit(self, index: int, entry: bytes, salted: bytes | None) -> None:
        """One record of the tree."""
        fields = _object(entry)
        at, kind = str(fields.get("at")), fields.get("kind")
        if index == 0:
            self.began = at
        if kind == "decision" and self._start <= at < self._end:
            self._decision(at, fields, salted)
        elif kind == "outcome":
            self._outcome(str(fields.get("id")), salted)

    def _decision(
        self, at: str, fields: Mapping[str, Json], salted: bytes | None
    ) -> None:
        if fields.get("effect") not in _LEFT:
            return
        if not salted:
            self.without_body += 1
            return
        body = _object(salted[SALT_BYTES:])
        file = body.get("file")
        if isinstance(file, Mapping) and isinstance(lines := file.get("lines"), int):
            self.batch_lines[at[:10]] += lines
        family = _FAMILIES.get(str(body.get("endpoint")))
        parameters = body.get("parameters")
        event = parameters.get("event") if isinstance(parameters, Mapping) else None
        if family is None or event == _HANDSHAKE:
            return
        self._open[str(fields.get("id"))] = _Call(
            at[:10],
            family.value,
            _text(body.get("project")) or self._project,
            _text(body.get("model")),
            isinstance(event, str),
        )

    def _outcome(self, name: str, salted: bytes | None) -> None:
        call = self._open.pop(name, None)
        if call is None:
            return
        body = _object(salted[SALT_BYTES:]) if salted else {}
        answered = _text(body.get("model"))
        cell = self._cell(call, answered or call.model)
        cell.calls += 1
        cell.turns += call.turn
        if answered and call.model and answered != call.model:
            cell.requested[call.model] += 1
        tries = [each for each in _list(body.get("attempts")) if each]
        cell.tries += max(len(tries), _count(body.get("attempted")), int(call.turn))
        cell.answered += call.turn or any(
            each.get("status") in _ANSWERED for each in tries
        )
        usage = body.get("usage")
        if isinstance(usage, Mapping):
            cell.input_tokens += _count(usage.get("input"))
            cell.output_tokens += _count(usage.get("output"))
            cell.estimated += usage.get("estimated") is True

    def close(self) -> None:
        """Count the calls that have no outcome: they left, and nobody knows more."""
        for call in self._open.values():
            cell = self._cell(call, call.model)
            cell.calls += 1
            cell.unknown += 1
            cell.turns += call.turn
        self._open.clear()

    def _cell(self, call: _Call, model: str | None) -> Recorded:
        place = Cell(call.day, call.family, call.project, model)
        return self.cells.setdefault(place, Recorded())


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
