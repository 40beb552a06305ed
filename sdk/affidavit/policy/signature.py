"""Signatures on a policy: what is signed, who must have, and whether that holds.

A signature is detached, in a DSSE envelope beside the policy (docs/policy-signing.md).
It covers the policy's digest, so every field of every file that decides or is said, and
names the files with their digests. Keys are never taken from the policy or from what
stands beside it. Reads no file and knows no clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from affidavit import canonical, dsse
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import (
    Invalid,
    Malformed,
    PolicyUntrusted,
)
from affidavit.keys import Signer
from affidavit.policy.in_force import Policy, expired
from affidavit.policy.trust import Trust

PAYLOAD_TYPE = "application/vnd.affidavit.policy+json"
VERSION = 1
SUFFIX = ".dsse.json"
_SHOWN = 5
_NO_PAYLOAD = "not what `affidavit policy sign` signs"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPolicy:
    """Evidence: enough trusted keys signed this very policy. Only `verify` makes it."""

    digest: str
    signers: tuple[str, ...]
    """The names of the keys whose signatures hold."""
    threshold: int
    expires: date | None
    changed: tuple[str, ...]
    """Files whose bytes differ from those signed, in nothing that decides or is
    said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a payload says; nothing of it is proved."""

    name: str
    digest: str
    files: Mapping[str, str]
    """SHA-256 of each file by its path from the policy's folder, or `pack:<name>`."""
    expires: date | None

    def encode(self) -> bytes:
        """The payload: canonical JSON."""
        said: dict[str, Json] = {
            "digest": self.digest,
            "files": [
                {"path": path, "sha256": digest} for path, digest in self.files.items()
            ],
            "name": self.name,
            "v": VERSION,
        }
        if self.expires is not None:
            said["expires"] = self.expires.isoformat()
        return canonical.dumps(said)

    @classmethod
    def parse(cls, payload: bytes) -> "Signed":
        """Read exactly what `encode` prints, else `Malformed`."""
        match canonical.loads(payload):
            case {
                "digest": str(digest),
                "files": list(files),
                "name": str(name),
                "v": 1,
                **rest,
            }:
                said = cls(
                    name=name,
                    digest=digest,
                    files=dict(map(_file, files)),
                    expires=_day(rest.get("expires")),
                )
            case _:
                raise Malformed(_NO_PAYLOAD)
        if said.encode() != payload:  # another field, another spelling of a day
            raise Malformed(_NO_PAYLOAD)
        return said


def _file(value: Json) -> tuple[str, str]:
    match value:
        case {"path": str(path), "sha256": str(digest)}:
            return path, digest
        case _:
            raise Malformed("a signed file has a path and a sha256")


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Malformed(f"not a day: {value!r:.40}") from error


def signed(policy: Policy, *, expires: date | None = None) -> Signed:
    """What a signature on `policy` says; `expires` is its last valid day, inclusive."""
    folder = PurePath(policy.sources[0][0]).parent
    files = {_relative(path, folder): digest for path, digest in policy.sources}
    return Signed(name=policy.name, digest=policy.digest, files=files, expires=expires)


def _relative(path: str, folder: PurePath) -> str:
    """As it stands to the policy's folder: a signature holds wherever that is."""
    pure = PurePath(path)
    return str(pure.relative_to(folder)) if pure.is_relative_to(folder) else path


def sign(
    policy: Policy,
    signers: Sequence[Signer],
    *,
    expires: date | None = None,
    before: bytes | None = None,
) -> Envelope:
    """`policy` signed by each signer.

    Signatures of `before`, the envelope that stands there, are kept if they are for
    this policy, and then its `expires` counts where none is given. `Malformed` when
    `before` is no envelope of a policy.
    """
    wanted = signed(policy, expires=expires)
    kept: tuple[dsse.Signature, ...] = ()
    if before is not None:
        envelope, said = _opened(before)
        same = said.digest == policy.digest and expires in (None, said.expires)
        if same:
            wanted, kept = said, envelope.signatures
    made = dsse.sign(PAYLOAD_TYPE, wanted.encode(), signers)
    new = {each.key_id for each in made.signatures}
    others = tuple(each for each in kept if each.key_id not in new)
    return Envelope(made.payload_type, made.payload, others + made.signatures)


def _opened(data: bytes) -> tuple[Envelope, Signed]:
    envelope = Envelope.parse(data.removesuffix(b"\n"))
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"an envelope of {envelope.payload_type}, not of a policy")
    return envelope, Signed.parse(envelope.payload)


def verify(
    policy: Policy, data: bytes | None, trust: Trust, *, today: date, where: str
) -> SignedPolicy:
    """Evidence that enough trusted keys signed `policy`, valid `today` (UTC).

    `data` is the envelope that stands at `where`; None where nothing does. Raises
    `PolicyUntrusted`, which says what is missing and what to do.
    """
    if data is None:
        raise PolicyUntrusted(
            f"{_path(policy)}: is not signed (nothing at {where}), and a signature is "
            f"required. {_ask(trust)}"
        )
    try:
        envelope, said = _opened(data)
        evidence = dsse.verify(envelope, trust.verifiers, trust.threshold)
    except Invalid as error:
        raise PolicyUntrusted(
            f"{where}: is no sufficient signature: {error}. {_ask(trust)}"
        ) from error
    now = signed(policy)
    if said.digest != policy.digest:
        raise PolicyUntrusted(
            f"{where}: the signature is stale: {_difference(said, now)}. Undo the "
            f"change, or have the policy as it is now signed. {_ask(trust)}"
        )
    if expired(said.expires, today):
        raise PolicyUntrusted(
            f"{where}: the signature was valid until {said.expires} (UTC). "
            f"{_ask(trust)}"
        )
    return SignedPolicy(
        digest=policy.digest,
        signers=trust.named(evidence.key_ids),
        threshold=trust.threshold,
        expires=said.expires,
        changed=_changed(said, now),
    )


def _path(policy: Policy) -> str:
    return policy.sources[0][0]


def _ask(trust: Trust) -> str:
    names = ", ".join(each.name for each in trust.keys[:_SHOWN])
    wanted = f"{trust.threshold} of " if len(trust.keys) > 1 else ""
    return f"Ask {wanted}{names} to review it and run `affidavit policy sign`."


def _changed(said: Signed, now: Signed) -> tuple[str, ...]:
    paths = dict.fromkeys((*said.files, *now.files))
    return tuple(path for path in paths if said.files.get(path) != now.files.get(path))


def _difference(said: Signed, now: Signed) -> str:
    files = _changed(said, now)
    if not files:
        return f"it is for another policy than {now.name} as this version reads it"
    listed = ", ".join(files[:_SHOWN])
    more = f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else ""
    return f"since then {listed}{more} changed"
