"""The plan: what becomes of each matching body, written for a person to review.

Knows its JSON. A plan is about one incident, window and selection; one that does not
name every matching record, or names another, is refused: what nobody looked at is not
given.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.verify.disclosure.lines import MAX_REASON
from affidavit.verify.disclosure.manifest import Selection, Window
from affidavit.verify.dossier.manifest import Action

UNREVIEWED = "not reviewed before this dossier was made"
_HELP = (
    "For each record set action to disclose, hash or withhold. hash and withhold need "
    "a reason, which goes into the dossier. hash gives the salt: whoever has the body, "
    "or guesses it, can show that it is this record's. Change nothing else."
)
_FIELDS = {"counts", "help", "incident", "records", "selection", "v", "window"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One matching record."""

    index: int
    id: str
    kind: str
    at: str
    effect: str | None
    says: Mapping[str, Json]
    """Fields of its body that tell a person what it is."""
    action: Action = Action.DISCLOSE
    reason: str = ""

    def __post_init__(self) -> None:
        needed = self.action is not Action.DISCLOSE
        if needed is not bool(self.reason.strip()) or len(self.reason) > MAX_REASON:
            raise SettingsInvalid(
                f"record {self.index} ({self.id}): what is hashed or withheld has a "
                f"reason of up to {MAX_REASON} characters, what is disclosed has none."
            )

    def as_json(self) -> dict[str, Json]:
        """Its entry in the plan."""
        return {
            "action": self.action.value,
            "reason": self.reason,
            "at": self.at,
            "effect": self.effect,
            "id": self.id,
            "index": self.index,
            "kind": self.kind,
            "says": dict(self.says),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person reviews."""

    incident: str
    window: Window
    selection: Selection
    rows: tuple[Row, ...]

    def encode(self) -> bytes:
        """As a file, one line a record."""
        counts = Counter(each.action.value for each in self.rows)
        head: dict[str, Json] = {
            "v": 1,
            "help": _HELP,
            "incident": self.incident,
            "window": {"from": self.window.start, "to": self.window.end},
            "selection": self.selection.as_json(),
            "counts": {each.value: counts[each.value] for each in Action},
        }
        told = ",\n".join(f'"{name}": {_dumped(it)}' for name, it in head.items())
        rows = ",\n".join(_dumped(each.as_json()) for each in self.rows)
        return f'{{{told},\n"records": [\n{rows}\n]}}\n'.encode()

    def reviewed(self, data: bytes) -> "Reviewed":
        """What somebody made of this plan.

        `SettingsInvalid` for one about something else, with other records, or with an
        action or a missing reason that cannot be followed. Counts are the person's own
        notes, and are counted again.
        """
        said = _read(data)
        mine = (self.incident, self.selection.as_json(), self.window)
        theirs = (said["incident"], said["selection"], _window(said["window"]))
        if mine != theirs:
            raise SettingsInvalid(
                "the plan is about another incident, window or selection than this "
                "dossier. Write a new one with --review."
            )
        chosen = dict(map(_choice, said["records"]))
        rows = {(each.index, each.id): each for each in self.rows}
        if len(chosen) < len(said["records"]):
            raise SettingsInvalid("the plan names a record twice.")
        if odd := sorted(rows.keys() ^ chosen.keys()):
            index, name = odd[0]
            where = "is not in the plan" if odd[0] in rows else "does not match"
            raise SettingsInvalid(
                f"record {index} ({name}) {where}: a plan has every matching record "
                "and no other. Write a new one with --review."
            )
        decided = (
            replace(row, action=chosen[place][0], reason=chosen[place][1])
            for place, row in rows.items()
        )
        return Reviewed(
            plan=replace(self, rows=tuple(decided)), digest=sha256(data).hexdigest()
        )

    def unreviewed(self) -> "Reviewed":
        """Every body withheld: nobody has said that one may be given."""
        rows = (
            replace(each, action=Action.WITHHOLD, reason=UNREVIEWED)
            for each in self.rows
        )
        return Reviewed(plan=replace(self, rows=tuple(rows)), digest=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A plan that a dossier is made by."""

    plan: Plan
    digest: str | None
    """SHA-256 of the reviewed file, hex; None where nobody reviewed."""

    def held(self) -> Mapping[int, str]:
        """Index → why the body is held back, of each that is."""
        return {
            each.index: each.reason
            for each in self.plan.rows
            if each.action is not Action.DISCLOSE
        }

    def hashed(self) -> frozenset[int]:
        """Records whose salt alone is given."""
        return frozenset(
            each.index for each in self.plan.rows if each.action is Action.HASH
        )


def told(body: Mapping[str, Json]) -> dict[str, Json]:
    """Of a body, what tells a person which call it is."""
    names = ("purpose", "model", "endpoint", "safety", "subject", "project", "finish")
    return {name: body[name] for name in names if isinstance(body.get(name), str)}


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _read(data: bytes) -> dict[str, Any]:
    try:
        said = canonical.parse(data)
    except Malformed as error:
        raise SettingsInvalid(f"the plan is no JSON any more ({error}).") from error
    if not isinstance(said, dict) or said.keys() != _FIELDS or said["v"] != 1:
        raise SettingsInvalid("the file is no plan that --review wrote.")
    if not isinstance(said["records"], list):
        raise SettingsInvalid("the plan's records are a list.")
    return said


def _window(value: Json) -> Window | None:
    match value:
        case {"from": str(start), "to": str(end)}:
            return Window(start, end)
        case _:
            return None


def _choice(value: Json) -> tuple[tuple[int, str], tuple[Action, str]]:
    match value:
        case {
            "index": int(index),
            "id": str(name),
            "action": str(action),
            "reason": str(reason),
        } if action in _ACTIONS:
            return (index, name), (_ACTIONS[action], reason)
        case _:
            raise SettingsInvalid(
                f"not a record of a plan: {value!r:.200}. action is disclose, hash or "
                "withhold, reason is text."
            )


_ACTIONS = {each.value: each for each in Action}
