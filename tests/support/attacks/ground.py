"""A trail as an attacker holds it: files taken apart, changed and put back.

Follows docs/formats/trail.md and shares no code with the package but its keys; hashing,
tiles and notes are `support.trails`'s naive ones. Works on any trail directory that it
is given, and changes that one: the caller made the copy.
"""

import hashlib
import json
import shutil
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from affidavit.keys import Ed25519Signer
from support import trails
from support.attacks.terms import Unsuited
from support.attacks.watch import Watch
from support.trails import Builder, b64url, canonical

WIDTH = 256
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One record of the tree: its entry, and salt ‖ body (None: pruned)."""

    entry: bytes
    salted: bytes | None

    @property
    def fields(self) -> Fields:
        value: Fields = json.loads(self.entry)
        return value

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    def changed(self, **changes: Any) -> "Kept":
        """The same record with other fields; the body stays."""
        fields = {**self.fields, **changes}
        kept = {name: value for name, value in fields.items() if value is not None}
        return Kept(canonical(kept), self.salted)

    def saying(self, **more: Any) -> "Kept":
        """The same record with more in its body, to which the entry commits."""
        salted = self.salted or bytes(16)
        body = json.loads(salted[16:] or b"{}")
        new = salted[:16] + canonical({**body, **more})
        digest = b64url(hashlib.sha256(new).digest())
        return Kept(canonical({**self.fields, "body": digest}), new)


class Ground:
    """A copy of a trail, in the attacker's hands."""

    def __init__(
        self,
        path: Path,
        *,
        signer: Ed25519Signer | None = None,
        secret: bytes | None = None,
        retired: Ed25519Signer | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.path = path
        self._retired = retired
        self._signer = signer
        self._secret = secret
        self._watch = watch
        lines = (path / "checkpoint").read_text("utf-8").split("\n")
        self.origin, self.size = lines[0], int(lines[1])

    @property
    def signer(self) -> Ed25519Signer:
        if self._signer is None:
            raise Unsuited("needs the trail's private key")
        return self._signer

    @property
    def retired(self) -> Ed25519Signer:
        """The key that the present one replaced."""
        if self._retired is None:
            raise Unsuited("never changed its key")
        return self._retired

    @property
    def secret(self) -> bytes:
        if self._secret is None:
            raise Unsuited("needs the trail's secret")
        return self._secret

    @property
    def checkpoint(self) -> bytes:
        """The checkpoint that lies there now."""
        return (self.path / "checkpoint").read_bytes()

    @property
    def wal_key(self) -> bytes:
        """Key of the MACs of frames that are not sealed."""
        return trails.mac(self.secret, b"affidavit/1 wal\x01")

    @property
    def watch(self) -> Watch:
        if self._watch is None:
            raise Unsuited("nobody had seen this trail")
        return self._watch

    @cached_property
    def records(self) -> list[Kept]:
        """All that the checkpoint covers, as it was before the attack."""
        found: list[Kept] = []
        for index in range(-(-self.size // WIDTH)):
            width = min(WIDTH, self.size - index * WIDTH)
            entries = _split(self.at("tile/entries", index).read_bytes(), ">H")
            bodies = _split(self.at("body", index).read_bytes(), ">I")
            pairs = zip(entries[:width], bodies[:width], strict=True)
            found += [Kept(entry, body or None) for entry, body in pairs]
        return found

    def at(self, level: str, index: int) -> Path:
        """The file of tile or bundle `index` that a reader of this size opens."""
        width = min(WIDTH, self.size - index * WIDTH)
        full = self.path / level / numbered(index)
        if width == WIDTH:
            return full
        partial = full.with_name(f"{full.name}.p")
        widths = sorted(int(each.name) for each in partial.glob("*"))
        fitting = [each for each in widths if each >= width]
        return partial / str(fitting[0]) if fitting else full

    def bundle(self, index: int) -> list[bytes]:
        """The entries of one bundle."""
        first = index * WIDTH
        return [each.entry for each in self.records[first : first + WIDTH]]

    def put_entries(self, index: int, entries: Sequence[bytes]) -> None:
        """Put `entries` in a bundle, under the name that it has."""
        self.at("tile/entries", index).write_bytes(_joined(entries, ">H"))

    def put_bodies(self, index: int, bodies: Sequence[bytes | None]) -> None:
        """Put bodies in a bundle, under the name that it has."""
        self.at("body", index).write_bytes(_joined([b or b"" for b in bodies], ">I"))

    def find(self, holds: Callable[[int, Kept], bool], what: str) -> int:
        """The index of the record nearest the middle for which `holds`."""
        middle = self.size // 2
        for index in sorted(range(self.size), key=lambda each: abs(each - middle)):
            if holds(index, self.records[index]):
                return index
        raise Unsuited(f"has no {what}")

    def named_by_pruning(self) -> set[int]:
        """The records whose entries a pruning record's digest is over."""
        named: set[int] = set()
        for each in self.records:
            if b'"kind":"pruning"' in each.entry and each.salted is not None:
                for first, count in json.loads(each.salted[16:]).get("ranges", ()):
                    named.update(range(first, first + count))
        return named

    def may_shift(self, at: int) -> None:
        """`Unsuited` where a record behind `at` names places, which would be others
        then: that is another attack.
        """
        if any(b'"kind":"pruning"' in each.entry for each in self.records[at:]):
            raise Unsuited("has a pruning record behind it, which names places")

    def seal(
        self,
        records: Sequence[Kept],
        *,
        signer: Ed25519Signer | None = None,
        sign: bool = True,
        origin: str | None = None,
    ) -> None:
        """Make everything anew over `records`: tiles, bundles, state and checkpoint."""
        for each in ("tile", "body", "wal"):
            shutil.rmtree(self.path / each, ignore_errors=True)
        (self.path / "wal").mkdir()
        self._bundles(records)
        leaves = [trails.leaf(each.entry) for each in records]
        self._tiles(leaves)
        head = trails.root(leaves)
        state = {
            "origin": origin or self.origin,
            "root": head.hex(),
            "size": len(records),
            "v": 1,
            "wals": {},
        }
        (self.path / "state").write_bytes(canonical(state))
        if sign:
            note = self.note(len(records), head, signer=signer, origin=origin)
            (self.path / "checkpoint").write_bytes(note)

    def note(
        self,
        size: int,
        head: bytes,
        *,
        signer: Ed25519Signer | None = None,
        origin: str | None = None,
    ) -> bytes:
        """A checkpoint, signed with the real key or another."""
        name = origin or self.origin
        return trails.checkpoint(name, size, head, signer or self.signer)

    def _bundles(self, records: Sequence[Kept]) -> None:
        for index, some in trails.chunks(records):
            entries = _joined([each.entry for each in some], ">H")
            bodies = _joined([each.salted or b"" for each in some], ">I")
            place = placed(index, len(some))
            trails.put(self.path / "tile/entries" / place, entries)
            trails.put(self.path / "body" / place, bodies)

    def _tiles(self, level: Sequence[bytes]) -> None:
        height = 0
        while level:
            for index, some in trails.chunks(level):
                place = f"tile/{height}/{placed(index, len(some))}"
                trails.put(self.path / place, b"".join(some))
            full = [some for _, some in trails.chunks(level) if len(some) == WIDTH]
            level, height = [trails.root(some) for some in full], height + 1

    def other(self, calls: int = 3) -> Builder:
        """Another trail, of another key and origin; not written anywhere."""
        other = Builder(self.path, origin="other.example/trail", seed=b"o" * 32)
        other.genesis()
        other.policy()
        other.calls(calls)
        return other

    def next_seq(self, writer: str) -> int:
        """What the next record of a sealed writer must have."""
        own = [each.fields["seq"] for each in self.written_by(writer)]
        return max(own, default=-1) + 1

    def written_by(self, writer: str) -> Iterator[Kept]:
        """The sealed records of one writer."""
        mark = canonical(writer)
        return (each for each in self.records if mark in each.entry)

    def appended(self, kind: str, writer: str, **fields: Any) -> Kept:
        """One more record by an existing writer, as it could have written it."""
        last = self.records[-1].fields
        body = b"{}"
        salted = b"salt of an added" + body
        made = {
            "at": last["at"],
            "body": b64url(hashlib.sha256(salted).digest()),
            "id": fresh_id(last["id"]),
            "kind": kind,
            "seq": self.next_seq(writer),
            "v": 1,
            "writer": writer,
        }
        return Kept(canonical({**made, **fields}), salted)


def fresh_id(like: str, number: int = 0) -> str:
    """A UUIDv7 of the same moment as `like`, and another."""
    return like[:-12] + f"{int(like[-12:], 16) ^ (0xA77AC4 + (number << 24)):012x}"


def numbered(index: int) -> str:
    """`<N>` of c2sp.org/tlog-tiles: x001/234."""
    text = f"{index % 1000:03d}"
    while index := index // 1000:
        text = f"x{index % 1000:03d}/{text}"
    return text


def placed(index: int, width: int) -> str:
    return numbered(index) + ("" if width == WIDTH else f".p/{width}")


def _joined(parts: Sequence[bytes], prefix: str) -> bytes:
    return b"".join(struct.pack(prefix, len(each)) + each for each in parts)


def _split(data: bytes, prefix: str) -> list[bytes]:
    parts, at, size = [], 0, struct.calcsize(prefix)
    while at < len(data):
        (length,) = struct.unpack_from(prefix, data, at)
        parts.append(data[at + size : at + size + length])
        at += size + length
    return parts
