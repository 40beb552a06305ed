"""A checkpoint to a witness, and its cosignature back (c2sp.org/tlog-witness).

Knows the statuses and what each means to whoever runs the log. Sends nothing but
checkpoints and proofs: a witness learns sizes, roots and times.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from affidavit.anchors.plan import WitnessAnchor
from affidavit.anchors.web import Answer, Web, refusal
from affidavit.errors import AnchorUnavailable, BrokenTrail, Invalid, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import NoteSignature, open_note, parse_note
from affidavit.tlog.submission import Status, Submission, read_size
from affidavit.tlog.witness import split_cosignature

MAX_SKEW_SECONDS = 600
"""Between the witness's clock and ours: more, and one of the two is wrong."""
TRIES = 3
"""Another log's process may move the witness on between two tries; not for ever."""

Prove: TypeAlias = Callable[[int, int], Sequence[bytes]]
"""`(old, new)` → the consistency proof between two sizes of the log."""


def submit(
    web: Web,
    anchor: WitnessAnchor,
    note: bytes,
    prove: Prove,
    *,
    known: int,
    now: int,
) -> NoteSignature:
    """The witness's cosignature on the head `note`, verified under its pinned key.

    `known` is the size that it is thought to have; its own answer corrects that. `now`
    is in POSIX seconds.
    `BrokenTrail` when the witness has seen another history than this log's tiles tell,
    `AnchorUnavailable` when it does not cosign for another reason.
    """
    head = Checkpoint.parse(parse_note(note).text)

    def since(old: int) -> Submission:
        return Submission(old, tuple(prove(old, head.size)), note)

    old = min(known, head.size)
    answer = _sent(web, anchor, since(old))
    for _ in range(TRIES):
        if answer.status != Status.CONFLICT:
            break
        old = _corrected(anchor, head, answer, old)
        answer = _sent(web, anchor, since(old))
    if answer.status == Status.COSIGNED:
        return _cosignature(anchor, note, answer, now)
    raise _refused(anchor, head, answer)


def _sent(web: Web, anchor: WitnessAnchor, submission: Submission) -> Answer:
    return web.send("POST", f"{anchor.url}/add-checkpoint", submission.encode())


def _cosignature(
    anchor: WitnessAnchor, note: bytes, answer: Answer, now: int
) -> NoteSignature:
    try:
        # The answer is lines to go under the note; those of unknown keys are ignored.
        (line,) = open_note(note + answer.body, [anchor.key]).verified
    except Invalid as error:
        raise AnchorUnavailable(
            f"{anchor.url}: its cosignature does not hold under {anchor.key}: {error}"
        ) from error
    time, _ = split_cosignature(line.signature)
    if abs(time - now) > MAX_SKEW_SECONDS:
        raise AnchorUnavailable(
            f"{anchor.url}: its cosignature is of the POSIX time {time}, now it is "
            f"{now}: set the clock that is wrong"
        )
    return line


def _corrected(
    anchor: WitnessAnchor, head: Checkpoint, answer: Answer, old: int
) -> int:
    """The size that the witness says it has."""
    try:
        size = read_size(answer.body)
    except Malformed as error:
        raise AnchorUnavailable(f"{anchor.url}: {error}") from error
    if size > head.size:
        raise BrokenTrail(
            f"{anchor.url}: the witness has cosigned {size} records of {head.origin}, "
            f"and this trail has {head.size}: it was cut off, or it is an older copy. "
            "Restore the newest copy; the witness's own proves which one that is."
        )
    if size == old == head.size:
        # v1.0.0 of the specification: the same size, and another root.
        raise _rewritten(refusal(anchor.url, answer), head)
    return size


def _refused(
    anchor: WitnessAnchor, head: Checkpoint, answer: Answer
) -> AnchorUnavailable | BrokenTrail:
    said = refusal(anchor.url, answer)
    match answer.status:
        case Status.INCONSISTENT:
            return _rewritten(said, head)
        case Status.UNKNOWN:
            help_ = f"Ask its operator to trust the log {head.origin}"
        case Status.UNTRUSTED:
            help_ = f"Ask its operator which key it trusts for {head.origin}"
        case _:
            help_ = "Ask its operator"
    return AnchorUnavailable(
        f"{said}. {help_}; `affidavit trail key` prints the key to give."
    )


def _rewritten(said: str, head: Checkpoint) -> BrokenTrail:
    return BrokenTrail(
        f"{said}: the {head.size} records of {head.origin} do not extend what this "
        "witness has cosigned: history was rewritten here, or another one was shown to "
        "it. Keep the trail and its anchors as they are."
    )
