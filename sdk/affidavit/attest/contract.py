"""A contract file read: promises, where they stand, and what is wrong with them.

Knows how text becomes a `Contract`, and which periods one wants attested. What a check
is computed from is `contract_checks`. Reads a file; decides nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from affidavit.attest.contract_model import (
    ContractFile,
    Schedule,
    Signatory,
    first_day,
    number_of,
)
from affidavit.attest.tally import Period
from affidavit.errors import ContractInvalid, Diagnostic, Incomplete, Malformed
from affidavit.policy.diagnose import validated
from affidavit.policy.nearest import shown
from affidavit.policy.report import Code, Report
from affidavit.policy.source import MAX_BYTES, Node, parse, place_of
from affidavit.tlog.note import VerifierKey

FILE_NAME = "contract.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract that can be held against a period."""

    data: bytes
    """The file, as it was read."""
    content: ContractFile

    @property
    def digest(self) -> str:
        """SHA-256 of the file, hex."""
        return sha256(self.data).hexdigest()


def read(path: Path) -> Contract:
    """The contract at `path`.

    `ContractInvalid` lists everything that is wrong, with line and column;
    `Incomplete` when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Incomplete(
            f"{path}: the contract cannot be read ({error.strerror}). Name a contract "
            "file, or write one with `affidavit contract new`."
        ) from error
    return parsed(data, str(path))


def parsed(data: bytes, path: str) -> Contract:
    """The contract in `data`; `path` is what diagnostics call it."""
    report = Report(path)
    root = parse(data, report)
    content = None if root is None else validated(ContractFile, root, report)
    if root is not None and content is not None:
        _examine(content, root, report)
    if content is None or report.found:
        raise ContractInvalid([_reworded(each) for each in report.found])
    return Contract(data=data, content=content)


def of_terms(terms: object) -> ContractFile:
    """The content that a statement carries; `Malformed` when it is none, or is not
    printed as we print it.
    """
    try:
        content = ContractFile.model_validate_json(orjson.dumps(terms))
    except (ValidationError, TypeError, ValueError) as error:
        raise Malformed("the statement's contract has no such terms") from error
    if content.terms != terms:
        raise Malformed("the statement's contract has terms in another form")
    return content


def _reworded(found: Diagnostic) -> Diagnostic:
    """In a contract's words: the reader of YAML speaks of policies."""
    remedy = (found.help or "").replace("affidavit init", "affidavit contract new")
    message = found.message.replace("a policy", "a contract")
    return replace(found, message=message, help=remedy or None)


def _examine(content: ContractFile, root: Node, report: Report) -> None:
    """What spans fields."""
    twice = Counter(each.id for each in content.clauses)
    for place, each in enumerate(content.clauses):
        if twice[each.id] > 1:
            report.error(
                Code.DUPLICATE_NAME,
                place_of(root, ("clauses", place, "id")),
                f"two clauses have the number {shown(each.id)}",
                remedy="Give each its own: results are told by it.",
            )
    keyed = {
        key_of(each).verifier.key_id for each in content.signatories or () if each.key
    }
    if content.threshold is not None and content.threshold > len(keyed):
        report.error(
            Code.WRONG_VALUE,
            place_of(root, ("threshold",)),
            f"{content.threshold} must sign, and {len(keyed)} signatories have a key",
            remedy="Give signatories their `key`, each a different one.",
        )


def key_of(signatory: Signatory) -> VerifierKey:
    """The key of a signatory that has one."""
    return VerifierKey.parse(signatory.key or "")


def officers(content: ContractFile) -> tuple[Sequence[VerifierKey], int]:
    """Keys of whoever signs, and how many must have: all of them by default."""
    keys = [key_of(each) for each in content.signatories or () if each.key]
    distinct = {each.verifier.key_id for each in keys}
    return keys, content.threshold or len(distinct)


def _numbered(schedule: Schedule, number: int) -> tuple[date, date] | None:
    """First day of the period of this number, from 0, and the day after its last; None
    where the schedule has ended.
    """
    start, end = first_day(schedule, number), first_day(schedule, number + 1)
    if schedule.until is None:
        return start, end
    if start > schedule.until:
        return None
    return start, min(end, schedule.until + timedelta(days=1))


def is_scheduled(content: ContractFile, period: Period) -> bool | None:
    """Whether the period is one of the schedule's; None without a schedule."""
    if content.schedule is None:
        return None
    begins = date.fromisoformat(period.start[:10])
    return _told(content.schedule, begins) == period


def _told(schedule: Schedule, day: date) -> Period | None:
    """The schedule's period that `day` lies in, if there is one."""
    number = number_of(schedule, day)
    found = None if number is None else _numbered(schedule, number)
    return None if found is None else _period(*found)


def latest(content: ContractFile, now: datetime) -> Period | None:
    """The schedule's latest period that is over at `now`; None before the first is."""
    schedule = content.schedule
    number = None if schedule is None else number_of(schedule, now.date())
    if schedule is None or number is None:
        return None
    # Today's is over only where the schedule has ended; else it is the one before.
    for each in range(number, -1, -1):
        found = _numbered(schedule, each)
        if found is not None and _midnight(found[1]) <= now:
            return _period(*found)
    return None


def _period(start: date, end: date) -> Period:
    return Period.of(_midnight(start), _midnight(end))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def as_diagnostics(error: ContractInvalid) -> tuple[Diagnostic, ...]:
    """What is wrong, in the order in which it stands there."""
    ordered: Any = sorted(error.diagnostics, key=lambda it: (it.line, it.column))
    return tuple(ordered)
