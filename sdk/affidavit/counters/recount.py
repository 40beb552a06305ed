"""What a trail says was used of budgets: for a store that is new, or was lost.

Reads decisions with charges and the outcomes that settled them, sealed or not, and adds
up those whose windows have not ended. Proves nothing, as `trail.reader` does not. A
decision whose body is gone may have had charges: nobody knows, and that is an error.
"""

from collections.abc import Iterator, Mapping

from affidavit import canonical
from affidavit.calls import Ending, How, Outcome
from affidavit.canonical import Json
from affidavit.counters.store import Change, Key
from affidavit.errors import Invalid, Uncounted
from affidavit.policy import charges
from affidavit.policy.charges import Charge
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Kind, decode, moment_of, stamp

_DECISION, _OUTCOME = b'"kind":"decision"', b'"kind":"outcome"'
_REFUSED = (b'"effect":"refuse"', b'"effect":"review"')
_ID = b'"id":"'
_ID_CHARACTERS = 36


def recount(
    reader: TrailReader, *, since: int, now: int, accept_gaps: bool = False
) -> list[Change]:
    """What was used in windows that last, by decisions since `since` (ms).

    Raises `Uncounted` where a body is gone, unless gaps are accepted.
    """
    count = _Count(stamp(since).encode(), now, accept_gaps=accept_gaps)
    try:
        with reader.snapshot() as seen:
            size = seen.state.size if seen.state else reader.head().size
            for entry, body in _tree(reader, size, count):
                count.take(entry, body)
            for wal in seen.wals:
                for frame in wal.frames():
                    entry, _, whole = frame.parts()
                    if count.concerns(entry):
                        count.take(entry, whole)
    except Invalid as error:
        raise Uncounted(
            f"{reader.path}: the trail cannot be read, so nobody knows what was used "
            f"of the budgets. {error}"
        ) from error
    return count.totals()


def _tree(
    reader: TrailReader, size: int, count: "_Count"
) -> Iterator[tuple[bytes, bytes | None]]:
    bundle, bodies = -1, list[bytes | None]()
    for index, entry in reader.entries(0, size):
        if not count.concerns(entry):
            continue
        at, place = divmod(index, TILE_WIDTH)
        if at != bundle:
            width = min(size - at * TILE_WIDTH, TILE_WIDTH)
            bundle, bodies = at, reader.body_bundle(at, width)
        salted = bodies[place]
        yield entry, None if salted is None else salted[SALT_BYTES:]


class _Count:
    """One walk over records, in order."""

    def __init__(self, since: bytes, now: int, *, accept_gaps: bool) -> None:
        self._since, self._now, self._accept_gaps = since, now, accept_gaps
        self._open: dict[str, list[Charge]] = {}
        self._used: dict[Key, int] = {}

    def concerns(self, entry: bytes) -> bool:
        """Parses nothing, as a trail has millions."""
        if _DECISION in entry:
            return moment_of(entry) >= self._since and not any(
                mark in entry for mark in _REFUSED
            )
        return _OUTCOME in entry and _identifier(entry) in self._open

    def take(self, entry: bytes, body: bytes | None) -> None:
        decoded = decode(entry)
        said = canonical.parse(body) if body is not None else None
        if decoded.kind is Kind.DECISION:
            if said is None and not self._accept_gaps:
                raise Uncounted(
                    f"record {decoded.id} of {decoded.at} was pruned, so nobody knows "
                    "what was used of budgets since then. Keep bodies for longer than "
                    "the longest window (`keep`), and run `affidavit policy budgets "
                    "--found --accept-gaps` to count without them."
                )
            self._decided(decoded.id, said)
        else:
            self._ended(decoded.id, decoded.effect, said)

    def _decided(self, identifier: str, said: Json) -> None:
        listed = said.get("budgets") if isinstance(said, Mapping) else None
        taken = [
            found
            for each in (listed if isinstance(listed, list) else ())
            if isinstance(each, Mapping)
            and (found := charges.charge(each)).end > self._now
        ]
        for charge in taken:
            self._add(charge, charge.amount)
        if taken:
            self._open[identifier] = taken

    def _ended(self, identifier: str, effect: str | None, said: Json) -> None:
        outcome = _outcome(effect, said if isinstance(said, Mapping) else {})
        for charge in self._open.pop(identifier, ()):
            self._add(charge, charges.difference(charge, outcome))

    def _add(self, charge: Charge, amount: int) -> None:
        key = Key(charge.budget, charge.who, charge.start, charge.end)
        self._used[key] = self._used.get(key, 0) + amount

    def totals(self) -> list[Change]:
        return [Change(key, max(0, used)) for key, used in self._used.items()]


def _identifier(entry: bytes) -> str:
    start = entry.find(_ID) + len(_ID)
    return entry[start : start + _ID_CHARACTERS].decode("ascii", "replace")


def _outcome(effect: str | None, said: Mapping[str, Json]) -> Outcome:
    """As much of an outcome as settles charges."""
    usage, how = said.get("usage"), said.get("how")
    counted: Mapping[str, Json] = usage if isinstance(usage, Mapping) else {}
    return Outcome(
        ending=Ending(effect),
        attempts=(),
        input_tokens=_number(counted.get("input")),
        output_tokens=_number(counted.get("output")),
        how=How(how) if isinstance(how, str) else None,
    )


def _number(value: Json) -> int | None:
    return value if type(value) is int else None
