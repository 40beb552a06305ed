"""What a verifier keeps of a trail that it found valid, so that it need not read it
again: docs/formats/verified-memory.md.

Knows one folder, the verifier's own and never the trail's: whoever can write there can
have changes to old records overlooked. The folder's `memory` refers to files of ids and
is written after them: a crash between leaves files that nothing refers to, which the
next writing removes.
"""

import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from affidavit import canonical, durable
from affidavit._version import __version__
from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.tlog.tiles import Read
from affidavit.trail.record import KINDS
from affidavit.verify.bundles import another_history
from affidavit.verify.form import ID_BYTES, id_text, short
from affidavit.verify.history import begins_with
from affidavit.verify.ids import IdRuns, Sorted, merged
from affidavit.verify.ledger import Account, Rare, Writer
from affidavit.verify.report import Fault, Problem, VerifiedBefore
from affidavit.verify.tree import Spine

VERSION = 1
_FILE = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A trail that was found valid up to one checkpoint."""

    tool: str = __version__
    """Version of the program that found it so: another may check more."""
    key: str
    """What was pinned."""
    at: str
    """When, UTC, by the verifier's clock."""
    checkpoint: bytes
    size: int
    root: bytes
    edge: tuple[tuple[bytes, ...], ...]
    """The tree's right edge: per level, from 0 up, the hashes that no full tile has."""
    account: Account
    ids: tuple[tuple[str, int], ...] = ()
    """Files of ids, and how many ids each has."""

    def print(self) -> bytes:
        """Canonical JSON."""
        account = self.account
        sets = {each.policies for each in account.writers.values()}
        policies = sorted(frozenset[bytes]().union(*sets))
        number = {policy: place for place, policy in enumerate(policies)}
        return canonical.dumps(
            {
                "v": VERSION,
                "tool": self.tool,
                "key": self.key,
                "at": self.at,
                "checkpoint": self.checkpoint.decode(),
                "size": self.size,
                "root": self.root.hex(),
                "edge": [[each.hex() for each in level] for level in self.edge],
                "ids": [[name, count] for name, count in self.ids],
                "policies": [each.decode() for each in policies],
                "writers": {
                    name.decode(): [
                        each.seq,
                        each.at.decode(),
                        sorted(number[policy] for policy in each.policies),
                    ]
                    for name, each in account.writers.items()
                },
                "open": [
                    [id_text(name), at.decode()] for name, at in account.open.items()
                ],
                "recoveries": account.recoveries,
                "clock_anomalies": account.clock_anomalies,
                "clock_notes": list(account.clock_notes),
                "gone": [[first, end] for first, end in account.gone],
                "first_at": account.first_at.decode(),
                "last_at": account.last_at.decode(),
                "rare": [_rare_as_json(each) for each in account.rare],
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Verified":
        """Read exactly what `print` prints, else `Malformed`."""
        try:
            found = _verified(canonical.loads(data))
            if found.print() == data and Spine(found.edge).root() == found.root:
                return found
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Malformed(f"not what a verification keeps: {error!r}") from error
        raise Malformed("what a verification keeps, in no canonical form")


def _verified(value: Json) -> Verified:
    """Trusts the shape: whatever else it is, it does not print as it was."""
    each: Mapping[str, Any] = _mapping(value)
    if each["v"] != VERSION:
        raise Malformed(f"kept by a verification of format {each['v']!r:.20}")
    policies = [text.encode() for text in each["policies"]]
    writers = {
        name.encode(): Writer(seq, at.encode(), frozenset(policies[n] for n in own))
        for name, (seq, at, own) in each["writers"].items()
    }
    account = Account(
        writers=writers,
        open={short(name.encode()): at.encode() for name, at in each["open"]},
        recoveries=each["recoveries"],
        clock_anomalies=each["clock_anomalies"],
        clock_notes=tuple(each["clock_notes"]),
        gone=tuple((first, end) for first, end in each["gone"]),
        first_at=each["first_at"].encode(),
        last_at=each["last_at"].encode(),
        rare=tuple(map(_rare_from_json, each["rare"])),
    )
    return Verified(
        tool=each["tool"],
        key=each["key"],
        at=each["at"],
        checkpoint=each["checkpoint"].encode(),
        size=each["size"],
        root=bytes.fromhex(each["root"]),
        edge=tuple(tuple(map(bytes.fromhex, level)) for level in each["edge"]),
        account=account,
        ids=tuple((name, count) for name, count in each["ids"]),
    )


def _mapping(value: Json) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("what a verification keeps is an object")
    return value


def _rare_as_json(each: Rare) -> Json:
    body = None if each.body is None else canonical.text(each.body)
    return [each.kind.value, each.index, each.at, canonical.text(each.entry), body]


def _rare_from_json(value: Sequence[Any]) -> Rare:
    kind, index, at, entry, body = value
    said = None if body is None else canonical.untext(body)
    return Rare(KINDS[kind], index, canonical.untext(entry), at, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What is known of the trail's beginning, and the ids in it."""

    verified: Verified
    ids: tuple[Sorted, ...]
    path: Path

    @property
    def head(self) -> Checkpoint:
        """The tree head up to which all was valid."""
        return Checkpoint.parse(parse_note(self.verified.checkpoint).text)

    def proving(
        self, said: Iterable[tuple[int, bytes]], read: Read
    ) -> "Recalled | str":
        """Itself, if everybody's word about the roots of its earlier sizes is proved
        from tiles; else why not.
        """
        agrees = begins_with(read, self.head)
        if all(agrees(*each) for each in said if each[0] <= self.verified.size):
            return self
        return (
            "an older checkpoint or an anchor could not be proved, from its tiles, to "
            "belong to what was verified before"
        )

    def told(self) -> VerifiedBefore:
        """The same, for a report."""
        found = self.verified
        return VerifiedBefore(
            size=found.size, root=found.root, at=found.at, path=str(self.path)
        )


class Memory:
    """One trail's folder, held while verifying: two at once would undo each other."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others out, making the folder; `Incomplete` when one is in."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise durable.unavailable(self.path, error) from error
        with durable.ProcessLock(self.path / "lock").held(seconds=0) as mine:
            if not mine:
                raise Incomplete(
                    f"{self.path}: another verification of this trail is under way. "
                    "Wait for its end, or verify without --incremental."
                )
            yield

    def recall(
        self, key: str, head: Checkpoint, files: ExitStack
    ) -> Recalled | Problem | str:
        """What was kept; or why nothing of it serves, which is a problem where `head`
        cannot extend it. Maps what `files` then closes.
        """
        try:
            found = Verified.parse((self.path / _FILE).read_bytes())
            if (found.tool, found.key) != (__version__, key):
                return "it was verified with another key or version of affidavit"
            ids = tuple(self._map(name, count, files) for name, count in found.ids)
        except FileNotFoundError:
            return "nothing is kept of an earlier verification"
        except Malformed as error:
            return f"{self.path}: {error}"
        except OSError as error:
            raise TrailUnavailable(
                f"{self.path}: cannot be read ({error.strerror}). Remove the folder: "
                "the trail is then verified whole."
            ) from error
        recalled = Recalled(verified=found, ids=ids, path=self.path)
        if (changed := another_history(recalled.head, head)) is not None:
            return Problem(fault=Fault.HISTORY, message=changed)
        return recalled

    def _map(self, name: str, count: int, files: ExitStack) -> Sorted:
        if Path(name).name != name:
            raise Malformed(f"no file of ids is called {name!r:.80}")
        with (self.path / name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != count * ID_BYTES or not count:
                raise Malformed(f"{name} does not hold {count} ids")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        files.callback(mapped.close)
        view = memoryview(mapped)
        files.callback(view.release)
        return Sorted(view)

    def keep(self, verified: Verified, before: Recalled | None, runs: IdRuns) -> None:
        """Write it down, with the ids of `runs` up to its mark; durable on return."""
        kept = (
            []
            if before is None
            else list(zip(before.verified.ids, before.ids, strict=True))
        )
        fresh = runs.marked()
        count = sum(each.length for each in fresh)
        # As in a log-structured store: a file is merged into the next once that has
        # grown to half of it, so that few files stay and each id is seldom rewritten.
        while count and kept and len(kept[-1][1]) <= 2 * count:
            older = kept.pop()[1]
            fresh.append(older.run())
            count += len(older)
        ids = [name for name, _ in kept]
        if count:
            name = self._unused()
            self._write(name, merged(fresh))
            ids.append((name, count))
        durable.replace(self.path / _FILE, replace(verified, ids=tuple(ids)).print())
        self._forget({name for name, _ in ids})

    def _unused(self) -> str:
        numbers = [int(each.suffix[1:]) for each in self._files()]
        return f"ids.{max(numbers, default=-1) + 1}"

    def _files(self) -> list[Path]:
        return [each for each in self.path.glob("ids.*") if each.suffix[1:].isdecimal()]

    def _write(self, name: str, parts: Iterable[Sequence[bytes]]) -> None:
        path = self.path / name
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(fd, "wb") as file:
                file.writelines(b"".join(part) for part in parts)
                file.flush()
                os.fsync(fd)
        except OSError as error:
            raise durable.unavailable(path, error) from error

    def _forget(self, kept: set[str]) -> None:
        for each in self._files():
            if each.name not in kept:
                each.unlink(missing_ok=True)
