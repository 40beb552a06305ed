"""`affidavit verify`: what somebody else handed over, told apart and checked.

Knows what each artefact begins with, and which options go with it. What is said about
one is its own module's: `verify_statement`, `verify_proof`, and so on.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import assert_never

import click

from affidavit.cli import (
    arguments,
    findings,
    handing,
    machine,
    pins,
    progress,
    trust,
    verify_consistency,
    verify_disclosure,
    verify_proof,
    verify_receipt,
    verify_scan,
    verify_statement,
    verifying,
)
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.scan.data.statement import is_scan
from affidavit.tlog.cose import FIRST_BYTES
from affidavit.tlog.proof import HEADER, MAX_PROOF_BYTES
from affidavit.tlog.receipt import is_of_consistency
from affidavit.trail.reader import TrailReader
from affidavit.verify import verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.disclosure import is_disclosure
from affidavit.wiring.settings import Settings, read_settings


class What(Enum):
    """What can be verified."""

    STATEMENT = "statement"
    TRAIL = "trail"
    DISCLOSURE = "disclosure"
    PROOF = "proof of one record"
    RECEIPT = "receipt"
    CONSISTENCY = "proof of consistency"
    SCAN = "statement about a scan of data"


_ENVELOPE = b'{"payload":'
_ANCHORED = frozenset({What.TRAIL, What.STATEMENT, What.DISCLOSURE})
_GO_WITH: Mapping[str, frozenset[What]] = {
    "--trail": frozenset({What.STATEMENT}),
    "--checkpoint": frozenset({What.DISCLOSURE}),
    "--record": frozenset({What.RECEIPT}),
    "--data": frozenset({What.SCAN}),
    "--older": frozenset({What.TRAIL, What.CONSISTENCY}),
    "--witness": _ANCHORED,
    "--tsa-ca": _ANCHORED,
    "--anchor": _ANCHORED,
}


@click.command(
    cls=TeachingCommand,
    name="verify",
    uses=(
        Use(
            "affidavit verify statement.dsse.json --key acme.vkey",
            "who signed it, and whether it agrees with itself",
        ),
        Use(
            "affidavit verify october --key acme.vkey --trail ./copy",
            "the same, every figure counted again from a copy of the trail",
        ),
        Use(
            "affidavit verify ./copy --key acme.vkey --witness partner.vkey",
            "a trail, that a witness has seen",
        ),
        Use("affidavit verify call.tlog-proof --key acme.vkey", "one record"),
        Use(
            "affidavit verify call.cose --record call.entry --key acme.vkey",
            "one record, by its COSE receipt",
        ),
        Use("affidavit verify answer --key acme.vkey", "records that were disclosed"),
        Use(
            "affidavit verify scan.dsse.json --key acme.vkey --data train/",
            "what a scan of data found, and of which files",
        ),
    ),
    exits=Exits(
        "valid: everything that was checked holds",
        "invalid: changed, signed by another key, or contradicted by the trail",
        "not enough to decide (no key, nothing there, unreadable, an anchor that was "
        "demanded is missing), or a usage error",
    ),
)
@etiquette
@click.argument("path", type=arguments.PATH)
@arguments.trusted_key
@click.option(
    "--trail",
    type=arguments.PATH,
    metavar="DIR",
    help="A trail, or a copy of one, to count a statement's figures again from.",
)
@click.option(
    "--checkpoint",
    type=arguments.PATH,
    metavar="FILE",
    help="A checkpoint that you got another way, to hold a disclosure's against.",
)
@click.option(
    "--older",
    type=arguments.PATH,
    metavar="FILE",
    help="A `checkpoint` file that you kept: a trail, or a proof of consistency, must "
    "extend it.",
)
@click.option(
    "--record",
    type=arguments.PATH,
    metavar="FILE",
    help="The entry that a COSE receipt is for.",
)
@click.option(
    "--data",
    type=arguments.PATH,
    metavar="PATH",
    help="The data set that a statement about a scan names: its digests are compared.",
)
@pins.options
@arguments.as_json
def command(
    *,
    path: Path,
    trusted_key: tuple[str, ...],
    trail: Path | None,
    checkpoint: Path | None,
    older: Path | None,
    record: Path | None,
    data: Path | None,
    witness: tuple[str, ...],
    quorum: int | None,
    tsa_ca: tuple[Path, ...],
    anchor: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Check the statement, trail, disclosure, proof or receipt at PATH, changing
    nothing.

    PATH is a statement's file, a folder with statement.dsse.json, a trail's folder, a
    folder that `affidavit trail disclose` wrote, or a file that `affidavit trail prove`
    or `affidavit trail consistency` wrote.
    Valid says that the statement is what its writer signed, and holds; what it claims
    of the period is its own verdict, which is printed beside it.
    """
    what, content = told_apart(path)
    _fitting(
        what,
        {
            "--trail": trail,
            "--checkpoint": checkpoint,
            "--record": record,
            "--data": data,
            "--older": older,
            "--witness": witness,
            "--tsa-ca": tsa_ca,
            "--anchor": anchor,
        },
    )
    trusted = trust.trusted(trusted_key, _settings)
    pinned = pins.demanded(witness, quorum, tsa_ca, anchor)
    match what:
        case What.DISCLOSURE:
            return verify_disclosure.said(
                path, trusted, checkpoint, pinned, anchor, as_json=as_json
            )
        case What.PROOF:
            return verify_proof.said(path, content, trusted, as_json=as_json)
        case What.RECEIPT:
            return verify_receipt.said(path, content, trusted, record, as_json=as_json)
        case What.CONSISTENCY:
            return verify_consistency.said(
                path, content, trusted, older, as_json=as_json
            )
        case What.SCAN:
            return verify_scan.said(path, trusted, data, as_json=as_json)
        case What.TRAIL:
            return _trail(path, trusted, older, pinned, anchor, as_json=as_json)
        case What.STATEMENT:
            return _statement(path, trusted, trail, pinned, anchor, as_json=as_json)
        case _:
            assert_never(what)


def told_apart(path: Path) -> tuple[What, bytes]:
    """What stands at `path`, and its content where it is a proof of some kind.

    `Incomplete` when it cannot be read; what is not recognised is taken for a
    statement, which says best what it is not.
    """
    if is_disclosure(path):
        return What.DISCLOSURE, b""
    if (path / "checkpoint").exists():
        return What.TRAIL, b""
    if not path.is_file():
        return What.STATEMENT, b""
    data = handing.read(path, MAX_PROOF_BYTES)
    if data.startswith(HEADER.encode()):
        return What.PROOF, data
    if data.startswith(verify_consistency.FIRST_WORD):
        return What.CONSISTENCY, data
    if data.startswith(FIRST_BYTES):
        return What.CONSISTENCY if is_of_consistency(data) else What.RECEIPT, data
    if data.startswith(_ENVELOPE) and is_scan(handing.read(path, MAX_ENVELOPE_BYTES)):
        return What.SCAN, b""
    return What.STATEMENT, b""


def _fitting(what: What, options: Mapping[str, object]) -> None:
    """A usage error for an option that says nothing about such an artefact."""
    for name, value in options.items():
        if value and what not in _GO_WITH[name]:
            right = " or a ".join(sorted(each.value for each in _GO_WITH[name]))
            raise click.UsageError(
                f"{name} goes with a {right}; PATH is a {what.value}."
            )


def _settings() -> Settings:
    return read_settings(environ=os.environ, directory=Path.cwd())


def _statement(
    path: Path,
    trusted: Trusted,
    trail: Path | None,
    pinned: Pins | None,
    anchor: tuple[Path, ...],
    *,
    as_json: bool,
) -> int:
    if pinned is not None and trail is None:
        raise click.UsageError(
            "What anchors cover shows on a trail's records: give --trail too."
        )
    return verify_statement.said(path, trusted, trail, pinned, anchor, as_json=as_json)


def _trail(
    path: Path,
    trusted: Trusted,
    older: Path | None,
    pinned: Pins | None,
    anchor: tuple[Path, ...],
    *,
    as_json: bool,
) -> int:
    with progress.shown("verifying") as tell:
        report = verify_trail(
            TrailReader(path),
            key=trusted.keys,
            now=datetime.now(UTC),
            wal_key=trusted.wal_key,
            older=None if older is None else handing.checkpoint(older),
            pins=pinned,
            evidence=pins.evidence(path, anchor),
            progress=tell,
            spread=verifying.spread(None),
        )
    if as_json:
        machine.emit(findings.as_json(report, trusted))
    else:
        findings.say(report, trusted)
    return report.exit_code
