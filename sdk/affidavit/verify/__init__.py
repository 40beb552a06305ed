"""From a trail to evidence: what was checked, what does not hold, what nobody can know.

    report     what a verification says, and the exit code it stands for
    tree       entries → leaf hashes → tiles → the signed root
    ledger     what each record must be, by itself and among the others
    frames     records that are not in the tree yet
    stamps     RFC 3161 tokens, under the caller's certificates
    anchors    cosignatures and tokens, under the caller's pins: what they claim
    history    those claims, held against the records of today
    trail      all of it, over files: `verify_trail`

Knows no policy engine, no provider, and no code of the trail's writer but the formats
themselves: `trail.record`, `trail.wal` and `tlog`. The key that decides is the
caller's, never one found in what is being verified.
"""

from affidavit.verify.report import Fault, Problem, TrailReport, Verdict
from affidavit.verify.trail import verify_trail

__all__ = ["Fault", "Problem", "TrailReport", "Verdict", "verify_trail"]
