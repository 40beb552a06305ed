"""What each record must be, by itself and among the others of its trail.

Pure: entries and bodies come in, problems go out. The form of an entry is a regular
language, so one expression decides it, more strictly and many times faster than
decoding would. Memory grows with the ids (about 120 bytes a decision), with nothing
else.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TypeAlias

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.tlog.note import VerifierKey
from affidavit.trail import record
from affidavit.trail.record import FIELDS, KINDS, SALT_BYTES
from affidavit.verify.report import Fault, Problem, Problems

CLOCK_SLACK = timedelta(seconds=1)
"""Threads of one process may be recorded in another order than they read the clock."""
MAX_CLOCK_NOTES = 20

_BYTES_8 = rb"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]"
_BYTES_16 = rb"[A-Za-z0-9_-]{21}[AQgw]"
_BYTES_32 = rb"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_LABELS = b"".join(
    rb'(?:"%b":"%b"(?:,(?=")|(?=\})))?' % (name.encode(), _BYTES_16)
    for name in sorted(FIELDS)
)
_ENTRY = re.compile(
    rb'\{"at":"(?P<at>([0-9]{4}-[0-9]{2}-[0-9]{2})'
    rb'T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{3}Z)",'
    rb'"body":"(?P<body>' + _BYTES_32 + rb')",'
    rb'(?:"effect":"(?P<effect>[a-z]+)",)?'
    rb'"id":"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-'
    rb'[89ab][0-9a-f]{3}-[0-9a-f]{12})",'
    rb'"kind":"(?P<kind>' + b"|".join(name.encode() for name in KINDS) + rb')",'
    rb'(?:"labels":(?P<labels>\{(?=")' + _LABELS + rb"\}),)?"
    rb'(?:"policy":"(?P<policy>[0-9a-f]{64})",)?'
    rb'"seq":(?P<seq>0|[1-9][0-9]{0,14}),"v":1,"writer":"(?P<writer>'
    + _BYTES_8
    + rb')"\}'
)
_LEFT = (b"permit", b"observed")
_STOPPED = (b"refuse", b"review")
_ENDINGS = (b"complete", b"abandoned", b"error")
Found: TypeAlias = "re.Match[bytes]"


@dataclass(slots=True)
class _Writer:
    seq: int
    at: bytes
    policies: set[bytes]


class Ledger:
    """Takes records in order and says what is wrong with them. `settle` comes last."""

    def __init__(self, key: VerifierKey, problems: Problems) -> None:
        self._key = key
        self._problems = problems
        self._writers: dict[bytes, _Writer] = {}
        self._dates: set[bytes] = set()
        self._ids: set[bytes] = set()
        self._open: dict[bytes, bytes] = {}
        """Decisions that let a call leave and have no outcome yet → their time."""
        self._early: dict[bytes, tuple[int | None, bytes]] = {}
        """Outcomes that stand before their decision: two writers, one call."""
        self._first_at = b"~"
        self._last_at = b""
        self.checked = 0
        self.pruned = 0
        self.recoveries = 0
        self.clock_anomalies = 0
        self.clock_notes: list[str] = []

    @property
    def writers(self) -> int:
        """How many wrote."""
        return len(self._writers)

    @property
    def span(self) -> tuple[str | None, str | None]:
        """Earliest and latest time so far."""
        if not self._last_at:
            return None, None
        return self._first_at.decode(), self._last_at.decode()

    def next_seq(self, writer: str) -> int:
        """The `seq` that the next record of `writer` must have."""
        found = self._writers.get(writer.encode())
        return found.seq if found else 0

    def take(self, index: int | None, entry: bytes, salted: bytes | None) -> bool:
        """Check one record; True when its form and its body, if it has one, hold.

        `salted` is salt ‖ body, None where pruned, and empty where it is not looked at.
        """
        self.checked += 1
        found = _ENTRY.fullmatch(entry)
        if found is None or (found[2] not in self._dates and not self._date(found[2])):
            self._report(Fault.FORM, _misshapen(entry), index, entry)
            return False
        self._count(index, found)
        holds = self._body(index, found, salted)
        kind = found["kind"]
        if kind == b"outcome":
            self._outcome(index, found)
        elif kind == b"decision":
            self._decision(index, found)
        else:
            self._other(index, found)
        if index == 0 or kind == b"genesis":
            self._genesis(index, found, salted if holds else None)
        return holds

    def _date(self, date: bytes) -> bool:
        try:
            record.parse_moment(date.decode() + "T00:00:00.000Z")
        except Malformed:
            return False
        self._dates.add(date)
        return True

    def _count(self, index: int | None, found: Found) -> None:
        """The writer's own sequence, and its clock."""
        at, writer, seq = found["at"], found["writer"], int(found["seq"])
        known = self._writers.get(writer)
        if known is None:
            known = self._writers[writer] = _Writer(0, at, set())
        if seq != known.seq:
            self._report(Fault.SEQUENCE, _gap(known.seq, seq), index, found.string)
        known.seq = max(known.seq, seq + 1)
        if at < known.at:
            self._backwards(index, known.at, found)
        known.at = at
        if index is not None:
            self._first_at = min(self._first_at, at)
            self._last_at = max(self._last_at, at)

    def _backwards(self, index: int | None, before: bytes, found: Found) -> None:
        at, was = found["at"].decode(), before.decode()
        step = record.parse_moment(was) - record.parse_moment(at)
        if step <= CLOCK_SLACK:
            return
        self.clock_anomalies += 1
        if len(self.clock_notes) < MAX_CLOCK_NOTES:
            where = "a pending record" if index is None else f"record {index}"
            self.clock_notes.append(
                f"{where} of writer {found['writer'].decode()} is "
                f"{step.total_seconds():.3f} s older than the one before it "
                f"({at} after {was}): its clock was set back"
            )

    def _body(self, index: int | None, found: Found, salted: bytes | None) -> bool:
        if salted is None:
            self.pruned += 1
            return True
        if not salted or _digest(salted) == found["body"]:
            return True
        message = "the body is not the one that this entry commits to"
        self._report(Fault.BODY, message, index, found.string)
        return False

    def _new_id(self, index: int | None, found: Found) -> bytes:
        """The id as 16 bytes; a problem when another record has it."""
        short = _short(found)
        if short in self._ids:
            message = "another record has this id: one of the two was copied here"
            self._report(Fault.DUPLICATE, message, index, found.string)
        self._ids.add(short)
        return short

    def _decision(self, index: int | None, found: Found) -> None:
        short = self._new_id(index, found)
        effect, policy = found["effect"], found["policy"]
        if policy is None or policy not in self._writers[found["writer"]].policies:
            message = "decided under a policy that its writer had not put in force"
            self._report(Fault.POLICY, message, index, found.string)
        if effect in _LEFT:
            if self._early.pop(short, None) is None:
                self._open[short] = found["at"]
        elif effect not in _STOPPED:
            message = "a decision's effect is permit, observed, refuse or review"
            self._report(Fault.FORM, message, index, found.string)

    def _outcome(self, index: int | None, found: Found) -> None:
        short, entry = _short(found), found.string
        if found["effect"] not in _ENDINGS or found["labels"] or found["policy"]:
            message = "an outcome's effect is complete, abandoned or error, alone"
            self._report(Fault.FORM, message, index, entry)
        if self._open.pop(short, None) is not None:
            return
        if short in self._ids:
            message = (
                "an outcome of a decision that has one already or let nothing leave"
            )
            self._report(Fault.OUTCOME, message, index, entry)
        elif short in self._early:
            message = "a second outcome of one decision"
            self._report(Fault.DUPLICATE, message, index, entry)
        else:
            self._early[short] = (index, entry)

    def _other(self, index: int | None, found: Found) -> None:
        self._new_id(index, found)
        kind, policy = found["kind"], found["policy"]
        self.recoveries += kind == b"recovery"
        surplus = found["effect"] or found["labels"]
        if surplus or (policy is None) == (kind == b"policy"):
            message = "of effect, labels and policy, only a policy's entry has the last"
            self._report(Fault.FORM, message, index, found.string)
        elif policy is not None:
            self._writers[found["writer"]].policies.add(policy)

    def _genesis(self, index: int | None, found: Found, salted: bytes | None) -> None:
        """The first record, and it alone, says whose trail this is."""
        if index != 0 or found["kind"] != b"genesis":
            message = "the first record is the genesis, and no other is"
        elif salted and _said(salted[SALT_BYTES:]) != (self._key.name, str(self._key)):
            message = f"the trail did not begin as that of {self._key}"
        else:
            return
        self._report(Fault.GENESIS, message, index, found.string)

    def settle(self, *, complete: bool) -> None:
        """What only the end shows. `complete`: whether every record could be read."""
        for index, entry in self._early.values():
            # A pending outcome may have overtaken its decision in another WAL.
            if complete and index is not None:
                message = "an outcome without a decision"
                self._report(Fault.OUTCOME, message, index, entry)

    def unknown(self) -> Iterator[tuple[str, str]]:
        """`(id, at)` of decisions that let a call leave and have no outcome."""
        for short, at in self._open.items():
            text = short.hex()
            yield (
                f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}",
                at.decode(),
            )

    def _report(
        self, fault: Fault, message: str, index: int | None, entry: bytes
    ) -> None:
        self._problems.add(named(fault, message, index, entry))


def seq_of(entry: bytes) -> int | None:
    """The `seq` of an entry, or None when it is no entry."""
    found = _ENTRY.fullmatch(entry)
    return int(found["seq"]) if found else None


def named(fault: Fault, message: str, index: int | None, entry: bytes) -> Problem:
    """A problem that carries what can be read of the record's entry."""
    texts: dict[str, str] = {}
    try:
        value = canonical.parse(entry)
    except Malformed:
        value = None
    if isinstance(value, dict):
        for name in ("id", "kind", "at"):
            if isinstance(text := value.get(name), str):
                texts[name] = text[:64]
    return Problem(
        fault=fault,
        message=message,
        index=index,
        id=texts.get("id"),
        kind=texts.get("kind"),
        at=texts.get("at"),
    )


def _digest(salted: bytes) -> bytes:
    """SHA-256 as entries print it: base64url, its one `=` cut off."""
    return urlsafe_b64encode(sha256(salted).digest())[:-1]


def _said(body: bytes) -> tuple[object, object] | None:
    """Origin and key as a genesis names them."""
    try:
        value = canonical.parse(body)
    except Malformed:
        return None
    if not isinstance(value, dict):
        return None
    return value.get("origin"), value.get("key")


def _short(found: Found) -> bytes:
    """The id as 16 bytes: a third of what its text would take."""
    return bytes.fromhex(found["id"].decode().replace("-", ""))


def _misshapen(entry: bytes) -> str:
    try:
        record.decode(entry)
    except Malformed as error:
        return f"not an entry: {error}"
    return "not an entry: a field is not in the form that the format gives it"


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return f"seq {found} again, or out of order: {expected} comes next"
    missing = found - expected
    return f"seq {found} where {expected} comes next: {missing} of its writer missing"
