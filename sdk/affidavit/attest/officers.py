"""Further signatures on a statement: officers who sign what a trail's key signed.

Knows how a signature is added to an envelope, and how it is told whether enough of the
officers that a verifier pins have signed. An envelope never says whose signature is
wanted. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from affidavit import dsse
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.dsse import Envelope
from affidavit.errors import KeyUnusable, Malformed
from affidavit.keys import Signer
from affidavit.tlog.note import VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Officers:
    """Who may sign beside the trail's key, and how many of them must have."""

    keys: tuple[VerifierKey, ...]
    threshold: int

    def __post_init__(self) -> None:
        distinct = len({each.verifier.key_id for each in self.keys})
        if not 1 <= self.threshold <= distinct:
            raise KeyUnusable(
                f"{self.threshold} of {distinct} officers: a threshold lies between 1 "
                "and the number of different keys. One key under two names counts once."
            )

    @classmethod
    def of(
        cls, keys: Iterable[VerifierKey], threshold: int | None = None
    ) -> "Officers":
        """These keys, all of which must have signed unless `threshold` says fewer."""
        given = tuple(dict.fromkeys(keys))
        distinct = len({each.verifier.key_id for each in given})
        return cls(keys=given, threshold=distinct if threshold is None else threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Evidence: so many of the pinned officers signed. Only `verify` makes one."""

    names: tuple[str, ...]
    threshold: int
    lacking: tuple[str, ...]
    """Pinned officers whose signature is not there or does not hold."""


def verify(envelope: Envelope, officers: Officers) -> SignedBy:
    """Check that enough officers signed; `SignatureInvalid` says who did not.

    Signatures that name no pinned key count for nothing, and each key counts once.
    """
    verifiers = [each.verifier for each in officers.keys]
    signed = set(dsse.verify(envelope, verifiers, officers.threshold).key_ids)
    return SignedBy(
        names=_named(officers.keys, signed, among=True),
        threshold=officers.threshold,
        lacking=_named(officers.keys, signed, among=False),
    )


def _named(
    keys: Sequence[VerifierKey], signed: set[str], *, among: bool
) -> tuple[str, ...]:
    """One name for each key that signed, or that did not."""
    names = {
        each.verifier.key_id: each.name
        for each in reversed(keys)
        if (each.verifier.key_id in signed) is among
    }
    return tuple(reversed(list(names.values())))


def add(envelope: Envelope, signer: Signer) -> Envelope:
    """`envelope` with one more signature, behind those that are there.

    The same envelope where this key has signed it: a deterministic signature would be
    the same. `Malformed` when it holds no statement.
    """
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"the envelope holds {envelope.payload_type}, no statement")
    if any(it.key_id == signer.verifier.key_id for it in envelope.signatures):
        dsse.verify(envelope, [signer.verifier])
        return envelope
    made = dsse.sign(envelope.payload_type, envelope.payload, [signer])
    return Envelope(
        envelope.payload_type,
        envelope.payload,
        (*envelope.signatures, *made.signatures),
    )
