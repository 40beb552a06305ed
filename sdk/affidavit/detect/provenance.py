"""Where the files come from that a deferred call works on.

Knows what a `Call` says of the files that it refers to: which decision of this trail
let each of them leave, if any did. Looks nothing up and reads no file.
"""

from collections.abc import Iterator

from affidavit.calls import Call, Finding, Reference
from affidavit.findings import Kind

DETECTOR = "provenance/1"
UNKNOWN = "unknown_file"
OBSERVED = "observed_file"
"""A file that left only because the policy of then did not enforce."""
UNREAD = "unread_file"
"""A file whose lines no policy saw: it was uploaded as something that is not worked on
line by line."""
OTHER_PURPOSE = "file_of_another_purpose"
_OBSERVED_EFFECT = "observed"
_MOST = 8


def provenance(call: Call) -> tuple[Finding, ...]:
    """One finding for each way in which a file is not what it should be.

    The score is 1: this is looked up and not guessed. `rules` names the files.
    """
    if not call.refers:
        return ()
    odd: dict[tuple[Kind, str], list[str]] = {}
    for reference in call.refers:
        for what in _oddities(call, reference):
            odd.setdefault(what, []).append(reference.id)
    return tuple(
        Finding(
            kind=kind.value,
            score=1.0,
            activity=activity,
            rules=tuple(names[:_MOST]),
            detector=DETECTOR,
        )
        for (kind, activity), names in odd.items()
    )


def _oddities(call: Call, reference: Reference) -> Iterator[tuple[Kind, str]]:
    known = reference.known
    if known is None:
        yield Kind.UNGOVERNED_FILE, UNKNOWN
        return
    if known.effect == _OBSERVED_EFFECT:
        yield Kind.UNGOVERNED_FILE, OBSERVED
    if not known.read and call.file is None:
        yield Kind.UNGOVERNED_FILE, UNREAD
    if known.purpose != call.purpose:
        yield Kind.PURPOSE_MISMATCH, OTHER_PURPOSE
