"""Cosignatures and time stamps of a trail: which hold, and what they then claim.

Knows the pins that the caller gives and the evidence that was found; never takes a key
or a root from the latter. Evidence that no pin speaks of is counted and proves nothing.
What a claim contradicts is `history`'s to find.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from affidavit.errors import Invalid, Malformed, SignatureInvalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import LogKeys, Pinned, SignedHead
from affidavit.tlog.note import parse_note
from affidavit.tlog.witness import WitnessKey, open_cosignatures
from affidavit.trail.anchors import KeptHead
from affidavit.verify.history import Claim
from affidavit.verify.keys import foreign
from affidavit.verify.report import (
    AnchorReport,
    AnchorSeen,
    Fault,
    Problem,
    Problems,
)
from affidavit.verify.stamps import Authorities, verify_stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Whom the caller trusts to have seen the trail, and how many must have."""

    witnesses: tuple[WitnessKey, ...] = ()
    authorities: tuple[Authorities, ...] = ()
    quorum: int | None = None
    """How many of the witnesses must have cosigned; None means all, 0 demands none,
    and no time stamp either."""

    @property
    def wanted(self) -> int:
        """The number of witnesses that must have cosigned."""
        return len(self.witnesses) if self.quorum is None else self.quorum


@dataclass(slots=True)
class _Tally:
    count: int = 0
    size: int = 0
    at: datetime | None = None

    def take(self, size: int, at: datetime) -> None:
        self.count += 1
        if self.at is None or (size, at) > (self.size, self.at):
            self.size, self.at = size, at

    def seen(self, name: str) -> AnchorSeen:
        return AnchorSeen(name=name, count=self.count, size=self.size, at=self.at)


@dataclass(slots=True)
class Weighing:
    """Takes evidence, and says what the evidence that holds claims."""

    key: Pinned
    """The log's."""
    pins: Pins
    problems: Problems
    claims: list[Claim] = field(default_factory=list)
    heads: list[tuple[SignedHead, str]] = field(default_factory=list)
    """Heads that claims are about, and where they lie."""
    unpinned: int = 0
    """Signature lines and tokens that no pin speaks of."""
    _witnesses: dict[str, _Tally] = field(default_factory=dict)
    _authorities: dict[str, _Tally] = field(default_factory=dict)
    _late: list[KeptHead] = field(default_factory=list)
    """Heads signed by a key of the log that nobody pinned; perhaps an earlier one."""
    _keys: LogKeys = field(init=False)

    def __post_init__(self) -> None:
        self._keys = LogKeys.of(self.key)

    def take(self, evidence: Iterable[KeptHead]) -> None:
        """Check each head's evidence; what is pinned and does not hold is a problem."""
        try:
            for head in evidence:
                if self._later(head):
                    continue
                if head.cosigned is not None:
                    self._cosigned(head, head.cosigned)
                for name, response in head.stamps:
                    self._stamp(head, name, response)
        except Malformed as error:
            self._broken(str(error))  # a file too large to be evidence

    def _later(self, head: KeptHead) -> bool:
        """Put a head off that a key signed which the records may yet lead to."""
        note = head.cosigned or head.checkpoint
        try:
            later = note is not None and foreign(note, self._keys)
        except Invalid:
            return False
        if later:
            self._late.append(head)
        return later

    def again(self, chain: LogKeys | None) -> list[Claim]:
        """What the heads claim that were put off, now that the log's keys are known.

        Those that none of them signed are problems, if a pin speaks of them.
        """
        late, self._late = self._late, []
        before = len(self.claims)
        own, self._keys = self._keys, chain or self._keys
        for head in late:
            if head.cosigned is not None:
                self._cosigned(head, head.cosigned)
            for name, response in head.stamps:
                self._stamp(head, name, response)
        self._keys = own
        return self.claims[before:]

    def _cosigned(self, head: KeptHead, data: bytes) -> None:
        try:
            pinned = {(each.name, each.key_id) for each in self.pins.witnesses}
            lines = {(each.name, each.key_id) for each in parse_note(data).signatures}
            own = {(each.name, each.key_id) for each in self._keys.keys}
            own |= {(each.name, each.key_id) for each in self._keys.ml_dsa}
            self.unpinned += len(lines - pinned - own)
            if not lines & pinned:
                return
            # Both: a head that the log never signed is no claim of the log's.
            signed = self._keys.signed(data)
            checkpoint = signed.checkpoint
            found = [
                (each, _moment(each.time))
                for each in open_cosignatures(data, self.pins.witnesses)
            ]
        except Invalid as error:
            self._broken(f"{head.name}: {error}")
            return
        for each, at in found:
            self._witnesses.setdefault(each.witness, _Tally()).take(checkpoint.size, at)
            self._claim(checkpoint, f"{each.witness} cosigned at {_shown(at)}")
        self.heads.append((signed, head.name))

    def _stamp(self, head: KeptHead, name: str, response: bytes) -> None:
        if not self.pins.authorities:
            self.unpinned += 1
            return
        try:
            if head.checkpoint is None:
                raise SignatureInvalid("the checkpoint that it is over is missing")
            signed = self._keys.signed(head.checkpoint)
        except Invalid as error:
            self._broken(f"{head.name}/{name}: {error}")
            return
        failures: list[str] = []
        for pin in self.pins.authorities:
            try:
                stamp = verify_stamp(response, head.checkpoint, pin)
            except Invalid as error:
                failures.append(str(error))
                continue
            self._authorities.setdefault(pin.name, _Tally()).take(
                signed.checkpoint.size, stamp.time
            )
            by = f"{stamp.authority} stamped at {_shown(stamp.time)}"
            self._claim(signed.checkpoint, by)
            self.heads.append((signed, f"{head.name}/{name}"))
        if len(failures) == len(self.pins.authorities):
            self._broken(f"{head.name}/{name}: {'; '.join(failures)}")

    def _claim(self, checkpoint: Checkpoint, by: str) -> None:
        self.claims.append(Claim(size=checkpoint.size, root=checkpoint.root, by=by))

    def _broken(self, message: str) -> None:
        self.problems.add(Problem(fault=Fault.ANCHOR, message=message))

    def report(self, size: int) -> AnchorReport:
        """What was found, of a trail of `size` sealed records."""
        witnesses = [
            self._witnesses.get(each.name, _Tally()).seen(str(each))
            for each in self.pins.witnesses
        ]
        authorities = [
            self._authorities.get(each.name, _Tally()).seen(each.name)
            for each in self.pins.authorities
        ]
        quorum = _quorum(witnesses, self.pins.wanted)
        return AnchorReport(
            witnesses=tuple(witnesses),
            authorities=tuple(authorities),
            wanted=self.pins.wanted,
            unpinned=self.unpinned,
            quorum_size=quorum,
            covered=min(size, max((each.size for each in self.claims), default=0)),
            missing=tuple(self._missing(witnesses, authorities)),
        )

    def _missing(
        self, witnesses: Sequence[AnchorSeen], authorities: Sequence[AnchorSeen]
    ) -> list[str]:
        if self.pins.quorum == 0:
            return []
        have = sum(bool(each.count) for each in witnesses)
        missing = []
        if have < self.pins.wanted:
            silent = ", ".join(each.name for each in witnesses if not each.count)
            missing.append(
                f"{have} of {self.pins.wanted} witnesses cosigned a checkpoint of this "
                f"trail that was found. None by {silent}: ask them for the checkpoint "
                "that they have and give it with --anchor."
            )
        missing += [
            f"No time stamp under {each.name} was found: ask for the trail's `anchors` "
            "folder as it was, and give it with --anchor."
            for each in authorities
            if not each.count
        ]
        return missing


def unchecked(found: AnchorReport, size: int) -> tuple[str, ...]:
    """What anchors do not say of a trail of `size` sealed records, as sentences."""
    if not any(each.count for each in (*found.witnesses, *found.authorities)):
        nothing = (
            "No cosignature or time stamp of those pinned was found: a rewrite by the "
            "key holder would not show."
        )
        return (*found.missing, nothing)
    if found.covered >= size:
        return found.missing
    beyond = (
        f"{size - found.covered} records came after the newest anchor, which covers "
        f"{found.covered}: their rewrite by the key holder would not show."
    )
    return (*found.missing, beyond)


def _quorum(witnesses: Sequence[AnchorSeen], wanted: int) -> int | None:
    """The largest size that `wanted` witnesses have reached; None when too few have."""
    sizes = sorted((each.size for each in witnesses if each.count), reverse=True)
    return sizes[wanted - 1] if 0 < wanted <= len(sizes) else None


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureInvalid(
            f"a cosignature of the impossible time {seconds}"
        ) from error


def _shown(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
