"""What the files of a policy mean together: names that must exist.

Knows no dates: what was valid yesterday and is only old today is `check`'s business.
Everything here is an error, because each is a rule, a waiver or a mode that would
silently not do what its author wrote.
"""

from affidavit.policy import budget_checks, expressions, known, layers
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.globs import Globs, is_pattern
from affidavit.policy.in_force import Level
from affidavit.policy.layers import all_purposes, all_rules
from affidavit.policy.model import PackFile, PolicyFile, Rule, Waiver
from affidavit.policy.nearest import shown
from affidavit.policy.parts import (
    all_waivers,
    conditions,
    written_purposes,
    written_rules,
)
from affidavit.policy.report import Code, Place

__all__ = [
    "all_purposes",
    "all_rules",
    "all_waivers",
    "conditions",
    "examine",
]


def examine(assembly: Assembly) -> None:
    """Report every contradiction between the files, and within them."""
    if not assembly.documents:
        return
    layers.examine(assembly)
    expressions.examine(assembly)
    budget_checks.examine(assembly)
    _pack_names(assembly)
    _modes(assembly)
    rules = {rule.id: rule for _, _, rule in all_rules(assembly)}
    purposes = {name for _, name, _ in all_purposes(assembly)}
    for document, index, waiver in all_waivers(assembly):
        _waiver(document, index, waiver, rules, purposes)
    _names_of_parts(assembly, purposes)


def _names_of_parts(assembly: Assembly, purposes: set[str]) -> None:
    for document, name, purpose in written_purposes(assembly):
        for item, pattern in enumerate(purpose.endpoints or ()):
            _endpoint(document, ("purposes", name, "endpoints", item), pattern)
        for number, budget in enumerate(purpose.budget or ()):
            at = ("purposes", name, "budget", number, "endpoints")
            for item, pattern in enumerate(budget.endpoints or ()):
                _endpoint(document, (*at, item), pattern)
    for document, index, rule in written_rules(assembly):
        _names(document, index, rule)
        if isinstance(document.content, PolicyFile):
            _conditions(document, index, rule, purposes)


def _pack_names(assembly: Assembly) -> None:
    for document in assembly.documents:
        pack = document.content
        if isinstance(pack, PackFile) and pack.name != document.file.stem:
            document.report.error(
                Code.WRONG_VALUE,
                document.place("name"),
                f"the pack is named {pack.name} and its file {document.file.name}",
                remedy="Name both the same: `extends` finds a pack by its file.",
            )


def _modes(assembly: Assembly) -> None:
    root = assembly.documents[0].content
    mode = root.mode if isinstance(root, PolicyFile) else None
    for document in assembly.documents[1:]:
        content = document.content
        if not isinstance(content, PolicyFile):
            continue
        # `enforce` counts where it is left out too: a lower file that only observes
        # would switch all of it off.
        if content.mode != mode:
            document.report.error(
                Code.MODE_CONFLICT,
                document.place("mode"),
                f"`mode: {content.mode}` here, but the policy in force has {mode}",
                remedy="The mode of the policy in force counts; make both the same.",
            )


def _waiver(
    document: Document,
    index: int,
    waiver: Waiver,
    rules: dict[str, Rule],
    purposes: set[str],
) -> None:
    if waiver.purpose not in purposes:
        document.report.error(
            Code.UNKNOWN_PURPOSE,
            document.place("waivers", index, "purpose"),
            f"no purpose {shown(waiver.purpose)} to waive a rule for",
            remedy=document.report.suggestion(waiver.purpose, purposes),
        )
    rule = rules.get(waiver.rule)
    place = document.place("waivers", index, "rule")
    if rule is None:
        document.report.error(
            Code.UNKNOWN_RULE,
            place,
            f"no rule {shown(waiver.rule)} to waive",
            remedy=document.report.suggestion(waiver.rule, rules),
        )
    elif rule.level is not Level.WAIVABLE:
        document.report.error(
            Code.NOT_WAIVABLE,
            place,
            f"rule {rule.id} is {rule.level.value}: it cannot be waived",
            remedy="Only a rule with `level: waivable` can be.",
        )


def _names(document: Document, index: int, rule: Rule) -> None:
    """A prohibition of what no detector and no call is named would never match."""
    for group, number, condition in conditions(rule):
        at = ("rules", index, group, number)
        for kind in condition.finding or ():
            if kind not in known.KINDS:  # which are no patterns
                place = document.place(*at, "finding", kind, key=True)
                _unreported(document, place, kind, known.KINDS)
        for item, name in enumerate(condition.activity or ()):
            if not any(map(Globs((name,)).match, known.ACTIVITIES)):
                place = document.place(*at, "activity", item)
                _unreported(document, place, name, known.ACTIVITIES)
        for item, pattern in enumerate(condition.endpoint or ()):
            _endpoint(document, (*at, "endpoint", item), pattern)


def _unreported(
    document: Document, place: Place, name: str, names: frozenset[str]
) -> None:
    document.report.error(
        Code.UNKNOWN_FINDING,
        place,
        f"no detector reports {shown(name)}: this would never match",
        remedy=document.report.suggestion(name, names)
        or f"Known: {', '.join(sorted(names))}.",
    )


def _endpoint(document: Document, path: tuple[str | int, ...], pattern: str) -> None:
    """A purpose could not use what is misspelt, and a prohibition would not hold."""
    if not known.is_endpoint(pattern):
        document.report.error(
            Code.UNKNOWN_ENDPOINT,
            document.place(*path),
            f"no endpoint is called {shown(pattern)}: this would never match",
            remedy=known.endpoint_meant(pattern, document.report.suggestion),
        )


def _conditions(document: Document, index: int, rule: Rule, purposes: set[str]) -> None:
    """A prohibition for a misspelt purpose would never match, and so permit."""
    for group, number, condition in conditions(rule):
        for item, name in enumerate(condition.purpose or ()):
            if is_pattern(name) or name in purposes:
                continue
            place = document.place("rules", index, group, number, "purpose", item)
            document.report.error(
                Code.UNKNOWN_PURPOSE,
                place,
                f"the rule names purpose {shown(name)}, which is not declared",
                remedy=document.report.suggestion(name, purposes),
            )
