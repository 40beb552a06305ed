"""What is handed over: the statement, and what others check it with, in one folder.

    statement.dsse.json             what is claimed, signed
    contract.yaml                   what was promised, where that is asked
    contract.csv                    what became of each promise
    usage/                          the provider's bill, where coverage is told
    since.consistency               that the trail only grew since the last one
    policies/                       the policies that were in force, and who signed them
    statement.sigstore.json         the same envelope for tools of that format
    keys.json                       the keys that sign, told for comparison
    use.csv, policies.csv           its figures as tables
    controls.csv                    its figures as answers to controls, where asked
    assessment-results.oscal.json   its figures for GRC tools
    certificate.html                the statement for people, in a language
    trail/                          all entries and the tree over them, if handed over
    README.txt                      how to check it

Knows names and order. The statement comes first and decides: files beside it are made
from it, and are made again, the same, as long as it is the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit import canonical, regular
from affidavit.attest import (
    controls,
    coverage,
    entries,
    oscal,
    policies,
    sigstore,
    since,
    tables,
)
from affidavit.attest.certificate import page
from affidavit.attest.certificate.words import Language
from affidavit.attest.packaging import Package
from affidavit.attest.policies import Found
from affidavit.dsse import Envelope
from affidavit.trail.reader import TrailReader

CONTRACT = "contract.yaml"
MAX_DERIVED_BYTES = 256 << 20
_LANGUAGE = re.compile(rb'<!doctype html><html lang="([a-z]{2})">')


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What goes into the folder and is not made of the statement."""

    stamps: Sequence[bytes] = ()
    """Answers of time-stamping authorities, DER."""
    contract: bytes | None = None
    """The contract's file."""
    responses: Sequence[tuple[str, bytes]] = ()
    """The provider's, by name, where coverage is told."""
    since: bytes | None = None
    """The proof that the trail goes on from the last attestation."""
    policies: Found = field(default_factory=Found)
    controls: bool = False
    """Whether answers to controls are wanted."""


def write(
    package: Package,
    envelope: Envelope,
    *,
    language: Language = Language.ENGLISH,
    beside: Beside = Beside(),
    trail: TrailReader | None = None,
    progress: entries.Progress | None = None,
) -> None:
    """Put everything but the statement itself into `package`.

    `trail` is where entries are copied from; None hands none over. Raises as
    `TrailReader` does, and `TrailUnavailable` when the disk refuses.
    """
    told = predicate_of(envelope)
    package.write(sigstore.FILE_NAME, sigstore.bundle(envelope, beside.stamps))
    for name, data in derived(envelope, language).items():
        package.write(name, data)
    if beside.controls:
        package.write(controls.FILE_NAME, controls.controls(told))
    if beside.contract is not None:
        package.write(CONTRACT, beside.contract)
    for name, data in beside.responses:
        package.write(f"{coverage.DIRECTORY}/{name}", data)
    if beside.since is not None:
        package.write(since.FILE_NAME, beside.since)
    policies.write(package, told, beside.policies)
    package.write("README.txt", _readme(told, whole=trail is not None).encode())
    if trail is not None:
        tree = told["tree"]
        note = tree["checkpoint"].encode()
        entries.copy(trail, note, int(tree["size"]), package, progress)


def derived(envelope: Envelope, language: Language) -> dict[str, bytes]:
    """Files that are made of the statement alone, signatures included, by name."""
    told = predicate_of(envelope)
    digest = sha256(envelope.encode()).hexdigest()
    keys = {"keys": told["keys"], "history": told.get("keyHistory", [])}
    made = {
        "keys.json": canonical.dumps(keys),
        "use.csv": tables.use(told),
        "policies.csv": tables.policies(told),
        oscal.FILE_NAME: oscal.assessment(told, digest),
        page.FILE_NAME: page.certificate(envelope, language),
    }
    if "contract" in told:
        made["contract.csv"] = tables.clauses(told)
    return made


def remake(package: Package, envelope: Envelope, language: Language) -> None:
    """Make the files anew that repeat the envelope, where they are: it was signed once
    more. The Sigstore bundle stays: it has the first signature only.
    """
    for name, data in derived(envelope, language).items():
        if (package.path / name).exists():
            package.write(name, data)


def altered(folder: Path, envelope: Envelope) -> list[str]:
    """Names of files in the folder that are not what is made of the statement: they
    were changed, or another version of this program made them.
    """
    expected = derived(envelope, language_in(folder))
    told = predicate_of(envelope)
    expected[controls.FILE_NAME] = controls.controls(told)
    found = {name: _read(folder / name) for name in expected}
    return [
        name
        for name, data in expected.items()
        if found[name] is not None and found[name] != data
    ]


def language_in(folder: Path) -> Language:
    """The language of the certificate that is there; English where none is."""
    found = _LANGUAGE.match(_read(folder / page.FILE_NAME) or b"")
    try:
        return Language(found[1].decode()) if found else Language.ENGLISH
    except ValueError:
        return Language.ENGLISH


def _read(path: Path) -> bytes | None:
    try:
        with regular.opened(path) as file:
            return file.read(MAX_DERIVED_BYTES)
    except OSError:
        return None


def predicate_of(envelope: Envelope) -> Mapping[str, Any]:
    """What the statement in `envelope` says, unverified."""
    statement: Any = canonical.loads(envelope.payload)
    predicate: Mapping[str, Any] = statement["predicate"]
    return predicate


def _readme(predicate: Mapping[str, Any], *, whole: bool) -> str:
    period, origin = predicate["period"], predicate["origin"]
    recount = (
        "Every figure is counted again from the entries in trail/, which hash to the "
        "signed tree\nhead."
        if whole
        else "The entries are not in here: figures are recounted where a copy of the "
        "trail is given\n(--trail). Records in sample.json, where it is there, were "
        "drawn by lot, and the\ndraw is made again."
    )
    return f"""\
Statement about {origin}
from {period["from"]} to {period["to"]}, the end not included: {predicate["verdict"]}

How to check it. Get the verifier key of {origin} by another way than this folder: on
paper, from a contract, from their web site. Then run, with the open-source program
affidavit:

    affidavit verify THIS-FOLDER --key VERIFIER-KEY

{recount}

An officer's signature is demanded with --officer KEY, the statement before this one
with --since THAT-FOLDER, your own copy of a contract with --contract FILE.

Or open certificate.html in a browser: it shows the statement, and checks it by itself,
offline, with the key and this folder dropped in.

Others' tools do it too: the envelope is DSSE v1 (securesystemslib, `openssl pkeyutl
-verify -rawin`), the statement in-toto v1, statement.sigstore.json a Sigstore bundle,
trail/ a log of c2sp.org/tlog-tiles. The tables repeat what the statement says; nothing
but the statement is signed, and this text proves nothing.
"""
