"""How digests of CloudTrail's log files failed to tell, done to a trail.

There, hourly digests name the log files of their hour and the digest before. Here,
tiles name the records and the checkpoint names all tiles. Told in our own words.
"""

import shutil
from datetime import UTC, datetime, timedelta

from support.attacks.ground import WIDTH, Ground
from support.attacks.history import CUT, FORGER, REWRITTEN
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited, Who, marked


def log_and_digest_deleted(ground: Ground) -> Mark:
    """A log file and the digest that names it go together: nothing is left that would
    be found to miss something, but for the digest after.
    """
    bundle = (ground.size - 1) // WIDTH // 2
    for level in ("tile/entries", "tile/0", "body"):
        ground.at(level, bundle).unlink()
    return marked("missing", bundle * WIDTH)


def two_digests_in_a_row(ground: Ground) -> Mark:
    """aws-cli issue 7054. The validator looked for the digest before through the one it
    had; with two in a row deleted it went on from the next it found, without a word.
    """
    if ground.size <= 3 * WIDTH:
        raise Unsuited("has no two bundles in a row to lose")
    for bundle in (1, 2):
        for level in ("tile/entries", "tile/0", "body"):
            ground.at(level, bundle).unlink()
    return marked("missing", WIDTH)


def beginning_deleted(ground: Ground) -> Mark:
    """Validation began where its user said, and what lay before was nobody's concern.
    Ours begins at record 0, whatever is asked for.
    """
    for level in ("tile/entries", "body"):
        ground.at(level, 0).unlink()
    return marked("missing", 0)


def recreated(ground: Ground) -> Mark:
    """A trail is deleted and made again under its name: the chain of digests begins
    anew and holds.
    """
    if ground.size == 1:
        raise Unsuited("has nothing behind its first record")
    first = ground.records[0]
    for each in ("tile", "body", "wal"):
        shutil.rmtree(ground.path / each)
    ground.seal([first])
    return Mark()


def recreated_with_new_key(ground: Ground) -> Mark:
    for each in ("tile", "body", "wal"):
        shutil.rmtree(ground.path / each)
    ground.seal(ground.records[:1], signer=FORGER)
    return marked("checkpoint", only=True)


def events_outside_digests(ground: Ground) -> Mark:
    """Logging was stopped, or digests switched off, for a while: what happened then is
    in no digest, and those before and after hold. Here all that one process wrote is
    gone, and the others are as they were.
    """
    writers = {each.fields["writer"] for each in ground.records[1:]}
    first = ground.records[0].fields["writer"]
    gone = sorted(writers - {first})
    if not gone:
        raise Unsuited("has one writer")
    ground.may_shift(0)
    kept = [each for each in ground.records if each.fields["writer"] != gone[0]]
    ids = {each.id for each in kept if each.fields["kind"] == "decision"}
    if any(each.fields["kind"] == "outcome" and each.id not in ids for each in kept):
        raise Unsuited("has calls that two processes share")
    ground.seal(kept)
    return Mark()


def backfilled(ground: Ground) -> Mark:
    """Late files were digested later ("backfill"), as true as any. A record that is
    added afterwards for a time long past stands at the end: order is by place.
    """
    last = ground.records[-1].fields
    newest = datetime.strptime(last["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    at = (newest - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    added = ground.appended("heartbeat", last["writer"], at=at)
    ground.seal([*ground.records, added])
    return Mark(text="clock was set back")


_SHORTER = frozenset({Held.OLDER, Held.WITNESS, Held.STAMP, Held.SIZE})

ATTACKS = (
    Attack(
        name="cloudtrail-log-and-digest",
        does="deletes records, their hashes and their bodies together",
        who=Who.FILES,
        perform=log_and_digest_deleted,
        said=Said.NAMED,
        history="CloudTrail: log files deleted together with their digests",
    ),
    Attack(
        name="cloudtrail-two-digests",
        does="deletes two bundles in a row, hashes and all",
        who=Who.FILES,
        perform=two_digests_in_a_row,
        said=Said.NAMED,
        history="aws-cli issue 7054",
    ),
    Attack(
        name="cloudtrail-beginning",
        does="deletes the beginning",
        who=Who.FILES,
        perform=beginning_deleted,
        said=Said.NAMED,
        history="CloudTrail: validation starts where it is told to",
    ),
    Attack(
        name="cloudtrail-recreated",
        does="deletes the trail and makes it again under its name and key",
        who=Who.KEY,
        perform=recreated,
        said=Said.OUT_OF_REACH,
        admits=CUT,
        found_by=_SHORTER | {Held.AGE},
        history="CloudTrail: a trail made again begins a new chain",
    ),
    Attack(
        name="cloudtrail-recreated-new-key",
        does="deletes the trail and makes it again with another key",
        who=Who.FILES,
        perform=recreated_with_new_key,
        said=Said.FOUND,
        history="CloudTrail: a trail made again begins a new chain",
    ),
    Attack(
        name="cloudtrail-outside-digests",
        does="leaves out all that one process wrote, and signs the rest",
        who=Who.KEY,
        perform=events_outside_digests,
        said=Said.OUT_OF_REACH,
        admits=REWRITTEN,
        found_by=_SHORTER,
        history="CloudTrail: no digests while logging is off",
    ),
    Attack(
        name="cloudtrail-backfill",
        does="adds a record for a time long past",
        who=Who.KEY,
        perform=backfilled,
        said=Said.NOTED,
        history="CloudTrail: backfilled digests",
    ),
)
