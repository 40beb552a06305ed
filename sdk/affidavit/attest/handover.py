"""What is handed over: the statement, and what others check it with, in one folder.

    statement.dsse.json             what is claimed, signed
    statement.sigstore.json         the same envelope for tools of that format
    keys.json                       the keys that sign, told for comparison
    use.csv, policies.csv           its figures as tables
    assessment-results.oscal.json   its figures for GRC tools
    certificate.html                the statement for people, in a language
    trail/                          all entries and the tree over them, if handed over
    README.txt                      how to check it

Knows names and order. The statement comes first and decides: files beside it are made
from it, and are made again, the same, as long as it is the same.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from affidavit import canonical
from affidavit.attest import entries, oscal, sigstore, tables
from affidavit.attest.certificate import page
from affidavit.attest.certificate.words import Language
from affidavit.attest.packaging import Package
from affidavit.attest.predicate import keys_of
from affidavit.dsse import Envelope
from affidavit.tlog.note import VerifierKey
from affidavit.trail.reader import TrailReader


def write(
    package: Package,
    envelope: Envelope,
    key: VerifierKey,
    *,
    language: Language = Language.ENGLISH,
    stamps: Sequence[bytes] = (),
    trail: TrailReader | None = None,
    progress: entries.Progress | None = None,
) -> None:
    """Put everything but the statement itself into `package`.

    `trail` is where entries are copied from; None hands none over. Raises as
    `TrailReader` does, and `TrailUnavailable` when the disk refuses.
    """
    predicate = _predicate(envelope)
    digest = sha256(envelope.encode()).hexdigest()
    package.write(sigstore.FILE_NAME, sigstore.bundle(envelope, stamps))
    package.write("keys.json", canonical.dumps({"keys": keys_of(key)}))
    package.write("use.csv", tables.use(predicate))
    package.write("policies.csv", tables.policies(predicate))
    package.write(oscal.FILE_NAME, oscal.assessment(predicate, digest))
    package.write(page.FILE_NAME, page.certificate(envelope, language))
    package.write("README.txt", _readme(predicate, whole=trail is not None).encode())
    if trail is not None:
        tree = predicate["tree"]
        note = tree["checkpoint"].encode()
        entries.copy(trail, note, int(tree["size"]), package, progress)


def _predicate(envelope: Envelope) -> Mapping[str, Any]:
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
        "trail is given\n(--trail)."
    )
    return f"""\
Statement about {origin}
from {period["from"]} to {period["to"]}, the end not included: {predicate["verdict"]}

How to check it. Get the verifier key of {origin} by another way than this folder: on
paper, from a contract, from their web site. Then run, with the open-source program
affidavit:

    affidavit verify THIS-FOLDER --key VERIFIER-KEY

{recount}

Or open certificate.html in a browser: it shows the statement, and checks it by itself,
offline, with the key and this folder dropped in.

Others' tools do it too: the envelope is DSSE v1 (securesystemslib, `openssl pkeyutl
-verify -rawin`), the statement in-toto v1, statement.sigstore.json a Sigstore bundle,
trail/ a log of c2sp.org/tlog-tiles. The tables repeat what the statement says; nothing
but the statement is signed, and this text proves nothing.
"""
