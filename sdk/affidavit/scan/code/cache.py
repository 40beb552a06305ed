"""Facts of files that were scanned before, by the digest of what they held.

An entry's key is over the file's bytes, its language, and the scanner itself: its
sources, the matcher's version, Python's. So a change to any of them misses, and no
policy, day or option is part of what is kept. An entry says what it is a digest of: one
that rotted is no entry. The cache stands in the user's own folder, never in the tree
that is scanned, where a commit could bring one along.

A cache that cannot be used is none: the scan only takes longer.
"""

import contextlib
import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from affidavit.errors import Malformed
from affidavit.scan.code.facts import Facts, dump, parse
from affidavit.scan.code.languages import Language

FORGET_DAYS = 30
"""Entries that no scan asked for in so long are removed."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, body BLOB NOT NULL, "
    "seal BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID"
)


def default_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Where a user's caches are: XDG's folder, or the platform's own."""
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / "affidavit"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "affidavit"
    if sys.platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "affidavit" / "cache"
    return home / ".cache" / "affidavit"


@lru_cache(maxsize=1)
def scanner() -> bytes:
    """Digest of everything that decides which facts a file has."""
    from affidavit import providers
    from affidavit.scan.code.matched.scan import version

    digest = hashlib.sha256(repr((sys.version_info, version())).encode())
    sources = sorted(Path(__file__).parent.rglob("*.py"))
    for path in (*sources, Path(providers.__file__)):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def key_of(data: bytes, language: Language) -> bytes:
    """The key of a file's facts."""
    content = hashlib.sha256(data).digest()
    return hashlib.sha256(
        scanner() + language.value.encode() + b"\0" + content
    ).digest()


class Cache:
    """Facts by key. Use it as a context manager; it is written when that is left."""

    def __init__(self, folder: Path | None, *, day: int) -> None:
        self._day = day
        self._base = None if folder is None else _opened(folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._base is not None:
            with contextlib.suppress(sqlite3.Error):
                self._base.execute(
                    "DELETE FROM facts WHERE day < ?", (self._day - FORGET_DAYS,)
                )
                self._base.commit()
            self._base.close()

    @property
    def works(self) -> bool:
        """Whether there is a cache at all."""
        return self._base is not None

    def get(self, key: bytes) -> Facts | None:
        """The facts under `key`, if they are there and whole."""
        if self._base is None:
            return None
        try:
            row = self._base.execute(
                "SELECT body, seal, day FROM facts WHERE key = ?", (key,)
            ).fetchone()
            if row is None or _seal(key, row[0]) != row[1]:
                return None
            if row[2] != self._day:
                self._base.execute(
                    "UPDATE facts SET day = ? WHERE key = ?", (self._day, key)
                )
            return parse(row[0])
        except (sqlite3.Error, Malformed, TypeError):
            return None

    def put(self, entries: Iterable[tuple[bytes, Facts]]) -> None:
        """Keep facts."""
        if self._base is None:
            return
        with contextlib.suppress(sqlite3.Error):
            self._base.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", self._rows(entries)
            )

    def _rows(
        self, entries: Iterable[tuple[bytes, Facts]]
    ) -> Iterator[tuple[bytes, bytes, bytes, int]]:
        for key, facts in entries:
            body = dump(facts)
            yield key, body, _seal(key, body), self._day


def _seal(key: bytes, body: bytes) -> bytes:
    return hashlib.sha256(key + body).digest()


def _opened(folder: Path) -> sqlite3.Connection | None:
    path = folder / "code-scan.sqlite"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _database(path)
    except sqlite3.DatabaseError:
        # Not a database (any more): a cache may be thrown away.
        try:
            os.unlink(path)
            return _database(path)
        except (OSError, sqlite3.Error):
            return None
    except OSError:
        return None


def _database(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=5)
    try:
        # What a crash takes of a cache, the next scan makes again.
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = OFF")
        base.execute(_TABLE)
    except sqlite3.Error:
        base.close()
        raise
    return base
