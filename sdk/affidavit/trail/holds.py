"""Holds: records that nothing may be pruned of while an incident or dispute is open.

Pure. A hold is itself a record, of kind `incident`, and so is its end: who held what,
why and until when is as tamper-evident as all else (docs/formats/trail.md). Knows what
a hold covers by an entry alone: time, id, and labels for values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.trail.record import FIELDS, Labels, parse_moment

HOLD = "hold"
RELEASE = "release"
MAX_IDS = 1_000
MAX_REASON = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a hold covers: calls to which all of it applies. Empty: every call."""

    start: str | None = None
    """Decided at or after this time."""
    end: str | None = None
    """Decided before this time."""
    ids: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    """Labelled field (`purpose`, `model`, …) → its exact value."""

    def as_json(self) -> dict[str, Json]:
        """The fields of a hold's body."""
        said: dict[str, Json] = {
            "from": self.start,
            "to": self.end,
            "ids": list(self.ids) or None,
            "values": dict(self.values) or None,
        }
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Scope":
        """Read what `as_json` gives among a body's fields, else `Malformed`."""
        ids, values = body.get("ids", []), body.get("values", {})
        if not isinstance(ids, list) or not isinstance(values, Mapping):
            raise Malformed("a hold's ids are a list and its values an object")
        if unknown := values.keys() - FIELDS.keys():
            # Whoever cannot tell what is held must not take it for nothing.
            raise Malformed(f"a hold by {min(unknown)!r}, which records do not carry")
        return cls(
            start=_time(body.get("from")),
            end=_time(body.get("to")),
            ids=tuple(map(_text, ids)),
            values={name: _text(value) for name, value in values.items()},
        )


def _time(value: Json) -> str | None:
    if value is None:
        return None
    parse_moment(_text(value))
    return _text(value)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise Malformed(f"not a text: {value!r:.80}")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold in force."""

    id: str
    """That of its record."""
    at: str
    reason: str
    scope: Scope

    def covers(
        self, at: str, identifier: str, labels: Mapping[str, Json], of: Labels
    ) -> bool:
        """Whether a decision with this entry is held; `of` makes labels of values."""
        scope = self.scope
        return (
            (scope.start is None or at >= scope.start)
            and (scope.end is None or at < scope.end)
            and (not scope.ids or identifier in scope.ids)
            and all(
                labels.get(name) == of.of(name, value)
                for name, value in scope.values.items()
            )
        )


def hold_body(scope: Scope, reason: str) -> dict[str, Json]:
    """The body of the record that begins a hold; `Incomplete` when it says too much."""
    if len(scope.ids) > MAX_IDS:
        raise Incomplete(
            f"{len(scope.ids)} ids in one hold; at most {MAX_IDS} fit. Make several, "
            "or hold a period."
        )
    return {"what": HOLD, "reason": _reason(reason), **scope.as_json()}


def release_body(hold: Hold, reason: str) -> dict[str, Json]:
    """The body of the record that ends a hold."""
    return {"what": RELEASE, "hold": hold.id, "reason": _reason(reason)}


def _reason(text: str) -> str:
    if not text.strip() or len(text) > MAX_REASON:
        raise Incomplete(
            f"A hold's reason has 1 to {MAX_REASON} characters: say which incident or "
            "dispute it is for."
        )
    return text


def in_force(
    incidents: Iterable[tuple[str, str, Mapping[str, Json]]],
) -> Sequence[Hold]:
    """The holds that no later record ended, of `(id, at, body)` in their order.

    `Malformed` for a hold whose scope cannot be read. Bodies that are about other
    things are passed over.
    """
    holds: dict[str, Hold] = {}
    for identifier, at, body in incidents:
        match body.get("what"):
            case "hold":
                holds[identifier] = Hold(
                    id=identifier,
                    at=at,
                    reason=_text(body.get("reason")),
                    scope=Scope.parse(body),
                )
            case "release":
                holds.pop(str(body.get("hold")), None)
            case _:
                continue
    return tuple(holds.values())
