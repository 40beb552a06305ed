"""What is suspended on a trail, as the file `incidents/suspended` says it.

Pure. Knows the file's form (docs/formats/incident.md) and which calls a suspension
stops. How the file is watched and changed is `switch`'s and `board`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from affidavit import canonical
from affidavit.calls import Call, Reference
from affidavit.canonical import Json
from affidavit.errors import Malformed, Reason
from affidavit.incident.model import Aspect, Incident, Target
from affidavit.trail.notices import moment, text_of

VERSION = 1
RULE = "incident:"
"""How the rule of a refusal begins that a suspension asked for."""
SHOWN = 300
"""Characters of a reason that a refusal repeats."""
_STOPS = (".cancel", ".hangup", ".pause", ".reject")
_OPEN = frozenset(("safety.cases.retrieve", "safety.alerts.retrieve"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Calls that are refused until it is lifted."""

    incident: str
    at: str
    """Since when, UTC."""
    target: Target
    reason: str
    """What the notice says, or whoever opened the incident."""

    def as_json(self) -> dict[str, Json]:
        """Its fields in the file."""
        return {
            "at": self.at,
            "incident": self.incident,
            "reason": self.reason,
            **self.target.as_json(),
        }

    def refusal(self) -> Reason:
        """Why a call that it stops does not leave."""
        return Reason(
            rule=f"{RULE}{self.incident}",
            message=f"{_started(str(self.target))} is suspended since {self.at}: "
            f"{_cut(self.reason)}",
            remedy=f"`affidavit incident show {self.incident}` says why. When it is "
            f"cleared: `affidavit incident lift {self.incident} REASON`.",
            severity="critical",
        )


def _started(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def of_incident(incident: Incident) -> tuple[Suspension, ...]:
    """The suspensions that are in force for it."""
    reason = incident.notice.reason or incident.opened.reason
    return tuple(
        Suspension(incident=incident.id, at=incident.at, target=each, reason=reason)
        for each in incident.suspended
    )


@dataclass(frozen=True, slots=True)
class Suspended:
    """All suspensions on one trail."""

    origin: str
    all: tuple[Suspension, ...] = ()
    """Sorted by time, incident and target, each once."""

    @classmethod
    def of(cls, origin: str, found: Iterable[Suspension]) -> "Suspended":
        """These, in order; of two for one incident and target the older."""
        kept: dict[tuple[str, Target], Suspension] = {}
        for each in sorted(found, key=_order):
            kept.setdefault((each.incident, each.target), each)
        return cls(origin, tuple(kept.values()))

    def print(self) -> bytes:
        """The file."""
        listed: list[Json] = [each.as_json() for each in self.all]
        return canonical.dumps(
            {"v": VERSION, "origin": self.origin, "suspended": listed}
        )

    @classmethod
    def parse(cls, data: bytes) -> "Suspended":
        """Read exactly what `print` prints, else `Malformed`."""
        match canonical.loads(data):
            case {"v": 1, "origin": str(origin), "suspended": list(listed), **rest} if (
                not rest
            ):
                read = cls.of(origin, map(_parse, listed))
            case _:
                raise Malformed("not the suspensions of version 1")
        if read.print() != data:
            raise Malformed("suspensions that are not in order")
        return read


def _parse(value: Json) -> Suspension:
    if not isinstance(value, Mapping):
        raise Malformed(f"not a suspension: {value!r:.80}")
    at = moment(value.get("at"))
    if at is None:
        raise Malformed("a suspension without its time")
    return Suspension(
        incident=text_of(value.get("incident")),
        at=at,
        target=Target.parse(value),
        reason=text_of(value.get("reason")),
    )


def _order(each: Suspension) -> tuple[str, str, str, str]:
    target = each.target
    return each.at, each.incident, target.aspect.value, target.value


def stays_open(endpoint: str) -> bool:
    """Whether a suspended caller may still ask it: what ends work that the provider has
    begun, and what tells of the provider's own notices.
    """
    return endpoint.endswith(_STOPS) or endpoint in _OPEN


_By = Mapping[str, tuple[Suspension, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Suspensions by the values that they look at: each field is one aspect's."""

    everything: tuple[Suspension, ...] = ()
    purpose: _By = field(default_factory=dict)
    safety: _By = field(default_factory=dict)
    subject: _By = field(default_factory=dict)
    model: _By = field(default_factory=dict)
    project: _By = field(default_factory=dict)
    any: bool = False
    """Whether anything is suspended."""

    @classmethod
    def of(cls, suspended: Suspended) -> "Stops":
        """For these."""
        by: dict[str, dict[str, tuple[Suspension, ...]]] = {}
        for each in suspended.all:
            values = by.setdefault(each.target.aspect.value, {})
            values[each.target.value] = (*values.get(each.target.value, ()), each)
        everything = by.pop(Aspect.EVERYTHING.value, {})
        return cls(everything=everything.get("", ()), any=bool(suspended.all), **by)

    def reasons(self, call: Call) -> tuple[Reason, ...]:
        """Why `call` does not leave, oldest suspension first; empty when it may."""
        found = [
            *self.everything,
            *self.purpose.get(call.purpose or "", ()),
            *self.safety.get(call.safety_id or "", ()),
            *self.subject.get(call.subject or "", ()),
            *self.model.get(call.model or "", ()),
            *self.project.get(call.project or "", ()),
        ]
        if call.refers:
            found += self._referred(call.refers)
        if not found or stays_open(call.endpoint):
            return ()
        return tuple(each.refusal() for each in sorted(set(found), key=_order))

    def _referred(self, refers: Iterable[Reference]) -> Iterable[Suspension]:
        """Work on a file that was uploaded before somebody was suspended is new
        work.
        """
        for known in (each.known for each in refers):
            if known is None:
                continue
            yield from self.purpose.get(known.purpose or "", ())
            for work in known.work or ():
                yield from self.subject.get(work.subject or "", ())
                yield from self.model.get(work.model or "", ())
