"""What a call takes of one counter, before it leaves and once it has ended.

Pure. Knows a charge by the counter's name alone: what the budget allows, and for whom,
is `budgets`. A decision's record says charges as `told` prints them, and a store that
was lost is counted again from what `charge` reads.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from affidavit.calls import Ending, How, Outcome
from affidavit.canonical import Json
from affidavit.policy.amounts import MOST, Unit, Window, milliseconds, moment

_MILLION = 10**6


class Rate(NamedTuple):
    """A price without its models, as a record says it."""

    input: int
    output: int
    request: int

    def cost(self, requests: int, input_tokens: int, output_tokens: int) -> int:
        """In billionths of money, rounded up."""
        tokens = input_tokens * self.input + output_tokens * self.output
        return requests * self.request - (-tokens // _MILLION)


class Charge(NamedTuple):
    """What one call takes of one counter: the counter, and how to settle it later."""

    budget: str
    """`Budget.id`."""
    who: str
    unit: Unit
    window: Window
    start: int
    """Of the window, ms since 1970."""
    amount: int
    """Taken before the call leaves."""
    rate: Rate | None = None
    """For money."""
    later: bool = False
    """For the lines of a file: the call's own usage says nothing of them."""

    @property
    def end(self) -> int:
        """When what was taken is free again, ms since 1970."""
        return self.window.around(self.start).end


def of_tokens(unit: Unit, input_tokens: int, output_tokens: int) -> int:
    """As many as a budget of this unit counts."""
    sides = {
        Unit.INPUT_TOKENS: input_tokens,
        Unit.OUTPUT_TOKENS: output_tokens,
        Unit.TOKENS: input_tokens + output_tokens,
    }
    return sides.get(unit, 0)


def difference(charge: Charge, outcome: Outcome) -> int:
    """What to add to a charge's counter now that its call has ended; may be negative.

    What never left takes nothing. What the provider counted replaces what was reserved;
    what it refused took no tokens. Where nobody knows (a timeout, a broken answer),
    what was reserved stays taken.
    """
    if outcome.how is How.UNSENT:
        return -charge.amount
    if charge.later:
        failed = outcome.ending is Ending.ERROR and outcome.how is How.STATUS
        return -charge.amount if failed else 0
    if charge.unit is Unit.REQUESTS:
        return 0
    if outcome.input_tokens is None and outcome.output_tokens is None:
        return -charge.amount if outcome.how is How.STATUS else 0
    used = outcome.input_tokens or 0, outcome.output_tokens or 0
    if charge.rate is None:
        return of_tokens(charge.unit, *used) - charge.amount
    return min(charge.rate.cost(1, *used), MOST) - charge.amount


def told(charges: Sequence[Charge], used: Sequence[int]) -> list[Json]:
    """Charges as a decision's record says them, each with what was used before it."""
    return [_told(charge, before) for charge, before in zip(charges, used, strict=True)]


def _told(charge: Charge, used: int) -> dict[str, Json]:
    said: dict[str, Json] = {
        "budget": charge.budget,
        "unit": charge.unit.value,
        "window": charge.window.value,
        "start": moment(charge.start),
        "amount": charge.amount,
        "used": used,
    }
    if charge.who:
        said["who"] = charge.who
    if charge.rate is not None:
        said["rate"] = list(charge.rate)
    if charge.later:
        said["later"] = True
    return said


def charge(said: Mapping[str, Json]) -> Charge:
    """What `told` printed, read back; `ValueError` for anything else."""
    match said:
        case {
            "budget": str(budget),
            "unit": str(unit),
            "window": str(window),
            "start": str(start),
            "amount": int(amount),
        }:
            return Charge(
                budget=budget,
                who=str(said.get("who", "")),
                unit=Unit(unit),
                window=Window(window),
                start=milliseconds(start),
                amount=amount,
                rate=_rate(said.get("rate")),
                later=said.get("later") is True,
            )
        case _:
            raise ValueError("a charge names budget, unit, window, start and amount")


def _rate(said: Json) -> Rate | None:
    match said:
        case [int(sent), int(answered), int(request)]:
            return Rate(sent, answered, request)
        case _:
            return None
