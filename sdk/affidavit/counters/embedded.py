"""Counters in a database file, for all processes of one machine.

Knows SQLite. A transaction that began with the write lock reads and writes, so that of
any number of processes one counts at a time; what a killed process had not committed
never was. A commit is not synced: what a power loss took back would be missing, and so
whatever was counted before this boot of the machine is forgotten, and counted again
from the trail, which is synced.
"""

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from affidavit.counters.store import Ask, Change, Grant, Key, NotJoined, Reading
from affidavit.errors import Uncounted

BUSY_SECONDS = 5.0
"""How long a call waits for others to have counted."""
_DAY = 86_400_000
_COUNTERS = """
create table if not exists counters (
    budget text, who text, start integer, until integer, used integer not null,
    primary key (budget, who, start)
) without rowid
"""
_TABLES = (
    "create table if not exists boot (id text primary key) without rowid",
    "create table if not exists members (name text primary key) without rowid",
    _COUNTERS,
)
_ADD = (
    "insert into counters values (?, ?, ?, ?, max(0, ?)) "
    "on conflict do update set used = max(0, used + ?)"
)
_USED = "select used from counters where budget = ? and who = ? and start = ?"


class EmbeddedCounters:
    """Counters in the file at `path`, made when it is first needed.

    `boot` is the identifier of the machine's present boot; empty where nobody knows.
    """

    def __init__(
        self, path: Path, *, boot: str, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self.path = path
        self._boot = boot
        self._busy_seconds = busy_seconds
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._abandoned: list[sqlite3.Connection] = []
        self._swept = 0
        _living.add(self)

    @property
    def where(self) -> str:
        """The file."""
        return str(self.path)

    def forked(self) -> None:
        """In a forked child: leave the parent's connection to the parent.

        SQLite forbids to use it here, and that includes closing it.
        """
        self._lock = threading.Lock()
        if self._open is not None:
            self._abandoned.append(self._open)
        self._open = None

    def take(
        self,
        member: str,
        asks: Sequence[Ask],
        changes: Sequence[Change],
        *,
        force: bool,
        now: int,
    ) -> Grant:
        """As `Counters.take`."""
        with self._transaction() as database:
            if not _knows(database, member):
                raise NotJoined
            for change in changes:
                _add(database, change.key, change.amount)
            used = tuple(_used(database, ask.key) for ask in asks)
            granted = all(
                before + ask.need <= ask.limit
                for ask, before in zip(asks, used, strict=True)
            )
            if granted or force:
                for ask in asks:
                    _add(database, ask.key, ask.amount)
            if asks:
                self._sweep(database, now)
        return Grant(granted, used)

    def join(self, member: str, totals: Sequence[Change]) -> None:
        """As `Counters.join`."""
        with self._transaction() as database:
            if _knows(database, member):
                return
            database.execute("insert into members values (?)", (member,))
            for total in totals:
                _add(database, total.key, total.amount)

    def read(self, now: int) -> list[Reading]:
        """As `Counters.read`; makes no file where there is none."""
        if not self.path.exists():
            return []
        with self._transaction() as database:
            rows = database.execute(
                "select budget, who, start, until, used from counters where until > ?",
                (now,),
            ).fetchall()
        return [Reading(Key(*row[:4]), row[4]) for row in rows]

    def __del__(self) -> None:
        # Python 3.13 warns of a connection that is collected and nobody closed.
        self.close()

    def close(self) -> None:
        """As `Counters.close`."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        database, self._open = self._open, None
        if database is not None:
            database.close()

    def _sweep(self, database: sqlite3.Connection, now: int) -> None:
        """Once a day, drop windows that ended more than a day ago."""
        if now // _DAY != self._swept:
            self._swept = now // _DAY
            database.execute("delete from counters where until < ?", (now - _DAY,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                database = self._database()
                database.execute("begin immediate")
                try:
                    yield database
                except BaseException:
                    # The error that led here is the one to tell.
                    with suppress(sqlite3.Error):
                        database.execute("rollback")
                    raise
                database.execute("commit")
        except (sqlite3.Error, OSError) as error:
            raise _failed(self.path, error) from error

    def _database(self) -> sqlite3.Connection:
        # A file that was removed or replaced under us still takes what we write, and
        # nobody would ever read it.
        if self._open is not None and _identity(self.path) != self._identity:
            self._let_go()
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _connect(self) -> sqlite3.Connection:
        # Before SQLite makes it with the user's own mask, and readable to others.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(
            self.path,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = normal")
            self._prepare(database)
        except BaseException:
            database.close()
            raise
        self._identity = _identity(self.path)
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute("begin immediate")
        for table in _TABLES:
            database.execute(table)
        boots = database.execute("select id from boot").fetchall()
        if boots != [(self._boot,)]:
            for table in ("boot", "members", "counters"):
                database.execute(f"delete from {table}")  # noqa: S608 - our own names
            database.execute("insert into boot values (?)", (self._boot,))
        database.execute("commit")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _knows(database: sqlite3.Connection, member: str) -> bool:
    found = database.execute("select 1 from members where name = ?", (member,))
    return found.fetchone() is not None


def _used(database: sqlite3.Connection, key: Key) -> int:
    row = database.execute(_USED, key[:3]).fetchone()
    return int(row[0]) if row is not None else 0


def _add(database: sqlite3.Connection, key: Key, amount: int) -> None:
    database.execute(_ADD, (*key, amount, amount))


def _failed(path: Path, error: Exception) -> Uncounted:
    said = str(error)
    if isinstance(error, OSError):
        remedy = "Give this user write access to its folder, or make room."
        said = error.strerror or said
    elif "locked" in said or "busy" in said:
        remedy = "Others hold it; try again."
    elif isinstance(error, sqlite3.OperationalError):
        remedy = "Make room or mend access."
    else:
        remedy = "Move the file away: the budgets are counted again from the trail."
    return Uncounted(f"{path}: the budgets' counters cannot be used: {said}. {remedy}")


_living: "weakref.WeakSet[EmbeddedCounters]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for counters in list(_living):
        counters.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
