"""What somebody else handed over, told apart by how it begins.

Knows each artefact's first bytes and names of files. Verifies nothing: what is taken
for an artefact that it is not is refused by that one's own verification.
"""

from enum import Enum
from pathlib import Path

from affidavit.attest.challenge import is_response
from affidavit.attest.summary import is_summary
from affidavit.cli import handing
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import Incomplete
from affidavit.scan.data.statement import is_scan
from affidavit.tlog.cose import FIRST_BYTES
from affidavit.tlog.proof import HEADER, MAX_PROOF_BYTES
from affidavit.tlog.receipt import is_of_consistency
from affidavit.verify.disclosure import is_disclosure
from affidavit.verify.dossier import is_dossier

CONSISTENCY = b"old "
"""The first word of a proof of consistency (c2sp.org/tlog-witness)."""
_ENVELOPE = b'{"payload":'


class What(Enum):
    """What can be verified."""

    STATEMENT = "statement"
    TRAIL = "trail"
    DISCLOSURE = "disclosure"
    DOSSIER = "dossier"
    PROOF = "proof of one record"
    RECEIPT = "receipt"
    CONSISTENCY = "proof of consistency"
    SCAN = "statement about a scan of data"
    SUMMARY = "countersignature"
    RESPONSE = "response to a challenge"


def told_apart(path: Path) -> tuple[What, bytes]:
    """What stands at `path`, and its content where it is a proof of some kind.

    `Incomplete` when it cannot be read; what is not recognised is taken for a
    statement, which says best what it is not.
    """
    if not path.exists():
        raise Incomplete(f"{path}: nothing is there. Name what you were given.")
    if not (path.is_file() or path.is_dir()):
        raise Incomplete(
            f"{path}: a pipe or a device, neither a file nor a folder. Save what comes "
            "from it as a file, and name that."
        )
    if is_disclosure(path):
        return What.DISCLOSURE, b""
    if is_dossier(path):
        return What.DOSSIER, b""
    if (path / "checkpoint").exists():
        return What.TRAIL, b""
    if path.is_dir():
        return What.STATEMENT, b""
    return _file(path, handing.read(path, MAX_PROOF_BYTES))


def _file(path: Path, data: bytes) -> tuple[What, bytes]:
    if data.startswith(HEADER.encode()):
        return What.PROOF, data
    if data.startswith(CONSISTENCY):
        return What.CONSISTENCY, data
    if data.startswith(FIRST_BYTES):
        return What.CONSISTENCY if is_of_consistency(data) else What.RECEIPT, data
    if data.startswith(_ENVELOPE):
        return _envelope(handing.read(path, MAX_ENVELOPE_BYTES)), b""
    return What.STATEMENT, b""


def _envelope(data: bytes) -> What:
    if is_scan(data):
        return What.SCAN
    if is_response(data):
        return What.RESPONSE
    return What.SUMMARY if is_summary(data) else What.STATEMENT
