"""From the files of a valid policy to what is in force.

Knows how each field becomes a value that the engine reads, and what the digest covers.
Reads nothing and refuses nothing: `assemble` and `meaning` have done so.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from affidavit import canonical
from affidavit.errors import Reason
from affidavit.policy import (
    budget_build,
    budget_model,
    checks,
    conditions,
    in_force,
    meaning,
    model,
    residue,
)
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Group, Policy
from affidavit.policy.index import indexed
from affidavit.policy.part import Part
from affidavit.policy.refusals import PERMITS

UNCONFIRMED = "(The wording of this clause is not confirmed.)"
MOST_PAIRS = 20_000
"""Rules times purposes up to which rules are settled at load; about 5 µs a pair."""


def build(assembly: Assembly, root: model.PolicyFile) -> Policy:
    """The policy that these files put in force."""
    waivers: dict[str, dict[str, tuple[in_force.Waiver, ...]]] = {}
    for document, index, waiver in meaning.all_waivers(assembly):
        approved = _waiver(waiver, document.where("waivers", index))
        of_rule = waivers.setdefault(waiver.rule, {})
        earlier = of_rule.get(waiver.purpose, ())
        of_rule[waiver.purpose] = (*earlier, approved)
    purposes = _purposes(assembly)
    activate = _activation(assembly)
    rules = tuple(
        _rule(document, index, rule, waivers.get(rule.id, {}), activate)
        for document, index, rule in meaning.all_rules(assembly)
    )
    applicable = _applicable(rules, purposes)
    return Policy(
        name=root.name,
        mode=root.mode,
        digest=digest(assembly, root),
        sources=tuple(assembly.sources),
        purposes=MappingProxyType(purposes),
        rules=rules,
        applicable=applicable,
        choices=_choices(rules, applicable, purposes),
        packs=tuple(
            in_force.Pack(
                name=pack.name,
                provider=pack.provider,
                source=pack.source,
                reviewed=pack.reviewed,
            )
            for pack in _packs(assembly)
        ),
        obliging=tuple(rule for rule in rules if rule.obligations is not None),
        prices=budget_build.prices(_prices(assembly)),
        require_signature=_requires_signature(assembly),
        origins=_origins(assembly),
    )


def _owners(assembly: Assembly) -> list[Any]:
    """Of each file in turn: an owner of one file is not asked about another."""
    contents = [document.content for document in assembly.documents]
    return [
        {name: list(people) for name, people in content.owners.items()}
        for content in contents
        if isinstance(content, model.PolicyFile) and content.owners is not None
    ]


def _requires_signature(assembly: Assembly) -> bool:
    """Whether any file says so: extending can only tighten."""
    return any(
        isinstance(document.content, model.PolicyFile)
        and document.content.require_signature
        for document in assembly.documents
    )


def _prices(assembly: Assembly) -> list[budget_model.Price]:
    """Those of upper files first: a lower one cannot make cheaper what they price."""
    return [
        price
        for document in reversed(assembly.documents)
        if isinstance(document.content, model.PolicyFile)
        for price in document.content.prices
    ]


def _origins(assembly: Assembly) -> frozenset[str] | None:
    """What every file that lists origins lists: extending can only narrow."""
    lists = [
        frozenset(document.content.origins)
        for document in assembly.documents
        if isinstance(document.content, model.PolicyFile)
        and document.content.origins is not None
    ]
    return frozenset.intersection(*lists) if lists else None


def _applicable(
    rules: tuple[in_force.Rule, ...], purposes: Mapping[str, in_force.Purpose]
) -> Mapping[str, tuple[in_force.Rule, ...]]:
    if len(rules) * len(purposes) > MOST_PAIRS:
        return MappingProxyType({})
    return MappingProxyType(
        {
            name: tuple(rule for rule in rules if not residue.settled(rule, purpose))
            for name, purpose in purposes.items()
        }
    )


def _choices(
    rules: tuple[in_force.Rule, ...],
    applicable: Mapping[str, tuple[in_force.Rule, ...]],
    purposes: Mapping[str, in_force.Purpose],
) -> Mapping[str, in_force.Choice]:
    chosen = {
        name: indexed(listed, purposes[name]).of for name, listed in applicable.items()
    }
    return MappingProxyType(chosen | {"": indexed(rules, None).of})


def _activation(assembly: Assembly) -> checks.Activate | None:
    """What makes all that the policy's expressions read; None where it has none."""
    expressions = [
        condition.when
        for _, _, rule in meaning.all_rules(assembly)
        for _, _, condition in meaning.conditions(rule)
        if condition.when is not None
    ]
    if not expressions:
        return None
    from affidavit.policy import cel

    names = (name for each in expressions for name in cel.compiled(each).names)
    return cel.activation(names)


def digest(assembly: Assembly, root: model.PolicyFile) -> str:
    """`sha256:<hex>` over the canonical JSON of all that decides or is said.

    Covered: version, name, mode, origins and prices in force, and whether they must
    be signed; every purpose;
    every rule in the order of evaluation; every waiver; name, provider, source and
    review date of every pack, and whose terms each of its rules rests on; each field
    with its value, messages and descriptions included. Not covered: comments,
    formatting, the order of keys, which file a part stands in, and a field that repeats
    its default. Defaults therefore never change within a version.
    """
    effective: dict[str, Any] = {
        "apiVersion": root.api_version,
        "name": root.name,
        "mode": root.mode,
        "packs": [_dumped(pack, exclude={"rules"}) for pack in _packs(assembly)],
        "purposes": {
            name: _dumped(purpose)
            for _, name, purpose in meaning.all_purposes(assembly)
        },
        "rules": [
            _dumped(rule) | _of_pack(document)
            for document, _, rule in meaning.all_rules(assembly)
        ],
        "waivers": [_dumped(waiver) for _, _, waiver in meaning.all_waivers(assembly)],
    }
    origins = _origins(assembly)
    if origins is not None:
        effective["origins"] = sorted(origins)
    owners = _owners(assembly)
    if owners:
        effective["owners"] = owners
    if _requires_signature(assembly):
        effective["require_signature"] = True
    prices = _prices(assembly)
    if prices:
        effective["prices"] = [_dumped(price) for price in prices]
    return f"sha256:{canonical.sha256(canonical.dumps(effective)).hex()}"


def _dumped(part: Part, exclude: set[str] | None = None) -> dict[str, Any]:
    return part.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude=exclude
    )


def _of_pack(document: Document) -> dict[str, Any]:
    """Whose terms a pack's rule rests on: it decides where the rule applies."""
    pack = document.content
    return {"terms": pack.provider} if isinstance(pack, model.PackFile) else {}


def _packs(assembly: Assembly) -> list[model.PackFile]:
    contents = [document.content for document in assembly.documents]
    return [content for content in contents if isinstance(content, model.PackFile)]


def _purposes(assembly: Assembly) -> Mapping[str, in_force.Purpose]:
    return {
        name: _purpose(name, purpose, document.where("purposes", name))
        for document, name, purpose in meaning.all_purposes(assembly)
    }


def _purpose(name: str, purpose: model.Purpose, where: str) -> in_force.Purpose:
    trains, evaluates = purpose.trains_model, purpose.evaluates_model
    models, endpoints = _globs(purpose.models), _globs(purpose.endpoints)
    return in_force.Purpose(
        name=name,
        where=where,
        description=purpose.description,
        owner=purpose.owner,
        models=models,
        endpoints=endpoints,
        expires=purpose.expires,
        activities=_globs(purpose.activities),
        trains_model=None
        if trains is None
        else in_force.TrainsModel(
            kind=trains.kind,
            distributed=trains.distributed,
            competing=trains.competing,
            within_provider=trains.within_provider,
        ),
        evaluates_model=None
        if evaluates is None
        else in_force.EvaluatesModel(competing=evaluates.competing),
        data=frozenset(purpose.data or ()),
        approval=None
        if purpose.approval is None
        else in_force.Approval(
            by=purpose.approval.by,
            ticket=purpose.approval.ticket,
            date=purpose.approval.date,
        ),
        budgets=budget_build.budgets(name, purpose.budget, where),
        obligations=budget_build.obligations(
            f"purpose {name}", purpose.obligations, where
        ),
        permission=Reason(
            rule=PERMITS,
            message=f"Purpose {name} allows {models} on {endpoints}.",
            where=where,
        ),
    )


def _globs(patterns: tuple[str, ...] | None) -> Globs | None:
    return None if patterns is None else Globs(patterns)


def _rule(
    document: Document,
    index: int,
    rule: model.Rule,
    waivers: Mapping[str, tuple[in_force.Waiver, ...]],
    activate: checks.Activate | None,
) -> in_force.Rule:
    def where(group: Group, number: int) -> str:
        return document.where("rules", index, group.value, number)

    terms = _terms(document)
    listed, test = conditions.compiled(rule, where, terms, activate)
    unconfirmed = isinstance(rule, model.PackRule) and rule.review
    place = document.where("rules", index)
    duties = budget_build.obligations(f"rule {rule.id}", rule.obligations, place)
    return in_force.Rule(
        id=rule.id,
        effect=rule.effect,
        level=rule.level,
        message=f"{rule.message} {UNCONFIRMED}" if unconfirmed else rule.message,
        where=document.where("rules", index),
        clause=rule.clause,
        remedy=rule.remedy,
        owner=rule.owner,
        severity=rule.severity,
        conditions=listed,
        test=test,
        waivers=waivers,
        terms=None if terms is None else terms.checks[0].wanted,
        obligations=next(iter(duties), None),
    )


def _terms(document: Document) -> in_force.Condition | None:
    """That a pack's terms apply to the call; None where its rules hold everywhere."""
    pack = document.content
    if not isinstance(pack, model.PackFile) or pack.provider == model.ANY:
        return None
    return conditions.under(pack.provider, document.where("provider"))


def _waiver(waiver: model.Waiver, where: str) -> in_force.Waiver:
    return in_force.Waiver(
        rule=waiver.rule,
        purpose=waiver.purpose,
        approved_by=waiver.approved_by,
        ticket=waiver.ticket,
        expires=waiver.expires,
        where=where,
    )
