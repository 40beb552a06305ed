"""What a verifier demands of a statement besides that it holds, and what lies by it.

Knows officers, an earlier statement, the verifier's own copy of a contract, auditors,
and the files of the folder. A demand that is contradicted is a problem, one that is not
there is lacking. Every key here is the verifier's: none comes from the folder.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from affidavit import regular
from affidavit.attest import (
    coverage_responses,
    handover,
    officers,
    policies,
    since,
    summary,
)
from affidavit.attest.officers import Officers
from affidavit.attest.recount import StatementReport, problem
from affidavit.attest.told import Told
from affidavit.canonical import Json
from affidavit.dsse import MAX_ENVELOPE_BYTES, Envelope
from affidavit.errors import (
    BrokenTrail,
    ContractInvalid,
    Incomplete,
    Invalid,
    Malformed,
    SignatureInvalid,
)
from affidavit.tlog.note import VerifierKey
from affidavit.tlog.submission import MAX_SUBMISSION_BYTES
from affidavit.trail.reader import TrailReader

MAX_CONTRACT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What must be so."""

    officers: Officers | None = None
    earlier: Told | None = None
    """A statement that the verifier kept: this one must go on from it."""
    contract: bytes | None = None
    """The verifier's own copy of the contract's file."""
    auditors: tuple[VerifierKey, ...] = ()
    """Each of them must have countersigned."""


@dataclass(slots=True)
class Found:
    """What was found so far."""

    problems: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    """What holds, as sentences."""


def answered(
    report: StatementReport,
    envelope: Envelope,
    demands: Demands,
    *,
    folder: Path | None,
    trail: TrailReader | None,
) -> tuple[StatementReport, Sequence[str]]:
    """The report with what was demanded besides, and sentences on what held of that.

    `folder` is where the statement stands; `trail` what its figures were recounted
    from. Raises as reading the trail's tiles does.
    """
    found = Found()
    _officers(envelope, demands, found)
    _since(report, demands, folder, trail, found)
    _contract(report.told, demands, folder, found)
    _auditors(report.told, demands, folder, found)
    coverage_responses.check(report.told, folder, found)
    if folder is not None:
        _files(report.told, envelope, folder, found)
    more = replace(
        report,
        problems=(*report.problems, *map(problem, found.problems)),
        lacking=(*report.lacking, *found.lacking),
        unchecked=(*report.unchecked, *found.unchecked),
    )
    return more, tuple(found.checked)


def _officers(envelope: Envelope, demands: Demands, found: Found) -> None:
    wanted = demands.officers
    if wanted is None:
        further = len(envelope.signatures) - 1
        if further:
            found.unchecked.append(
                "Whose signatures there are beside the trail's was not looked at "
                f"({further}): no --officer was given."
            )
        return
    try:
        signed = officers.verify(envelope, wanted)
    except SignatureInvalid as error:
        found.problems.append(f"not enough officers signed: {error}")
        return
    found.checked.append(
        f"{len(signed.names)} officers signed, {signed.threshold} had to: "
        + ", ".join(signed.names)
    )


def _since(
    report: StatementReport,
    demands: Demands,
    folder: Path | None,
    trail: TrailReader | None,
    found: Found,
) -> None:
    told = report.told
    named = since.named(told.predicate)
    try:
        if demands.earlier is not None:
            named = since.must_be(named, demands.earlier)
        if named is None:
            return
        held = _held(named, report, folder, trail)
    except Incomplete as error:
        found.lacking.append(str(error))
        return
    except Invalid as error:
        found.problems.append(f"since the last attestation: {error}")
        return
    words = f"the attestation until {named.to}, of {named.size} records"
    if held:
        kept = ", which you kept" if demands.earlier is not None else ""
        found.checked.append(f"the trail only grew since {words}{kept}")
    elif demands.earlier is not None:
        found.lacking.append(
            f"nothing proves that the trail goes on from {words}: {since.FILE_NAME} is "
            "not there, and no trail was given"
        )
    else:
        found.unchecked.append(
            f"Whether the trail goes on from {words}, was not checked: "
            f"{since.FILE_NAME} is not there."
        )


def _held(
    named: since.Since,
    report: StatementReport,
    folder: Path | None,
    trail: TrailReader | None,
) -> bool:
    """Whether there is a proof, and it holds: the file's, else the trail's own."""
    told = report.told
    data = _read(folder, since.FILE_NAME, MAX_SUBMISSION_BYTES)
    if data is not None:
        since.check(named, told, data)
        return True
    if trail is None or report.problems:
        return False
    since.proof(trail, named, told.head, told.checkpoint)
    return True


def _contract(told: Told, demands: Demands, folder: Path | None, found: Found) -> None:
    own, beside = demands.contract, _read(folder, handover.CONTRACT, MAX_CONTRACT_BYTES)
    section = told.predicate.get("contract")
    if section is None:
        if own is not None:
            found.problems.append("the statement says nothing about a contract")
        return
    for data, whose in ((own, "your copy of"), (beside, f"{handover.CONTRACT},")):
        if data is not None:
            found.problems += _differs(section, data, whose)
    if own is not None and not found.problems:
        found.checked.append("it is about the contract that you hold a copy of")
    if own is None and beside is None:
        found.unchecked.append(
            "The contract's own file was not there to be held against its terms."
        )


def _differs(section: Json, data: bytes, whose: str) -> Iterator[str]:
    from affidavit.attest.contract import parsed

    digest = section["digest"]["sha256"]  # type: ignore[index,call-overload]  # its shape was verified
    if sha256(data).hexdigest() != digest:
        yield f"{whose} the contract is not the file that the statement is about"
        return
    try:
        terms = parsed(data, handover.CONTRACT).content.terms
    except ContractInvalid as error:
        yield f"{whose} the contract cannot be read: {error}"
        return
    if terms != section["terms"]:  # type: ignore[index,call-overload]  # its shape was verified
        yield f"{whose} the contract has other terms than the statement"


def pinned_officers(contract: bytes) -> Officers | None:
    """Who must sign by the verifier's own copy of the contract; None where it names no
    keys. Raises `ContractInvalid`.
    """
    from affidavit.attest.contract import officers as named
    from affidavit.attest.contract import parsed

    keys, threshold = named(parsed(contract, handover.CONTRACT).content)
    return Officers.of(keys, threshold) if keys else None


def _auditors(told: Told, demands: Demands, folder: Path | None, found: Found) -> None:
    for key in demands.auditors:
        try:
            words = _countersigned(told, key, folder)
        except Invalid as error:
            found.problems.append(f"{key.name}: {error}")
            continue
        if words is None:
            found.lacking.append(f"{key.name} has not countersigned the statement")
        else:
            found.checked.append(words)


def _countersigned(told: Told, key: VerifierKey, folder: Path | None) -> str | None:
    """What the auditor says; None where no file is signed by that key."""
    for data in _countersignatures(folder):
        try:
            said = summary.read(data, [key.verifier])
        except SignatureInvalid:
            continue
        if said.statement != told.digest:
            raise Malformed("the countersignature is on another statement")
        if not said.passed:
            raise BrokenTrail(f"verified the statement at {said.at}, and it FAILED")
        return f"{key.name} verified it at {said.at}: {', '.join(said.levels)}"
    return None


def _countersignatures(folder: Path | None) -> Iterator[bytes]:
    if folder is None:
        return
    for path in sorted((folder / summary.DIRECTORY).glob(f"*{summary.SUFFIX}")):
        data = _read(path.parent, path.name, MAX_ENVELOPE_BYTES)
        if data is not None and summary.is_summary(data):
            yield data


def _files(told: Told, envelope: Envelope, folder: Path, found: Found) -> None:
    try:
        lacking = policies.missing(folder, told.predicate)
    except BrokenTrail as error:
        found.problems.append(str(error))
    else:
        if lacking:
            found.unchecked.append(
                f"Files of policies that are not in the folder: {_listed(lacking)}."
            )
    if not found.problems and (changed := handover.altered(folder, envelope)):
        found.unchecked.append(
            f"{_listed(changed)}: not what this version makes of the statement. Either "
            "was it changed, or another version made it; only the statement is signed."
        )


def report_is_broken(found: Found) -> bool:
    """Whether something was found that makes further looking pointless."""
    return bool(found.problems)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _read(folder: Path | None, name: str, most: int) -> bytes | None:
    if folder is None:
        return None
    try:
        with regular.opened(folder / name) as file:
            return file.read(most + 1)
    except OSError:
        return None
