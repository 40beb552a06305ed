"""Contents on disk: sealed ones by day, their keys by month, in files of their own.

Knows SQLite and what a crash leaves. Knows nothing of calls or records but that a
record has an identifier (UUIDv7, RFC 9562 §5.7), which says when it was made, and so in
which file to look.

    <trail>.content/keys/2026-11.db        identifier → wrapped key, or when shredded
    <trail>.content/sealed/2026-11-22.db   identifier, part → sealed content

Keys apart, because deleting a key is what deletes a content in every backup of the
sealed files. A crash between the two leaves a key that opens nothing.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from affidavit.contents import sealing
from affidavit.errors import Incomplete, Malformed, TrailUnavailable

Randomness = Callable[[int], bytes]
"""Number of bytes → that many random bytes."""

_BUSY_SECONDS = 5.0
_MOST_OPEN = 8
"""Database files that are kept open; a process writes to two."""
_KEYS_FOLDER, _SEALED_FOLDER = "keys", "sealed"
_KEYS = """
create table if not exists keys (
    id text primary key, wrapped blob, shredded text,
    check ((wrapped is null) <> (shredded is null))
) without rowid
"""
_SEALED = """
create table if not exists sealed (
    id text not null, part text not null, data blob not null, primary key (id, part)
) without rowid
"""


class Part(Enum):
    """Which of a call's contents."""

    REQUEST = "request"
    RESPONSE = "response"


class State(Enum):
    """What is known of one record's content."""

    KEPT = "kept"
    SHREDDED = "shredded"
    """Its key was deleted: nothing opens it any more."""
    NEVER = "never kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one day's file holds."""

    day: str
    contents: int
    size: int
    """Bytes of the sealed contents."""


def content_path(trail: Path) -> Path:
    """Where a trail's contents stand."""
    return trail.with_name(trail.name + ".content")


class ContentStore:
    """Contents of one trail's calls. Safe for threads, processes and forks.

    `store_key` is the trail's (`Secrets.store`). Every method raises `TrailUnavailable`
    when a file cannot be read or written, and `Incomplete` for an identifier that is
    none of ours.
    """

    def __init__(
        self, path: Path, *, origin: str, store_key: bytes, randomness: Randomness
    ) -> None:
        self.path = path
        self._origin = origin.encode()
        self._store_key = store_key
        self._randomness = randomness
        self._lock = threading.Lock()
        self._open: dict[Path, sqlite3.Connection] = {}
        self._abandoned: list[dict[Path, sqlite3.Connection]] = []
        _living.add(self)

    def forked(self) -> None:
        """In a forked child: leave the parent's connections to the parent.

        SQLite forbids to use them here, and that includes closing them.
        """
        self._lock = threading.Lock()
        self._abandoned.append(self._open)
        self._open = {}

    def put(self, identifier: str, part: Part, data: bytes) -> None:
        """Keep `data`; it survives this process when this returns.

        A record that was shredded stays so: what comes later is dropped.
        """
        key = self._key_for(identifier)
        if key is None:
            return
        sealed = sealing.seal(
            key,
            self._randomness(sealing.NONCE_BYTES),
            data,
            bound=self._bound(identifier, part.value),
        )
        with self._database(self._sealed_file(identifier)) as database:
            database.execute(
                "insert or replace into sealed values (?, ?, ?)",
                (identifier, part.value, sealed),
            )

    def get(self, identifier: str, part: Part) -> bytes | None:
        """The content, or None where `state` is not `KEPT` or this part was not.

        `Malformed` when what lies there is not what was kept.
        """
        key = self._known_key(identifier)
        sealed = None if key is None else self._sealed(identifier, part)
        if key is None or sealed is None:
            return None
        try:
            return sealing.unseal(
                key, sealed, bound=self._bound(identifier, part.value)
            )
        except Malformed as error:
            raise Malformed(
                f"{self._sealed_file(identifier)}: the {part.value} of {identifier} "
                f"{error}. Restore the file from a backup."
            ) from error

    def state(self, identifier: str) -> State:
        """Whether anything of this record is, or was, kept."""
        row = self._key_row(identifier)
        if row is None:
            return State.NEVER
        return State.KEPT if row[0] is not None else State.SHREDDED

    def shred(self, identifiers: Iterable[str], *, at: datetime) -> Sequence[str]:
        """Delete keys and contents for good; gives those that were kept until now.

        Keys go first: a crash after that leaves sealed contents that nothing opens, and
        shredding again removes them.
        """
        gone: list[str] = []
        files = set[Path]()
        for identifier in identifiers:
            keys, sealed = self._keys_file(identifier), self._sealed_file(identifier)
            if keys.exists():
                files.add(keys)
                with self._database(keys) as database:
                    changed = database.execute(
                        "update keys set wrapped = null, shredded = ? "
                        "where id = ? and wrapped is not null",
                        (_stamp(at), identifier),
                    )
                gone += [identifier] * changed.rowcount
            if sealed.exists():
                files.add(sealed)
                with self._database(sealed) as database:
                    database.execute("delete from sealed where id = ?", (identifier,))
        for file in sorted(files):
            self._emptied(file)
        return gone

    def held(self) -> Iterator[Held]:
        """What each day's file holds, oldest first."""
        for file in sorted((self.path / _SEALED_FOLDER).glob("*.db")):
            with self._database(file) as database:
                count, size = database.execute(
                    "select count(*), coalesce(sum(length(data)), 0) from sealed"
                ).fetchone()
            yield Held(day=file.stem, contents=count, size=size)

    def __del__(self) -> None:
        # Python 3.13 warns of connections that are collected and nobody closed.
        self.close()

    def close(self) -> None:
        """Let go of the files; they are opened again when something is asked."""
        with self._lock:
            for connection in self._open.values():
                connection.close()
            self._open.clear()

    def _bound(self, identifier: str, part: str) -> bytes:
        return b"\0".join((self._origin, identifier.encode(), part.encode()))

    def _known_key(self, identifier: str) -> bytes | None:
        row = self._key_row(identifier)
        if row is None or row[0] is None:
            return None
        try:
            return sealing.unwrap(
                self._store_key, row[0], bound=self._bound(identifier, "key")
            )
        except Malformed as error:
            raise Malformed(
                f"{self._keys_file(identifier)}: the key of {identifier} {error}."
            ) from error

    def _key_row(self, identifier: str) -> tuple[bytes | None] | None:
        file = self._keys_file(identifier)
        if not file.exists():
            return None
        with self._database(file) as database:
            row: tuple[bytes | None] | None = database.execute(
                "select wrapped from keys where id = ?", (identifier,)
            ).fetchone()
        return row

    def _key_for(self, identifier: str) -> bytes | None:
        """The record's key, made when there is none; None when it was shredded."""
        key = self._randomness(sealing.KEY_BYTES)
        wrapped = sealing.wrap(
            self._store_key,
            self._randomness(sealing.NONCE_BYTES),
            key,
            bound=self._bound(identifier, "key"),
        )
        with self._database(self._keys_file(identifier)) as database:
            made = database.execute(
                "insert or ignore into keys values (?, ?, null)", (identifier, wrapped)
            )
        return key if made.rowcount else self._known_key(identifier)

    def _sealed(self, identifier: str, part: Part) -> bytes | None:
        file = self._sealed_file(identifier)
        if not file.exists():
            return None
        with self._database(file) as database:
            row = database.execute(
                "select data from sealed where id = ? and part = ?",
                (identifier, part.value),
            ).fetchone()
        return row[0] if row else None

    def _keys_file(self, identifier: str) -> Path:
        return self.path / _KEYS_FOLDER / f"{_day(identifier)[:7]}.db"

    def _sealed_file(self, identifier: str) -> Path:
        return self.path / _SEALED_FOLDER / f"{_day(identifier)}.db"

    def _emptied(self, file: Path) -> None:
        """Overwrite what was deleted: in the log of changes, then in the file."""
        with self._database(file) as database:
            database.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def _database(self, file: Path) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                yield self._opened(file)
        except sqlite3.Error as error:
            raise TrailUnavailable(
                f"{file}: {error}. Contents are kept here because `keep_content` is "
                "on: make room or mend access, restore a damaged file from a backup, "
                "or turn it off."
            ) from error

    def _opened(self, file: Path) -> sqlite3.Connection:
        found = self._open.get(file)
        if found is None:
            while len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            found = self._open[file] = _connect(file)
        return found


def _connect(file: Path) -> sqlite3.Connection:
    try:
        for folder in (file.parent.parent, file.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        # Before SQLite makes it with the user's own mask, and readable to others.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise TrailUnavailable(f"{file}: {error.strerror}.") from error
    connection = sqlite3.connect(
        file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")
        connection.execute("pragma secure_delete = on")
        connection.execute(_KEYS if file.parent.name == _KEYS_FOLDER else _SEALED)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _day(identifier: str) -> str:
    """The UTC day on which a UUIDv7 was made, `YYYY-MM-DD`."""
    digits = identifier.replace("-", "")
    try:
        milliseconds = int(digits[:12], 16)
        return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError) as error:
        raise Incomplete(
            f"{identifier!r} is not a record's identifier. `affidavit trail show` "
            "lists them."
        ) from error


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_living: "weakref.WeakSet[ContentStore]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for store in list(_living):
        store.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
