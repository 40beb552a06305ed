"""What a verification found. Values only: nothing here reads or decides anything."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import assert_never

MAX_PROBLEMS = 1000
"""Problems kept in full; the rest are counted. Every record of a forgery may be bad."""


class Verdict(Enum):
    """The answer, and nothing finer."""

    VALID = "valid"
    INVALID = "invalid"
    INCOMPLETE = "incomplete"
    """Nothing contradicts, but something that must be there to decide is not."""

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 not enough to decide."""
        match self:
            case Verdict.VALID:
                return 0
            case Verdict.INVALID:
                return 1
            case Verdict.INCOMPLETE:
                return 2
            case _:
                assert_never(self)


class Fault(Enum):
    """What kind of thing does not hold."""

    CHECKPOINT = "checkpoint"
    """The tree head is not signed by the pinned key, or is no tree head."""
    HISTORY = "history"
    """The tree does not extend one that was signed before, or is shorter than it."""
    TRUNCATED = "truncated"
    STALE = "stale"
    MISSING = "missing"
    """A file that the checkpoint says exists."""
    ENTRY = "entry"
    """An entry is not the one that was signed."""
    TILE = "tile"
    """A tile does not hash to what was signed; the entries do."""
    ROOT = "root"
    """Entries and tiles agree with each other and not with the checkpoint."""
    FORM = "form"
    """An entry that no writer prints."""
    BODY = "body"
    """A body is missing, or not the one that its entry commits to."""
    GENESIS = "genesis"
    SEQUENCE = "sequence"
    """A writer's records have a gap, a repetition or another order."""
    DUPLICATE = "duplicate"
    OUTCOME = "outcome"
    """An outcome of a decision that is not there, or that let nothing leave."""
    POLICY = "policy"
    """A decision under a policy that its writer had not put in force."""
    WAL = "wal"
    """A record that is not in the tree yet was changed, moved or taken out."""
    ANCHOR = "anchor"
    """A cosignature or time stamp of a pinned key that does not hold."""
    STATEMENT = "statement"
    """A statement that contradicts itself, or the trail."""
    KEY = "key"
    """A key record that does not hold, or a signature by a key that was not in force.
    """
    INCIDENT = "incident"
    """An event of an incident that cannot be read, or does not fit the others."""
    DISCLOSURE = "disclosure"
    """A disclosure that contradicts itself, or tells of what was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that does not hold; index, id, kind and time are the record's."""

    fault: Fault
    message: str
    index: int | None = None
    id: str | None = None
    kind: str | None = None
    at: str | None = None

    def __str__(self) -> str:
        record = "" if self.index is None else f"record {self.index}"
        named = ", ".join(each for each in (self.kind, self.id, self.at) if each)
        where = f"{record} ({named})" if record and named else record or named
        return f"{where}: {self.message}" if where else self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorSeen:
    """What one pinned witness or authority is found to have attested."""

    name: str
    """The witness's verifier key, or where the authority's certificates came from."""
    count: int
    """Cosignatures or tokens that hold."""
    size: int
    """Records that the largest of them covers."""
    at: datetime | None
    """When that one was made, by its maker's clock; None without any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorReport:
    """Evidence of others about a trail, held against pins. Only `Weighing` makes
    one.
    """

    witnesses: tuple[AnchorSeen, ...]
    authorities: tuple[AnchorSeen, ...]
    wanted: int
    """How many witnesses must have cosigned."""
    quorum_size: int | None
    """The largest size that so many have reached; None when too few have any."""
    covered: int
    """Records that the largest anchor of all covers."""
    unpinned: int
    """Signature lines and tokens that nobody pinned: they prove nothing here."""
    missing: tuple[str, ...]
    """What was demanded and not found, as sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpan:
    """One key of a trail, as its own records tell; pinned or not."""

    vkey: str
    since: int
    """The record that brought it in: 0 for the first key."""
    at: str
    """That record's time."""
    until: int | None = None
    """The record that named its successor; None while it is in force."""
    revoked: int | None = None
    """The record that revoked it."""
    reason: str | None = None
    """Why it was revoked."""
    pinned: bool = False

    @property
    def state(self) -> str:
        """`in force`, `retired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "in force" if self.until is None else "retired"

    def signs(self, size: int) -> bool:
        """Whether a checkpoint of `size` records is this key's to sign."""
        ends = [each for each in (self.until, self.revoked) if each is not None]
        return (self.since < size or not self.since) and size <= min(ends, default=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBefore:
    """The records that were not read again: this verifier had found them valid."""

    size: int
    root: bytes
    at: str
    """When, UTC, by the verifier's clock."""
    path: str
    """The folder of the verifier that says so, and that all of this rests on."""

    @property
    def unchecked(self) -> str:
        """What it means, as a sentence."""
        return (
            f"Records 0 to {self.size - 1} were verified at {self.at} and not read "
            f"again: the tree still begins with them, but a change of their files "
            f"would not show. That rests on {self.path}: keep others from writing "
            "there, and verify whole now and then."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReport:
    """Evidence about a trail. Only `verify_trail` makes one."""

    origin: str
    """As the checkpoint says; the pinned key's name unless that is a problem."""
    checkpoint: bytes
    """The signed note that everything was held against."""
    size: int
    root: bytes
    records_checked: int
    """Records in the tree, and pending ones."""
    problems: tuple[Problem, ...]
    """In the order in which they were met; at most `MAX_PROBLEMS`."""
    more_problems: int
    """How many were left out of `problems`."""
    unchecked: tuple[str, ...]
    """What could not be checked, and why: whole sentences for a person."""
    notes: tuple[str, ...]
    """What is odd and proves nothing: clocks set back, torn tails."""
    clock_anomalies: int
    recoveries: int
    """`recovery` records: torn tails that were cut."""
    bodies_pruned: int
    """Bodies that are gone."""
    bodies_unexplained: int
    """Those of them that no sealed pruning record names."""
    pending: int
    """Records that the checkpoint does not cover."""
    unknown_outcomes: tuple[str, ...]
    """Ids of decisions that let a call leave and have no outcome, oldest first."""
    unknown_recent: int
    """How many of those are so young that the call may still be under way."""
    writers: int
    first_at: str | None
    last_at: str | None
    """Earliest and latest time that any sealed record carries."""
    anchors: AnchorReport | None = None
    """What others attested; None when nobody was pinned."""
    verified_before: VerifiedBefore | None = None
    """None when the whole trail was read."""
    keys: tuple[KeySpan, ...] = ()
    """Keys that signed it, oldest first, ML-DSA-44 ones among them; empty when bodies
    were not looked at."""

    @property
    def first_bad(self) -> Problem | None:
        """The problem of the lowest record; one that names no record comes last."""
        return min(
            self.problems,
            key=lambda each: (each.index is None, each.index or 0),
            default=None,
        )

    @property
    def verdict(self) -> Verdict:
        """INVALID with any problem; INCOMPLETE when bodies are gone unexplained, or
        anchors that the caller demands are not there.
        """
        if self.problems:
            return Verdict.INVALID
        missing = self.anchors is not None and bool(self.anchors.missing)
        incomplete = bool(self.bodies_unexplained) or missing
        return Verdict.INCOMPLETE if incomplete else Verdict.VALID

    @property
    def exit_code(self) -> int:
        """The CLI's: 0 valid, 1 invalid, 2 not enough to decide."""
        return self.verdict.exit_code


class Problems:
    """Collects problems, and keeps the most telling when there are too many: the first
    half of `MAX_PROBLEMS` at least of those that name no record, and of the others
    those of the lowest records.
    """

    def __init__(self) -> None:
        self._all: list[Problem] = []
        self._more = 0

    @property
    def kept(self) -> list[Problem]:
        """At most `MAX_PROBLEMS`, in the order in which they were met."""
        if len(self._all) > MAX_PROBLEMS:
            self._thin()
        return self._all

    @property
    def more(self) -> int:
        """How many were not kept."""
        return self._more + max(0, len(self._all) - MAX_PROBLEMS)

    def add(self, problem: Problem) -> None:
        """Keep `problem`, or count it."""
        self._all.append(problem)
        if len(self._all) > 2 * MAX_PROBLEMS:
            self._thin()

    def amend(self, fault: Fault, more: str) -> None:
        """Say more of the first problem of that kind that names no record."""
        for place, each in enumerate(self._all):
            if each.fault is fault and each.index is None:
                self._all[place] = replace(each, message=each.message + more)
                return

    def count(self) -> None:
        """Count one more that is not even named."""
        self._more += 1

    def _thin(self) -> None:
        general = [place for place, it in enumerate(self._all) if it.index is None]
        named = [place for place, it in enumerate(self._all) if it.index is not None]
        named.sort(key=lambda place: self._all[place].index or 0)
        general = general[: max(MAX_PROBLEMS // 2, MAX_PROBLEMS - len(named))]
        keep = sorted(general + named[: MAX_PROBLEMS - len(general)])
        self._more += len(self._all) - len(keep)
        self._all = [self._all[place] for place in keep]
