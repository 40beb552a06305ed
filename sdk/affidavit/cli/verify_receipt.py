"""What `affidavit verify` says about a COSE receipt for one record (RFC 9942).

Knows the report, not how a receipt proves (`tlog.receipt`).
"""

from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, handing, machine, output
from affidavit.cli.trail_prove import subject_of
from affidavit.cli.trust import Trusted
from affidavit.errors import Incomplete, Invalid, SignatureInvalid
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.receipt import ReceiptOfInclusion, verify_inclusion_receipt
from affidavit.tlog.tiles import MAX_ENTRY
from affidavit.trail.record import Entry, decode
from affidavit.verify import Verdict

UNCHECKED = (
    "Whether there is another tree: hold the root against a checkpoint that you kept.",
    "What the record is about: its entry names kind, time and effect only.",
)


def said(
    path: Path, data: bytes, trusted: Trusted, record: Path | None, *, as_json: bool
) -> int:
    """Check and report; the exit code."""
    if record is None:
        raise Incomplete(
            f"{path}: a receipt for one record, without the record. Give its entry "
            "with --record, as `affidavit trail prove ID --record FILE` writes it."
        )
    entry = handing.read(record, MAX_ENTRY)
    try:
        found, decoded = _checked(data, entry, trusted.keys)
    except Invalid as error:
        if as_json:
            machine.emit(_refused(trusted, str(error)))
        else:
            output.say(f"{path}: invalid", colour=output.BAD)
            findings.say_list("Problems:", [str(error)])
        return error.exit_code
    told = _told(found, decoded, trusted)
    if as_json:
        machine.emit(_framed(trusted) | told | {"verdict": Verdict.VALID.value})
        return 0
    output.say(f"{path}: valid", colour=findings.COLOURS[Verdict.VALID])
    names = ("origin", "index", "size", "root", "kind", "id", "at", "effect", "policy")
    output.say_pairs([(name, str(told[name])) for name in names if told[name]])
    output.say_pairs([("key", f"{trusted.key} ({trusted.source})")])
    findings.say_list("Not checked:", UNCHECKED)
    return 0


def _checked(
    data: bytes, entry: bytes, key: Pinned
) -> tuple[ReceiptOfInclusion, Entry]:
    found = verify_inclusion_receipt(data, entry, key)
    decoded = decode(entry)
    if found.subject != subject_of(decoded):
        raise SignatureInvalid(
            f"the receipt says that it is about {found.subject!r}, the record is "
            f"{subject_of(decoded)!r}"
        )
    return found, decoded


def _told(found: ReceiptOfInclusion, entry: Entry, trusted: Trusted) -> dict[str, Json]:
    return {
        "at": entry.at,
        "effect": entry.effect,
        "id": entry.id,
        "index": found.inclusion.index,
        "kind": entry.kind.value,
        "origin": trusted.key.name,
        "policy": entry.policy,
        "root": found.inclusion.root.hex(),
        "size": found.inclusion.size,
    }


def _framed(trusted: Trusted) -> dict[str, Json]:
    return {
        "artefact": "receipt",
        "key": str(trusted.key),
        "key_source": machine.text(trusted.source),
        "problems": [],
        "unchecked": list(UNCHECKED),
    }


def _refused(trusted: Trusted, message: str) -> dict[str, Json]:
    problem: dict[str, Json] = {"fault": "receipt", "message": machine.text(message)}
    return _framed(trusted) | {
        "problems": [problem],
        "verdict": Verdict.INVALID.value,
    }
