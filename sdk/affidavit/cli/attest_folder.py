"""The folder of `affidavit attest`: what goes into it beside the statement.

Knows which settings decide about it: who stamps a signature, whether entries are handed
over, and that an attested period is noted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit.attest import entries, handover, sample, sigstore, since
from affidavit.attest.certificate.words import Language
from affidavit.attest.handover import Beside
from affidavit.attest.packaging import Package
from affidavit.attest.predicate import Claim
from affidavit.attest.sample import Sample
from affidavit.attest.statement import Asked
from affidavit.attest.tally import Period
from affidavit.attest.told import Told, opened
from affidavit.cli import attest_policies, output, pins, progress, trust
from affidavit.dsse import Envelope
from affidavit.errors import AffidavitError, Invalid, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail import attestations, attested
from affidavit.trail.attestations import Remembered
from affidavit.trail.reader import TrailReader
from affidavit.wiring.keyring import own_keys
from affidavit.wiring.settings import Settings


def whole(predicate: Mapping[str, Any], wanted: str) -> bool:
    """Whether entries are handed over: never of a trail that does not hold."""
    if predicate["integrity"]["problems"]:
        return False
    few = int(predicate["tree"]["size"]) <= entries.MOST
    return wanted == "all" or (wanted == "auto" and few)


def hand_over(
    settings: Settings,
    envelope: Envelope,
    out: Path,
    *,
    language: str,
    asked: Asked,
    controls: bool,
    entire: bool,
) -> None:
    """Write everything but the statement; `entire` hands the entries over too."""
    reader = TrailReader(settings.trail)
    told = handover.predicate_of(envelope)
    beside = Beside(
        stamps=_stamps(settings, envelope),
        contract=None if asked.contract is None else asked.contract.data,
        responses=() if asked.coverage is None else asked.coverage.documents,
        since=_proof(reader, told, asked),
        policies=attest_policies.find(told, settings.policy, asked.envelopes),
        controls=controls,
    )
    with progress.shown("handing over entries") as tell:
        handover.write(
            Package(out),
            envelope,
            language=Language(language),
            beside=beside,
            trail=reader if entire else None,
            progress=tell,
        )


def _proof(reader: TrailReader, told: Mapping[str, Any], asked: Asked) -> bytes | None:
    """That the trail goes on from the last attestation; a statement that it does not
    go on has no proof beside it.
    """
    if asked.since is None:
        return None
    tree = told["tree"]
    note = str(tree["checkpoint"]).encode()
    head = Checkpoint(told["origin"], int(tree["size"]), bytes.fromhex(tree["root"]))
    try:
        return since.proof(reader, asked.since, head, note)
    except Invalid as error:
        output.hint(f"No proof since the last attestation: {error}")
        return None


def draw(settings: Settings, envelope: Envelope, out: Path, *, bodies: bool) -> None:
    """Write the sample that the statement's section asks for, where there is one.

    One that is there stays, unless it was drawn without an anchor: drawing until it
    suits is what anchors are to make hard.
    """
    keys = own_keys(settings, trust.own_identity(settings))
    told = opened(envelope.encode(), keys)
    if told.section("integrity")["problems"] or _drawn(out, told):
        return
    plan = settings.anchors
    _, stamps = sigstore.opened((out / sigstore.FILE_NAME).read_bytes())
    with progress.shown("drawing records"):
        made = sample.make(
            TrailReader(settings.trail),
            told,
            evidence=pins.evidence(settings.trail, ()),
            stamps=stamps,
            witnesses=[] if plan is None else [each.key for each in plan.witnesses],
            bodies=bodies,
        )
    if made is None:
        return
    if made.anchor is None:
        output.hint(
            "The sample follows from the tree head alone, a weaker one: nothing came "
            "after it. Name witnesses or time-stamping authorities in your settings, "
            "run `affidavit trail anchor`, and attest again."
        )
    Package(out).write(sample.FILE_NAME, made.encode())


def _drawn(out: Path, told: Told) -> bool:
    try:
        there = Sample.parse((out / sample.FILE_NAME).read_bytes())
    except (Invalid, OSError):
        return False
    return there.statement == told.digest and there.anchor is not None


def _stamps(settings: Settings, envelope: Envelope) -> list[bytes]:
    """Time stamps over the signature, of the settings' authorities that answer."""
    plan = settings.anchors
    if plan is None or not plan.stamps:
        return []
    from affidavit.anchors.stamp import stamp
    from affidavit.anchors.web import Web

    given: list[bytes] = []
    for each in plan.stamps:
        try:
            signature = envelope.signatures[0].signature
            stamped = stamp(Web(), each, signature, now=datetime.now(UTC))
        except AffidavitError as error:
            output.hint(f"No time stamp by {each.url}: {error}")
        else:
            given.append(stamped.response)
    return given


def mark(path: Path, period: Period, envelope: Envelope) -> None:
    """Note that the period is attested: from now on its bodies may be pruned, and the
    next attestation goes on from this one.

    Not for a statement that says INCOMPLETE, which is to be made again.
    """
    told = handover.predicate_of(envelope)
    if Claim(told["verdict"]) is Claim.INCOMPLETE:
        return
    tree = told["tree"]
    made = Remembered(
        start=period.start,
        end=period.end,
        statement=sha256(envelope.payload).hexdigest(),
        size=int(tree["size"]),
        root=bytes.fromhex(tree["root"]),
        checkpoint=str(tree["checkpoint"]).encode(),
    )
    try:
        attestations.remember(path, made)
        attested.mark(path, period.start, period.end)
    except TrailUnavailable as error:
        output.hint(f"Not noted as attested, so that its bodies are kept: {error}")
