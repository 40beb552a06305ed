"""From a trail to evidence: what was checked, what does not hold, what nobody can know.

    report     what a verification says, and the exit code it stands for
    form       entries as bytes: one expression, for one or for a bundle at once
    tree       entries → leaf hashes → tiles → the signed root
    stretch    bundles in which nothing is wrong, summed up by a quick look
    look       that quick look at ranges of bundles, here or in worker processes
    ledger     what each record must be, by itself and among the others
    lifecycle  one decision, at most one outcome, no id twice
    ids        which ids stand twice, in constant memory
    bundles    the records of the tree, to all of these in order
    frames     records that are not in the tree yet
    beyond     all records that no checkpoint covers
    keys       which key was in force when
    pruning    bodies that are gone, and the records that say so
    age        how young the newest record is
    memory     what a verifier keeps, so as not to read it again
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
