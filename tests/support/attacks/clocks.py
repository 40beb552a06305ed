"""Clocks that lie. Order in a trail is by place, not by time, so that a false time
moves nothing; what is left is to tell of it.
"""

from datetime import UTC, datetime, timedelta

from support.attacks.ground import Ground, Kept
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited, Who

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def _moved(ground: Ground, by: timedelta) -> Kept:
    """One more record of the last writer, by a clock that is off."""
    last = ground.records[-1].fields
    at = datetime.strptime(last["at"], _FORM).replace(tzinfo=UTC) + by
    text = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
    return ground.appended("heartbeat", last["writer"], at=text)


def set_back(ground: Ground) -> Mark:
    ground.seal([*ground.records, _moved(ground, -timedelta(hours=1))])
    return Mark(text="clock was set back")


def set_forward(ground: Ground) -> Mark:
    """A record of the future is no proof that the trail goes on to the present."""
    ground.seal([*ground.records, _moved(ground, timedelta(days=3650))])
    return Mark(text="in the future")


def cut_under_a_future(ground: Ground) -> Mark:
    """The end is cut off, and a record of the future makes the trail look young."""
    if ground.size <= 4:
        raise Unsuited("has four records or fewer")
    kept = ground.records[:-3]
    writer = kept[-1].fields["writer"]
    own = [each.fields["seq"] for each in kept if each.fields["writer"] == writer]
    future = _moved(ground, timedelta(days=3650))
    last = future.changed(writer=writer, seq=max(own) + 1)
    ground.seal([*kept, last])
    return Mark(text="in the future")


ATTACKS = (
    Attack(
        name="clock-set-back",
        does="sets the clock back before a record is written",
        who=Who.KEY,
        perform=set_back,
        said=Said.NOTED,
    ),
    Attack(
        name="clock-set-forward",
        does="sets the clock ten years forward before a record is written",
        who=Who.KEY,
        perform=set_forward,
        said=Said.NOTED,
    ),
    Attack(
        name="cut-under-a-future",
        does="cuts the end off and dates the new last record ten years ahead",
        who=Who.KEY,
        perform=cut_under_a_future,
        said=Said.NOTED,
        found_by=frozenset({Held.OLDER, Held.WITNESS, Held.STAMP, Held.SIZE, Held.AGE}),
    ),
)
