"""A decision's record, read back as the call that was decided, and decided again.

The reverse of what `life` says (docs/formats/trail.md). Pure. Knows what a record does
not hold: texts are gone, so findings are the recorded ones and nothing is detected
anew; a name that was cut, a body that was pruned or lines of a file that only the
provider has make a decision undetermined, and nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

from affidavit import canonical
from affidavit.calls import Call, File, Finding
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.gate import telling
from affidavit.gate.burdens import OBSERVED
from affidavit.policy.engine import Effect, decide
from affidavit.policy.loader import Policy
from affidavit.trail.record import SALT_BYTES, Kind

_MOST_PARAMETERS = 2 * telling.MOST
_NAMES = (
    "purpose",
    "model",
    "host",
    "origin",
    "endpoint",
    "project",
    "subject",
    "safety",
)
_ENTRY = ("id", "at", "effect", "policy")
_HTTPS = "https://"
_TIME_CHARACTERS = 24
_BESIDE = ("budget.", "obligation.", "incident:")
"""How identifiers of reasons begin that no decision of rules and purposes gives."""


class Gap(Enum):
    """Why a recorded decision cannot be made again."""

    PRUNED = "pruned"
    """Its body was removed, as retention wanted."""
    UNREADABLE = "unreadable"
    """The record is not what a writer prints."""
    CUT = "cut"
    """The call held more, or longer names, than a record has room for."""
    BUDGET = "budget"
    """A budget, an obligation or a suspension refused it: whoever counts again would
    have to know what else the candidate would have let through, and the request itself.
    """
    LINES = "lines"
    """It hangs on the lines of an uploaded file, which no record holds."""


class Past(NamedTuple):
    """One recorded decision, as far as the record tells it. A tuple, as `Verdict`."""

    id: str
    at: str
    """UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    effect: str
    """What was decided then: `permit`, `refuse`, `review` or `observed`."""
    policy: str
    """Digest of the policy that decided, 64 hex digits."""
    call: Call | None = None
    findings: tuple[Finding, ...] = ()
    gap: Gap | None = None
    by_budget: bool = False
    """Whether a budget, an obligation or a suspension alone refused it."""


def read(entry: Mapping[str, Json], salted: bytes | None) -> Past:
    """The decision that `entry` and its `salt ‖ body` tell; `Malformed` for no entry.

    A body that is gone or that cannot be read is a `gap`, and no error.
    """
    identifier, at, effect, policy = (_text(entry, name) for name in _ENTRY)
    past = Past(identifier, at, effect, policy)
    if len(past.at) != _TIME_CHARACTERS:
        raise Malformed(f"not a UTC time in milliseconds: {past.at!r:.40}")
    if salted is None:
        return past._replace(gap=Gap.PRUNED)
    try:
        body = canonical.parse(salted[SALT_BYTES:])
        return _told(past, body if isinstance(body, dict) else {})
    except (Malformed, KeyError, TypeError, ValueError, AttributeError):
        return past._replace(gap=Gap.UNREADABLE)


def is_decision(entry: bytes) -> bool:
    """Whether an entry's bytes may be a decision's; a cheap look before `entry_of`."""
    return b'"kind":"decision"' in entry


def entry_of(entry: bytes) -> Mapping[str, Json] | None:
    """A decision's entry; None for another kind's, `Malformed` for what is none."""
    value = canonical.parse(entry)
    if not isinstance(value, dict):
        raise Malformed("an entry is a JSON object")
    return value if value.get("kind") == Kind.DECISION.value else None


def _told(past: Past, body: Mapping[str, Json]) -> Past:
    call = _call(body)
    every: Sequence[Mapping[str, Json]] = body.get("findings", ())  # type: ignore[assignment]  # what is no list fails below, and is unreadable
    # What lines of a file showed is no finding about the call that uploads it.
    findings = tuple(_finding(each) for each in every if "lines" not in each)
    gap = Gap.CUT if _cut(body, every) else None
    return past._replace(
        call=call, findings=findings, gap=gap, by_budget=_by_budget(body)
    )


def _by_budget(body: Mapping[str, Json]) -> bool:
    """Whether the reason that decided is theirs: any other comes before them."""
    match body.get("reasons"):
        case [{"rule": str(rule)}, *_]:
            return rule.startswith(_BESIDE)
        case _:
            return False


def _call(body: Mapping[str, Json]) -> Call:
    host = _text(body, "host")
    return Call(
        endpoint=_text(body, "endpoint"),
        provider=_text(body, "provider"),
        host=host,
        origin=_optional(body, "origin") or f"{_HTTPS}{host}",
        model=_optional(body, "model"),
        purpose=_optional(body, "purpose"),
        subject=_optional(body, "subject"),
        safety_id=_optional(body, "safety"),
        project=_optional(body, "project"),
        parameters=_mapping(body, "parameters"),
        file=_file(_mapping(body, "file")) if "file" in body else None,
    )


def _file(said: Mapping[str, Json]) -> File:
    lines, malformed = said.get("lines", 0), said.get("malformed", 0)
    if not isinstance(lines, int) or not isinstance(malformed, int):
        raise Malformed("a file's lines are counted")
    return File(purpose=_optional(said, "purpose"), lines=lines, malformed=malformed)


def _finding(said: Mapping[str, Json]) -> Finding:
    score = said["score"]
    return Finding(
        kind=_text(said, "kind"),
        score=float(score),  # type: ignore[arg-type]  # what is no number raises
        activity=_text(said, "activity"),
        rules=(),
        detector=_text(said, "detector"),
    )


def _text(said: Mapping[str, Json], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is text, and here it is {value!r:.40}")
    return value


def _optional(said: Mapping[str, Json], name: str) -> str | None:
    return None if said.get(name) is None else _text(said, name)


def _mapping(said: Mapping[str, Json], name: str) -> Mapping[str, int | str | bool]:
    value = said.get(name, {})
    if not isinstance(value, dict):
        raise Malformed(f"{name} is an object")
    return value


def _cut(body: Mapping[str, Json], findings: Sequence[object]) -> bool:
    """Whether the record may say less, or other names, than the call had."""
    parameters = _mapping(body, "parameters")
    values = [body.get(name) for name in _NAMES]
    return (
        body.get("truncated") is True
        or len(parameters) >= _MOST_PARAMETERS
        or len(findings) >= telling.MOST
        or any(map(_altered, values))
        or any(map(_altered, parameters.values()))
    )


def _altered(value: object) -> bool:
    """Whether `telling.printable` may have made this of another text, or of a number.

    A record shows a control character as `?`: a name that had one of its own is not
    told apart.
    """
    if not isinstance(value, str):
        return False
    if "?" in value or len(value) >= telling.NAME_CHARACTERS:
        return True
    digits = value.removeprefix("-")
    # A number beyond 2^53 is told as text.
    return len(digits) > len("9007199254740991") - 1 and digits.isdecimal()


def again(policy: Policy, past: Past) -> str | Gap:
    """What `policy` would have made of the call then: an effect, as records name it."""
    call = past.call
    if past.gap is not None or call is None:
        return past.gap or Gap.UNREADABLE
    now = datetime.fromisoformat(past.at[:10]).replace(tzinfo=UTC)
    effect = decide(policy, call, past.findings, now=now).effect
    if call.file is not None and effect is not Effect.REFUSE:
        if call.file.malformed:
            effect = Effect.REFUSE  # whatever the policy, a line that nobody can read
        elif call.file.lines:
            return Gap.LINES
    if effect is Effect.PERMIT and past.by_budget:
        return Gap.BUDGET
    if effect is not Effect.PERMIT and policy.mode == "observe":
        return OBSERVED
    return effect.value


def has_budget(policy: Policy, past: Past) -> bool:
    """Whether a budget of `policy` would count the call; it is not counted again."""
    name = None if past.call is None else past.call.purpose
    purpose = policy.purposes.get(name) if name is not None else None
    return purpose is not None and bool(purpose.budgets)


def likeness(past: Past) -> tuple[object, ...] | None:
    """Decisions of equal likeness are made again alike; None for one by itself.

    Types count: 1 and True are equal keys and different parameters.
    """
    call = past.call
    if past.gap is not None or past.findings or call is None or call.file is not None:
        return None
    return (
        past.at[:10],
        past.by_budget,
        call.endpoint,
        call.provider,
        call.origin,
        call.host,
        call.model,
        call.purpose,
        call.subject,
        call.safety_id,
        call.project,
        *call.parameters.items(),
        *map(type, call.parameters.values()),
    )
