"""The computed vectors, as values: trees, paths, keys and the log of 70,000 entries.

`tlog_vectors/` holds what golang.org/x/mod and aics-tlog accepted; nothing there was
made by the code under test.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from affidavit.keys import Ed25519Signer

FOLDER = Path(__file__).with_name("tlog_vectors")
LOG_FOLDER = FOLDER / "log-70000"
LOG_SIZE = 70_000
LOG_ROOT_BASE64 = "pipUvjMpT/1aXExjf9dUYwtxqJLoNW46Zmpcin/9FRg="

RFC6962_INPUTS = tuple(
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)


@cache
def tlog() -> dict[str, Any]:
    """`tlog.json`, as it is."""
    loaded: dict[str, Any] = json.loads((FOLDER / "tlog.json").read_bytes())
    return loaded


def roots(name: str) -> dict[int, bytes]:
    """Size → root of one of the tables of roots."""
    return {int(size): bytes.fromhex(root) for size, root in tlog()[name].items()}


def hashes(name: str) -> tuple[bytes, ...]:
    """A list of hashes of the vectors."""
    return tuple(bytes.fromhex(text) for text in tlog()[name])


def entry(index: int) -> bytes:
    """The entry `index` of every log of the vectors."""
    return b"entry-%d" % index


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedKey:
    """A key of the vectors with its name and its published text."""

    name: str
    signer: Ed25519Signer
    vkey: str


def key(which: str) -> NamedKey:
    """The key of the `log` or of the `witness`."""
    found = tlog()["ed25519"][which]
    signer = Ed25519Signer.from_seed(bytes.fromhex(found["seed_hex"]))
    return NamedKey(name=found["name"], signer=signer, vkey=found["vkey"])


def log_file(name: str) -> bytes:
    """A file of the log of 70,000 entries, for example `checkpoint`."""
    return (LOG_FOLDER / name).read_bytes()
