"""The key of a trail's fingerprints as a file, for whoever is to scan data with it.

Knows three lines. It opens nothing else of the trail, and who has it and the trail's
bodies can test any text that they can guess: it is for whoever may know what models
answered.
"""

from dataclasses import dataclass
from pathlib import Path

from affidavit import canonical
from affidavit.errors import KeyUnusable, Malformed, SettingsInvalid
from affidavit.fingerprint import KEY_BYTES, Key
from affidavit.keys import private_bytes
from affidavit.trail.identity import checked_origin

_MAGIC = "affidavit-fingerprint-key/1"


@dataclass(frozen=True, slots=True)
class PrintKey:
    """A fingerprint key, and the origin of the trail that it goes with."""

    origin: str
    key: Key

    def print(self) -> bytes:
        """The file."""
        encoded = canonical.text(self.key.secret)
        return f"{_MAGIC}\n{self.origin}\n{encoded}\n".encode()


def load_print_key(path: Path) -> PrintKey:
    """Read such a file; `KeyUnusable` when it is missing, open to others or damaged."""
    data = private_bytes(path)
    try:
        _, origin, encoded, _ = data.decode("ascii").split("\n")
        key = Key(canonical.untext(encoded, size=KEY_BYTES))
        return _printing(data, PrintKey(checked_origin(origin), key))
    except (ValueError, Malformed, SettingsInvalid) as error:
        raise KeyUnusable(
            f"{path}: not a fingerprint key ({error}). Ask the trail's owner for one: "
            "`affidavit scan key` writes it."
        ) from error


def _printing(data: bytes, found: PrintKey) -> PrintKey:
    if found.print() != data:
        raise Malformed("its first line or its end is not such a key's")
    return found
