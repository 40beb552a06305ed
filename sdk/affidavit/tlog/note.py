"""Signed notes: text, and who signed it (c2sp.org/signed-note v1.0.0).

Knows the text format, Ed25519 signatures (type 0x01) and verifier keys as text. Knows
nothing of what a note says: tree heads are `checkpoint`, cosignatures are `witness` and
`mldsa`. A key is never taken from the note itself.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Protocol

from affidavit.errors import KeyUnusable, Malformed, SignatureInvalid
from affidavit.keys import PUBLIC_BYTES, Signer, Verifier

MAX_NOTE_BYTES = 1 << 20
MAX_SIGNATURES = 100
"""The specification asks for at least 16; the Go implementation stops at 100 too."""
KEY_ID_BYTES = 4
ML_DSA_PUBLIC_BYTES = 1312
"""FIPS 204, table 2."""
_DASH = "— "


class SignatureType(IntEnum):
    """The signature types that this package makes or checks."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    ML_DSA_44 = 0x06

    @property
    def public_bytes(self) -> int:
        """How long a public key of this type is."""
        return ML_DSA_PUBLIC_BYTES if self is SignatureType.ML_DSA_44 else PUBLIC_BYTES


class NoteKey(Protocol):
    """What `open_note` needs of a key; a plain key and a witness's key both fit."""

    @property
    def name(self) -> str:
        """Key name, as signature lines carry it."""

    @property
    def key_id(self) -> bytes:
        """4 bytes, as signature lines carry them."""

    def verify(self, signature: bytes, text: bytes) -> None:
        """Return when `signature` covers the note `text`; else `SignatureInvalid`."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 key for notes (type 0x01)."""

    name: str
    verifier: Verifier

    def __post_init__(self) -> None:
        check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """4 bytes that tell which key and algorithm made a signature."""
        return key_id(self.name, SignatureType.ED25519, self.verifier.public)

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The key alone; several pinned keys of one log give theirs in the same way."""
        return (self.verifier,)

    def open(self, data: bytes) -> "OpenedNote":
        """The note in `data` if this key signed it; raises as `open_note`."""
        return open_note(data, [self])

    def verify(self, signature: bytes, text: bytes) -> None:
        """Return when this key signed `text`; else `SignatureInvalid`."""
        self.verifier.verify(signature, text)

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a vkey of type 0x01; anything else is `KeyUnusable`."""
        name, public = parse_vkey(text, SignatureType.ED25519)
        return cls(name, Verifier(public))

    def __str__(self) -> str:
        return print_vkey(self.name, SignatureType.ED25519, self.verifier.public)


def key_id(name: str, kind: SignatureType, public: bytes) -> bytes:
    """SHA-256(name || 0x0A || type || public key), its first 4 bytes."""
    named = name.encode() + b"\n" + bytes([kind]) + public
    return sha256(named).digest()[:KEY_ID_BYTES]


def print_vkey(name: str, kind: SignatureType, public: bytes) -> str:
    """A verifier key as text: `name+hex(key ID)+base64(type || public key)`."""
    encoded = base64.b64encode(bytes([kind]) + public).decode()
    return f"{name}+{key_id(name, kind, public).hex()}+{encoded}"


def parse_vkey(text: str, kind: SignatureType) -> tuple[str, bytes]:
    """Name and public key of a vkey of type `kind`; else `KeyUnusable`."""
    # Base64 may hold a plus, a name may not: split at the first two only.
    match text.split("+", 2):
        case [name, _, encoded]:
            material = _unbase64(encoded)
        case _:
            raise KeyUnusable(f"not a verifier key (name+id+base64): {text!r:.200}")
    if not material or material[0] != kind or len(material) != 1 + kind.public_bytes:
        raise KeyUnusable(f"not a verifier key of type {kind}: {text!r:.200}")
    public = material[1:]
    if not _is_name(name) or print_vkey(name, kind, public) != text:
        raise KeyUnusable(
            f"a verifier key whose name or key ID does not fit: {text!r:.200}. Copy it "
            "again from where it was published."
        )
    return name, public


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. Unverified unless an `OpenedNote` says otherwise."""

    name: str
    key_id: bytes
    signature: bytes
    """What follows the key ID; its form is the signature type's affair."""

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.signature:
            raise Malformed(f"the signature line of {self.name} is too short")

    @property
    def line(self) -> str:
        """The line as a note carries it, with its newline."""
        encoded = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_DASH}{self.name} {encoded}\n"

    @classmethod
    def parse(cls, line: str) -> "NoteSignature":
        """Read a line with its newline; `Malformed` unless `line` would print it."""
        name, space, encoded = (
            line.removeprefix(_DASH).removesuffix("\n").partition(" ")
        )
        data = _unbase64(encoded)
        if not space or not _is_name(name) or data is None:
            raise Malformed(f"not a signature line: {line!r:.200}")
        parsed = cls(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
        if parsed.line != line:
            raise Malformed(f"a signature line in no canonical form: {line!r:.200}")
        return parsed


@dataclass(frozen=True, slots=True)
class Note:
    """A text with its signature lines, none of them checked."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __post_init__(self) -> None:
        check_text(self.text)
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise Malformed(
                f"a note has 1 to {MAX_SIGNATURES} signature lines, "
                f"not {len(self.signatures)}"
            )

    def encode(self) -> bytes:
        """The note as a file; `Malformed` when it would exceed `MAX_NOTE_BYTES`."""
        lines = "".join(signature.line for signature in self.signatures)
        data = f"{self.text}\n{lines}".encode()
        if len(data) > MAX_NOTE_BYTES:
            raise Malformed(f"a note of {len(data)} bytes exceeds {MAX_NOTE_BYTES}")
        return data

    def with_signatures(self, *added: NoteSignature) -> "Note":
        """The note with further lines behind its own; repeated lines are dropped."""
        new = tuple(item for item in added if item not in self.signatures)
        return Note(self.text, self.signatures + tuple(dict.fromkeys(new)))


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """Evidence: `verified` signatures cover `text`. Only `open_note` makes one.

    `verified` names each key once, however often it signed; `unverified` are the lines
    of keys that the caller did not name.
    """

    text: str
    verified: tuple[NoteSignature, ...]
    unverified: tuple[NoteSignature, ...]


def sign_note(text: str, signers: Sequence[tuple[str, Signer]]) -> bytes:
    """Sign `text` with each `(key name, signer)`; the note as bytes.

    `Malformed` when the text or a name cannot stand in a note.
    """
    check_text(text)
    message = text.encode()
    signatures = []
    for name, signer in signers:
        key = VerifierKey(name, signer.verifier)
        signatures.append(NoteSignature(name, key.key_id, signer.sign(message)))
    return Note(text, tuple(signatures)).encode()


def parse_note(data: bytes) -> Note:
    """Read a note without checking any signature: to show who claims to have signed.

    `Malformed` for bytes that `Note.encode` would not print.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise Malformed(f"a note of {len(data)} bytes exceeds {MAX_NOTE_BYTES}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"the note is not UTF-8 at byte {error.start}") from error
    split = whole.rfind("\n\n")
    if split < 0 or not whole.endswith("\n"):
        raise Malformed("the note is cut short: no signature lines after a blank line")
    lines = whole[split + 2 :].split("\n")[:-1]
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"the note has more than {MAX_SIGNATURES} signature lines")
    signatures = tuple(NoteSignature.parse(line + "\n") for line in lines)
    return Note(whole[: split + 1], signatures)


def open_note(data: bytes, keys: Iterable[NoteKey]) -> OpenedNote:
    """Check a note's signatures against the keys that the caller trusts.

    Lines of other keys are set aside. `SignatureInvalid` when a trusted key's line does
    not verify, or no trusted key signed; `Malformed` when it is no note; `KeyUnusable`
    when two different trusted keys share name and key ID.
    """
    known = _by_id(keys)
    note = parse_note(data)
    text = note.text.encode()
    verified: dict[tuple[str, bytes], NoteSignature] = {}
    unverified = []
    for signature in note.signatures:
        identity = (signature.name, signature.key_id)
        if (key := known.get(identity)) is None:
            unverified.append(signature)
            continue
        _verify_line(key, signature, text)
        verified.setdefault(identity, signature)
    if not verified:
        raise SignatureInvalid(
            f"no trusted key signed this note. Trusted: {_names(known)}; signed by: "
            f"{_names((item.name, item.key_id) for item in unverified)}."
        )
    return OpenedNote(note.text, tuple(verified.values()), tuple(unverified))


def _by_id(keys: Iterable[NoteKey]) -> dict[tuple[str, bytes], NoteKey]:
    known: dict[tuple[str, bytes], NoteKey] = {}
    for key in keys:
        identity = (key.name, key.key_id)
        if known.setdefault(identity, key) != key:
            raise KeyUnusable(
                f"two different trusted keys are both {_names([identity])}: "
                "rename or remove one"
            )
    return known


def _verify_line(key: NoteKey, signature: NoteSignature, text: bytes) -> None:
    try:
        key.verify(signature.signature, text)
    except SignatureInvalid as error:
        raise SignatureInvalid(
            f"the signature by {signature.name}+{signature.key_id.hex()} does not "
            "cover this text: the note was altered, or the line is of another one"
        ) from error


def _names(identities: Iterable[tuple[str, bytes]]) -> str:
    return ", ".join(f"{name}+{short.hex()}" for name, short in identities) or "nobody"


def check_text(text: str) -> None:
    """Return when `text` can be a note's text; else `Malformed`."""
    if not text.endswith("\n"):
        raise Malformed("a note's text ends in a newline")
    if any(char < " " and char != "\n" for char in text) or not _encodes(text):
        raise Malformed("a note's text holds a control character or a lone surrogate")


def check_name(name: str) -> None:
    """Return when `name` can name a key; else `Malformed`."""
    if not _is_name(name):
        raise Malformed(
            f"not a key name: {name!r:.200}. It must not be empty nor hold a space, "
            "a plus or a control character."
        )


def _is_name(name: str) -> bool:
    forbidden = any(char.isspace() or char < " " or char == "+" for char in name)
    return bool(name) and not forbidden and _encodes(name)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unbase64(text: str) -> bytes | None:
    """Decoded standard base64, or None. Callers print it again and compare."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
