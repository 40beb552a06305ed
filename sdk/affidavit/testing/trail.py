"""What a governor in memory recorded, for reading and for assertions in users' tests.

Knows no pytest: an assertion that fails raises `AssertionError` with everything that
was recorded in it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from affidavit.calls import Call, Outcome
from affidavit.errors import Reason
from affidavit.policy.nearest import suggestion
from affidavit.testing.governor import Decision, MemoryGovernor

_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One call: what was asked, what was decided, and what became of it."""

    call: Call
    effect: str
    """`permit`, `refuse`, `review` or `observed`."""
    refused: bool
    reasons: tuple[Reason, ...]
    """Decisive reason first."""
    outcome: Outcome | None
    """None while the call lasts, and for one that did not leave."""

    @property
    def purpose(self) -> str | None:
        """What was declared; None when nothing was."""
        return self.call.purpose

    @property
    def endpoint(self) -> str:
        """Named endpoint, such as `chat.completions`."""
        return self.call.endpoint

    @property
    def model(self) -> str | None:
        """The model that was asked for."""
        return self.call.model

    @property
    def rules(self) -> tuple[str, ...]:
        """Identifiers of the rules that decided, the decisive one first."""
        return tuple(reason.rule for reason in self.reasons)

    def __str__(self) -> str:
        asked = f"{self.endpoint} {self.model or '(no model)'}"
        declared = f"purpose {self.purpose}" if self.purpose else "no purpose"
        why = f" by {', '.join(self.rules)}" if self.effect != "permit" else ""
        return f"{asked}, {declared}: {self.effect}{why}"


class MemoryTrail:
    """Reads what `governor` recorded, always as of now."""

    def __init__(self, governor: MemoryGovernor) -> None:
        self._governor = governor

    @property
    def calls(self) -> tuple[Recorded, ...]:
        """Every call that was decided, in order."""
        return tuple(self._recorded(each) for each in tuple(self._governor.decisions))

    @property
    def purposes(self) -> tuple[str, ...]:
        """Each purpose that was declared, once, in order of first use."""
        declared = (each.purpose for each in self.calls)
        return tuple(dict.fromkeys(name for name in declared if name is not None))

    @property
    def refusals(self) -> tuple[Recorded, ...]:
        """The calls that did not leave."""
        return tuple(each for each in self.calls if each.refused)

    def clear(self) -> None:
        """Forget what was recorded until now."""
        self._governor.decisions.clear()
        self._governor.outcomes.clear()
        self._governor.outcome_of.clear()

    def assert_declared(
        self,
        purpose: str,
        *,
        endpoint: str | None = None,
        model: str | None = None,
        times: int | None = None,
    ) -> tuple[Recorded, ...]:
        """Some call, or exactly `times` calls, declared `purpose`; returns them.

        Refused calls count: they declared it.
        """
        __tracebackhide__ = True
        names = [each.purpose for each in self.calls if each.purpose is not None]
        return self._expect(
            f"declared the purpose {purpose!r}" + _narrowed(endpoint, model),
            lambda each: each.purpose == purpose and _is(each, endpoint, model),
            times,
            hint=suggestion(purpose, set(names) - {purpose}),
        )

    def assert_refused(
        self,
        rule: str | None = None,
        *,
        purpose: str | None = None,
        endpoint: str | None = None,
        times: int | None = None,
    ) -> tuple[Recorded, ...]:
        """Some call, or exactly `times` calls, did not leave; returns them.

        With `rule`, that rule is among the reasons.
        """
        __tracebackhide__ = True
        by = f" by the rule {rule!r}" if rule else ""
        of = f" with the purpose {purpose!r}" if purpose else ""
        rules = {name for each in self.refusals for name in each.rules}
        observed = any(each.effect == "observed" for each in self.calls)
        mode = "The policy is in observe mode: it refuses nothing." if observed else ""
        return self._expect(
            f"was refused{by}{of}" + _narrowed(endpoint, None),
            lambda each: (
                each.refused
                and (rule is None or rule in each.rules)
                and (purpose is None or each.purpose == purpose)
                and _is(each, endpoint, None)
            ),
            times,
            hint=mode or (suggestion(rule, rules - {rule}) if rule else None),
        )

    def assert_all_declared(self) -> None:
        """No call went without a purpose."""
        __tracebackhide__ = True
        silent = sum(1 for each in self.calls if each.purpose is None)
        if silent:
            raise AssertionError(
                f"{silent} of {len(self.calls)} calls declared no purpose. "
                f"{self._everything()}"
            )

    def _recorded(self, decision: Decision) -> Recorded:
        effect = getattr(decision, "effect", "refuse" if decision.refused else "permit")
        return Recorded(
            call=decision.call,
            effect=effect,
            refused=decision.refused,
            reasons=decision.reasons,
            outcome=self._governor.outcome_of.get(decision.id),
        )

    def _expect(
        self,
        what: str,
        fits: Callable[[Recorded], bool],
        times: int | None,
        *,
        hint: str | None,
    ) -> tuple[Recorded, ...]:
        __tracebackhide__ = True
        found = tuple(each for each in self.calls if fits(each))
        if len(found) == times or (times is None and found):
            return found
        said = [f"{_count(len(found), times)} {what}."]
        if hint and not found:
            said.append(hint)
        raise AssertionError(" ".join([*said, self._everything()]))

    def _everything(self) -> str:
        return "\n".join(_listed(self.calls))


def _is(each: Recorded, endpoint: str | None, model: str | None) -> bool:
    return (endpoint is None or each.endpoint == endpoint) and (
        model is None or each.model == model
    )


def _count(found: int, times: int | None) -> str:
    counted = {0: "No call", 1: "1 call"}.get(found, f"{found} calls")
    return counted if times is None else f"{counted}, not {times},"


def _narrowed(endpoint: str | None, model: str | None) -> str:
    return (f" on {endpoint}" if endpoint else "") + (f" for {model}" if model else "")


def _listed(calls: Sequence[Recorded]) -> Iterator[str]:
    if not calls:
        yield "Nothing was recorded: no governed client sent anything."
        return
    yield "Recorded were:"
    for number, each in enumerate(calls[:_MOST_SHOWN], start=1):
        yield f"  {number}. {each}"
    if len(calls) > _MOST_SHOWN:
        yield f"  and {len(calls) - _MOST_SHOWN} more"
