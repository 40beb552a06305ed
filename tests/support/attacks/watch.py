"""What others had seen of a trail before it was attacked, out of the attacker's reach.

A witness (c2sp.org/tlog-cosignature) and a time-stamping authority (`openssl ts`) with
keys of their own are played here; cosigning is written out naively.
"""

import base64
import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from affidavit.keys import Ed25519Signer
from affidavit.tlog.witness import WitnessKey
from affidavit.trail.anchors import KeptHead
from affidavit.verify.anchors import Pins
from affidavit.verify.stamps import Authorities, available
from support import trails
from support.anchors import Authority, an_authority

MONTH = "2026-03"
SEEN_AT = 1_772_445_600
"""When the witness looked: in that month."""


@dataclass(frozen=True, slots=True)
class OneWitness:
    """A witness's name and key."""

    name: str
    signer: Ed25519Signer

    @property
    def key(self) -> WitnessKey:
        return WitnessKey(self.name, self.signer.verifier)

    def cosigned(self, note: bytes) -> bytes:
        """The note with this witness's line behind the log's."""
        text = note[: note.index(b"\n\n") + 1]
        signature = self.signer.sign(b"cosignature/v1\ntime %d\n" % SEEN_AT + text)
        named = self.name.encode() + b"\n\x04" + self.signer.verifier.public
        key_id = hashlib.sha256(named).digest()[:4]
        line = key_id + SEEN_AT.to_bytes(8, "big") + signature
        return note + f"— {self.name} {base64.b64encode(line).decode()}\n".encode()


WITNESS = OneWitness("witness.example/w1", Ed25519Signer.from_seed(b"w" * 32))
STRANGER = OneWitness("stranger.example/w2", Ed25519Signer.from_seed(b"x" * 32))


@dataclass(frozen=True, slots=True)
class Watch:
    """Those who watch; one for many trails."""

    authority: Authority | None
    """None where this machine has no `openssl` or no reader of tokens."""

    @classmethod
    def begin(cls, folder: Path) -> "Watch":
        """Make keys for an authority in `folder`, where that is possible."""
        able = available() and shutil.which("openssl") is not None
        return cls(an_authority(folder) if able else None)

    @property
    def pins(self) -> Pins:
        return Pins(witnesses=(WITNESS.key,), authorities=self.authorities)

    @property
    def authorities(self) -> tuple[Authorities, ...]:
        if self.authority is None:
            return ()
        return (Authorities.parse(self.authority.ca.read_bytes(), "ca.pem"),)

    def stamped(self, note: bytes) -> bytes | None:
        """A TimeStampResp over `note`."""
        if self.authority is None:
            return None
        query = subprocess.run(
            ["openssl", "ts", "-query", "-data", "/dev/stdin", "-sha256", "-cert"],
            input=note,
            capture_output=True,
            check=True,
        )
        return self.authority.reply(query.stdout)

    def seen(self, note: bytes) -> KeptHead:
        """What watchers keep of a checkpoint."""
        stamp = self.stamped(note)
        return KeptHead(
            name="kept elsewhere",
            checkpoint=note,
            cosigned=WITNESS.cosigned(note),
            stamps=(("kept.tsr", stamp),) if stamp else (),
        )


def keep_in(trail: Path, head: KeptHead) -> Path:
    """Put evidence where a trail keeps it; the folder."""
    assert head.checkpoint is not None
    size, root = head.checkpoint.decode().split("\n")[1:3]
    name = f"{size}-{base64.b64decode(root).hex()[:16]}"
    folder = trail / "anchors" / MONTH / name
    trails.put(folder / "checkpoint", head.checkpoint)
    if head.cosigned is not None:
        trails.put(folder / "cosigned", head.cosigned)
    for _, stamp in head.stamps:
        trails.put(folder / "0123456789abcdef.tsr", stamp)
    return folder
