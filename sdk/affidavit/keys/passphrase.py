"""Where the passphrase of a key, or the PIN of a token, comes from.

Knows the two environment variables. Asking a person is the command line's affair: a
governed program that is given none fails closed, and never waits for an answer.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from affidavit.errors import KeyUnusable
from affidavit.keys.secret_files import private_bytes

VARIABLE = "AFFIDAVIT_KEY_PASSPHRASE"
FILE_VARIABLE = "AFFIDAVIT_KEY_PASSPHRASE_FILE"

Passphrase: TypeAlias = Callable[[str], bytes | None]
"""What is to be opened → its passphrase, or None where nobody gives one."""


def from_environment(environ: Mapping[str, str]) -> Passphrase:
    """The passphrase that the environment gives, itself or by a file of mode 0600.

    It is looked up when a key needs it, and again when a key was changed meanwhile.
    """

    def given(_: str) -> bytes | None:
        if text := environ.get(VARIABLE):
            return text.encode("utf-8", "surrogateescape")
        name = environ.get(FILE_VARIABLE)
        return first_line(Path(name)) if name else None

    return given


def first_line(path: Path) -> bytes:
    """The only line of a secret file, without its end; `KeyUnusable` for any other."""
    data = private_bytes(path)
    line = data.removesuffix(b"\n").removesuffix(b"\r")
    if not line or b"\n" in line:
        raise KeyUnusable(f"{path}: must hold one line, a passphrase, and nothing else")
    return line


def needed(passphrase: Passphrase | None, where: str) -> bytes:
    """The passphrase of `where`, else `KeyUnusable` that says how to give one."""
    found = passphrase(where) if passphrase is not None else None
    if found is None:
        raise KeyUnusable(
            f"{where}: is protected by a passphrase, and none was given. Set "
            f"{VARIABLE}, or {FILE_VARIABLE} to a file of mode 0600 that holds it."
        )
    return found
