"""A statement's sample: records that neither side could choose, in one file beside it.

Knows `sample.json` (docs/formats/statement.md, Sample): how it is made when a statement
is handed over, and what a verifier makes of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from affidavit import canonical, regular
from affidavit.attest import sample_anchor
from affidavit.attest.recount import StatementReport, problem
from affidavit.attest.sample_anchor import Anchor, Standing
from affidavit.attest.sample_checks import Looked, look, percent, rate_bound
from affidavit.attest.sample_draw import For, Span, seed_of
from affidavit.attest.sample_shown import Shown, take
from affidavit.attest.told import Told
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Incomplete, Invalid, Malformed
from affidavit.tlog.witness import WitnessKey
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify.anchors import Pins

FILE_NAME = "sample.json"
VERSION = 1
MAX_BYTES = 256 << 20
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The file's content."""

    statement: str
    """SHA-256 of the statement's payload, hex."""
    anchor: Anchor | None
    shown: Shown

    def encode(self) -> bytes:
        """The file."""
        anchor: Json = None if self.anchor is None else self.anchor.as_json()
        return canonical.dumps(
            {
                "v": VERSION,
                "kind": "sample",
                "statement": {"sha256": self.statement},
                "anchor": anchor,
                **self.shown.as_json(),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Sample":
        """Read exactly what `encode` prints, else `Malformed`."""
        if len(data) > MAX_BYTES:
            raise Malformed(f"{FILE_NAME} is larger than any of ours")
        match canonical.loads(data):
            case {
                "v": 1,
                "kind": "sample",
                "statement": {"sha256": str(digest)},
                "anchor": anchor,
                "records": list(records),
                "proof": str(proof),
            }:
                found = cls(
                    statement=digest,
                    anchor=sample_anchor.parse(anchor),
                    shown=Shown.parse(records, proof),
                )
            case _:
                raise Malformed(f"not a {FILE_NAME} of version {VERSION}")
        if found.encode() != data:
            raise Malformed(f"{FILE_NAME} is not in canonical form")
        return found


def span_of(told: Told) -> Span | None:
    """What a statement says is drawn from; None where it has no sample."""
    section = told.predicate.get("sample")
    return None if section is None else Span.parse(section, told.head.size)


def seeded(told: Told, anchor: Anchor | None) -> bytes:
    """The seed of the statement's draw."""
    last = None if anchor is None else anchor.signature
    return seed_of(For.SAMPLE, told.head.root, told.digest, last)


def make(
    reader: TrailReader,
    told: Told,
    *,
    evidence: Iterable[KeptHead] = (),
    stamps: Sequence[bytes] = (),
    witnesses: Sequence[WitnessKey] = (),
    bodies: bool = False,
) -> Sample | None:
    """Draw and prove what the statement's section asks for; None where it has none.

    The anchor is the best that is at hand. Raises as `sample_shown.take` does.
    """
    span = span_of(told)
    if span is None or span.first == span.end:
        return None
    anchor = sample_anchor.pick(evidence, stamps, told.checkpoint, witnesses)
    seed = seeded(told, anchor)
    shown = take(reader, told.head, told.period, seed, span, bodies=bodies)
    return Sample(statement=told.digest, anchor=anchor, shown=shown)


def answered(
    report: StatementReport,
    envelope: Envelope,
    *,
    folder: Path | None,
    pins: Pins | None,
    demanded: bool = False,
) -> tuple[StatementReport, Sequence[str]]:
    """The report with what the sample beside the statement says, and sentences on what
    held.

    A sample that does not hold is a problem. One that is not there is only said, where
    no entries are there either; with `demanded` it is lacking.
    """
    told = report.told
    try:
        span = span_of(told)
        data = None if folder is None else _read(folder / FILE_NAME)
        if span is None or data is None:
            report = _unseen(report, pins, Standing.NONE)
            return _without(report, span, demanded=demanded), ()
        found = Sample.parse(data)
        if found.statement != told.digest:
            raise Malformed("it is of another statement")
        signature = envelope.signatures[0].signature
        worth = sample_anchor.standing(found.anchor, told, pins, signature)
        looked = look(found.shown, told, span, seeded(told, found.anchor))
    except Invalid as error:
        told_of = problem(f"{FILE_NAME}: {error}")
        return replace(report, problems=(*report.problems, told_of)), ()
    report = _unseen(report, pins, worth)
    more = replace(
        report,
        looked=looked,
        problems=(
            *report.problems,
            *(problem(f"{FILE_NAME}: {each}") for each in looked.problems),
        ),
        unchecked=(*report.unchecked, *_unchecked(found, looked, worth)),
    )
    return more, ([] if looked.problems else [sentence(looked, found.anchor)])


def _without(
    report: StatementReport, span: Span | None, *, demanded: bool
) -> StatementReport:
    if demanded:
        return replace(
            report,
            lacking=(*report.lacking, f"no {FILE_NAME} is there, and you demand one"),
        )
    if report.trail is not None or span is None:
        return report
    words = (
        f"No drawn records were looked at: {FILE_NAME} is not there. Ask for the "
        "folder that `affidavit attest` writes, or draw some yourself with "
        "`affidavit challenge`."
    )
    return replace(report, unchecked=(*report.unchecked, words))


def _unseen(
    report: StatementReport, pins: Pins | None, worth: Standing
) -> StatementReport:
    """What is lacking where anchors are demanded, and no trail shows them: the sample's
    own is one, and the only one that is there.
    """
    if pins is None or pins.quorum == 0 or report.trail is not None:
        return report
    demanded = pins.wanted + len(pins.authorities)
    there = int(worth is Standing.HELD)
    if there >= demanded:
        return report
    words = (
        f"{there} of the {demanded} anchors that you demand shows: give the trail, or "
        "a copy of it, with --trail"
    )
    return replace(report, lacking=(*report.lacking, words))


def _read(path: Path) -> bytes | None:
    try:
        with regular.opened(path) as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error


def sentence(looked: Looked, anchor: Anchor | None) -> str:
    """What the draw shows, for people."""
    count, amiss = looked.decisions, len(looked.violations)
    found = (
        f"{count} decisions were drawn by lot from {looked.drawn} records, and each "
        f"stands in the signed tree and agrees with the statement; {amiss} of them are "
        "calls that left although the policy would have stopped them"
    )
    if not count:
        return "no decision of the period was drawn: nothing was looked at"
    if looked.all:
        return f"{found}. That is every decision of the period"
    by = "the tree head alone" if anchor is None else anchor.named
    return (
        f"{found}. At 99 % confidence fewer than {looked.bound} % of all decisions are "
        f"such (binomial); drawn by {by}"
    )


def _named(found: Sample) -> str:
    return "nothing" if found.anchor is None else found.anchor.named


def _unchecked(found: Sample, looked: Looked, worth: Standing) -> list[str]:
    many = percent(
        rate_bound(looked.decisions, len(looked.violations), 0.01 / _MILLION)
        if looked.decisions
        else 1.0
    )
    said = []
    if looked.all:
        pass
    elif worth is Standing.NONE:
        said.append(
            "Who signed the statement could have tried trails until the draw suited: "
            "nothing that came after the tree head decides it. A weaker sample; draw "
            "your own with `affidavit challenge`."
        )
    elif worth is Standing.UNPINNED:
        said.append(
            f"Whether {_named(found)} is genuine, which decides the draw: give the key "
            "of the witness (--witness) or the certificates of the authority "
            "(--tsa-ca), or draw your own with `affidavit challenge`."
        )
    else:
        said.append(
            "Whether other anchors were asked for first, until the draw suited: after "
            f"a million of them the bound would be {many} %. `affidavit challenge` "
            "leaves no choice."
        )
    if not looked.bodies and looked.decisions:
        said.append(
            "What the bodies of the drawn records say: they are not shown. `affidavit "
            "challenge --bodies` asks for them."
        )
    return said
