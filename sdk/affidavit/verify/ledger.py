"""What each record must be, by itself and among the others of its trail.

Pure: entries and bodies come in, problems go out. Records come one by one (`take`), or
as stretches that were found flawless (`merge`); what is wrong is said here alone, so
that a stretch that does not fit is taken again record by record. Memory grows with the
writers and with the calls that have no outcome, with nothing else: what must be unique
in the whole trail is `lifecycle`'s and `ids`'s affair.

What rare kinds of record say (`key`, `pruning`, …) is judged by checks of their own,
which `Ledger` is given by kind and calls with a `Rare`, in the order of the records:
those of the tree by index, then pending ones. Form, sequence and id are the ledger's
affair as with any record; a check reports what it finds to its own `Problems`.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.tlog.note import VerifierKey
from affidavit.trail.record import KINDS, SALT_BYTES, Kind
from affidavit.verify.form import Found, found_in, id_text, misshapen, named, step_back
from affidavit.verify.ids import IdRuns
from affidavit.verify.lifecycle import (
    ENDINGS,
    LEFT,
    PRUNED,
    STOPPED,
    Event,
    Lifecycles,
    SecondLook,
)
from affidavit.verify.report import Fault, Problems
from affidavit.verify.stretch import Span, Stretch, add_range

MAX_CLOCK_NOTES = 20


@dataclass(frozen=True, slots=True)
class Rare:
    """A record of a rare kind whose entry has the form of one."""

    kind: Kind
    index: int | None
    """None while it is only in a WAL: nothing is signed over it yet."""
    entry: bytes
    at: str
    body: bytes | None
    """Canonical JSON, without salt; it is the one that the entry commits to. None where
    it was pruned; empty where bodies are not looked at, or another one lies there."""


RareCheck: TypeAlias = Callable[[Rare], None]
NO_CHECKS: Mapping[Kind, RareCheck] = MappingProxyType({})


class Writer(NamedTuple):
    """What the next record of one writer is held against."""

    seq: int
    at: bytes
    policies: frozenset[bytes]
    """Those that it has put in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an earlier verification leaves for the next, or nothing at all."""

    writers: Mapping[bytes, Writer] = field(default_factory=dict)
    open: Mapping[bytes, bytes] = field(default_factory=dict)
    """Decisions that let a call leave and had no outcome yet → their time."""
    recoveries: int = 0
    clock_anomalies: int = 0
    clock_notes: tuple[str, ...] = ()
    gone: tuple[tuple[int, int], ...] = ()
    first_at: bytes = b"~"
    last_at: bytes = b""
    rare: tuple[Rare, ...] = ()
    """Every sealed record of a kind that has a check of its own."""


class Ledger:
    """Takes records in order and says what is wrong with them. `settle` comes last."""

    def __init__(
        self,
        key: VerifierKey,
        problems: Problems,
        rare: Mapping[Kind, RareCheck] = NO_CHECKS,
        *,
        runs: IdRuns | None = None,
        before: Account | None = None,
    ) -> None:
        """`rare` checks what records of its kinds say; never of decisions, outcomes.

        `runs` takes the ids; it and `before` say what was verified earlier.
        """
        start = before or Account()
        self._key = key
        self._rare = {kind.value.encode(): rare[kind] for kind in rare}
        self._problems = problems
        self._writers = dict(start.writers)
        self._runs = runs or IdRuns()
        self._lives = Lifecycles(self._runs, start.open)
        self._events: list[Event] = []
        self._pending: list[Event] = []
        self._policies: dict[frozenset[bytes], frozenset[bytes]] = {}
        """One set for all writers that have put the same in force."""
        self._first_at = start.first_at
        self._last_at = start.last_at
        self._rare_records: list[Rare] = []
        self.checked = 0
        self.gone = list(start.gone)
        """Sealed records whose body was pruned, as ranges `[first, end)`."""
        self.recoveries = start.recoveries
        self.clock_anomalies = start.clock_anomalies
        self.clock_notes = list(start.clock_notes)
        for each in start.rare:
            self._is_rare(each)

    @property
    def writers(self) -> int:
        """How many wrote."""
        return len(self._writers)

    @property
    def rare_kinds(self) -> frozenset[bytes]:
        """Kinds whose records `merge` wants whole."""
        return frozenset(self._rare)

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

    def account(self) -> Account | None:
        """What the next verification is to know of the records so far; None while an
        outcome stands before its decision.
        """
        self.pause()
        if self._lives.early:
            return None
        self._runs.mark()
        return Account(
            writers=dict(self._writers),
            open=dict(self._lives.open),
            recoveries=self.recoveries,
            clock_anomalies=self.clock_anomalies,
            clock_notes=tuple(self.clock_notes),
            gone=tuple(self.gone),
            first_at=self._first_at,
            last_at=self._last_at,
            rare=tuple(self._rare_records),
        )

    def merge(self, stretch: Stretch) -> bool:
        """Take a stretch; False, and nothing done, if it does not fit what came
        before.
        """
        if not all(map(self._fits, stretch.spans.items())):
            return False
        self.pause()
        for who, span in stretch.spans.items():
            known = self._writers.get(who)
            policies = (known.policies if known else frozenset()) | span.policies
            self._writers[who] = Writer(span.seq, span.at, self._shared(policies))
        self._lives.stretch(stretch.fresh, stretch.opened, stretch.endings)
        self._first_at = min(self._first_at, stretch.first_at)
        self._last_at = max(self._last_at, stretch.last_at)
        self.checked += stretch.size
        self.recoveries += stretch.recoveries
        for gone in stretch.gone:
            add_range(self.gone, *gone)
        for index, entry, salted in stretch.rare:
            if (found := found_in(entry)) is not None:
                self._is_rare(_rare(index, found, salted))
        return True

    def _fits(self, item: tuple[bytes, Span]) -> bool:
        who, span = item
        known = self._writers.get(who)
        if known is None:
            return span.first == 0 and not span.needs
        return (
            span.first == known.seq
            and span.needs <= known.policies
            and not step_back(known.at, span.since)
        )

    def _shared(self, policies: frozenset[bytes]) -> frozenset[bytes]:
        return self._policies.setdefault(policies, policies)

    def take(self, index: int | None, entry: bytes, salted: bytes | None) -> bool:
        """Check one record; True when its form and its body, if it has one, hold.

        `salted` is salt ‖ body, None where pruned, and empty where it is not looked at.
        """
        self.checked += 1
        found = found_in(entry)
        if found is None:
            self._report(Fault.FORM, misshapen(entry), index, entry)
            return False
        self._count(index, found)
        holds = self._body(index, found, salted)
        kind = found["kind"]
        event = Event.of(index, found["id"], kind, found["at"], found["effect"])
        (self._events if index is not None else self._pending).append(event)
        if kind == b"outcome":
            self._outcome(index, found)
        elif kind == b"decision":
            self._decision(index, found)
        else:
            self._other(index, found)
            if kind in self._rare:
                self._is_rare(_rare(index, found, salted if holds else b""))
        if index == 0 or kind == b"genesis":
            self._genesis(index, found, salted if holds else None)
        return holds

    def pause(self) -> None:
        """Sum up what was taken record by record; memory grows until then."""
        self._lives.events(self._events)
        self._events.clear()

    def _count(self, index: int | None, found: Found) -> None:
        """The writer's own sequence, and its clock."""
        at, writer, seq = found["at"], found["writer"], int(found["seq"])
        known = self._writers.get(writer) or Writer(0, at, frozenset())
        if seq != known.seq:
            self._report(Fault.SEQUENCE, _gap(known.seq, seq), index, found.string)
        if step_back(known.at, at):
            self._backwards(index, known.at, found)
        self._writers[writer] = Writer(max(known.seq, seq + 1), at, known.policies)
        if index is not None:
            self._first_at = min(self._first_at, at)
            self._last_at = max(self._last_at, at)

    def _backwards(self, index: int | None, before: bytes, found: Found) -> None:
        at, step = found["at"], step_back(before, found["at"])
        self.clock_anomalies += 1
        if len(self.clock_notes) < MAX_CLOCK_NOTES:
            where = "a pending record" if index is None else f"record {index}"
            self.clock_notes.append(
                f"{where} of writer {found['writer'].decode()} is "
                f"{step.total_seconds():.3f} s older than the one before it "
                f"({at.decode()} after {before.decode()}): its clock was set back"
            )

    def _body(self, index: int | None, found: Found, salted: bytes | None) -> bool:
        if salted is None:
            if found["kind"] not in PRUNED:
                message = "its body was removed; those of this kind are never pruned"
                self._report(Fault.BODY, message, index, found.string)
            elif index is not None:
                add_range(self.gone, index, index + 1)
            return True
        if not salted or _digest(salted) == found["body"]:
            return True
        message = "the body is not the one that this entry commits to"
        self._report(Fault.BODY, message, index, found.string)
        return False

    def _decision(self, index: int | None, found: Found) -> None:
        effect, policy = found["effect"], found["policy"]
        if policy is None or policy not in self._writers[found["writer"]].policies:
            message = "decided under a policy that its writer had not put in force"
            self._report(Fault.POLICY, message, index, found.string)
        if effect not in LEFT and effect not in STOPPED:
            message = "a decision's effect is permit, observed, refuse or review"
            self._report(Fault.FORM, message, index, found.string)

    def _outcome(self, index: int | None, found: Found) -> None:
        if found["effect"] not in ENDINGS or found["labels"] or found["policy"]:
            message = "an outcome's effect is complete, abandoned or error, alone"
            self._report(Fault.FORM, message, index, found.string)

    def _other(self, index: int | None, found: Found) -> None:
        kind, policy = found["kind"], found["policy"]
        self.recoveries += kind == b"recovery"
        surplus = found["effect"] or found["labels"]
        if surplus or (policy is None) == (kind == b"policy"):
            message = "of effect, labels and policy, only a policy's entry has the last"
            self._report(Fault.FORM, message, index, found.string)
        elif policy is not None:
            who = found["writer"]
            policies = self._shared(self._writers[who].policies | {policy})
            self._writers[who] = self._writers[who]._replace(policies=policies)

    def _is_rare(self, record: Rare) -> None:
        if record.index is not None:
            self._rare_records.append(record)
        if (check := self._rare.get(record.kind.value.encode())) is not None:
            check(record)

    def _genesis(self, index: int | None, found: Found, salted: bytes | None) -> None:
        """The first record, and it alone, says whose trail this is."""
        if index != 0 or found["kind"] != b"genesis":
            message = "the first record is the genesis, and no other is"
        elif salted and not self._founded(salted):
            message = f"the trail did not begin as that of {self._key}"
        else:
            return
        self._report(Fault.GENESIS, message, index, found.string)

    def _founded(self, salted: bytes) -> bool:
        """Whether a genesis names the pinned origin and key; with a check of its own
        for genesis records, the key is that one's affair.
        """
        origin, key = _said(salted[SALT_BYTES:]) or (None, None)
        own = b"genesis" in self._rare or key == str(self._key)
        return origin == self._key.name and own

    def settle(self, again: SecondLook, *, complete: bool) -> None:
        """What only the end shows. `complete`: whether every record could be read.

        `again` tells of every sealed record taken or merged, in order, once more.
        """
        self.pause()
        self._lives.events(self._pending)

        def both() -> Iterator[Event]:
            yield from again()
            yield from self._pending

        self._lives.settle(both, self._problems, complete=complete)

    def unknown(self) -> Iterator[tuple[str, str]]:
        """`(id, at)` of decisions that let a call leave and have no outcome."""
        self.pause()
        for short_id, at in self._lives.open.items():
            yield id_text(short_id), at.decode()

    def _report(
        self, fault: Fault, message: str, index: int | None, entry: bytes
    ) -> None:
        self._problems.add(named(fault, message, index, entry))


def _rare(index: int | None, found: Found, salted: bytes | None) -> Rare:
    return Rare(
        kind=KINDS[found["kind"].decode()],
        index=index,
        entry=found.string,
        at=found["at"].decode(),
        body=None if salted is None else salted[SALT_BYTES:],
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


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return f"seq {found} again, or out of order: {expected} comes next"
    missing = found - expected
    return f"seq {found} where {expected} comes next: {missing} of its writer missing"
