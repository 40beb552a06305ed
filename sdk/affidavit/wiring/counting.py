"""Budgets at work: which store the settings name, and how a call is counted in it.

Knows the order: counted, then recorded, then sent. Where counting fails nothing is
recorded and nothing leaves; where recording fails, what was taken is given back.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from affidavit.calls import Outcome
from affidavit.errors import SettingsInvalid, Uncounted
from affidavit.gate import Gate, Verdict
from affidavit.policy import charges
from affidavit.policy.in_force import Policy
from affidavit.trail import mounts
from affidavit.trail.reader import TrailReader
from affidavit.trail.trail import Trail, boot_id
from affidavit.wiring.settings import Settings

if TYPE_CHECKING:
    from affidavit.counters import Counters, Keeper
    from affidavit.counters.store import Change

Differences = list[tuple[charges.Charge, int]]
CLOSE_SECONDS = 10.0


class UnderWay:
    """The threads that count and record a call at this moment, of this process.

    A task that is cancelled does not wait for its thread; whoever closes the trail
    does, so that the call's outcome is still recorded.
    """

    def __init__(self) -> None:
        self._threads: set[int] = set()

    def __enter__(self) -> None:
        self._threads.add(threading.get_ident())

    def __exit__(self, *_: object) -> None:
        self._threads.discard(threading.get_ident())

    def wait(self, seconds: float = CLOSE_SECONDS) -> None:
        """Return when all of them are done, or after so long."""
        end = time.monotonic() + seconds
        own = {threading.get_ident()}
        while time.monotonic() < end:
            # A forked child has the parent's numbers, and none of its threads.
            living = {thread.ident for thread in threading.enumerate()}
            if not (self._threads & living) - own:
                return
            time.sleep(0.005)


def has_budgets(policy: Policy) -> bool:
    """Whether any purpose has a budget: else no store is opened."""
    return any(purpose.budgets for purpose in policy.purposes.values())


def store_of(settings: Settings) -> "Counters":
    """The store that `settings` name; opens nothing yet.

    Raises `SettingsInvalid`, and `ToolUnavailable` without the extra that it takes.
    """
    place = settings.budgets
    if isinstance(place, str):
        from affidavit.counters.remote import RemoteCounters

        return RemoteCounters(place)
    from affidavit.counters.embedded import EmbeddedCounters

    if mounts.MOUNTS.is_file():
        refuse_network(place, settings, mounts.MOUNTS.read_text())
    return EmbeddedCounters(place, boot=boot_id())


def refuse_network(path: Path, settings: Settings, mountinfo: str) -> None:
    """`SettingsInvalid` for a database where locks cannot be relied on."""
    kind = mounts.file_system(str(path.resolve()), mountinfo)
    if kind is not None and mounts.is_network(kind) and not settings.network_trail:
        raise SettingsInvalid(
            f"budgets: {path} lies on a network file system ({kind}), whose locks "
            "cannot be relied on. Name a file on a local disk, or a Redis server."
        )


def keeper(
    settings: Settings,
    origin: str,
    policy: Callable[[], Policy],
    flush: Callable[[], None],
    *,
    accept_gaps: bool = False,
) -> "Keeper":
    """Whoever counts for the trail of this `origin`, under the policy then in force.

    `flush` makes durable what the trail was told, before it is counted again.
    """
    from affidavit.counters import Keeper
    from affidavit.counters.recount import recount

    def again(now: int) -> "list[Change]":
        flush()
        return recount(
            TrailReader(settings.trail),
            since=_since(policy(), now),
            now=now,
            accept_gaps=accept_gaps,
        )

    return Keeper(store_of(settings), member=origin, recount=again)


class Governs(Protocol):
    """What is needed of a governor whose calls are counted."""

    settings: Settings

    @property
    def policy(self) -> Policy:
        """What is in force."""

    @property
    def trail(self) -> Trail:
        """Where it is recorded."""


def keeper_for(governor: Governs, policy: Policy, origin: str) -> "Keeper | None":
    """Whoever counts for `governor` once `policy` is in force, if that has budgets."""
    if not has_budgets(policy):
        return None
    flush = governor.trail.flush
    return keeper(governor.settings, origin, lambda: governor.policy, flush)


def _since(policy: Policy, now: int) -> int:
    """When the longest window of all budgets began."""
    return min(
        (
            budget.amount.window.around(now).start
            for purpose in policy.purposes.values()
            for budget in purpose.budgets
        ),
        default=now,
    )


def counted(keeper: "Keeper | None", gate: Gate, verdict: Verdict) -> Verdict:
    """Take what the call demands; the verdict as it is to be recorded then.

    Raises `Uncounted`: then nothing was taken, and nothing may leave.
    """
    spending = verdict.spending
    if spending is None:
        return verdict
    if keeper is None:
        raise Uncounted(
            "The policy has budgets since this call was decided. Try again."
        )
    try:
        grant = keeper.take(spending.demand, spending.now, force=spending.force)
    except Uncounted as error:
        raise Uncounted(
            f"The call was not sent: its purpose has a budget, and it could not be "
            f"counted. {error}"
        ) from error
    return gate.counted(verdict, grant.used)


def give_back(keeper: "Keeper | None", verdict: Verdict) -> None:
    """The call could not be recorded, and so takes nothing."""
    if keeper is not None and verdict.spending is not None and not verdict.refused:
        keeper.settle(
            [(each, -each.amount) for each in verdict.spending.demand.charges]
        )


def settle(keeper: "Keeper | None", verdict: Verdict, outcome: Outcome) -> None:
    """The call has ended: what it took, instead of what was reserved. Never waits."""
    if keeper is not None and verdict.spending is not None:
        taken = verdict.spending.demand.charges
        keeper.settle([(each, charges.difference(each, outcome)) for each in taken])


def latest(verdict: Verdict, outcome: Outcome) -> Verdict | None:
    """The verdict as it was recorded; None where it is not counted yet.

    A task that is cancelled does not wait for the thread that counts: its outcome does.
    """
    return verdict if verdict.spending is None else verdict.spending.ended(outcome)
