"""A trust file in the place of options: `--trust FILE`.

Knows which option each field stands for. What is given on the command line wins over
the file; what says nothing about an artefact of some kind is left out there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from affidavit.cli import arguments, handing, output, pins, trust
from affidavit.cli.trust import Trusted
from affidavit.verify.anchors import Pins
from affidavit.wiring.settings import Settings

if TYPE_CHECKING:  # pydantic and a YAML parser are for those who have such a file
    from affidavit.attest.trust_file import Trust


def option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--trust`; the command takes `trust_file`."""
    return click.option(
        "--trust",
        "trust_file",
        type=arguments.PATH,
        metavar="FILE",
        help="Your trust file: keys, officers, witnesses and what else you demand "
        "(docs/verifying.md). Options given besides win over it.",
    )(command)


def read(path: Path | None) -> "Trust | None":
    """The trust file, if one is named; raises `TrustInvalid` and `Incomplete`."""
    if path is None:
        return None
    from affidavit.attest.trust_file import read as read_file

    return read_file(path)


def trusted(
    believed: "Trust | None",
    path: Path | None,
    given: Sequence[str],
    settings: Callable[[], Settings],
) -> Trusted:
    """The keys that decide: `given`, else the trust file's, else the settings'."""
    if believed is None or given:
        return trust.trusted(given, settings)
    return Trusted(keys=believed.keys, source=f"in the trust file {path}")


def pinned(
    own: Mapping[str, Any],
    given: tuple[tuple[str, ...], int | None, tuple[Path, ...]],
    anchor: tuple[Path, ...],
) -> Pins | None:
    """As `given`; evidence without anybody to trust is a usage error."""
    return pins.demanded(*_chosen(own, given), anchor)


def given(
    own: Mapping[str, Any],
    options: tuple[tuple[str, ...], int | None, tuple[Path, ...]],
) -> Pins | None:
    """Whom the user trusts to have seen a trail: by options, else by the trust file."""
    return pins.given(*_chosen(own, options))


def _chosen(
    own: Mapping[str, Any],
    options: tuple[tuple[str, ...], int | None, tuple[Path, ...]],
) -> tuple[tuple[str, ...], int | None, tuple[Path, ...]]:
    witness, quorum, tsa_ca = options
    if witness or tsa_ca:
        return options
    return own.get("witness", ()), quorum or own.get("quorum"), own.get("tsa_ca", ())


def options_of(believed: "Trust | None") -> Mapping[str, Any]:
    """What the file says, by the names that `verify` has for it."""
    if believed is None:
        return {}
    content = believed.content

    def place(name: str | None) -> Path | None:
        return None if name is None else believed.place(name)

    found = {
        "witness": content.witnesses or (),
        "quorum": content.quorum,
        "tsa_ca": tuple(map(believed.place, content.authorities or ())),
        "older": place(content.checkpoint),
        "officer": content.officers or (),
        "threshold": content.threshold,
        "auditor": content.auditors or (),
        "contract": place(content.contract),
        "since": place(content.since),
    }
    return {name: value for name, value in found.items() if value}


OF_TRAILS = (
    "witnesses",
    "quorum",
    "authorities",
    "checkpoint",
    "minimum_size",
    "max_age",
)
"""Demands that somebody could take for made of whatever came out of a trail."""


def say_unheard(
    believed: "Trust | None", artefact: str, heard: Collection[str]
) -> None:
    """Name the demands of the file that were not put to an artefact of this kind."""
    if believed is None:
        return
    left = [
        name
        for name in OF_TRAILS
        if name not in heard and getattr(believed.content, name) is not None
    ]
    if left:
        output.note(
            f"Not demanded of a {artefact}, which does not tell: {', '.join(left)}. "
            "Verify the trail or a statement with the same file for these."
        )


def kept(believed: "Trust") -> bytes | None:
    """The checkpoint that the file names; `Incomplete` when it cannot be read."""
    name = believed.content.checkpoint
    return None if name is None else handing.checkpoint(believed.place(name))


def bounds(believed: "Trust | None") -> tuple[int | None, timedelta | None]:
    """The least number of records of a trail, and the greatest age of its newest."""
    if believed is None:
        return None, None
    return believed.content.minimum_size, believed.max_age
