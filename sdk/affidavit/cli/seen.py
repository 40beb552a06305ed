"""What `policy check --cached` has found clean before, so that it is not read again.

A hook runs at every commit, and what it checks has mostly not changed. An entry says
that certain bytes, checked by this very installation on this very day, gave no
diagnostic at all; whenever anything of that differs there is no entry. It never decides
anything, and the only answer that it repeats is that there is nothing to say.

Imports nothing but the interpreter's own, as `touched` does: this runs before the
program is loaded.
"""

import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from affidavit.cli import touched

FLAG = "--cached"
_COMMAND = ["policy", "check"]
_MAX_BYTES = 1 << 20
_WRITABLE_BY_OTHERS = 0o022
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def answer(arguments: Sequence[str]) -> str | None:
    """What `affidavit policy check --cached PATH…` says, if all was clean before.

    With `--touched` so must be whatever may extend one of them. None for any other
    command or option, and wherever one path must be read anew.
    """
    if list(arguments[:2]) != _COMMAND or FLAG not in arguments:
        return None
    paths = [each for each in arguments[2:] if each not in (FLAG, touched.FLAG)]
    hooked = touched.FLAG in arguments
    if not (paths or hooked) or any(path.startswith("-") for path in paths):
        return None
    with suppress(OSError, ValueError):
        beyond = touched.may_extend(paths + touched.gone(os.environ)) if hooked else []
        stamp = installation() if paths or beyond else ""
        if all(known(path, stamp) for path in (*paths, *beyond)):
            noun = "path" if len(paths) == 1 else "paths"
            return f"{len(paths):,} {noun} checked: clean"
    return None


def remember(path: str, read: Iterable[tuple[str, str]], stamp: str) -> None:
    """Note that the file at `path` was clean; `read` is each file that was read for
    it, with the SHA-256 of its bytes, in hex; `stamp` is what `installation` said
    before it was.

    Nothing is noted when the day or the program changed meanwhile. A cache that cannot
    be written is none: nothing is raised.
    """
    with suppress(OSError, ValueError):
        lines = [stamp]
        for file, digest in read:
            lines.append(f"{digest} {_place(file)}")
        unfit = any("\n" in line for line in lines) or not os.path.isfile(path)
        if unfit or installation() != stamp:
            return
        folder = _folder()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        partial = os.path.join(folder, f"{_key(path)}.{os.getpid()}")
        with open(partial, "x", encoding="utf-8") as out:
            out.write("\n".join(lines) + "\n")
        os.replace(partial, os.path.join(folder, _key(path)))


def installation() -> str:
    """What the answer hangs on besides the files: this program, what it stands on, and
    the day (UTC).
    """
    said = hashlib.sha256(sys.version.encode())
    said.update(time.strftime("%Y-%m-%d", time.gmtime()).encode())
    for place in sys.path:
        # Whatever is installed or removed there changes the folder.
        with suppress(OSError):
            said.update(f"{place} {os.stat(place).st_mtime_ns}\n".encode())
    for line in sorted(_files(_PACKAGE)):
        said.update(line.encode())
    return said.hexdigest()


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}\n"


def known(path: str, stamp: str) -> bool:
    """Whether the file at `path` was clean and has not changed; `stamp` is what
    `installation` says.
    """
    with suppress(OSError, ValueError):
        if not os.path.isfile(path) or not _ours(_folder()):
            return False
        with open(os.path.join(_folder(), _key(path)), encoding="utf-8") as entry:
            first, *read = entry.read(_MAX_BYTES).splitlines()
        return first == stamp and bool(read) and all(map(_unchanged, read))
    return False


def _ours(folder: str) -> bool:
    """Whether nobody else can have written there."""
    found = os.stat(folder)
    mine = found.st_uid == os.geteuid()
    return mine and not stat.S_IMODE(found.st_mode) & _WRITABLE_BY_OTHERS


def _unchanged(line: str) -> bool:
    digest, _, places = line.partition(" ")
    file = places.partition("\0")[0]
    if places != _place(file):
        return False
    with open(file, "rb") as stream:
        data = stream.read(_MAX_BYTES + 1)
    return hashlib.sha256(data).hexdigest() == digest


def _place(file: str) -> str:
    """Where the file is, and where that leads: a link may come to lead elsewhere."""
    absolute = os.path.abspath(file)
    return f"{absolute}\0{os.path.realpath(absolute)}"


def _key(path: str) -> str:
    # The search path too: `python -m affidavit` and `affidavit` have each their own.
    named = "\0".join((os.getcwd(), path, *sys.path))
    digest = hashlib.sha256(named.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _folder() -> str:
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # The specification has relative ones ignored.
    if not os.path.isabs(cache):
        cache = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "affidavit", "policy-check")
