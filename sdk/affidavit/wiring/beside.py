"""What works beside a governor's trail, as far as the settings ask for it.

Each is imported only where it is asked for: most programs have none of them.
"""

from typing import TYPE_CHECKING

from affidavit.policy.in_force import Policy
from affidavit.trail.identity import Identity
from affidavit.trail.record import Clock, Randomness
from affidavit.trail.trail import Trail
from affidavit.wiring.settings import Settings

if TYPE_CHECKING:
    from affidavit.anchors.keeper import AnchorKeeper
    from affidavit.contents import Keeper
    from affidavit.trail.prune_keeper import RetentionKeeper
    from affidavit.wiring.afterwards import Afterwards
    from affidavit.wiring.behaviour import Watcher
    from affidavit.wiring.opinions import Opinions


def watcher(settings: Settings, identity: Identity, policy: Policy) -> "Watcher | None":
    """Whoever looks at what calls do together: where the settings say so, or say
    nothing and a rule asks for it.
    """
    wanted = settings.watch_behaviour
    if not (policy.looks_at_behaviour if wanted is None else wanted):
        return None
    from affidavit.detect.behaviour.store import directory_of
    from affidavit.wiring.behaviour import Watcher

    return Watcher(directory_of(settings.trail), identity.secrets.behaviour)


def contents(
    settings: Settings, identity: Identity, randomness: Randomness
) -> "Keeper | None":
    """Where contents are kept, if the settings want that."""
    if not settings.keep_content:
        return None
    from affidavit.wiring.contents import keeper

    return keeper(settings, identity, randomness)


def anchors(settings: Settings) -> "AnchorKeeper | None":
    """Whoever shows the trail's heads to others, if the settings name anyone."""
    if settings.anchors is None or not settings.anchors.names:
        return None
    from affidavit.anchors.keeper import AnchorKeeper

    return AnchorKeeper(settings.trail, settings.anchors)


def retention(
    settings: Settings, trail: Trail, clock: Clock, *, tool: str
) -> "RetentionKeeper | None":
    """Whoever removes bodies that are older than the settings keep them, if so."""
    if settings.keep is None:
        return None
    from affidavit.trail.prune_keeper import RetentionKeeper

    return RetentionKeeper(trail, settings.keep, tool=tool, clock=clock)


def opinions(settings: Settings, afterwards: "Afterwards") -> "Opinions | None":
    """Whoever has a sample of the calls looked at by a model, if the settings name
    one.
    """
    if settings.second_opinion is None:
        return None
    from affidavit.wiring.opinions import Opinions

    return Opinions(settings.second_opinion, afterwards)
