"""Files that only their owner may read."""

import os
import stat
from pathlib import Path

from affidavit.errors import KeyUnusable

MAX_BYTES = 1 << 16


def private_bytes(path: Path) -> bytes:
    """The content of a secret file that only its owner may read, else `KeyUnusable`."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeyUnusable(
                    f"{path}: mode {mode:04o} lets others read it. "
                    f"Run `chmod 600 {path}`, and replace it if others may have."
                )
            return file.read(MAX_BYTES)
    except OSError as error:
        raise KeyUnusable(
            f"{path}: cannot be read ({error.strerror}). {_remedy(error)}"
        ) from error


def _remedy(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return (
                "Run `affidavit init` to make a key and a trail, or set AFFIDAVIT_KEY."
            )
        case PermissionError():
            return (
                "It belongs to another user: run as that one, or give it to this one."
            )
        case _:
            # Another key would not continue this trail: nothing here advises `init`.
            return "The key may still be there: see to the disk, or restore a backup."
