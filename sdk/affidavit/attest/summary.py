"""An auditor's word on a statement: a verification summary, countersigned.

Knows SLSA's Verification Summary v1 (slsa.dev/verification_summary/v1) as this project
fills it: the subject is the statement, by the digest of its payload, and what was
checked stands in an extension field whose name is a URI, as that format wants it. Pure;
the time comes as an argument.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, assert_never

from affidavit import canonical, dsse
from affidavit._version import __version__
from affidavit.attest.predicate import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE
from affidavit.attest.recount import StatementReport
from affidavit.attest.tally import stamp
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Incomplete, Invalid, Malformed
from affidavit.keys import Signer, Verifier
from affidavit.trail.record import parse_moment
from affidavit.verify import Verdict

SUMMARY_TYPE = "https://slsa.dev/verification_summary/v1"
SLSA_VERSION = "1.0"
DETAILS = "https://affidavit.dev/verification/v1"
DIRECTORY = "countersignatures"
SUFFIX = ".dsse.json"
FAILED = "FAILED"


class Level(Enum):
    """How much was checked: our track of what that format calls levels."""

    CONSISTENT = "AFFIDAVIT_CONSISTENT"
    """Signature, tree head, and that the statement agrees with itself."""
    RECOUNTED = "AFFIDAVIT_RECOUNTED"
    """Besides, every figure from the entries."""
    WITH_BODIES = "AFFIDAVIT_RECOUNTED_WITH_BODIES"
    """Besides, what only bodies tell."""

    @property
    def words(self) -> str:
        """For people."""
        match self:
            case Level.CONSISTENT:
                return "signature and consistency"
            case Level.RECOUNTED:
                return "every figure, counted again from the entries"
            case Level.WITH_BODIES:
                return "every figure, counted again from entries and bodies"
            case _:
                assert_never(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a countersignature says. `read` makes one of evidence."""

    statement: str
    """SHA-256 of the statement's payload, hex."""
    verifier: str
    """Who verified, as a URI."""
    at: str
    passed: bool
    levels: tuple[str, ...]
    origin: str
    details: Mapping[str, Any]


def summarised(
    report: StatementReport,
    data: bytes,
    *,
    verifier: str,
    now: datetime,
    level: Level,
    checked: Sequence[str] = (),
) -> dict[str, Json]:
    """The summary as an in-toto statement; `data` is the statement's file.

    `checked` are sentences about what the auditor demanded besides. `Incomplete` when
    the verification did not come to a decision: then there is nothing to sign.
    """
    if report.verdict is Verdict.INCOMPLETE:
        raise Incomplete(
            "there was not enough to decide whether the statement holds, so that there "
            "is nothing to countersign: "
            + "; ".join(report.lacking or report.unchecked)
        )
    passed = report.verdict is Verdict.VALID
    head, told = report.head, report.told
    name = f"{head.origin} {report.period.start} {report.period.end}"
    inputs: Json = {"uri": "statement.dsse.json", "digest": _sha256(data)}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": name, "digest": {"sha256": told.digest}}],
        "predicateType": SUMMARY_TYPE,
        "predicate": {
            "verifier": {"id": verifier, "version": {"affidavit": __version__}},
            "timeVerified": stamp(now),
            "resourceUri": f"https://{head.origin}",
            "policy": {"uri": PREDICATE_TYPE},
            "inputAttestations": [inputs],
            "verificationResult": "PASSED" if passed else FAILED,
            "verifiedLevels": [level.value if passed else FAILED],
            "slsaVersion": SLSA_VERSION,
            DETAILS: _details(report, checked),
        },
    }


def _details(report: StatementReport, checked: Sequence[str]) -> dict[str, Json]:
    contract = report.predicate.get("contract")
    kept = contract["result"] if isinstance(contract, Mapping) else None
    return {
        "claim": report.claim.value,
        "contract": kept,
        "period": {"from": report.period.start, "to": report.period.end},
        "tree": {"size": str(report.head.size), "root": report.head.root.hex()},
        "checked": list(checked),
        "notChecked": list(report.unchecked),
        "problems": [str(each) for each in report.problems],
    }


def _sha256(data: bytes) -> dict[str, Json]:
    return {"sha256": sha256(data).hexdigest()}


def countersign(summary: Mapping[str, Json], signer: Signer) -> Envelope:
    """The summary in an envelope that the auditor's key signs."""
    return dsse.sign(PAYLOAD_TYPE, canonical.dumps(dict(summary)), [signer])


def read(data: bytes, keys: Sequence[Verifier]) -> Summary:
    """What a countersignature's file says, signed by one of `keys`.

    `SignatureInvalid` when none of them did; `Malformed` when it is none of ours.
    """
    signed = dsse.verify(Envelope.parse(data), keys)
    if signed.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"the envelope holds {signed.payload_type}, no statement")
    match canonical.loads(signed.payload):
        case {
            "_type": str(kind),
            "predicateType": str(about),
            "subject": [{"name": str(name), "digest": {"sha256": str(digest)}}],
            "predicate": dict(content),
            **rest,
        } if not rest and (kind, about) == (STATEMENT_TYPE, SUMMARY_TYPE):
            return _summary(name, digest, content)
        case _:
            raise Malformed(f"not an in-toto Statement v1 with {SUMMARY_TYPE}")


def _summary(name: str, digest: str, content: Mapping[str, Json]) -> Summary:
    match content:
        case {
            "verifier": {"id": str(verifier)},
            "timeVerified": str(at),
            "verificationResult": "PASSED" | "FAILED" as result,
            "verifiedLevels": list(levels),
        } if levels and all(isinstance(each, str) for each in levels):
            parse_moment(at)
        case _:
            raise Malformed("the verification summary lacks what every one has")
    details = content.get(DETAILS)
    if (result == FAILED) is not (levels == [FAILED]):
        raise Malformed("the verification summary says both that it passed and failed")
    return Summary(
        statement=digest,
        verifier=verifier,
        at=at,
        passed=result == "PASSED",
        levels=tuple(map(str, levels)),
        origin=name.split(" ", 1)[0],
        details=details if isinstance(details, Mapping) else {},
    )


def digest_of(envelope: Envelope) -> str:
    """What other documents name the statement in an envelope by: SHA-256, hex."""
    return sha256(envelope.payload).hexdigest()


def is_summary(data: bytes) -> bool:
    """Whether a file claims to be a verification summary; nothing is verified."""
    try:
        payload = canonical.loads(Envelope.parse(data).payload)
    except Invalid:
        return False
    return isinstance(payload, Mapping) and payload.get("predicateType") == SUMMARY_TYPE
