"""What of a policy decides no call, and reviewers rely on: who owns, what is final.

Pure: puts into words, part by part, what the files of a valid policy say. What decides,
obliges or counts is compared as what it does (`diff`, `obliged`, `beside`); messages,
remedies and descriptions are words to people and nothing else.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple, TypeAlias

from affidavit import canonical
from affidavit.policy import parts
from affidavit.policy.assemble import Assembly, Document
from affidavit.policy.in_force import Level, RuleEffect
from affidavit.policy.layers import all_purposes, all_rules
from affidavit.policy.model import PackFile, PolicyFile, Purpose, Rule, Waiver
from affidavit.policy.part import Part as Written


class Kind(Enum):
    """What a policy consists of."""

    POLICY = ""
    """The file that was asked for, which bears no name of its own."""
    FILE = "extended file"
    PACK = "pack"
    PURPOSE = "purpose"
    RULE = "rule"
    WAIVER = "waiver of"


class Part(NamedTuple):
    """Something that comes, goes, or says something else."""

    kind: Kind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}".strip()


Fields: TypeAlias = Mapping[str, str]
"""What is said of a part, by what it is about; empty where nothing is."""
Standing: TypeAlias = Mapping[Part, Fields]

CONDITIONS = "conditions"
"""Of rules that only speak, as written: told as changed, never in full."""

PURPOSE_FIELDS = (
    "owner",
    "activities",
    "trains_model",
    "evaluates_model",
    "data",
    "final",
)
RULE_FIELDS = ("effect", "level", "clause", "owner", "severity")
_CONDITIONS = {"any_of", "all_of", "none_of"}


def standing(assembly: Assembly) -> Standing:
    """What a valid policy's parts say."""
    return dict(
        (
            *_files(assembly),
            *_purposes(assembly),
            *_rules(assembly),
            *_waivers(assembly),
        )
    )


_Said: TypeAlias = Iterator[tuple[Part, Fields]]


def _files(assembly: Assembly) -> _Said:
    root = assembly.documents[0]
    for document in assembly.documents:
        content = document.content
        if isinstance(content, PackFile):
            yield Part(Kind.PACK, content.name), {}
            continue
        owners = (content.owners or {}).items()
        said = {f"owners, {name.lower()}": _people(people) for name, people in owners}
        said["final"] = _words(content.final)
        if document is root:
            yield Part(Kind.POLICY), said
        else:
            yield Part(Kind.FILE, _place(document, root)), said


def _place(document: Document, root: Document) -> str:
    """Where a file stands, seen from the policy's own: that may lie anywhere."""
    return os.path.relpath(document.file, root.file.parent)


def _people(listed: Iterable[str]) -> str:
    """As approvals are compared: without regard to case."""
    return _words(sorted({each.lower() for each in listed}))


def _purposes(assembly: Assembly) -> _Said:
    for _, name, purpose in all_purposes(assembly):
        said = {field: _words(getattr(purpose, field)) for field in PURPOSE_FIELDS}
        yield Part(Kind.PURPOSE, name), {**said, **_approval(purpose)}


def _approval(purpose: Purpose) -> Fields:
    given = purpose.approval
    if given is None:
        return {}
    return {
        "approved by": _people(given.by),
        "approval's ticket": given.ticket,
        "approved on": given.date.isoformat(),
    }


def _rules(assembly: Assembly) -> _Said:
    """The policy's own: those of a pack come and go with it."""
    final = _final(assembly)
    for document, _, rule in all_rules(assembly):
        if isinstance(document.content, PolicyFile):
            said = {field: _words(getattr(rule, field)) for field in RULE_FIELDS}
            said[CONDITIONS] = _conditions(rule)
            yield Part(Kind.RULE, rule.id), {**said, **final.get(rule.id, {})}


def _final(assembly: Assembly) -> Mapping[str, Fields]:
    """By rule, what any file marks final: a lower one that writes it again is bound."""
    marked: dict[str, list[Rule]] = {}
    for _, _, rule in parts.written_rules(assembly):
        if rule.final:
            marked.setdefault(rule.id, []).append(rule)
    return {
        name: {
            "final": "true",
            "waivable_below": _words(all(rule.waivable_below for rule in rules)),
        }
        for name, rules in marked.items()
    }


def _conditions(rule: Rule) -> str:
    """Of a rule that decides nothing and obliges to nothing; empty for others."""
    speaks = rule.effect is RuleEffect.WARN or rule.level in (
        Level.ADVISORY,
        Level.SHADOW,
    )
    if not speaks or rule.obligations is not None:
        return ""
    said = rule.model_dump(mode="json", include=_CONDITIONS, exclude_none=True)
    return canonical.dumps(said).decode()


def _waivers(assembly: Assembly) -> _Said:
    seen: dict[str, int] = {}
    for _, _, waiver in parts.all_waivers(assembly):
        name = f"{waiver.rule} for {waiver.purpose} ({waiver.ticket})"
        seen[name] = seen.get(name, 0) + 1
        again = f" #{seen[name]}" if seen[name] > 1 else ""
        yield Part(Kind.WAIVER, name + again), _of_waiver(waiver)


def _of_waiver(waiver: Waiver) -> Fields:
    return {
        "until": waiver.expires.isoformat(),
        "approved by": _people(waiver.approved_by),
    }


def _words(value: object) -> str:
    """One spelling for what means the same, and never one for what does not."""
    match value:
        case None | False | ():
            return ""
        case True:
            return "true"
        case Enum():
            return str(value.value)
        case Written():
            said = value.model_dump(mode="json", exclude_none=True)
            return ", ".join(f"{name} {str(v).lower()}" for name, v in said.items())
        case tuple() | list():
            return ", ".join(sorted(map(_quoted, value)))
        case _:
            return str(value)


def _quoted(text: str) -> str:
    """In quotes where it would read as two."""
    return repr(text) if "," in text else text
