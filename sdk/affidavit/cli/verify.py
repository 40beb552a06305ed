"""`affidavit verify`: what somebody else handed over, told apart and checked."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.attest.recount import StatementReport, verify_statement
from affidavit.attest.statement import FILE_NAME
from affidavit.canonical import Json
from affidavit.cli import (
    arguments,
    findings,
    machine,
    output,
    progress,
    trust,
    verify_proof,
)
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import Trusted
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import Incomplete, Invalid
from affidavit.tlog.proof import HEADER, MAX_PROOF_BYTES
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict, verify_trail
from affidavit.wiring.settings import Settings, read_settings


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
        Use("affidavit verify ./copy --key acme.vkey", "a trail"),
        Use("affidavit verify call.tlog-proof --key acme.vkey", "one record"),
    ),
    exits=Exits(
        "valid: everything that was checked holds",
        "invalid: changed, signed by another key, or contradicted by the trail",
        "not enough to decide (no key, nothing there, unreadable), or a usage error",
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
@arguments.as_json
def command(
    *, path: Path, trusted_key: str | None, trail: Path | None, as_json: bool
) -> int:
    """Check the statement, trail or proof at PATH, changing nothing.

    PATH is a statement's file, a folder with statement.dsse.json, a trail's folder, or
    a file that `affidavit trail prove` wrote.
    Valid says that the statement is what its writer signed, and holds; what it claims
    of the period is its own verdict, which is printed beside it.
    """
    trusted = trust.trusted(trusted_key, _settings)
    if (proof := _proof(path)) is not None:
        if trail is not None:
            raise click.UsageError("--trail goes with a statement; PATH is a proof.")
        return verify_proof.said(path, proof, trusted, as_json=as_json)
    if (path / "checkpoint").exists():
        if trail is not None:
            raise click.UsageError("--trail goes with a statement; PATH is a trail.")
        return _trail(path, trusted, as_json=as_json)
    return _statement(path, trusted, trail, as_json=as_json)


def _proof(path: Path) -> bytes | None:
    """What the file at `path` holds, if that begins as a tlog-proof does."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PROOF_BYTES + 1)
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error
    return data if data.startswith(HEADER.encode()) else None


def _settings() -> Settings:
    return read_settings(environ=os.environ, directory=Path.cwd())


def _trail(path: Path, trusted: Trusted, *, as_json: bool) -> int:
    with progress.shown("verifying") as tell:
        report = verify_trail(
            TrailReader(path),
            key=trusted.key,
            now=datetime.now(UTC),
            wal_key=trusted.wal_key,
            progress=tell,
        )
    if as_json:
        machine.emit(findings.as_json(report, trusted))
    else:
        findings.say(report, trusted)
    return report.exit_code


def _statement(
    path: Path, trusted: Trusted, trail: Path | None, *, as_json: bool
) -> int:
    data = _read(path)
    try:
        report = verify_statement(
            data,
            key=trusted.key,
            now=datetime.now(UTC),
            trail=None if trail is None else TrailReader(trail),
        )
    except Invalid as error:
        # Nothing in such a file is worth reporting but that it is none.
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    if as_json:
        machine.emit(_as_json(report, trusted))
    else:
        _say(path, report, trusted)
    return report.exit_code


def _read(path: Path) -> bytes:
    file = path / FILE_NAME if path.is_dir() else path
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_ENVELOPE_BYTES + 1)
    except FileNotFoundError as error:
        raise Incomplete(
            f"{path}: neither a statement, nor a folder with {FILE_NAME}, nor a trail "
            "(a folder with `checkpoint`)."
        ) from error
    except OSError as error:
        raise Incomplete(f"{file}: cannot be read ({error.strerror}).") from error


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = dict.fromkeys(("at", "id", "index", "kind"))
    problem |= {"fault": "statement", "message": machine.text(message)}
    return {
        "artefact": "statement",
        "claim": None,
        "exceptions": None,
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "origin": None,
        "period": None,
        "problems": [problem],
        "root": None,
        "size": None,
        "trail": None,
        "unchecked": [],
        "verdict": Verdict.INVALID.value,
    }


def _as_json(report: StatementReport, trusted: Trusted) -> dict[str, Json]:
    trail = report.trail
    return {
        "artefact": "statement",
        "claim": report.claim.value,
        "exceptions": report.predicate["exceptions"],
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "origin": report.head.origin,
        "period": {"from": report.period.start, "to": report.period.end},
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "root": report.head.root.hex(),
        "size": report.head.size,
        "trail": None if trail is None else findings.as_json(trail, trusted),
        "unchecked": list(report.unchecked),
        "verdict": report.verdict.value,
    }


def _say(path: Path, report: StatementReport, trusted: Trusted) -> None:
    verdict = report.verdict
    output.say(f"{path}: {verdict.value}", colour=findings.COLOURS[verdict])
    output.say_pairs(
        [
            ("claims", report.claim.value),
            ("origin", report.head.origin),
            (
                "period",
                f"{report.period.start} to {report.period.end}, end not included",
            ),
            ("tree head", f"{report.head.size} records, root {report.head.root.hex()}"),
            ("key", f"{trusted.key} ({trusted.source})"),
            ("recounted", "no" if report.trail is None else "every figure"),
        ]
    )
    findings.say_list_of_problems(report.problems)
    exceptions = report.predicate["exceptions"]
    if isinstance(exceptions, list):
        findings.say_list("It names these exceptions:", map(str, exceptions))
    findings.say_list("Not checked:", report.unchecked)
