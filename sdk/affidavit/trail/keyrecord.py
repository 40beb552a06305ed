"""`key` records: how one key names the next, takes another beside it, or disowns one.

Pure. Knows the statement that is signed and the record's body (docs/formats/trail.md).
Each statement names the tree that it is made upon, size and root: whoever later holds
only the new key cannot write anew what came before it. Who is believed is
`verify.keys`'s to say.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import KeyUnusable, Malformed, SettingsInvalid
from affidavit.tlog.merkle import HASH_BYTES, MAX_SIZE
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey

HEADER = "affidavit-key/1"
MAX_REASON_CHARS = 300
_ROOT = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Action(Enum):
    """What becomes of the key that a record is about."""

    ROTATE = "rotate"
    """It signs checkpoints from this record on, in the place of the one that says so.
    """
    ADD = "add"
    """An ML-DSA-44 key signs a second line from this record on."""
    REVOKE = "revoke"
    """Nothing that it signed is to be believed for its signature alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatement:
    """What a `key` record says, before it is signed."""

    action: Action
    origin: str
    by: VerifierKey
    """The key in force, which signs this."""
    key: VerifierKey | MlDsaKey
    """Whom it is about."""
    at: str
    """The entry's time."""
    size: int
    """Records before this one: its own index."""
    root: bytes
    """Of the tree of those."""
    reason: str = ""
    """Why a key is revoked; empty for the other actions."""

    def __post_init__(self) -> None:
        if not 0 < self.size <= MAX_SIZE or len(self.root) != HASH_BYTES:
            raise Malformed("a key record is made upon a tree, with its size and root")
        if {self.by.name, self.key.name} != {self.origin}:
            raise Malformed("a key record's keys bear the name of its trail")
        if isinstance(self.key, MlDsaKey) is not self._about_ml_dsa():
            raise Malformed(f"{self.action.value} is not about a key of this kind")
        if (self.action is Action.REVOKE) is not bool(self.reason):
            raise Malformed("a revocation has a reason, and nothing else has one")
        if str(self.by) == str(self.key):
            raise Malformed("a key record is about another key than the one that signs")
        checked_reason(self.reason)

    def _about_ml_dsa(self) -> bool:
        match self.action:
            case Action.ROTATE:
                return False
            case Action.ADD:
                return True
            case Action.REVOKE:
                return isinstance(self.key, MlDsaKey)
            case _:
                assert_never(self.action)

    @property
    def message(self) -> bytes:
        """The bytes that are signed: nine lines, which no checkpoint can be."""
        lines = (
            HEADER,
            self.action.value,
            self.origin,
            str(self.by),
            str(self.key),
            self.at,
            str(self.size),
            b64encode(self.root).decode(),
            self.reason,
        )
        return "".join(f"{line}\n" for line in lines).encode()

    def body(self, signature: bytes, possession: bytes | None) -> dict[str, Json]:
        """The record's body."""
        body: dict[str, Json] = {
            "action": self.action.value,
            "by": str(self.by),
            "key": str(self.key),
            "origin": self.origin,
            "root": self.root.hex(),
            "signature": canonical.text(signature),
            "size": self.size,
        }
        if possession is not None:
            body["possession"] = canonical.text(possession)
        if self.reason:
            body["reason"] = self.reason
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedKeyRecord:
    """Evidence: the key `by` said this, and the new key, if any, was there.

    Only `verify_key_record` makes one. Whether `by` was in force, and whether the tree
    is the one that it names, is still to be checked.
    """

    statement: KeyStatement
    index: int


def verify_key_record(data: bytes, *, index: int, at: str) -> VerifiedKeyRecord:
    """The statement of a `key` record's body, its signatures checked.

    `Malformed` for a body of another shape, place or time; `SignatureInvalid` when one
    of the keys that it names did not sign.
    """
    body = canonical.loads(data)
    if not isinstance(body, dict):
        raise Malformed("a key record's body is an object")
    statement = _statement(body, at)
    if statement.size != index:
        raise Malformed(
            f"a key record made upon {statement.size} records stands at {index}: it "
            "was copied or moved here"
        )
    message = statement.message
    statement.by.verifier.verify(_signature(body, "signature"), message)
    if statement.action is not Action.REVOKE:
        statement.key.verifier.verify(_signature(body, "possession"), message)
    return VerifiedKeyRecord(statement=statement, index=index)


def _statement(body: Mapping[str, Json], at: str) -> KeyStatement:
    match body:
        case {
            "action": str(action),
            "by": str(by),
            "key": str(key),
            "origin": str(origin),
            "root": str(root),
            "size": int(size),
        } if _ROOT.fullmatch(root) and not isinstance(size, bool):
            reason = body.get("reason", "")
        case _:
            raise Malformed("not the body of a key record")
    try:
        return KeyStatement(
            action=Action(action),
            origin=origin,
            by=VerifierKey.parse(by),
            key=parse_key(key),
            at=at,
            size=size,
            root=bytes.fromhex(root),
            reason=reason if isinstance(reason, str) else "\n",
        )
    except (ValueError, KeyUnusable, SettingsInvalid) as error:
        raise Malformed(f"not the body of a key record: {error}") from error


def _signature(body: Mapping[str, Json], name: str) -> bytes:
    text = body.get(name)
    if not isinstance(text, str):
        raise Malformed(f"a key record's {name} is missing")
    return canonical.untext(text)


def parse_key(text: str) -> VerifierKey | MlDsaKey:
    """A verifier key of either kind, else `KeyUnusable`."""
    try:
        return VerifierKey.parse(text)
    except KeyUnusable:
        return MlDsaKey.parse(text)


def checked_reason(reason: str) -> str:
    """`reason` if one line can hold it, else `SettingsInvalid`."""
    if len(reason) > MAX_REASON_CHARS or not (reason.isprintable()):
        raise SettingsInvalid(
            f"A reason is one line of at most {MAX_REASON_CHARS} characters, without "
            "control characters."
        )
    return reason
