"""How sealed logs of systemd-journald failed, done to a trail.

Three findings of 2023 on forward-secure sealing (CVE-2023-31437, -31438, -31439), and
what users reported of `journalctl --verify` before and since. Told in our own words;
the numbers are there to look them up.
"""

from support.attacks.ground import WIDTH, Ground, fresh_id
from support.attacks.history import CUT, FORGER, KEPT, REWRITTEN
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited, Who, marked


def hidden_from_views(ground: Ground) -> Mark:
    """CVE-2023-31437. A journal finds entries through indexes; entries that an index
    does not lead to were still sealed and no longer shown. What leads to our records by
    purpose is the label in the entry: take it away, and the purpose has a call fewer.
    """
    at = ground.find(lambda _, each: "labels" in each.fields, "labelled decision")
    hidden = ground.records[at].changed(labels=None)
    bundle, place = divmod(at, WIDTH)
    entries = ground.bundle(bundle)
    entries[place] = hidden.entry
    ground.put_entries(bundle, entries)
    return marked("entry", at, hidden.id)


def truncated_and_resumed(ground: Ground) -> Mark:
    """CVE-2023-31438. The end is cut off and sealing goes on from there; with as many
    new records as before neither size nor age tells.
    """
    if ground.size <= 4:
        raise Unsuited("has four records or fewer")
    kept, cut = ground.records[:-3], ground.records[-3:]
    writer = kept[-1].fields["writer"]
    own = [each.fields["seq"] for each in kept if each.fields["writer"] == writer]
    more = [
        ground.appended(
            "heartbeat",
            writer,
            at=max(each.fields["at"] for each in ground.records),
            id=fresh_id(kept[-1].id, number),
            seq=max(own) + number,
        )
        for number in range(1, len(cut) + 1)
    ]
    ground.seal([*kept, *more])
    return Mark()


def resealed_with_present_key(ground: Ground) -> Mark:
    """CVE-2023-31439. Old entries are changed and sealed again with the key of today,
    which verification took for any epoch. Whoever has our key can do as much, and
    nothing in the trail tells: it takes what was seen of it before.
    """
    records = list(ground.records)
    if records[0].salted is None:
        raise Unsuited("has no first body left")
    records[0] = records[0].saying(resealed="today")
    ground.seal(records)
    return Mark()


def unsealed_file(ground: Ground) -> Mark:
    """systemd issue 15425. A file that was never sealed passed verification with a key:
    nothing in it failed. A checkpoint without a signature line must not.
    """
    path = ground.path / "checkpoint"
    path.write_bytes(path.read_bytes().split(b"\n\n")[0] + b"\n\n")
    return Mark()


def wrong_key(ground: Ground) -> Mark:
    """systemd issue 11524. Verification with another key than the sealing one passed
    now and then. Here the trail is resealed with another key, as often as it likes.
    """
    ground.seal(ground.records, signer=FORGER)
    return marked("checkpoint", only=True)


def nothing_while_idle(ground: Ground) -> Mark:
    """systemd pull request 28886. Hours without an entry were not sealed, so that
    hours with entries could be made to look like them. A process that lives writes
    heartbeats: a trail without any is old, and its age tells.
    """
    at = ground.find(
        lambda index, each: (
            index > 0 and each.fields["at"] < ground.records[-1].fields["at"]
        ),
        "older record",
    )
    ground.seal(ground.records[: at + 1])
    return Mark()


ATTACKS = (
    Attack(
        name="journald-hidden-from-views",
        does="makes a record unfindable under its purpose",
        who=Who.FILES,
        perform=hidden_from_views,
        said=Said.NAMED,
        history="CVE-2023-31437",
    ),
    Attack(
        name="journald-truncated-and-resumed",
        does="cuts the end off and goes on writing until size and age are as before",
        who=Who.KEY,
        perform=truncated_and_resumed,
        said=Said.OUT_OF_REACH,
        admits=CUT,
        found_by=KEPT,
        history="CVE-2023-31438",
    ),
    Attack(
        name="journald-resealed",
        does="changes an old record and seals it with the key of today",
        who=Who.KEY,
        perform=resealed_with_present_key,
        said=Said.OUT_OF_REACH,
        admits=REWRITTEN,
        found_by=KEPT,
        history="CVE-2023-31439",
    ),
    Attack(
        name="journald-unsealed-file",
        does="shows a trail whose checkpoint nobody signed",
        who=Who.FILES,
        perform=unsealed_file,
        said=Said.UNDECIDED,
        history="systemd issue 15425",
    ),
    Attack(
        name="journald-wrong-key",
        does="shows a trail sealed with another key than the pinned one",
        who=Who.FILES,
        perform=wrong_key,
        said=Said.FOUND,
        history="systemd issue 11524",
    ),
    Attack(
        name="journald-silence",
        does="cuts off what looks like hours in which nothing happened",
        who=Who.KEY,
        perform=nothing_while_idle,
        said=Said.OUT_OF_REACH,
        admits="goes on to the present was not checked",
        found_by=frozenset({Held.OLDER, Held.WITNESS, Held.STAMP, Held.SIZE, Held.AGE}),
        history="systemd pull request 28886",
    ),
)
