"""Calls, each with its decision and what became of it: records joined by their id.

Pure. Knows which fields of the two bodies people count and filter by
(docs/formats/trail.md); shows what lies there and verifies nothing. Memory is bounded
by the calls that are under way at once, because an outcome stands after its decision.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from affidavit.canonical import Json
from affidavit.trail.reader import StoredRecord
from affidavit.trail.record import Kind

MOST_OPEN = 1 << 17
"""Decisions that wait for an outcome. Of more, the oldest are told without one."""
UNKNOWN = "unknown"
"""Ending of a call that left and whose outcome nobody recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, flat, for tables. None where the records do not say."""

    at: str
    """When it was decided: UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    id: str
    index: int | None
    purpose: str | None
    model: str | None
    endpoint: str | None
    provider: str | None
    host: str | None
    subject: str | None
    project: str | None
    effect: str
    rule: str | None
    """The decisive reason's rule."""
    clause: str | None
    findings: str | None
    """Kinds, joined by commas."""
    ending: str | None
    """How the call ended; `unknown` when it left and nothing says; None if it did not
    leave."""
    how: str | None
    status: int | None
    """HTTP status of the last try."""
    attempts: int | None
    milliseconds: int | None
    """Of all tries."""
    input_tokens: int | None
    output_tokens: int | None
    estimated: bool | None
    answered_by: str | None
    """The model that the answer names."""
    response: str | None
    error: str | None
    gone: str | None
    """Why the decision's body is not there, as the caller's `why` says; None where it
    is. What only a body says is None then."""


COLUMNS = tuple(field.name for field in fields(CallRecord))
"""What is known of a call, in the order in which tables show it."""


def _missing(record: StoredRecord) -> str | None:
    return "missing" if record.body is None else None


def calls(
    records: Iterable[StoredRecord],
    why: Callable[[StoredRecord], str | None] = _missing,
) -> Iterator[CallRecord]:
    """A row for each decision among `records`, in the order of their outcomes.

    Those without an outcome come last, or when too many wait. `why` tells why a
    record's body is not there.
    """
    for decision, outcome in _joined(records):
        yield _row(decision, outcome, why(decision))


def _joined(
    records: Iterable[StoredRecord],
) -> Iterator[tuple[StoredRecord, StoredRecord | None]]:
    waiting: dict[str, StoredRecord] = {}
    for record in records:
        kind, identifier = record.entry.kind, record.entry.id
        if kind is Kind.DECISION:
            if not _left(record):
                yield record, None
                continue
            waiting[identifier] = record
            if len(waiting) > MOST_OPEN:
                oldest = next(iter(waiting))
                yield waiting.pop(oldest), None
        elif kind is Kind.OUTCOME and identifier in waiting:
            yield waiting.pop(identifier), record
    for record in waiting.values():
        yield record, None


def _left(decision: StoredRecord) -> bool:
    return decision.entry.effect in ("permit", "observed")


def _row(
    decision: StoredRecord, outcome: StoredRecord | None, gone: str | None
) -> CallRecord:
    entry, body = decision.entry, decision.body or {}
    after: Mapping[str, Json] = (outcome.body if outcome else None) or {}
    reason = _first(body.get("reasons"))
    tries = [each for each in _list(after.get("attempts")) if isinstance(each, Mapping)]
    usage = after.get("usage")
    counted: Mapping[str, Json] = usage if isinstance(usage, Mapping) else {}
    unknown = UNKNOWN if _left(decision) else None
    return CallRecord(
        at=entry.at,
        id=entry.id,
        index=decision.index,
        purpose=_text(body, "purpose"),
        model=_text(body, "model"),
        endpoint=_text(body, "endpoint"),
        provider=_text(body, "provider"),
        host=_text(body, "host"),
        subject=_text(body, "subject"),
        project=_text(body, "project"),
        effect=entry.effect or "",
        rule=_text(reason, "rule"),
        clause=_text(reason, "clause"),
        findings=",".join(dict.fromkeys(_kinds(body.get("findings")))) or None,
        ending=outcome.entry.effect if outcome else unknown,
        how=_text(after, "how"),
        status=_number(tries[-1], "status") if tries else None,
        attempts=_number(after, "attempted") or len(tries) if outcome else None,
        milliseconds=sum(_number(each, "ms") or 0 for each in tries) if tries else None,
        input_tokens=_number(counted, "input"),
        output_tokens=_number(counted, "output"),
        estimated=counted.get("estimated") is True if counted else None,
        answered_by=_text(after, "model"),
        response=_text(after, "response"),
        error=_text(after, "error"),
        gone=gone,
    )


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _first(value: Json) -> Mapping[str, Json]:
    for each in _list(value)[:1]:
        if isinstance(each, Mapping):
            return each
    return {}


def _kinds(value: Json) -> Iterator[str]:
    for each in _list(value):
        if isinstance(each, Mapping) and isinstance(each.get("kind"), str):
            yield str(each["kind"])


def _text(body: Mapping[str, Json], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def _number(body: Mapping[str, Json], name: str) -> int | None:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
