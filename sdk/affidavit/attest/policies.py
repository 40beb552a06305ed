"""The bytes of the policies that were in force, beside a statement that names them.

Knows names in the folder, and what fits what. Where bytes are found is the caller's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit import regular
from affidavit.attest.inventory import bare
from affidavit.attest.packaging import Package
from affidavit.dsse import Envelope
from affidavit.errors import BrokenTrail, Invalid
from affidavit.policy.signature import Signed

DIRECTORY = "policies"
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What could be found of policies, unverified."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """SHA-256, hex → bytes."""
    envelopes: tuple[Envelope, ...] = ()


def names_of(predicate: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of every file that the statement's policies were made of."""
    for policy in predicate.get("policyFiles", ()):
        for each in policy["files"]:
            yield each["path"], each["sha256"]


def place(digest: str) -> str:
    """Where a file's bytes are in the folder."""
    return f"{DIRECTORY}/{digest}.yaml"


def write(package: Package, predicate: Mapping[str, Any], found: Found) -> None:
    """Put what was found of the statement's policies into `package`."""
    for _, digest in names_of(predicate):
        data = found.files.get(digest)
        if data is not None and sha256(data).hexdigest() == digest:
            package.write(place(digest), data)
    digests = {each["digest"]["sha256"] for each in predicate["policies"]}
    for envelope in found.envelopes:
        signed = signed_digest(envelope)
        if signed in digests:
            package.write(f"{DIRECTORY}/{signed}.dsse.json", envelope.encode())


def signed_digest(envelope: Envelope) -> str | None:
    """The policy that a signature is on; None where it is on none."""
    try:
        return bare(Signed.parse(envelope.payload).digest)
    except Invalid:
        return None


def missing(folder: Path, predicate: Mapping[str, Any]) -> list[str]:
    """Paths of files that are not in the folder.

    `BrokenTrail` for one that is there with other bytes than the statement names.
    """
    lacking = []
    for path, digest in names_of(predicate):
        try:
            with regular.opened(folder / place(digest)) as file:
                data = file.read(MAX_BYTES + 1)
        except OSError:
            lacking.append(path)
            continue
        if sha256(data).hexdigest() != digest:
            raise BrokenTrail(
                f"{folder / place(digest)}: not the bytes that the policy's record "
                f"names for {path}"
            )
    return list(dict.fromkeys(lacking))
