"""Bodies that are gone, with and without a record that says so."""

import base64
import hashlib
import json

from support import trails
from support.attacks.ground import WIDTH, Ground, Kept
from support.attacks.tail import WRITER, grow, tail
from support.attacks.terms import Attack, Mark, Said, Unsuited, Who, marked
from support.trails import Fields, b64url

PRUNABLE = {"decision", "outcome"}


def _call(ground: Ground) -> int:
    """A record whose body retention may take."""
    return ground.find(
        lambda _, each: each.fields["kind"] in PRUNABLE and each.salted is not None,
        "call with a body",
    )


def _blanked(ground: Ground, at: int) -> None:
    first = at // WIDTH * WIDTH
    bodies = [each.salted for each in ground.records[first : first + WIDTH]]
    bodies[at - first] = None
    ground.put_bodies(at // WIDTH, bodies)


def _says(ground: Ground, *ranges: tuple[int, int]) -> Fields:
    """The body of a record that says these `(first, count)` were pruned."""
    digest = hashlib.sha256()
    for first, count in ranges:
        for each in ground.records[first : first + count]:
            digest.update(base64.urlsafe_b64decode(each.fields["body"] + "="))
    return {
        "before": ground.records[-1].fields["at"],
        "count": sum(count for _, count in ranges),
        "digest": b64url(digest.digest()),
        "keep": "1year",
        "kinds": ["decision", "outcome"],
        "ranges": [list(each) for each in ranges],
        "reason": "retention",
        "tool": {"name": "affidavit", "version": "0"},
    }


def _record(ground: Ground, body: Fields) -> Kept:
    salted = b"sixteen bytes of" + trails.canonical(body)
    digest = b64url(hashlib.sha256(salted).digest())
    made = ground.appended("pruning", trails.writer_name("pruner"))
    return Kept(made.changed(body=digest).entry, salted)


def blank_body(ground: Ground) -> Mark:
    at = _call(ground)
    _blanked(ground, at)
    return Mark(text=f"from record {at} on")


def blank_foundation(ground: Ground) -> Mark:
    """What says whose trail it is and which policy was in force is never pruned."""
    _blanked(ground, 0)
    return marked("body", 0, ground.records[0].id)


def pruning_unsealed(ground: Ground) -> Mark:
    """The record that would explain it lies in a WAL: nobody signed it yet."""
    at = _call(ground)
    grow(ground.path, ground.secret)
    own = tail(ground)
    told = _record(ground, _says(ground, (at, 1)))
    told = told.changed(writer=trails.writer_name(WRITER), seq=len(own.frames))
    payloads = [each.payload for each in own.frames]
    salted = told.salted or b""
    entry = len(told.entry).to_bytes(2, "big") + told.entry
    own.write(own.chained(ground.wal_key, [*payloads, entry + salted]))
    _blanked(ground, at)
    return Mark(text=f"from record {at} on")


def prune_and_sign(ground: Ground) -> Mark:
    """Retention as an excuse: one body that hurts goes, and the record is true."""
    at = _call(ground)
    records = list(ground.records)
    records[at] = Kept(records[at].entry, None)
    ground.seal([*records, _record(ground, _says(ground, (at, 1)))])
    return Mark()


def relabel_pruned(ground: Ground) -> Mark:
    """Its body is gone, and now it tells another purpose; the record is as it was."""
    named = ground.named_by_pruning()
    at = ground.find(
        lambda index, each: "labels" in each.fields and index not in named,
        "labelled decision that no pruning record names",
    )
    told = _record(ground, _says(ground, (at, 1)))
    labels = {"purpose": "AAAAAAAAAAAAAAAAAAAAAA"}
    records = list(ground.records)
    moved = records[at].saying(purpose="harmless").changed(labels=labels)
    records[at] = Kept(moved.entry, None)
    ground.seal([*records, told])
    return marked("form", ground.size, text="its digest is of other records")


def prune_the_future(ground: Ground) -> Mark:
    """A record that explains what will go missing later."""
    if ground.size < 2:
        raise Unsuited("has one record")
    told = _record(ground, {**_says(ground, (0, 1)), "ranges": [[ground.size, 9]]})
    body = json.loads((told.salted or b"")[16:]) | {"count": 9}
    ground.seal([*ground.records, _record(ground, body)])
    return marked("form", ground.size, told.id, text="come after it")


ATTACKS = (
    Attack(
        name="blank-body",
        does="empties a body, as pruning does, without a record of it",
        who=Who.FILES,
        perform=blank_body,
        said=Said.UNDECIDED,
    ),
    Attack(
        name="blank-foundation",
        does="empties the first record's body",
        who=Who.FILES,
        perform=blank_foundation,
        said=Said.NAMED,
    ),
    Attack(
        name="pruning-unsealed",
        does="empties a body and explains it in a record that is not sealed",
        who=Who.SECRET,
        perform=pruning_unsealed,
        said=Said.UNDECIDED,
    ),
    Attack(
        name="prune-and-sign",
        does="prunes the one body that hurts, with a signed record",
        who=Who.KEY,
        perform=prune_and_sign,
        said=Said.OUT_OF_REACH,
        admits="bodies were pruned, as",
    ),
    Attack(
        name="relabel-pruned",
        does="moves a pruned decision to another purpose and signs anew",
        who=Who.KEY,
        perform=relabel_pruned,
        said=Said.NAMED,
    ),
    Attack(
        name="prune-the-future",
        does="signs a pruning of records that are yet to come",
        who=Who.KEY,
        perform=prune_the_future,
        said=Said.NAMED,
    ),
)
