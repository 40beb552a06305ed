"""Files that extend one another: what a lower one may change of an upper one.

A file is below what it extends. It replaces rules and purposes' fields of the files
above it by writing them again, and where those are `final` it can only tighten them.
Knows what tighter means for each field; that names exist is `meaning`. What is looser
than a final part is reported with both places, and so is never in force.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.budget_model import narrows_budgets, narrows_obligations
from affidavit.policy.globs import Globs
from affidavit.policy.implication import covers, implies, meaning
from affidavit.policy.in_force import Level, RuleEffect
from affidavit.policy.model import PackFile, PolicyFile, Purpose, Rule
from affidavit.policy.parts import all_waivers, written_purposes, written_rules
from affidavit.policy.report import Code

_EFFECTS = (RuleEffect.ALLOW, RuleEffect.WARN, RuleEffect.REVIEW, RuleEffect.DENY)
_LEVELS = (Level.SHADOW, Level.ADVISORY, Level.WAIVABLE, Level.HARD)
_PERMISSIONS = ("models", "endpoints")

_Written: TypeAlias = tuple[Document, int, Rule]
_Declared: TypeAlias = tuple[Document, str, Purpose]


def all_rules(assembly: Assembly) -> Iterator[_Written]:
    """Each rule in force with its file and index there, in the order of evaluation."""
    above = _above(assembly)
    replaced = {
        (id(document), index)
        for written in _by_name(written_rules(assembly), lambda each: each[2].id)
        for document, index, _ in written
        if len(written) > 1 and any(document in above[id(d)] for d, _, _ in written)
    }
    for document, index, rule in written_rules(assembly):
        if (id(document), index) not in replaced:
            yield document, index, rule


def own_rules(assembly: Assembly) -> Iterator[_Written]:
    """Rules that whoever reads a check can edit: not those of an extended pack."""
    for document, index, rule in all_rules(assembly):
        if document.extended_at is None or isinstance(document.content, PolicyFile):
            yield document, index, rule


def all_purposes(assembly: Assembly) -> Iterator[_Declared]:
    """Each purpose in force with its name and the lowest file that declares it."""
    above = _above(assembly)
    for written in _by_name(written_purposes(assembly), lambda each: each[1]):
        if len(written) == 1:
            yield written[0]
        else:
            ordered = _downwards(written, above)
            document, name, _ = ordered[-1]
            yield document, name, _merged([purpose for _, _, purpose in ordered])


def examine(assembly: Assembly) -> None:
    """Report what is defined twice on one layer, and what loosens a final part."""
    above = _above(assembly)
    for written in _by_name(written_rules(assembly), lambda each: each[2].id):
        _rule(written, above)
    for declared in _by_name(written_purposes(assembly), lambda each: each[1]):
        _purpose(declared, above)
    _waivers(assembly, above)
    _permissions(assembly, above)
    _closed(assembly, above)


def _above(assembly: Assembly) -> Mapping[int, Sequence[Document]]:
    """By the identity of each document, all that it extends, however far up."""
    files = {document.file.resolve(): document for document in assembly.documents}
    found: dict[int, Sequence[Document]] = {}
    for file, document in files.items():
        seen: set[Path] = set()
        waiting = list(assembly.extends.get(file, ()))
        while waiting:
            upper = waiting.pop()
            if upper not in seen:
                seen.add(upper)
                waiting += assembly.extends.get(upper, ())
        found[id(document)] = [files[upper] for upper in sorted(seen) if upper in files]
    return found


def _by_name(parts: Iterable[Any], name: Callable[[Any], str]) -> Iterator[list[Any]]:
    """The parts that bear one name together, in the order of the first of each."""
    named: dict[str, list[Any]] = {}
    for part in parts:
        named.setdefault(name(part), []).append(part)
    yield from named.values()


def _downwards(
    parts: Sequence[Any], above: Mapping[int, Sequence[Document]]
) -> list[Any]:
    """The same parts, those of upper files first."""
    return sorted(parts, key=lambda part: len(above[id(part[0])]))


def _on_one_layer(
    parts: Sequence[Any], above: Mapping[int, Sequence[Document]]
) -> tuple[Any, Any] | None:
    """Two of the parts of which neither replaces the other, nor a third both."""
    lowest = _downwards(parts, above)[-1]
    for part in parts:
        if part is not lowest and part[0] not in above[id(lowest[0])]:
            first, second = sorted((part, lowest), key=parts.index)
            return first, second
    return None


def _rule(written: Sequence[_Written], above: Mapping[int, Sequence[Document]]) -> None:
    twice = _on_one_layer(written, above)
    if twice is not None:
        (first, at, rule), (document, index, _) = twice
        document.report.error(
            Code.DUPLICATE_NAME,
            document.place("rules", index, "id"),
            f"rule {rule.id} is already defined at {first.where('rules', at)}",
            remedy="Give each rule its own id: only a file that extends the other "
            "replaces its rules.",
        )
        return
    for document, index, rule in written:
        for upper, at, stricter in written:
            if upper not in above[id(document)] or not _is_final(upper, stricter):
                continue
            if (why := _looser(rule, stricter, upper)) is not None:
                document.report.error(
                    Code.LOOSENED,
                    document.place("rules", index, "id"),
                    f"rule {rule.id} is final at {upper.where('rules', at)}, and "
                    f"{why} here",
                    remedy="A lower layer can only tighten it: match at least as much, "
                    "with an effect and a level as strict.",
                )


def _is_final(document: Document, rule: Rule) -> bool:
    """A pack's rules rest on somebody's terms: no policy takes from them."""
    return rule.final or isinstance(document.content, PackFile)


def _looser(rule: Rule, upper: Rule, of: Document) -> str | None:
    """How `rule` asks for less than `upper`; None where it asks for as much."""
    if upper.effect is RuleEffect.ALLOW:
        if rule.effect is not RuleEffect.ALLOW:
            return None
        narrow = implies(meaning(rule), meaning(upper))
        everywhere = isinstance(of.content, PackFile)
        return None if narrow and not everywhere else "is seen to permit more"
    if _EFFECTS.index(rule.effect) < _EFFECTS.index(upper.effect):
        return f"has the effect {rule.effect.value} instead of {upper.effect.value}"
    if _LEVELS.index(rule.level) < _LEVELS.index(upper.level):
        return f"is {rule.level.value} instead of {upper.level.value}"
    if rule.waivable_below and not upper.waivable_below:
        return "may be waived by lower layers"
    if not implies(meaning(upper), meaning(rule)):
        return "is not seen to match all that it matches there"
    if not narrows_obligations(upper.obligations, rule.obligations):
        return "obliges to less"
    return None


def _purpose(
    declared: Sequence[_Declared], above: Mapping[int, Sequence[Document]]
) -> None:
    twice = _on_one_layer(declared, above)
    if twice is not None:
        (first, name, _), (document, _, _) = twice
        document.report.error(
            Code.DUPLICATE_NAME,
            document.place("purposes", name, key=True),
            f"purpose {name} is already defined at {first.where('purposes', name)}",
            remedy="Declare each purpose once: only a file that extends the other "
            "replaces its fields.",
        )
        return
    values: dict[str, object] = {}
    finals: dict[str, Document] = {}
    for document, name, purpose in _downwards(declared, above):
        for field in _set_fields(purpose):
            value = getattr(purpose, field)
            upper = finals.get(field)
            if upper is not None and not _narrows(field, values.get(field), value):
                _loosened(document, name, field, upper)
            values[field] = value
        for field in _final_fields(purpose):
            finals.setdefault(field, document)


def _loosened(document: Document, name: str, field: str, upper: Document) -> None:
    document.report.error(
        Code.LOOSENED,
        document.place("purposes", name, field, key=True),
        f"`{field}` of purpose {name} is final at "
        f"{upper.where('purposes', name, field)}, and wider or another here",
        remedy="A lower layer can only narrow it: leave it out, or list less.",
    )


def _set_fields(purpose: Purpose) -> list[str]:
    """In the order of the model, so that a policy's errors never change their order."""
    written = purpose.model_fields_set - {"final"}
    return [field for field in type(purpose).model_fields if field in written]


def _final_fields(purpose: Purpose) -> Iterable[str]:
    match purpose.final:
        case True:
            return [field for field in Purpose.model_fields if field != "final"]
        case tuple() as fields:
            return fields
        case _:
            return ()


def _merged(downwards: Sequence[Purpose]) -> Purpose:
    """The fields of the lowest that writes them, and final what any calls final."""
    values: dict[str, Any] = {}
    finals: set[str] = set()
    for purpose in downwards:
        values |= {field: getattr(purpose, field) for field in _set_fields(purpose)}
        finals |= set(_final_fields(purpose))
    if any(purpose.final is True for purpose in downwards):
        values["final"] = True
    elif finals:
        values["final"] = tuple(sorted(finals))
    return Purpose.model_construct(_fields_set=set(values), **values)


def _narrows(field: str, upper: object, lower: object) -> bool:
    """Whether `lower` is `upper` or less of it."""
    narrower = _NARROWER.get(field)
    return lower == upper or (narrower is not None and narrower(upper, lower))


def _fewer_patterns(upper: Any, lower: Any) -> bool:
    """No list of models permits nothing by itself, so a first list would permit."""
    return upper is not None and all(covers(upper, pattern) for pattern in lower)


def _fewer_activities(upper: Any, lower: Any) -> bool:
    return upper is None or _fewer_patterns(upper, lower)


def _fewer(upper: Any, lower: Any) -> bool:
    return set(lower) <= set(upper or ())


def _sooner(upper: date | None, lower: Any) -> bool:
    return upper is None or lower <= upper


_NARROWER: Mapping[str, Callable[[Any, Any], bool]] = {
    "models": _fewer_patterns,
    "endpoints": _fewer_patterns,
    "activities": _fewer_activities,
    "data": _fewer,
    "expires": _sooner,
    "budget": narrows_budgets,
    "obligations": narrows_obligations,
}
"""When a field is narrower than the final one above; others must stay as they are."""


def _waivers(assembly: Assembly, above: Mapping[int, Sequence[Document]]) -> None:
    """A waiver sets a rule aside, and so loosens it."""
    final = {
        (rule.id, id(upper)): (upper, at)
        for upper, at, rule in written_rules(assembly)
        if rule.final and not rule.waivable_below
    }
    for document, index, waiver in all_waivers(assembly):
        for upper in above[id(document)]:
            if (found := final.get((waiver.rule, id(upper)))) is not None:
                document.report.error(
                    Code.LOOSENED,
                    document.place("waivers", index, "rule"),
                    f"rule {waiver.rule} is final at "
                    f"{found[0].where('rules', found[1])}: a lower layer cannot waive "
                    "it",
                    remedy="Have the waiver written beside the rule, or "
                    "`waivable_below: true` on the rule.",
                )
                break


def _permissions(assembly: Assembly, above: Mapping[int, Sequence[Document]]) -> None:
    """An `allow` rule fills in for lists that a purpose leaves out, final or not."""
    allowing = [
        (document, index, rule)
        for document, index, rule in all_rules(assembly)
        if rule.effect is RuleEffect.ALLOW and rule.level is not Level.SHADOW
    ]
    for upper, name, purpose in written_purposes(assembly):
        final = set(_final_fields(purpose)) & set(_PERMISSIONS)
        unset = [field for field in _PERMISSIONS if getattr(purpose, field) is None]
        if not final.intersection(unset):
            continue
        for document, index, rule in allowing:
            if upper in above[id(document)] and _reaches(rule, name):
                document.report.error(
                    Code.LOOSENED,
                    document.place("rules", index, "id"),
                    f"rule {rule.id} permits calls of purpose {name}, which is final "
                    f"at {upper.where('purposes', name)} and leaves out "
                    f"{' and '.join(unset)}",
                    remedy="Name other purposes in the rule's conditions.",
                )


def _reaches(rule: Rule, purpose: str) -> bool:
    """Whether the rule's conditions on the purpose's name leave room for this one."""

    def fits(patterns: tuple[str, ...] | None) -> bool:
        return patterns is None or Globs(patterns).match(purpose)

    every = all(fits(each.purpose) for each in rule.all_of or ())
    return every and (
        not rule.any_of or any(fits(each.purpose) for each in rule.any_of)
    )


def _closed(assembly: Assembly, above: Mapping[int, Sequence[Document]]) -> None:
    """`final: [purposes]`: a lower file declares none but those that there are."""
    declared = list(written_purposes(assembly))
    for closing in assembly.documents:
        content = closing.content
        if not isinstance(content, PolicyFile) or "purposes" not in content.final:
            continue
        known = {
            name
            for document, name, _ in declared
            if document is closing or closing not in above[id(document)]
        }
        for document, name, _ in declared:
            if closing in above[id(document)] and name not in known:
                document.report.error(
                    Code.LOOSENED,
                    document.place("purposes", name, key=True),
                    f"purpose {name} is new here, and {closing.where('final')} says "
                    "that purposes are final",
                    remedy="Declare it there, or use one of the purposes there.",
                )
