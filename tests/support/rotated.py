"""Trails whose keys changed, made by the package, and what attackers make of them."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from affidavit import canonical
from affidavit.keys import Ed25519Signer
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.note import VerifierKey
from affidavit.trail.identity import Identity
from affidavit.trail.keyrecord import Action, KeyStatement
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.rotation import KeyChange
from affidavit.trail.storage import Storage
from affidavit.verify import TrailReport, verify_trail
from support.live import a_directory, a_record, a_trail, an_identity
from support.trails import Builder, leaf, root

OLD, NEW = an_identity(), an_identity(seed=b"n" * 32)
SECOND = MlDsaSigner.from_seed(b"m" * 32)


def change(path: Path, identity: Identity) -> KeyChange:
    return KeyChange(
        Storage(path, identity),
        tool="tests/1",
        clock=time.time_ns,
        randomness=os.urandom,
        lock_seconds=5,
    )


def write(path: Path, identity: Identity, count: int = 1) -> None:
    """Records by a process that comes and goes."""

    trail = a_trail(path, identity)
    for _ in range(count):
        trail.append(a_record(Kind.HEARTBEAT))
    trail.close()


def a_rotated_trail(parent: Path) -> Path:
    """Records by the old key, the rotation, records by the new one."""
    path = a_directory(parent)
    write(path, OLD)
    change(path, OLD).rotate(NEW.signer)
    write(path, NEW)
    return path


def verified(path: Path, *keys: object, older: bytes | None = None) -> TrailReport:
    """The report under the pinned keys."""
    return verify_trail(
        TrailReader(path),
        key=LogKeys.parse(map(str, keys)),
        now=datetime.now(UTC),
        older=older,
    )


def faults(report: TrailReport) -> list[tuple[str, int | None]]:
    return [(each.fault.value, each.index) for each in report.problems]


class KeyBuilder(Builder):
    """As `Builder`, with key records, honest or not."""

    def handed_over(
        self,
        by: Ed25519Signer,
        to: Ed25519Signer,
        *,
        tree: bytes | None = None,
        signer: Ed25519Signer | None = None,
        possession: Ed25519Signer | None = None,
    ) -> None:
        """A rotation from `by` to `to`; the rest where it lies."""
        size = len(self.records)
        leaves = [leaf(made.entry) for made in self.records]
        made = self.add("key", {}, writer=f"key{size}")
        said = KeyStatement(
            action=Action.ROTATE,
            origin=self.origin,
            by=VerifierKey(self.origin, by.verifier),
            key=VerifierKey(self.origin, to.verifier),
            at=str(made.fields["at"]),
            size=size,
            root=root(leaves) if tree is None else tree,
        )
        signature = (signer or by).sign(said.message)
        made.body = canonical.dumps(
            said.body(signature, (possession or to).sign(said.message))
        )
