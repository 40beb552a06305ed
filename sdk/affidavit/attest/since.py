"""The attestation before this one: which it was, and that the trail only grew since.

Knows the section `since`, the proof of consistency beside a statement, and how the two
and an earlier statement fit together. Which attestations a trail remembers is
`trail.attestations`'s.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from affidavit.attest.predicate import number
from affidavit.attest.told import Told
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Incomplete, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import verify_consistency
from affidavit.tlog.submission import Submission
from affidavit.trail import proofs
from affidavit.trail.attestations import Remembered
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import parse_moment

FILE_NAME = "since.consistency"
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The tree head of an earlier attestation, as a statement names it."""

    to: str
    """Where that one's period ended."""
    size: int
    root: bytes
    statement: str
    """SHA-256 of that statement's payload, hex."""

    def as_json(self) -> dict[str, Json]:
        """The section."""
        return {
            "to": self.to,
            "size": number(self.size),
            "root": self.root.hex(),
            "statement": {"sha256": self.statement},
        }

    @classmethod
    def parse(cls, value: Json) -> "Since":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {
                "to": str(to),
                "size": int() | str() as size,
                "root": str(root),
                "statement": {"sha256": str(digest)},
            } if _HEX.fullmatch(root) and _HEX.fullmatch(digest):
                parse_moment(to)
                found = cls(
                    to=to,
                    size=int(size)
                    if str(size).isdecimal() and len(str(size)) < 20
                    else -1,
                    root=bytes.fromhex(root),
                    statement=digest,
                )
            case _:
                raise Malformed("the statement names no earlier attestation")
        if found.size < 0 or found.as_json() != value:
            raise Malformed("the earlier attestation is named in another form")
        return found

    @classmethod
    def of(cls, remembered: Remembered) -> "Since":
        """What a statement says of an attestation that the trail remembers."""
        return cls(
            to=remembered.end,
            size=remembered.size,
            root=remembered.root,
            statement=remembered.statement,
        )


def of_statement(told: Told) -> Since:
    """What a later statement says of this one."""
    return Since(
        to=told.period.end,
        size=told.head.size,
        root=told.head.root,
        statement=told.digest,
    )


def named(predicate: Mapping[str, Json]) -> Since | None:
    """The earlier attestation that a statement names, if it does."""
    value = predicate.get("since")
    return None if value is None else Since.parse(value)


def proof(reader: TrailReader, since: Since, head: Checkpoint, note: bytes) -> bytes:
    """That the tree of `head` begins with that of `since`, as a file, verified.

    `BrokenTrail` when it does not.
    """
    if since.size > head.size:
        raise BrokenTrail(
            f"the attestation until {since.to} was of {since.size} records, now there "
            f"are {head.size}: the end was cut off since"
        )
    hashes = proofs.consistency(reader, since.size, head.size).hashes
    verify_consistency(since.size, since.root, head.size, head.root, hashes)
    return Submission(since.size, hashes, note).encode()


def check(since: Since, told: Told, data: bytes) -> None:
    """Return when the proof in `data` leads from `since` to the statement's tree.

    `Malformed` or `BrokenTrail` when it does not.
    """
    submission = Submission.parse(data)
    if submission.checkpoint != told.checkpoint or submission.old != since.size:
        raise BrokenTrail(
            "the proof is of other tree heads than those that the statements name"
        )
    verify_consistency(
        since.size, since.root, told.head.size, told.head.root, submission.hashes
    )


def must_be(since: Since | None, earlier: Told) -> Since:
    """`since`, if it is the earlier statement that the verifier kept.

    `BrokenTrail` when the statement names another of the same size or later, or was
    made before; `Incomplete` when it names a later one, to which no proof leads.
    """
    kept = of_statement(earlier)
    if since is None:
        raise Incomplete(
            "the statement names no earlier attestation, so that nothing is proved "
            "about the one that you kept: ask for `affidavit attest --since` with it"
        )
    if since == kept:
        return since
    if since.size == kept.size and since.root != kept.root:
        raise BrokenTrail(
            f"{kept.size} records had the root {kept.root.hex()} in the statement that "
            f"you kept; this one says that they had {since.root.hex()}"
        )
    raise Incomplete(
        f"the statement goes on from {since.statement[:16]}…, of {since.size} records, "
        f"and the one that you kept is {kept.statement[:16]}…, of {kept.size}: ask for "
        "the statements between, or for one that is made `--since` yours"
    )
