"""What a purpose may use up, and what one call takes of it.

Pure: knows budgets, prices and calls as values, and no store and no clock. Who counts
asks `demand` what to take before a call leaves, and `refusals` what to say when it is
not there; what becomes of a charge afterwards is `charges`.
docs/adr/0019 tells why tokens are reserved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple, assert_never

from affidavit import canonical
from affidavit.calls import Call, Work
from affidavit.canonical import Json
from affidavit.errors import Reason
from affidavit.policy import estimates
from affidavit.policy.amounts import MOST, Amount, Unit, moment
from affidavit.policy.charges import Charge, Rate, of_tokens
from affidavit.policy.globs import Globs
from affidavit.policy.nearest import shown

SPENT = "budget.spent"
"""Identifier of the reason that a budget has too little left."""
UNPRICED = "budget.unpriced"
"""Identifier of the reason that nobody said what the model costs."""
UNCOUNTED = "budget.uncounted"
"""Identifier of the reason that nobody can tell what the call takes."""
MOST_CHARGES = 128
"""Counters that one call may draw on: its record has room for so many."""

_NOBODY = "(none)"
_ID_DIGITS = 16
_CAPS = (
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "max_response_output_tokens",
)
_CHOICES = ("n", "best_of")
_RUNS_A_FILE = "batches.create"


class Per(Enum):
    """What a budget is counted apart by."""

    SUBJECT = "subject"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Price:
    """What these models cost, in billionths of money."""

    models: Globs
    input: int
    """For a million tokens."""
    output: int
    request: int = 0

    @property
    def rate(self) -> Rate:
        """Its numbers alone."""
        return Rate(self.input, self.output, self.request)


@dataclass(frozen=True, kw_only=True)
class Budget:
    """At most so much of one unit in each window."""

    purpose: str
    unit: Unit
    amount: Amount
    per: tuple[Per, ...] = ()
    models: Globs | None = None
    """The models that it is for; None for all."""
    endpoints: Globs | None = None
    where: str

    @cached_property
    def id(self) -> str:
        """Names its counters: 16 hex digits over all but the limit and the place.

        So a limit that changes counts on, and so does a budget that moves.
        """
        said: Json = [
            self.purpose,
            self.unit.value,
            self.amount.window.value,
            [each.value for each in self.per],
            list(self.models.patterns) if self.models else None,
            list(self.endpoints.patterns) if self.endpoints else None,
        ]
        return sha256(canonical.dumps(said)).hexdigest()[:_ID_DIGITS]

    def concerns(self, work: Work) -> bool:
        """Whether it counts this."""
        return (self.models is None or self.models.match(work.model)) and (
            self.endpoints is None or self.endpoints.match(work.endpoint)
        )

    def who(self, work: Work) -> str:
        """Whose counter: empty for everybody's. A subject is told by its digest."""
        return ";".join(_apart(each, work) for each in self.per)

    def __str__(self) -> str:
        return self._said(str)

    @property
    def in_full(self) -> str:
        """As a sentence says it, with every pattern: two that differ read so."""
        return self._said(lambda globs: ", ".join(globs.patterns))

    def _said(self, listed: Callable[[Globs], str]) -> str:
        limit = self.unit.shown(self.amount.limit)
        per = "".join(f" and {each.value}" for each in self.per)
        of = f" with {listed(self.models)}" if self.models else ""
        on = f" on {listed(self.endpoints)}" if self.endpoints else ""
        return f"{limit} {self.unit.noun} per {self.amount.window.value}{per}{of}{on}"


def _apart(per: Per, work: Work) -> str:
    match per:
        case Per.SUBJECT:
            return f"subject={subject_digest(work.subject)}"
        case Per.MODEL:
            return f"model={work.model or _NOBODY}"
        case _:
            assert_never(per)


def subject_digest(subject: str | None) -> str:
    """What stands for a subject where others might read: 16 hex digits of SHA-256."""
    if subject is None:
        return _NOBODY
    data = subject.encode("utf-8", "surrogatepass")
    return sha256(data).hexdigest()[:_ID_DIGITS]


class Demand(NamedTuple):
    """What a call would take: `budgets` and `charges` are of one length."""

    budgets: tuple[Budget, ...] = ()
    charges: tuple[Charge, ...] = ()
    problem: Reason | None = None
    """Why nobody can tell what it takes."""


def demand(
    budgets: Sequence[Budget],
    prices: Sequence[Price],
    call: Call,
    now: int,
) -> Demand:
    """What `call` takes of `budgets` `now` (ms since 1970)."""
    own = work_of(call) if _tokens(budgets) else _bare(call)
    taken = _Taken(call, now, prices)
    for budget in budgets:
        taken.add(budget, own, later=False)
    if call.endpoint == _RUNS_A_FILE:
        taken.add_files(budgets)
    return taken.demand()


def _tokens(budgets: Iterable[Budget]) -> bool:
    return any(each.unit is not Unit.REQUESTS for each in budgets)


def work_of(call: Call) -> Work:
    """What one call takes, or one line of a file: a request and, estimated, tokens."""
    return _bare(call)._replace(
        input_tokens=estimates.of_texts(call.texts),
        output_tokens=_longest(call.parameters),
    )


def _bare(call: Call) -> Work:
    return Work(endpoint=call.endpoint, model=call.model, subject=call.subject)


def _longest(parameters: Mapping[str, object]) -> int:
    """Output tokens that the answers may have at most; 0 where nobody says."""
    caps = [_count(parameters.get(name)) for name in _CAPS]
    said = min((each for each in caps if each is not None), default=0)
    choices = max(_count(parameters.get(name)) or 1 for name in _CHOICES)
    return min(said * choices, MOST)


def _count(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


class _Taken:
    """Charges of one call, those of one counter put together."""

    def __init__(self, call: Call, now: int, prices: Sequence[Price]) -> None:
        self._call, self._now, self._prices = call, now, prices
        self._found: dict[tuple[str, str, bool], tuple[Budget, Charge]] = {}
        self._problem: Reason | None = None

    def add(self, budget: Budget, work: Work, *, later: bool) -> None:
        if not budget.concerns(work):
            return
        rate = self._rate(budget, work)
        if budget.unit is Unit.COST and rate is None:
            return
        key = budget.id, budget.who(work), later
        amount = _amount(budget.unit, work, rate)
        before = self._found.get(key)
        if before is not None:
            amount = min(amount + before[1].amount, MOST)
        window = budget.amount.window
        self._found[key] = (
            budget,
            Charge(
                budget=budget.id,
                who=key[1],
                unit=budget.unit,
                window=window,
                start=window.around(self._now).start,
                amount=amount,
                rate=rate,
                later=later,
            ),
        )

    def _rate(self, budget: Budget, work: Work) -> Rate | None:
        if budget.unit is not Unit.COST:
            return None
        for price in self._prices:
            if price.models.match(work.model):
                return price.rate
        if work.model is None:  # nothing that a model answers
            return Rate(0, 0, 0)
        self._problem = self._problem or _unpriced(budget, work)
        return None

    def add_files(self, budgets: Sequence[Budget]) -> None:
        """Each line of the files that the provider is set to work on."""
        for reference in self._call.refers:
            work = reference.known.work if reference.known else None
            if work is None:
                self._problem = self._problem or _unknown(budgets, reference.id)
                continue
            for budget in budgets:
                for each in work:
                    self.add(budget, each, later=True)

    def demand(self) -> Demand:
        budgets = tuple(budget for budget, _ in self._found.values())
        charges = tuple(charge for _, charge in self._found.values())
        problem = self._problem
        if len(charges) > MOST_CHARGES:
            problem = problem or _many(budgets[0], len(charges))
        return Demand(budgets, charges, problem)


def _amount(unit: Unit, work: Work, rate: Rate | None) -> int:
    match unit:
        case Unit.REQUESTS:
            return work.requests
        case Unit.COST if rate is not None:
            cost = rate.cost(work.requests, work.input_tokens, work.output_tokens)
            return min(cost, MOST)
        case _:
            return of_tokens(unit, work.input_tokens, work.output_tokens)


def needed(amount: int) -> int:
    """What must be left for it: a call that reserves nothing needs one all the same."""
    return max(amount, 1)


def refusals(demand: Demand, used: Sequence[int], now: int) -> tuple[Reason, ...]:
    """Why the call may not leave, given what was `used` of each counter before it."""
    found: list[Reason] = []
    taken: dict[tuple[str, str], int] = {}
    for budget, charge, before in zip(
        demand.budgets, demand.charges, used, strict=True
    ):
        # A call and the lines of its file may draw on one counter.
        key = charge.budget, charge.who
        taken[key] = taken.get(key, 0) + charge.amount
        if before + needed(taken[key]) > budget.amount.limit:
            found.append(_spent(budget, charge, before, now, need=taken[key]))
    return tuple(found)


def _spent(budget: Budget, charge: Charge, used: int, now: int, *, need: int) -> Reason:
    unit, limit = budget.unit, budget.amount.limit
    left, need = max(0, limit - used), needed(need)
    whose = f" ({charge.who.replace('=', ' ')})" if charge.who else ""
    never = need > limit
    wait = _lasting(charge.end - now)
    return Reason(
        rule=SPENT,
        message=f"Purpose {budget.purpose} has {unit.shown(left)} left of its "
        f"{budget}{whose}; this call needs {unit.shown(need)}. "
        + (
            "It needs more than a whole window has."
            if never
            else f"It frees {moment(charge.end)}."
        ),
        remedy="Ask for less in one call, or raise the budget."
        if never
        else f"Wait {wait}, or ask whoever answers for the purpose to raise the "
        "budget.",
        where=budget.where,
        evidence=f"{unit.shown(used)} {unit.noun} used since {moment(charge.start)}",
    )


def _lasting(wait: int) -> str:
    minutes, seconds = divmod(-(-max(0, wait) // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    told = [f"{count} {name}" for count, name in parts if count][:2]
    return " ".join(told) or "0 s"


def _unpriced(budget: Budget, work: Work) -> Reason:
    return Reason(
        rule=UNPRICED,
        message=f"Purpose {budget.purpose} has a budget of {budget}, and the policy "
        f"has no price for model {shown(work.model or '')}.",
        remedy="Add the model to `prices`.",
        where=budget.where,
    )


def _unknown(budgets: Sequence[Budget], name: str) -> Reason:
    return Reason(
        rule=UNCOUNTED,
        message=f"Nobody knows how many calls file {shown(name)} holds, and purpose "
        f"{budgets[0].purpose} has a budget.",
        remedy="Upload the file again through a governed client, with lines for at "
        "most 64 pairs of model and user.",
        where=budgets[0].where,
    )


def _many(budget: Budget, count: int) -> Reason:
    return Reason(
        rule=UNCOUNTED,
        message=f"The file's lines draw on {count} counters of purpose "
        f"{budget.purpose}; at most {MOST_CHARGES} can be counted for one call.",
        remedy="Split the file by model or by user.",
        where=budget.where,
    )
