"""Habits of policies that are no error and rarely meant: rules that decide nothing.

Knows what a policy's parts do to each other, by their conditions alone: nothing here
runs a call. Each finding is sound: what is called unreachable is, for every call. The
dates that a check knows are in `check`.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from affidavit.policy import build, meaning, parameters, unmatched
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.implication import Meaning, implies, impossible
from affidavit.policy.implication import meaning as meaning_of
from affidavit.policy.in_force import Level, Policy, Purpose, RuleEffect, expired
from affidavit.policy.in_force import Rule as RuleInForce
from affidavit.policy.layers import own_rules
from affidavit.policy.model import ANY, PackFile, PolicyFile, Rule
from affidavit.policy.report import Code
from affidavit.policy.residue import certain

MOST_PAIRS = 40_000
"""Pairs of rules up to which each is held against each: 200 rules."""
LONGEST_WAIVER = timedelta(days=366)
_STRENGTH = {RuleEffect.DENY: 3, RuleEffect.REVIEW: 2}


def unreachable_rules(assembly: Assembly, _today: date) -> None:
    """P107: a rule whose conditions exclude each other, or every declared purpose."""
    policy = _in_force(assembly)
    reached = _reached(policy)
    for document, index, rule in own_rules(assembly):
        # A layer that is extended may serve purposes that other policies declare.
        extended = document.extended_at is not None
        if impossible(meaning_of(rule)):
            why = "its conditions exclude each other"
        elif reached is not None and rule.id not in reached and not extended:
            why = "no declared purpose fits its conditions"
        else:
            continue
        document.report.warning(
            Code.UNREACHABLE,
            document.place("rules", index, "id"),
            f"rule {rule.id} can never match: {why}",
            remedy="Correct its conditions, or remove it.",
        )


def shadowed_rules(assembly: Assembly, _today: date) -> None:
    """P108: a rule after which every call is decided as without it."""
    for document, index, rule, other, where in _implied(assembly):
        if rule.effect is RuleEffect.ALLOW and other.effect is not RuleEffect.ALLOW:
            continue
        verb = "permits" if rule.effect is RuleEffect.ALLOW else "refuses"
        document.report.warning(
            Code.SHADOWED,
            document.place("rules", index, "id"),
            f"rule {rule.id} decides nothing: {other.id} at {where} {verb} whatever "
            "it matches",
            remedy="Remove one of them, or narrow the other.",
        )


def contradictions(assembly: Assembly, _today: date) -> None:
    """P109: permissions that another rule always takes back; origins without any."""
    for document, index, rule, other, where in _implied(assembly):
        if rule.effect is RuleEffect.ALLOW and other.effect is not RuleEffect.ALLOW:
            document.report.warning(
                Code.CONTRADICTION,
                document.place("rules", index, "id"),
                f"rule {rule.id} permits nothing: {other.id} at {where} refuses "
                "whatever it matches",
                remedy="Narrow the one that refuses, or remove the permission.",
            )
    _no_origin_left(assembly)


def _no_origin_left(assembly: Assembly) -> None:
    left: frozenset[str] | None = None
    for document in reversed(assembly.documents):
        content = document.content
        if not isinstance(content, PolicyFile) or content.origins is None:
            continue
        listed = frozenset(content.origins)
        if left is not None and not left & listed:
            document.report.warning(
                Code.CONTRADICTION,
                document.place("origins", key=True),
                "no origin is in this list and in those of the extended files: no "
                "call may go anywhere",
                remedy=f"The extended files leave: {', '.join(sorted(left))}.",
            )
            return
        left = listed if left is None else left & listed


def endless_waivers(assembly: Assembly, today: date) -> None:
    """P110: a waiver whose last day nobody will wait for."""
    for document, index, waiver in meaning.all_waivers(assembly):
        if waiver.expires - today > LONGEST_WAIVER:
            document.report.warning(
                Code.WAIVER_ENDLESS,
                document.place("waivers", index, "expires"),
                f"the waiver of {waiver.rule} for {waiver.purpose} runs until "
                f"{waiver.expires}, longer than a year",
                remedy="Let it expire within a year, and have it approved again then.",
            )


def unused_purposes(assembly: Assembly, today: date) -> None:
    """P113: a purpose that can be declared, and then permits nothing."""
    policy = _in_force(assembly)
    if policy is None:
        return
    for document, name, _ in meaning.all_purposes(assembly):
        purpose = policy.purposes[name]
        why = None if expired(purpose.expires, today) else _why_unused(policy, purpose)
        if why is not None:
            document.report.warning(
                Code.PURPOSE_UNUSED,
                document.place("purposes", name, key=True),
                f"no call can be permitted under purpose {name}: {why}",
                remedy="List its models and endpoints, add an `allow` rule for it, or "
                "remove it.",
            )


def constant_expressions(assembly: Assembly, _today: date) -> None:
    """P114: a `when` that no call makes anything else of."""
    for document, index, rule in own_rules(assembly):
        for group, number, condition in meaning.conditions(rule):
            value = None if condition.when is None else _constant(condition.when)
            if value is None:
                continue
            effect = "never matches" if value is False else "says nothing"
            document.report.warning(
                Code.CONSTANT,
                document.place("rules", index, group, number, "when"),
                f"the expression is {str(value).lower()} whatever the call is: it "
                f"{effect}",
                remedy="Correct it, or remove it.",
            )


def _constant(expression: str) -> bool | None:
    from affidavit.policy import cel

    return cel.constant(expression)


def _why_unused(policy: Policy, purpose: Purpose) -> str | None:
    rules = policy.applicable.get(purpose.name, policy.rules)
    for rule in rules:
        if _forbids(rule, purpose):
            return f"rule {rule.id} refuses all of them"
    listed = purpose.models is not None and purpose.endpoints is not None
    if listed or any(_permits(rule) for rule in rules):
        return None
    return "it does not list both models and endpoints, and no rule allows any"


def _forbids(rule: RuleInForce, purpose: Purpose) -> bool:
    enforced = rule.level is Level.HARD or (
        rule.level is Level.WAIVABLE and not rule.waivers.get(purpose.name)
    )
    return enforced and rule.effect is RuleEffect.DENY and certain(rule, purpose)


def _permits(rule: RuleInForce) -> bool:
    return rule.effect is RuleEffect.ALLOW and rule.level is not Level.SHADOW


def _in_force(assembly: Assembly) -> Policy | None:
    """The policy that the files make; None while an error keeps it from being one."""
    if assembly.errors or not assembly.documents:
        return None
    root = assembly.documents[0].content
    return build.build(assembly, root) if isinstance(root, PolicyFile) else None


def _reached(policy: Policy | None) -> frozenset[str] | None:
    """Rules that a call under some purpose may match; None if that is not known."""
    if policy is None or not policy.applicable:
        return None
    return frozenset(r.id for rules in policy.applicable.values() for r in rules)


def _implied(
    assembly: Assembly,
) -> Iterator[tuple[Document, int, Rule, Rule, str]]:
    """Each own rule that another decides at least as much as, with that other one."""
    every = list(meaning.all_rules(assembly))
    if len(every) ** 2 > MOST_PAIRS:
        return
    meanings = [meaning_of(rule) for _, _, rule in every]
    for mine, (document, index, rule) in enumerate(every):
        own = document.extended_at is None or isinstance(document.content, PolicyFile)
        if not own or _strength(rule) is None or impossible(meanings[mine]):
            continue
        for other, (elsewhere, place, stronger) in enumerate(every):
            if other != mine and _decides(
                (document, rule, meanings[mine]),
                (elsewhere, stronger, meanings[other]),
                first=other < mine,
            ):
                where = elsewhere.where("rules", place)
                yield document, index, rule, stronger, where
                break


def _decides(
    weak: tuple[Document, Rule, Meaning],
    strong: tuple[Document, Rule, Meaning],
    *,
    first: bool,
) -> bool:
    """Whether `strong` decides whatever `weak` matches.

    Of two equals the later is the one that could go.
    """
    mine, its = _strength(weak[1]), _strength(strong[1])
    if mine is None or its is None or strong[1].level is not Level.HARD or its < mine:
        return False
    if not _same_reach(weak[0], strong[0]) or not implies(weak[2], strong[2]):
        return False
    equal = mine == its and weak[1].level is Level.HARD and implies(strong[2], weak[2])
    return first or not equal


def _same_reach(weak: Document, strong: Document) -> bool:
    """Whether the stronger rule holds wherever the weaker does: packs ask for terms."""
    pack = strong.content
    return weak is strong or not isinstance(pack, PackFile) or pack.provider == ANY


def _strength(rule: Rule) -> int | None:
    """How much the rule's effect weighs; None for one that decides nothing."""
    if rule.level in (Level.ADVISORY, Level.SHADOW) or rule.effect is RuleEffect.WARN:
        return None
    return _STRENGTH.get(rule.effect, 1)


HABITS: tuple[Callable[[Assembly, date], None], ...] = (
    unreachable_rules,
    shadowed_rules,
    contradictions,
    endless_waivers,
    unmatched.misspelt_models,
    unmatched.fitting_nothing,
    unmatched.idle_budgets,
    unused_purposes,
    constant_expressions,
    parameters.mistyped,
    parameters.unknown,
)
