"""Whom a verifier trusts to have seen a trail, as options, and what they attested.

Knows the options `--witness`, `--quorum`, `--tsa-ca` and `--anchor`, and the settings'
own anchors. Never takes a key from evidence.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from affidavit.anchors.plan import Plan
from affidavit.cli import arguments
from affidavit.cli.trust import first_line
from affidavit.errors import Incomplete, KeyUnusable
from affidavit.tlog.witness import WitnessKey
from affidavit.trail.anchors import (
    CHECKPOINT,
    COSIGNED,
    MAX_EVIDENCE_BYTES,
    AnchorStore,
    KeptHead,
    head_in,
)
from affidavit.verify import stamps
from affidavit.verify.anchors import Pins
from affidavit.verify.stamps import Authorities


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the four options; the command takes `witness`, `quorum`, `tsa_ca`,
    `anchor`.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--witness",
        multiple=True,
        type=arguments.PLACE,
        metavar="VKEY|FILE",
        help="Key of a witness that must have cosigned this trail, as its operator "
        "gave it to you. May be repeated; each must have, unless --quorum says fewer.",
    ),
    click.option(
        "--quorum",
        type=click.IntRange(min=1),
        metavar="N",
        help="So many of the witnesses suffice.",
    ),
    click.option(
        "--tsa-ca",
        type=arguments.PATH,
        multiple=True,
        metavar="FILE",
        help="PEM certificates of a time-stamping authority that must have stamped "
        "this trail. May be repeated.",
    ),
    click.option(
        "--anchor",
        type=arguments.PATH,
        multiple=True,
        metavar="PATH",
        help="Evidence kept elsewhere than in the trail: a cosigned checkpoint, or a "
        "copy of an `anchors` folder. May be repeated.",
    ),
)


def given(
    witness: Sequence[str], quorum: int | None, tsa_ca: Sequence[Path]
) -> Pins | None:
    """The pins of the command line; None when it has none.

    A usage error when the quorum cannot be; `KeyUnusable` for a key or certificate.
    """
    if quorum is not None and quorum > len(witness):
        raise click.UsageError(
            f"A quorum of {quorum} needs as many --witness, {len(witness)} are given."
        )
    if not witness and not tsa_ca:
        return None
    return Pins(
        witnesses=tuple(dict.fromkeys(_witness(each) for each in witness)),
        authorities=tuple(Authorities.load(each) for each in tsa_ca),
        quorum=quorum,
    )


def demanded(
    witness: Sequence[str],
    quorum: int | None,
    tsa_ca: Sequence[Path],
    anchor: Sequence[Path],
) -> Pins | None:
    """`given`, for commands that have no settings to fall back on: evidence without
    anybody to trust is a usage error.
    """
    pinned = given(witness, quorum, tsa_ca)
    if pinned is None and anchor:
        raise click.UsageError("Evidence needs a --witness or --tsa-ca to trust.")
    return pinned


def own(plan: Plan | None) -> Pins | None:
    """The pins of the settings: what is missing then is said, and demands nothing."""
    if plan is None or not (plan.witnesses or plan.stamps):
        return None
    readable = stamps.available()
    return Pins(
        witnesses=tuple(each.key for each in plan.witnesses),
        authorities=tuple(
            Authorities.load(each.ca)
            for each in plan.stamps
            if readable and each.ca.is_file()
        ),
        quorum=0,
    )


def of_statement(plan: Plan | None) -> Pins | None:
    """The pins of the settings, as a statement tells of them: with the quorum that the
    settings want, and authorities by their certificates instead of their files.
    """
    pinned = own(plan)
    if plan is None or pinned is None:
        return None
    named = [replace(each, name=each.described) for each in pinned.authorities]
    return replace(pinned, authorities=tuple(named), quorum=plan.wanted)


def evidence(trail: Path, elsewhere: Sequence[Path]) -> Iterator[KeptHead]:
    """What is kept under the trail, and at the places that the user names.

    `Incomplete` for a place that cannot be read.
    """
    yield from AnchorStore.of(trail).heads()
    for path in elsewhere:
        if not path.is_dir():
            yield KeptHead(name=str(path), cosigned=_file(path))
        elif (path / CHECKPOINT).is_file() or (path / COSIGNED).is_file():
            yield head_in(path, str(path))
        else:
            yield from AnchorStore(path).heads()


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_EVIDENCE_BYTES)
    except OSError as error:
        raise Incomplete(
            f"{path}: the evidence cannot be read ({error.strerror}). Name a cosigned "
            "checkpoint, or a copy of a trail's `anchors` folder."
        ) from error


def _witness(text: str) -> WitnessKey:
    try:
        return WitnessKey.parse(text.strip())
    except KeyUnusable:
        # Not `Path.exists`, which fails for a text that no path can be.
        if "+" in text and not os.path.exists(text):
            raise
    return WitnessKey.parse(first_line(Path(text)))
