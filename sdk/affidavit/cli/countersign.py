"""`affidavit countersign`: an auditor's word on a statement, after verifying it."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from affidavit.attest import entries, summary
from affidavit.attest.recount import StatementReport
from affidavit.attest.statement import FILE_NAME
from affidavit.attest.summary import Level
from affidavit.cli import (
    arguments,
    demanding,
    findings,
    handing,
    machine,
    output,
    pins,
    signers,
    trust,
    verify_statement,
)
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.tlog.note import VerifierKey
from affidavit.wiring.settings import Settings, read_settings

NAME = "auditor"
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[!-~]*)?", re.ASCII)
_MAIL = re.compile(r"[!-~]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


@click.command(
    cls=TeachingCommand,
    name="countersign",
    uses=(
        Use(
            "affidavit countersign october --key acme.vkey --signing-key me.pem "
            "--name audit.example",
            "verify a folder that was handed over, and sign what was found",
        ),
        Use(
            "affidavit countersign october --key acme.vkey --trail ./copy "
            "--signing-key me.pem --name audit.example --out october.vsa.json",
            "the same from a copy of the trail, bodies included",
        ),
        Use(
            "affidavit verify october --key acme.vkey --auditor auditor.vkey",
            "what others run then",
        ),
    ),
    exits=Exits(
        "verified, and countersigned as PASSED",
        "it does not hold: countersigned as FAILED, or no statement of that key",
        "not enough to decide, nothing signed; or a usage error",
    ),
)
@etiquette
@click.argument("path", type=arguments.PATH)
@arguments.trusted_key
@signers.options(NAME)
@click.option(
    "--id",
    "identity",
    metavar="URI",
    help="Who verified, as a URI. Default: from --name, where that is a host or an "
    "address.",
)
@click.option(
    "--out",
    type=arguments.PATH,
    metavar="FILE",
    help="Where to write it. Default: into PATH, where that is a folder.",
)
@click.option(
    "--trail",
    type=arguments.PATH,
    metavar="DIR",
    help="A trail, or a copy of one, to count the figures again from.",
)
@demanding.options
@pins.options
@arguments.as_json
def command(
    *,
    path: Path,
    trusted_key: tuple[str, ...],
    signing_key: str,
    new_key: bool,
    name: str,
    identity: str | None,
    out: Path | None,
    trail: Path | None,
    witness: tuple[str, ...],
    quorum: int | None,
    tsa_ca: tuple[Path, ...],
    anchor: tuple[Path, ...],
    as_json: bool,
    **demanded: Any,
) -> int:
    """Verify the statement at PATH, then sign what was found.

    Checks all that `affidavit verify` does with the same options, and signs a
    verification summary (SLSA VSA v1) on the statement's digest: whether it holds, how
    much was checked, what was not, by whom and when. A statement that does not hold is
    countersigned as FAILED; what cannot be decided is not signed.
    """
    verifier = identity or _uri(name)
    place = out or _place(path)
    trusted = trust.trusted(trusted_key, _settings)
    demands = demanding.of(trusted.keys, read=verify_statement.read, **demanded)
    pinned = pins.demanded(witness, quorum, tsa_ca, anchor)
    report, held = verify_statement.checked(
        path, trusted, trail=trail, pinned=pinned, anchor=anchor, demands=demands
    )
    file = path / FILE_NAME if path.is_dir() else path
    made = summary.summarised(
        report,
        handing.read(file, MAX_ENVELOPE_BYTES),
        verifier=verifier,
        now=datetime.now(UTC),
        level=_level(report, path, trail),
        checked=held,
    )
    signer = signers.signer(signing_key, new_key=new_key)
    place = place or path / summary.DIRECTORY / _named(signer.verifier.key_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    handing.hand_out(place, summary.countersign(made, signer).encode())
    _say(place, report, VerifierKey(name, signer.verifier), as_json=as_json)
    return report.exit_code


def _place(path: Path) -> Path | None:
    if not path.is_dir():
        raise click.UsageError("PATH is no folder: say where to write with --out.")
    return None


def _named(key_id: str) -> str:
    return f"{key_id[:16]}{summary.SUFFIX}"


def _uri(name: str) -> str:
    if _MAIL.fullmatch(name):
        return f"mailto:{name}"
    if _HOST.fullmatch(name):
        return f"https://{name}"
    raise click.UsageError(
        f"Who verifies? {name!r} is neither a host nor an address: give --name such as "
        "audit.example, or --id with a URI."
    )


def _level(report: StatementReport, path: Path, trail: Path | None) -> Level:
    if report.trail is None:
        return Level.CONSISTENT
    given = trail is None and entries.beside(path) is not None
    return Level.RECOUNTED if given else Level.WITH_BODIES


def _settings() -> Settings:
    return read_settings(environ=os.environ, directory=Path.cwd())


def _say(
    place: Path, report: StatementReport, key: VerifierKey, *, as_json: bool
) -> None:
    verdict = report.verdict
    if as_json:
        machine.emit(
            {
                "claim": report.claim.value,
                "path": machine.text(place),
                "problems": [findings.problem_as_json(it) for it in report.problems],
                "statement": report.told.digest,
                "verdict": verdict.value,
                "vkey": str(key),
            }
        )
        return
    output.say(f"{verdict.value}, countersigned", colour=findings.COLOURS[verdict])
    output.say_pairs(
        [
            ("claims", report.claim.value),
            ("statement", report.told.digest),
            ("in", str(place)),
            ("by", str(key)),
        ]
    )
    findings.say_list_of_problems(report.problems)
    findings.say_list("Not checked:", report.unchecked)
