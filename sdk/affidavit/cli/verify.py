"""`affidavit verify`: what somebody else handed over, told apart and checked.

Knows what each artefact begins with, and which options go with it. What is said about
one is its own module's: `verify_statement`, `verify_proof`, and so on.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, assert_never

import click

from affidavit.attest.demands import Demands
from affidavit.cli import (
    arguments,
    demanding,
    findings,
    handing,
    machine,
    pins,
    progress,
    trusting,
    verify_consistency,
    verify_disclosure,
    verify_dossier,
    verify_proof,
    verify_receipt,
    verify_response,
    verify_scan,
    verify_statement,
    verify_summary,
    verifying,
)
from affidavit.cli.artefacts import What, told_apart
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import Trusted
from affidavit.trail.reader import TrailReader
from affidavit.verify import verify_trail
from affidavit.verify.anchors import Pins
from affidavit.wiring.settings import Settings, read_settings

if TYPE_CHECKING:  # pydantic and a YAML parser are for those who have such a file
    from affidavit.attest.trust_file import Trust

_ANCHORED = frozenset({What.TRAIL, What.STATEMENT, What.DISCLOSURE, What.DOSSIER})
_GO_WITH: Mapping[str, frozenset[What]] = {
    "--trail": frozenset({What.STATEMENT}),
    "--checkpoint": frozenset({What.DISCLOSURE, What.DOSSIER}),
    "--record": frozenset({What.RECEIPT}),
    "--data": frozenset({What.SCAN}),
    "--older": frozenset({What.TRAIL, What.CONSISTENCY}),
    "--witness": _ANCHORED | {What.PROOF},
    "--tsa-ca": _ANCHORED,
    "--anchor": _ANCHORED,
    "--statement": frozenset({What.SUMMARY, What.RESPONSE}),
    "--challenge": frozenset({What.RESPONSE}),
    **dict.fromkeys(demanding.NAMES, frozenset({What.STATEMENT})),
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
        Use(
            "affidavit verify october --key acme.vkey --threshold 2 --officer ana.vkey "
            "--officer bo.vkey --officer cy.vkey --since september",
            "the same, signed by two of three officers, and going on from another",
        ),
        Use("affidavit verify call.tlog-proof --key acme.vkey", "one record"),
        Use(
            "affidavit verify call.cose --record call.entry --key acme.vkey",
            "one record, by its COSE receipt",
        ),
        Use("affidavit verify answer --key acme.vkey", "records that were disclosed"),
        Use("affidavit verify dossier.zip --key acme.vkey", "an incident's dossier"),
        Use(
            "affidavit verify scan.dsse.json --key acme.vkey --data train/",
            "what a scan of data found, and of which files",
        ),
        Use(
            "affidavit verify auditor.dsse.json --key auditor.vkey --statement october",
            "what an auditor found of a statement",
        ),
        Use(
            "affidavit verify response.json --challenge challenge.json "
            "--statement october --trust trust.yaml",
            "the answer to your own draw of records",
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
@click.option(
    "--statement",
    type=arguments.PATH,
    metavar="PATH",
    help="The statement that a countersignature must be on, or a response be about.",
)
@click.option(
    "--challenge",
    type=arguments.PATH,
    metavar="FILE",
    help="Your challenge, that a response must answer.",
)
@trusting.option
@demanding.options
@pins.options
@arguments.as_json
def command(
    *,
    path: Path,
    trusted_key: tuple[str, ...],
    trust_file: Path | None,
    trail: Path | None,
    checkpoint: Path | None,
    older: Path | None,
    record: Path | None,
    data: Path | None,
    statement: Path | None,
    challenge: Path | None,
    witness: tuple[str, ...],
    quorum: int | None,
    tsa_ca: tuple[Path, ...],
    anchor: tuple[Path, ...],
    as_json: bool,
    **demanded: Any,
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
            "--statement": statement,
            "--challenge": challenge,
            **{f"--{name}": value for name, value in demanded.items()},
        },
    )
    believed = trusting.read(trust_file)
    own = trusting.options_of(believed)
    trusted = trusting.trusted(believed, trust_file, trusted_key, _settings)
    pinned = trusting.pinned(
        own if what in _GO_WITH["--witness"] else {}, (witness, quorum, tsa_ca), anchor
    )
    trusting.say_unheard(believed, what.value, _heard(what))
    match what:
        case What.DISCLOSURE:
            return verify_disclosure.said(
                path, trusted, checkpoint, pinned, anchor, as_json=as_json
            )
        case What.DOSSIER:
            return verify_dossier.said(
                path, trusted, checkpoint, pinned, anchor, as_json=as_json
            )
        case What.TRAIL:
            given = (older or own.get("older"), pinned, anchor)
            return _trail(path, trusted, given, believed, as_json=as_json)
        case What.STATEMENT:
            demanded = {name: it or own.get(name, it) for name, it in demanded.items()}
            wanted = demanding.of(trusted.keys, read=verify_statement.read, **demanded)
            evidence = (trail, pinned, anchor)
            return _statement(
                path, trusted, evidence, (wanted, believed), as_json=as_json
            )
        case What.RECEIPT | What.CONSISTENCY | What.PROOF:
            about = record or older
            held = (path, content, trusted)
            return _proof(what, held, about, pinned, as_json=as_json)
        case What.SCAN | What.SUMMARY:
            return _envelope(what, path, trusted, data or statement, as_json=as_json)
        case What.RESPONSE:
            return verify_response.said(
                path, trusted, challenge, statement, as_json=as_json
            )
        case _:
            assert_never(what)


def _heard(what: What) -> tuple[str, ...]:
    """Fields of a trust file that such an artefact is held against."""
    if what in (What.TRAIL, What.STATEMENT):
        return trusting.OF_TRAILS
    witnessed = ("witnesses", "quorum") if what in _GO_WITH["--witness"] else ()
    return (*witnessed, *(("authorities",) if what in _ANCHORED else ()))


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


def _proof(
    what: What,
    given: tuple[Path, bytes, Trusted],
    about: Path | None,
    pinned: Pins | None,
    *,
    as_json: bool,
) -> int:
    path, content, trusted = given
    if what is What.PROOF:
        return verify_proof.said(path, content, trusted, pinned, as_json=as_json)
    if what is What.RECEIPT:
        return verify_receipt.said(path, content, trusted, about, as_json=as_json)
    return verify_consistency.said(path, content, trusted, about, as_json=as_json)


def _envelope(
    what: What, path: Path, trusted: Trusted, about: Path | None, *, as_json: bool
) -> int:
    said = verify_scan.said if what is What.SCAN else verify_summary.said
    return said(path, trusted, about, as_json=as_json)


def _statement(
    path: Path,
    trusted: Trusted,
    given: tuple[Path | None, Pins | None, tuple[Path, ...]],
    wanted: tuple[Demands, "Trust | None"],
    *,
    as_json: bool,
) -> int:
    trail, pinned, anchor = given
    if pinned is not None and trail is None and not path.is_dir():
        raise click.UsageError(
            "What anchors cover shows on a trail's records: give --trail too, or the "
            "folder that the statement was handed over in."
        )
    demands, believed = wanted
    return verify_statement.said(
        path,
        trusted,
        trail,
        pinned,
        anchor,
        as_json=as_json,
        demands=demands,
        believed=believed,
    )


def _trail(
    path: Path,
    trusted: Trusted,
    given: tuple[Path | None, Pins | None, tuple[Path, ...]],
    believed: "Trust | None",
    *,
    as_json: bool,
) -> int:
    older, pinned, anchor = given
    least, age = trusting.bounds(believed)
    with progress.shown("verifying") as tell:
        report = verify_trail(
            TrailReader(path),
            key=trusted.keys,
            now=datetime.now(UTC),
            min_size=least,
            max_age=age,
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
