"""A dossier as one file: a ZIP that has one form only.

Stored, not compressed: compressors differ from machine to machine, and what is stored
cannot swell when it is unpacked. Names in order, times of 1980, no comments, nothing
before or after (PKWARE APPNOTE 6.3, with its 64-bit fields where sizes need them).
Knows bytes and names; what they say is `check`'s.
"""

import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from affidavit.durable import unavailable, unwritable
from affidavit.errors import Malformed
from affidavit.verify.dossier.manifest import MANIFEST, is_path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3
_HEAD, _ENTRY, _END = 30, 46, 22
"""Bytes of a file's header, of its line in the directory, and of what closes that,
without names (APPNOTE 4.3.7, 4.3.12, 4.3.16)."""
_LARGE_HEAD, _LARGE_END = 20, 76
"""More of them in an archive beyond 4 GiB (4.5.3, 4.3.14, 4.3.15)."""
_CHUNK = 1 << 20
_COPIED = (
    "a dossier's archive in another form than it was written: repacked, or changed"
)


def names(folder: Path) -> list[str]:
    """Every file of a folder, `/` between its parts, in order.

    `Malformed` for what is neither a file nor a folder: a link leads elsewhere.
    """
    found = []
    for top, folders, files in os.walk(folder):
        for each in (*folders, *files):
            path = Path(top, each)
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise Malformed(f"{path}: a dossier has plain files only")
        found += [Path(top, each).relative_to(folder).as_posix() for each in files]
    return sorted(found)


def pack(folder: Path, out: Path) -> None:
    """Write the files of `folder` as the archive `out`, a chunk in memory at a time.

    Written beside and renamed: a crash leaves `.NAME.PID`, and nothing under the name.
    """
    staging = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with staging.open("xb") as file:
            _write(folder, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staging, out)
    except OSError as error:
        raise unwritable(out, error) from error
    finally:
        staging.unlink(missing_ok=True)


def _write(folder: Path, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in names(folder):
            path = folder / name
            info = _info(name, path.stat().st_size)
            with path.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, _CHUNK)


def _info(name: str, size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr, info.create_system = _PLAIN_FILE, _UNIX
    info.file_size = size
    return info


@contextmanager
def opened(path: Path, beside: Path | None = None) -> Iterator[Path]:
    """The dossier at `path` as a folder: itself, or the archive unpacked for the time.

    Unpacked below `beside`, else where the system keeps temporary files: it takes as
    much of that disk as the archive has. `Malformed` for an archive whose files are
    compressed, out of order or named twice, `TrailUnavailable` when a disk fails.
    """
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory(dir=beside, prefix="affidavit-") as name:
        folder = Path(name) / "dossier"
        folder.mkdir()
        try:
            _unpack(path, folder)
        except OSError as error:
            raise unavailable(path, error) from error
        yield folder


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in _listed(archive):
                target = folder / info.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, _CHUNK)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Malformed(f"{path}: no archive that could be read ({error})") from error


def _listed(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    told = [each.filename for each in infos]
    # Looked at before anything is written: no name leads out of the folder.
    if told != sorted(set(told)) or not all(map(is_path, told)):
        raise Malformed(_COPIED)
    if any(each.compress_type != zipfile.ZIP_STORED for each in infos):
        raise Malformed(_COPIED)
    if sum(each.file_size for each in infos) > os.stat(str(archive.filename)).st_size:
        raise Malformed(_COPIED)
    if not _is_seamless(archive, infos):
        raise Malformed(_COPIED)
    return infos


def _is_seamless(archive: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether nothing stands before, between or behind the files and their directory:
    whoever unpacks by the headers alone must see no other files than we do.
    """
    ends = [*(each.header_offset for each in infos), archive.start_dir]
    heads = [
        end - each.header_offset - each.file_size - len(each.filename.encode())
        for each, end in zip(infos, ends[1:], strict=True)
    ]
    listed = sum(
        _ENTRY + len(each.filename.encode()) + len(each.extra) for each in infos
    )
    rest = os.stat(str(archive.filename)).st_size - archive.start_dir - listed
    return (
        ends[0] == 0
        and not archive.comment
        and all(head in (_HEAD, _HEAD + _LARGE_HEAD) for head in heads)
        and rest in (_END, _END + _LARGE_END)
    )


def is_dossier(path: Path) -> bool:
    """Whether a folder or file claims to be a dossier."""
    if path.is_dir():
        return (path / MANIFEST).is_file()
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
