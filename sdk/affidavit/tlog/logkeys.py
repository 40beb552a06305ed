"""The keys of one log that a verifier pins: one, or several after a rotation.

Knows which of them signed a checkpoint. Whether a key was in force at that size, and
whether the log itself names one as the other's successor, is `verify.keys`'s to say.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys import Verifier
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import OpenedNote, VerifierKey, open_note


@dataclass(frozen=True, slots=True)
class SignedHead:
    """Evidence: pinned keys signed this head. Only `LogKeys.open` makes one."""

    checkpoint: Checkpoint
    by: tuple[VerifierKey, ...]
    """At least one."""
    ml_dsa: tuple[MlDsaKey, ...]


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Pinned keys of one log, at least one of them Ed25519, all of one name."""

    keys: tuple[VerifierKey, ...]
    ml_dsa: tuple[MlDsaKey, ...] = ()

    def __post_init__(self) -> None:
        if not self.keys:
            raise KeyUnusable(
                "An ML-DSA-44 key alone decides nothing: give the trail's Ed25519 "
                "verifier key too."
            )
        names = {each.name for each in self.keys}
        names |= {each.name for each in self.ml_dsa}
        if len(names) > 1:
            raise KeyUnusable(
                f"Keys of different trails: {', '.join(sorted(names))}. Verify one "
                "trail at a time, with its own keys."
            )

    @property
    def name(self) -> str:
        """The log's origin."""
        return self.keys[0].name

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The Ed25519 keys, as `dsse` takes them."""
        return tuple(each.verifier for each in self.keys)

    @classmethod
    def of(cls, pinned: "Pinned") -> "LogKeys":
        """`pinned`, were it one key or several."""
        return pinned if isinstance(pinned, LogKeys) else cls((pinned,))

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "LogKeys":
        """Verifier keys as text, of type 0x01 or 0x06; else `KeyUnusable`."""
        keys: list[VerifierKey] = []
        ml_dsa: list[MlDsaKey] = []
        for text in dict.fromkeys(texts):
            try:
                keys.append(VerifierKey.parse(text))
            except KeyUnusable as error:
                try:
                    ml_dsa.append(MlDsaKey.parse(text))
                except KeyUnusable:
                    raise error from None
        return cls(tuple(keys), tuple(ml_dsa))

    def open(self, data: bytes) -> OpenedNote:
        """The note in `data`, if an Ed25519 key of these signed it, and every ML-DSA-44
        key of these.

        Raises as `signed`, and `SignatureInvalid` for an ML-DSA-44 line that is
        missing.
        """
        head = self.signed(data)
        for lacking in self.lacking(head):
            raise SignatureInvalid(lacking)
        return open_note(data, (*self.keys, *self.ml_dsa))

    def lacking(self, head: SignedHead) -> Iterator[str]:
        """What to say of each pinned ML-DSA-44 key that did not sign a head."""
        for key in self.ml_dsa:
            if key not in head.ml_dsa:
                yield (
                    "the checkpoint has no line by the pinned ML-DSA-44 key "
                    f"{key.name}+{key.key_id.hex()}: it was taken off, or the key is "
                    "of another trail"
                )

    def signed(self, data: bytes) -> SignedHead:
        """The checkpoint in a note that pinned keys signed, and which of them.

        `SignatureInvalid` when no Ed25519 key of them did, when one of their lines does
        not hold, or when the origin is not their name; `Malformed` when it is no note
        or no checkpoint. A missing ML-DSA line is the caller's to judge.
        """
        opened = open_note(data, (*self.keys, *self.ml_dsa))
        checkpoint = Checkpoint.parse(opened.text)
        if checkpoint.origin != self.name:
            raise SignatureInvalid(
                f"the checkpoint is of {checkpoint.origin!r}, the trusted key is of "
                f"{self.name!r}: a log signs its own origin only"
            )
        lines = {(each.name, each.key_id) for each in opened.verified}
        by = tuple(each for each in self.keys if (each.name, each.key_id) in lines)
        if not by:
            raise SignatureInvalid(
                "only ML-DSA-44 keys that are trusted signed this checkpoint, and no "
                "Ed25519 key that is"
            )
        second = (each for each in self.ml_dsa if (each.name, each.key_id) in lines)
        return SignedHead(checkpoint, by, tuple(second))

    def __str__(self) -> str:
        return ", ".join(map(str, (*self.keys, *self.ml_dsa)))


Pinned: TypeAlias = VerifierKey | LogKeys
"""What functions that verify take: one key, or all that are pinned."""
