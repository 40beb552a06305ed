"""Counting a window of records, twice over: by what bodies say, and by labels alone.

Pure. Who attests holds the bodies and counts by them; who checks holds entries and the
openings that the statement discloses, and counts by those. The two meet in the figures,
and a label that does not stand for what its body says is found on the way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.trail import record
from affidavit.trail.record import SALT_BYTES, Labels, Opening
from affidavit.verify.form import CLOCK_SLACK

ATTESTED = ("purpose", "model", "endpoint")
"""The labelled fields that a statement counts by and opens."""
ENDINGS = ("complete", "abandoned", "error", "unknown")
EFFECTS = ("permit", "observed", "refuse", "review")
_LEFT = ("permit", "observed")

Values = tuple[str | None, ...]
"""Purpose, model and endpoint; None where the call had none."""


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open window `[start, end)` of record times, in UTC milliseconds."""

    start: str
    end: str

    def __post_init__(self) -> None:
        for each in (self.start, self.end):
            if stamp(record.parse_moment(each)) != each:
                raise Malformed(f"not a UTC time in milliseconds: {each!r}")
        if self.start >= self.end:
            raise SettingsInvalid(
                f"the period from {self.start} to {self.end} is empty: its end is "
                "exclusive, and must be later than its start"
            )

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Period":
        """The window between two aware times; `SettingsInvalid` when it is empty."""
        return cls(stamp(start), stamp(end))

    def __contains__(self, at: str) -> bool:
        return self.start <= at < self.end


def stamp(moment: datetime) -> str:
    """`moment` as records print it, cut to milliseconds."""
    whole = moment.astimezone(UTC)
    return record.stamp(int(whole.timestamp()) * 1000 + whole.microsecond // 1000)


@dataclass(slots=True)
class PolicySpan:
    """How long one policy was in force, as far as the window shows."""

    put_in_force: str
    """`at` of the first `policy` record of it in the trail."""
    last: str | None = None
    """`at` of the last record in the window that names it; None when none does."""
    decisions: int = 0
    name: str | None = None
    mode: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    """Path and SHA-256 of each, where a body tells them."""


class Tally:
    """What entries alone show. Subclasses say by what decisions are told apart."""

    def __init__(self, period: Period) -> None:
        self._period = period
        self.kinds: Counter[str] = Counter()
        self.effects: Counter[str] = Counter(dict.fromkeys(EFFECTS, 0))
        self.days: Counter[tuple[str, str]] = Counter()
        """UTC day and effect → decisions of the window."""
        self.endings: Counter[str] = Counter(dict.fromkeys(ENDINGS, 0))
        self.policies: dict[str, PolicySpan] = {}
        self.recoveries = 0
        self.clock_anomalies = 0
        self.began: str | None = None
        """`at` of the first record of all."""
        self.newest: str | None = None
        """`at` of the last record of all."""
        self.first, self.end = 0, 0
        """Records `[first, end)` from the window's first to its last; else 0."""
        self._awaiting: dict[str, bool] = {}
        """Calls that left and have no outcome yet → whether decided in the window."""
        self._early: dict[str, str] = {}
        self._clocks: dict[str, str] = {}

    def visit(self, index: int, entry: bytes, salted: bytes | None) -> None:
        """Count one sealed record that `verify_trail` found whole, in its order."""
        value = canonical.parse(entry)
        if not isinstance(value, Mapping):
            return
        at, kind, name = (str(value[each]) for each in ("at", "kind", "id"))
        inside = at in self._period
        self.began, self.newest = self.began or at, at
        self._clock(str(value["writer"]), at, inside=inside)
        if inside:
            self.first = self.first if self.end else index
            self.end = index + 1
            self.kinds[kind] += 1
            self.recoveries += kind == "recovery"
        if kind == "decision":
            self._decision(value, at, salted, inside=inside)
        elif kind == "outcome":
            self._outcome(name, str(value.get("effect")))
        elif kind == "policy":
            self._policy(str(value.get("policy")), at, salted, inside=inside)

    def _clock(self, writer: str, at: str, *, inside: bool) -> None:
        before = self._clocks.get(writer, at)
        self._clocks[writer] = at
        if inside and at < before:
            step = record.parse_moment(before) - record.parse_moment(at)
            self.clock_anomalies += step > CLOCK_SLACK

    def _decision(
        self, value: Mapping[str, Json], at: str, salted: bytes | None, *, inside: bool
    ) -> None:
        name, effect = str(value["id"]), str(value.get("effect"))
        if inside:
            self.effects[effect] += 1
            self.days[at[:10], effect] += 1
            self._named(str(value.get("policy")), at, decisions=1)
            labels = value.get("labels")
            self._tell(effect, labels if isinstance(labels, Mapping) else {}, salted)
        if effect not in _LEFT:
            return
        if (ending := self._early.pop(name, None)) is not None:
            self.endings[ending] += inside
        else:
            self._awaiting[name] = inside

    def _tell(
        self, effect: str, labels: Mapping[str, Json], _salted: bytes | None, /
    ) -> None:
        """Count one decision of the window among its like."""
        raise NotImplementedError

    def _outcome(self, name: str, ending: str) -> None:
        inside = self._awaiting.pop(name, None)
        if inside is None:
            self._early[name] = ending
        else:
            self.endings[ending] += inside

    def _policy(
        self, digest: str, at: str, salted: bytes | None, *, inside: bool
    ) -> None:
        span = self.policies.get(digest)
        if span is None:
            span = self.policies[digest] = PolicySpan(at)
        if span.name is None and (body := _body(salted)) is not None:
            span.name, span.mode = _text(body.get("name")), _text(body.get("mode"))
            span.files = tuple(_files(body.get("sources")))
        if inside:
            self._named(digest, at)

    def _named(self, digest: str, at: str, *, decisions: int = 0) -> None:
        span = self.policies.setdefault(digest, PolicySpan(at))
        span.last = at
        span.decisions += decisions

    def close(self) -> None:
        """Count what is still open: a call of the window without outcome is unknown."""
        self.endings["unknown"] = sum(self._awaiting.values())


class BodyTally(Tally):
    """Counts by what bodies say, and holds the labels against them."""

    def __init__(self, period: Period, labels: Labels) -> None:
        super().__init__(period)
        self._labels = labels
        self._rows: Counter[tuple[Values, str]] = Counter()
        self._bodiless: Counter[tuple[Values, str]] = Counter()
        self._openings: dict[str, Opening] = {}
        self.without_body = 0
        self.mislabelled = 0

    def _tell(
        self, effect: str, labels: Mapping[str, Json], salted: bytes | None
    ) -> None:
        borne = _borne(labels)
        if (body := _body(salted)) is None:
            self.without_body += 1
            self._bodiless[borne, effect] += 1
            return
        values = tuple(_text(body.get(field)) for field in ATTESTED)
        self._rows[values, effect] += 1
        if borne != tuple(map(self._label, ATTESTED, values)):
            self.mislabelled += 1

    def _label(self, field: str, value: str | None) -> str | None:
        if value is None:
            return None
        label = self._labels.of(field, value)
        if label not in self._openings:
            self._openings[label] = self._labels.opening(field, value)
        return label

    @property
    def openings(self) -> list[Opening]:
        """What opens every label that is counted by, in a fixed order."""
        order = sorted(self._openings.values(), key=lambda it: (it.field, it.value))
        return list(order)

    def rows(self) -> Counter[tuple[Values, str]]:
        """Decisions by values and effect; those without body by what others opened."""
        opened, _ = _opened(self._bodiless, self._openings)
        return self._rows + opened

    @property
    def unopened(self) -> int:
        """Decisions without body that bear a label which no other body opens."""
        return _opened(self._bodiless, self._openings)[1]


class LabelTally(Tally):
    """Counts by labels; bodies are not looked at but for a policy's name."""

    def __init__(self, period: Period, openings: Sequence[Opening]) -> None:
        super().__init__(period)
        self._openings = {opening.label: opening for opening in openings}
        self._borne: Counter[tuple[Values, str]] = Counter()

    def _tell(
        self, effect: str, labels: Mapping[str, Json], _salted: bytes | None
    ) -> None:
        self._borne[_borne(labels), effect] += 1

    def rows(self) -> Counter[tuple[Values, str]]:
        """Decisions by the values that the openings give their labels, and effect."""
        return _opened(self._borne, self._openings)[0]

    @property
    def unopened(self) -> int:
        """Decisions that bear a label which nothing opens."""
        return _opened(self._borne, self._openings)[1]


def _opened(
    borne: Counter[tuple[Values, str]], openings: Mapping[str, Opening]
) -> tuple[Counter[tuple[Values, str]], int]:
    rows: Counter[tuple[Values, str]] = Counter()
    unopened = 0
    for (labels, effect), count in borne.items():
        values = list(_values(labels, openings))
        if len(values) == len(labels):
            rows[tuple(values), effect] += count
        else:
            unopened += count
    return rows, unopened


def _values(labels: Values, openings: Mapping[str, Opening]) -> Iterator[str | None]:
    for field, label in zip(ATTESTED, labels, strict=True):
        if label is None:
            yield None
        # An opening of another field opens nothing here, whatever its label.
        elif (found := openings.get(label)) is not None and found.field == field:
            yield found.value


def _borne(labels: Mapping[str, Json]) -> Values:
    return tuple(_text(labels.get(field)) for field in ATTESTED)


def _body(salted: bytes | None) -> Mapping[str, Json] | None:
    try:
        value = canonical.parse(salted[SALT_BYTES:]) if salted else None
    except Malformed:
        return None
    return value if isinstance(value, Mapping) else None


def _files(sources: Json) -> Iterator[tuple[str, str]]:
    for each in sources if isinstance(sources, list) else ():
        match each:
            case {"path": str(path), "sha256": str(digest)}:
                yield path, digest
            case _:
                pass


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
