"""How values are told in a record: clipped, printable, and within their space.

Pure. Text from outside is made printable, so that there is no call whose refusal cannot
be written down; lists and names are bounded, so that every record fits its limit.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from affidavit import canonical
from affidavit.calls import Attempt, Finding
from affidavit.canonical import Json
from affidavit.errors import Reason

NAME_CHARACTERS = 256
_ANSWER_CHARACTERS = 64
"""Of what a provider names in its answer: bounds an outcome's size (see `writer`)."""
_PROSE_CHARACTERS = 600
MOST = 16
"""Items of a list that are told."""
_FEW_ATTEMPTS = 6
"""Tries that an outcome has room for, however long they are."""
_ATTEMPTS_BYTES = 4096
"""Room for more than those: the record must fit the space kept for it (`writer`)."""


def printable(value: str, limit: int = NAME_CHARACTERS) -> str:
    """`value` as a record can hold it: at most `limit` characters, all of them text.

    Control characters and lone surrogates, which no honest name has, become `?`.
    """
    if len(value) > limit:
        value = value[: limit - 1] + "…"
    if value.isprintable():
        return value
    return "".join(each if each.isprintable() else "?" for each in value)


def tell(
    body: dict[str, Json],
    name: str,
    value: str | None,
    limit: int = _ANSWER_CHARACTERS,
) -> None:
    """Put `value` into `body`, clipped to `limit` characters, if there is one."""
    if value is not None:
        body[name] = printable(value, limit)


def parameters(values: Mapping[str, int | str | bool]) -> dict[str, Json]:
    """A call's parameters; those beyond twice `MOST` are left out."""
    return {
        printable(name): _parameter(value)
        for name, value in list(values.items())[: 2 * MOST]
    }


def _parameter(value: int | str) -> Json:
    if isinstance(value, str):
        return printable(value)
    # Beyond 2^53 a number has no canonical form (RFC 8785 §3.2.2.3).
    return value if abs(value) < 1 << 53 else str(value)


@lru_cache(maxsize=1024)
def _reason(reason: Reason) -> Json:
    said = {
        "rule": reason.rule,
        "message": reason.message,
        "clause": reason.clause,
        "where": reason.where,
        "evidence": reason.evidence,
        "severity": reason.severity,
        "owner": reason.owner,
    }
    return {
        name: printable(value, _PROSE_CHARACTERS)
        for name, value in said.items()
        if value is not None
    }


def reasons(given: Sequence[Reason]) -> list[Json]:
    """The first `MOST` of them."""
    return [_reason(reason) for reason in given[:MOST]]


def finding(finding: Finding) -> Json:
    """What a detector says, without the text that it says it of."""
    said: dict[str, Json] = {
        "kind": finding.kind,
        "score": f"{finding.score:.3f}",
        "activity": finding.activity,
        "rules": [printable(rule) for rule in finding.rules[:MOST]],
        "detector": finding.detector,
    }
    if finding.lines:
        said |= {"count": finding.count, "lines": list(finding.lines)}
    if finding.notes:
        notes = [printable(note, _PROSE_CHARACTERS) for note in finding.notes[:MOST]]
        said["notes"] = list[Json](notes)
    return said


def attempts(tries: Sequence[Attempt]) -> list[Json]:
    """Each try, or the first and the last ones of more than a record has room for."""
    said = [_attempt(each) for each in tries]
    if len(said) <= _FEW_ATTEMPTS:
        return said
    room = _ATTEMPTS_BYTES - len(canonical.dumps(said[0]))
    last: list[Json] = []
    for each in reversed(said[1:]):
        room -= len(canonical.dumps(each)) + 1
        if room < 0:
            break
        last.insert(0, each)
    return [said[0], *last]


def _attempt(attempt: Attempt) -> Json:
    said: dict[str, Json] = {"ms": attempt.milliseconds, "status": attempt.status}
    tell(said, "request_id", attempt.request_id)
    tell(said, "error", attempt.error)
    return said
