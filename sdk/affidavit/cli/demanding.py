"""What a verifier demands of a statement, as options.

Knows `--officer`, `--threshold`, `--since`, `--contract` and `--auditor`. Keys are what
the user gives; where a contract of theirs names officers, those are demanded.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from affidavit.attest.demands import (
    MAX_CONTRACT_BYTES,
    Demands,
    pinned_officers,
)
from affidavit.attest.officers import Officers
from affidavit.attest.told import Told, opened
from affidavit.cli import arguments, handing
from affidavit.cli.trust import given_key
from affidavit.errors import Invalid
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.note import VerifierKey

NAMES = ("--officer", "--threshold", "--since", "--contract", "--auditor")


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the five; the command takes `officer`, `threshold`, `since`,
    `contract`, `auditor`.
    """
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--officer",
        multiple=True,
        type=arguments.PLACE,
        metavar="VKEY|FILE",
        help="Key of an officer who must have signed the statement, from them. May be "
        "repeated; each must have, unless --threshold says fewer.",
    ),
    click.option(
        "--threshold",
        type=click.IntRange(min=1),
        metavar="N",
        help="So many of the officers suffice.",
    ),
    click.option(
        "--since",
        type=arguments.PATH,
        metavar="PATH",
        help="An earlier statement that you kept: this one must go on from it.",
    ),
    click.option(
        "--contract",
        type=arguments.PATH,
        metavar="FILE",
        help="Your own copy of the contract that a statement must be about. Its "
        "signatories must have signed, unless --officer is given.",
    ),
    click.option(
        "--auditor",
        multiple=True,
        type=arguments.PLACE,
        metavar="VKEY|FILE",
        help="Key of an auditor who must have countersigned the statement. May be "
        "repeated.",
    ),
)


def of(
    keys: Pinned,
    *,
    officer: Sequence[str],
    threshold: int | None,
    since: Path | None,
    contract: Path | None,
    auditor: Sequence[str],
    read: Callable[[Path], bytes],
) -> Demands:
    """The demands of the command line; `read` reads the statement at a path.

    A usage error for a threshold of nobody; raises for keys and files that are none.
    """
    own = None if contract is None else handing.read(contract, MAX_CONTRACT_BYTES)
    officers = _officers(officer, threshold, own)
    return Demands(
        officers=officers,
        earlier=None if since is None else _earlier(since, keys, read),
        contract=own,
        auditors=tuple(VerifierKey.parse(given_key(each)) for each in auditor),
    )


def _earlier(path: Path, keys: Pinned, read: Callable[[Path], bytes]) -> Told:
    try:
        return opened(read(path), keys)
    except Invalid as error:
        raise type(error)(
            f"{path}: {error}. If the trail's key changed since, give the key of then "
            "with a further --key."
        ) from error


def _officers(
    officer: Sequence[str], threshold: int | None, contract: bytes | None
) -> Officers | None:
    if officer:
        keys = [VerifierKey.parse(given_key(each)) for each in officer]
        return Officers.of(keys, threshold)
    named = None if contract is None else pinned_officers(contract)
    if threshold is None:
        return named
    if named is None:
        raise click.UsageError("--threshold needs an --officer to trust.")
    return Officers.of(named.keys, threshold)
