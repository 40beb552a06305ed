"""Builds trails on disk straight from docs/formats/trail.md, sharing no code with the
package but its key: hashing, tiles, notes, frames and labels are written out here
again, naively, so that a mistake in the one is not hidden by the other.
"""

import base64
import hashlib
import hmac
import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey

ORIGIN = "acme.example/trails/support"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = hashlib.sha256(b"a policy").hexdigest()
STEP = timedelta(milliseconds=250)
Fields = dict[str, Any]
T = TypeVar("T")


def canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def uuid7(number: int, at: datetime) -> str:
    value = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | number
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def writer_name(name: str) -> str:
    return b64url(hashlib.sha256(name.encode()).digest()[:8])


@dataclass
class Made:
    """One record; change `fields` and `body` freely before the trail is written."""

    fields: Fields
    body: bytes
    salt: bytes

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def salted(self) -> bytes:
        return self.salt + self.body

    @property
    def entry(self) -> bytes:
        digest = b64url(hashlib.sha256(self.salted).digest())
        return canonical({"body": digest, **self.fields})


class Builder:
    """Collects records; `write` puts them on disk."""

    def __init__(
        self, path: Path, *, origin: str = ORIGIN, seed: bytes = b"k" * 32
    ) -> None:
        self.path = path
        self.origin = origin
        self.signer = Ed25519Signer.from_seed(seed)
        self.secret = hashlib.sha256(b"secret of " + origin.encode()).digest()
        self.records: list[Made] = []
        self.clock = START
        self._seqs: dict[str, int] = {}
        self._made = 0

    @property
    def key(self) -> VerifierKey:
        return VerifierKey(self.origin, self.signer.verifier)

    @property
    def wal_key(self) -> bytes:
        return mac(self.secret, b"affidavit/1 wal\x01")

    @property
    def label_key(self) -> bytes:
        return mac(self.secret, b"affidavit/1 label\x01")

    def label(self, field: str, value: str) -> str:
        named = field.encode() + b"\0" + value.encode()
        nonce = mac(self.label_key, named)[:16]
        return b64url(hashlib.sha256(nonce + named).digest()[:16])

    def add(
        self, kind: str, body: Mapping[str, Any], *, writer: str = "w", **fields: Any
    ) -> Made:
        """A record as `writer` writes it next."""
        seq = self._seqs.get(writer, 0)
        self._seqs[writer] = seq + 1
        self._made += 1
        self.clock += STEP
        made = Made(
            {
                "v": 1,
                "kind": kind,
                "id": uuid7(self._made, self.clock),
                "at": moment(self.clock),
                "writer": writer_name(writer),
                "seq": seq,
                **fields,
            },
            canonical(body),
            hashlib.sha256(b"salt%d" % self._made).digest()[:16],
        )
        self.records.append(made)
        return made

    def genesis(self) -> Made:
        tool = {"name": "affidavit", "version": "0"}
        body = {"origin": self.origin, "key": str(self.key), "tool": tool}
        return self.add("genesis", body, writer="init")

    def policy(self, writer: str = "w", digest: str = POLICY) -> Made:
        body = {"name": "house", "digest": digest, "mode": "enforce", "sources": []}
        return self.add("policy", body, writer=writer, policy=digest)

    def decision(
        self,
        purpose: str | None = "support.reply",
        model: str = "gpt-5",
        *,
        effect: str = "permit",
        writer: str = "w",
        policy: str = POLICY,
    ) -> Made:
        told = {"model": model, "endpoint": "responses"}
        if purpose is not None:
            told["purpose"] = purpose
        labels = {field: self.label(field, value) for field, value in told.items()}
        body: Fields = {"purpose": None, **told, "mode": "enforce", "reasons": []}
        return self.add(
            "decision",
            body,
            writer=writer,
            effect=effect,
            policy=policy,
            labels=labels,
        )

    def outcome(
        self, decision: Made, effect: str = "complete", *, writer: str = "w"
    ) -> Made:
        usage = {"input": 12, "output": 34}
        return self.add(
            "outcome",
            {"attempts": [], "usage": usage},
            writer=writer,
            effect=effect,
            id=decision.id,
        )

    def calls(self, count: int, purpose: str | None = "support.reply") -> None:
        for _ in range(count):
            self.outcome(self.decision(purpose))

    def write(
        self,
        *,
        sealed: int | None = None,
        in_tree: int | None = None,
        sign: bool = True,
    ) -> bytes:
        """Write the trail; the checkpoint's bytes. Later records go to WALs.

        `sealed` records are under the checkpoint, `in_tree` in tiles (by default as
        many). With `sign=False` the checkpoint that is there stays.
        """
        count = len(self.records) if sealed is None else sealed
        tree = count if in_tree is None else in_tree
        for size in sorted({count, tree}):
            self._tiles(size)
        self._wals(tree)
        leaves = [leaf(made.entry) for made in self.records]
        note = checkpoint(self.origin, count, root(leaves[:count]), self.signer)
        if sign:
            put(self.path / "checkpoint", note)
        return note

    def _tiles(self, size: int) -> None:
        level = [leaf(made.entry) for made in self.records[:size]]
        for first, some in chunks(self.records[:size]):
            write_entries(self.path, first, [made.entry for made in some])
            write_bodies(self.path, first, [made.salted for made in some])
        height = 0
        while level:
            for first, hashes in chunks(level):
                put(
                    self.path / f"tile/{height}/{place(first, len(hashes))}",
                    b"".join(hashes),
                )
            full = [hashes for _, hashes in chunks(level) if len(hashes) == 256]
            level, height = [root(hashes) for hashes in full], height + 1

    def _wals(self, tree: int) -> None:
        """One segment a writer that has records beyond the tree, and the state."""
        wals: Fields = {}
        for writer in dict.fromkeys(m.fields["writer"] for m in self.records[tree:]):
            own = [m for m in self.records if m.fields["writer"] == writer]
            taken = sum(m.fields["writer"] == writer for m in self.records[:tree])
            data, ends = self.wal(writer, own)
            put(self.path / f"wal/{writer}-000000.wal", data + bytes(4096))
            if taken:
                offset, last = ends[taken - 1]
                wals[f"{writer}-000000.wal"] = {
                    "offset": offset,
                    "mac": b64url(last),
                    "seq": taken,
                }
        leaves = [leaf(made.entry) for made in self.records[:tree]]
        state = {
            "v": 1,
            "origin": self.origin,
            "size": tree,
            "root": root(leaves).hex(),
            "wals": wals,
        }
        put(self.path / "state", canonical(state))

    def wal(
        self,
        writer: str,
        records: Sequence[Made],
        *,
        segment: int = 0,
        first: int = 0,
        after: bytes | None = None,
    ) -> tuple[bytes, list[tuple[int, bytes]]]:
        """A WAL file, and where each record's frame ends with which MAC."""
        magic = b"affidavit-wal/1\n"
        last = after or mac(self.wal_key, magic + writer.encode())[:16]
        header = {
            "after": b64url(last),
            "boot": "boot",
            "first": first,
            "origin": self.origin,
            "pid": 1,
            "segment": segment,
            "size": 0,
            "writer": writer,
        }
        data = magic + frame(self.wal_key, magic, canonical(header))[0]
        ends = []
        for made in records:
            payload = struct.pack(">H", len(made.entry)) + made.entry + made.salted
            framed, last = frame(self.wal_key, last, payload)
            data += framed
            ends.append((len(data), last))
        return data, ends


def frame(key: bytes, previous: bytes, payload: bytes) -> tuple[bytes, bytes]:
    own = mac(key, previous + payload)[:16]
    return checked(own, payload), own


def checked(own: bytes, payload: bytes) -> bytes:
    """A frame whose checksum is right, whatever its MAC."""
    length = struct.pack(">I", 16 + len(payload))
    crc = struct.pack(">I", zlib.crc32(length + own + payload))
    return length + crc + own + payload


def leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def checkpoint(origin: str, size: int, head: bytes, signer: Ed25519Signer) -> bytes:
    text = f"{origin}\n{size}\n{base64.b64encode(head).decode()}\n"
    public = signer.verifier.public
    name = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    signature = base64.b64encode(name + signer.sign(text.encode())).decode()
    return f"{text}\n— {origin} {signature}\n".encode()


def chunks(items: Sequence[T]) -> Iterator[tuple[int, Sequence[T]]]:
    for first in range(0, len(items), 256):
        yield first // 256, items[first : first + 256]


def place(index: int, width: int) -> str:
    """Where a tile lies within its level (small trails only)."""
    assert index < 1000
    return f"{index:03d}" + ("" if width == 256 else f".p/{width}")


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def write_entries(
    path: Path, index: int, entries: Sequence[bytes], *, width: int | None = None
) -> None:
    """An entry bundle; `width` where its name lies about how many it holds."""
    data = b"".join(struct.pack(">H", len(each)) + each for each in entries)
    put(path / f"tile/entries/{place(index, width or len(entries))}", data)


def write_bodies(path: Path, index: int, bodies: Sequence[bytes | None]) -> None:
    data = b"".join(
        struct.pack(">I", len(each or b"")) + (each or b"") for each in bodies
    )
    put(path / f"body/{place(index, len(bodies))}", data)


def a_trail(path: Path, *, calls: int = 5) -> Builder:
    """Genesis, a policy, and calls with their outcomes; not yet written."""
    builder = Builder(path)
    builder.genesis()
    builder.policy()
    builder.calls(calls)
    return builder
