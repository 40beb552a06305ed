"""Trust files."""

from pathlib import Path

from affidavit.attest.trust_file import Trust, parsed
from affidavit.tlog.note import VerifierKey

HEAD = "apiVersion: affidavit/v1\nkind: Trust\n"


def text(key: VerifierKey | str, more: str = "") -> str:
    """A trust file in one key, with further lines."""
    return f'{HEAD}keys:\n  - "{key}"\n{more}'


def a_trust(key: VerifierKey, more: str = "", *, folder: Path = Path()) -> Trust:
    return parsed(text(key, more).encode(), folder / "trust.yaml")
