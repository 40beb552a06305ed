"""Which records a reader asked for.

Pure. A call's outcome carries neither purpose nor model: it is taken when its decision
was, which stands before it in any trail.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from affidavit.canonical import Json
from affidavit.cli.arguments import When
from affidavit.policy.globs import Globs
from affidavit.trail.reader import StoredRecord
from affidavit.trail.record import Kind, parse_moment

_OF_CALLS = (Kind.DECISION, Kind.OUTCOME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What must be true of a record. Whatever is None or empty is true of each."""

    purpose: str | None = None
    """Glob over the declared purpose; selects calls only."""
    model: str | None = None
    """Glob over the model that was asked for; selects calls only."""
    kinds: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    since: When | None = None
    until: When | None = None

    def of(self, records: Iterable[StoredRecord]) -> Iterator[StoredRecord]:
        """Those of `records`, in their order, that were asked for."""
        return filter(self.taker(), records)

    def taker(self) -> Callable[[StoredRecord], bool]:
        """Says of each record of a trail, shown to it in order, whether it is one."""
        calls = _Calls(self.purpose, self.model)
        # Every record passes here, so that a decision outside the period still tells
        # whose call an outcome inside it was.
        return lambda record: calls.takes(record) and self._takes(record)

    def _takes(self, record: StoredRecord) -> bool:
        entry = record.entry
        if self.kinds and entry.kind.value not in self.kinds:
            return False
        if self.effects and entry.effect not in self.effects:
            return False
        if self.since is None and self.until is None:
            return True
        at = parse_moment(entry.at)
        begun = self.since is None or at >= self.since.start
        return begun and (self.until is None or at < self.until.after)


@dataclass(slots=True)
class _Calls:
    """Whether a record belongs to a call of the purpose and model asked for."""

    purpose: str | None
    model: str | None
    _taken: set[str] = field(default_factory=set)

    def takes(self, record: StoredRecord) -> bool:
        if self.purpose is None and self.model is None:
            return True
        entry = record.entry
        if entry.kind not in _OF_CALLS:
            return False
        if entry.kind is Kind.OUTCOME:
            return entry.id in self._taken
        body: Mapping[str, Json] = record.body or {}
        taken = _fits(self.purpose, body, "purpose") and _fits(
            self.model, body, "model"
        )
        if taken:
            self._taken.add(entry.id)
        return taken


def _fits(pattern: str | None, body: Mapping[str, Json], name: str) -> bool:
    value = body.get(name)
    return pattern is None or (
        isinstance(value, str) and Globs((pattern,)).match(value)
    )
