"""What files say, judged: against a policy's purposes, a day, waivers and options.

Pure. A purpose that the policy does not know is a finding from tomorrow on as well as
today, without any file having changed: so nothing of this is ever cached.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from affidavit.errors import Diagnostic, SettingsInvalid
from affidavit.policy.in_force import expired
from affidavit.policy.nearest import suggestion
from affidavit.purpose import checked
from affidavit.scan.code.facts import Facts, Finding, Named, Under
from affidavit.scan.code.keys import hidden
from affidavit.scan.code.rules import ENTRIES, INCOMPLETE, Rule
from affidavit.scan.code.waivers import weigh

_CELL = ":cell "
_DECLARING = frozenset({Rule.NO_PURPOSE, Rule.PURPOSE_ELSEWHERE})
_OF_POLICY = frozenset({Rule.UNKNOWN_PURPOSE, Rule.EXPIRED_PURPOSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what files are judged."""

    today: date
    purposes: Mapping[str, date | None] | None = None
    """The policy's purposes with their last days; None where there is no policy."""
    installed: bool = False
    """Whether `affidavit.install()` or `affidavit run` governs the whole process."""
    default_purpose: bool = False
    """Whether the settings declare a purpose for calls that declare none."""
    rules: frozenset[Rule] = frozenset(Rule)
    """Rules that are asked for; those that say a file was not judged always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is found in one file."""

    diagnostics: tuple[Diagnostic, ...]
    waived: int


def chosen(select: Iterable[str], ignore: Iterable[str]) -> frozenset[Rule]:
    """The rules whose ids begin with one of `select` (all, without any) and none of
    `ignore`. Raises `SettingsInvalid` for what begins no rule's id.
    """
    wanted, unwanted = tuple(select), tuple(ignore)
    for each in (*wanted, *unwanted):
        if not any(rule.value.startswith(each) for rule in Rule):
            raise SettingsInvalid(
                f"{each!r} is no rule of the code scan, nor the beginning of one. "
                "Rules are listed in docs/code-scan.md."
            )
    return frozenset(
        rule
        for rule in Rule
        if (not wanted or rule.value.startswith(wanted))
        and not rule.value.startswith(unwanted or ("-",))
    )


def judge(path: str, facts: Facts, terms: Terms) -> Judged:
    """Everything that stands about one file, in its order."""
    if not facts:
        return Judged(diagnostics=(), waived=0)
    found = [
        replace(each, under=Under.ALWAYS)
        for each in facts.findings
        if _applies(each, terms)
    ]
    found += [each for named in facts.purposes for each in _of_purpose(named, terms)]
    wanted = [each for each in dict.fromkeys(found) if _wanted(each.rule, terms)]
    judged = terms.rules - _unjudged(terms)
    weighed = weigh(replace(facts, findings=tuple(wanted)), judged=judged)
    standing = [each for each in weighed.findings if _wanted(each.rule, terms)]
    standing.sort(key=lambda each: (each.at.cell, each.at, each.rule.value))
    return Judged(
        diagnostics=tuple(dict.fromkeys(_diagnostic(path, each) for each in standing)),
        waived=weighed.waived,
    )


def _applies(finding: Finding, terms: Terms) -> bool:
    if finding.rule in _DECLARING and terms.default_purpose:
        return False
    match finding.under:
        case Under.ALWAYS:
            return True
        case Under.STOCK:
            return not terms.installed
        case Under.INSTALLED:
            return terms.installed


def _wanted(rule: Rule, terms: Terms) -> bool:
    return rule in terms.rules or rule in INCOMPLETE


def _unjudged(terms: Terms) -> frozenset[Rule]:
    """Rules that nothing could be held against: a waiver for one may be needed."""
    return frozenset() if terms.purposes is not None else _OF_POLICY


def _of_purpose(named: Named, terms: Terms) -> Iterator[Finding]:
    name = named.purpose
    try:
        checked(name)
    except SettingsInvalid as error:
        message, _, remedy = str(error).partition(". ")
        yield _about(named, Rule.INVALID_PURPOSE, message, remedy)
        return
    if terms.purposes is None:
        return
    if name not in terms.purposes:
        near = suggestion(name, terms.purposes)
        remedy = near or "Declare it in the policy, with an owner."
        message = f"the policy does not know the purpose {name!r}"
        yield _about(named, Rule.UNKNOWN_PURPOSE, message, remedy)
    elif expired(terms.purposes[name], terms.today):
        message = f"the purpose {name!r} expired after {terms.purposes[name]}"
        remedy = "Have its owner renew it in the policy, or take the call out."
        yield _about(named, Rule.EXPIRED_PURPOSE, message, remedy)


def _about(named: Named, rule: Rule, message: str, remedy: str) -> Finding:
    return Finding(
        rule=rule, at=named.at, message=message, help=remedy, last_line=named.last_line
    )


def _diagnostic(path: str, finding: Finding) -> Diagnostic:
    cell = f"{_CELL}{finding.at.cell}" if finding.at.cell else ""
    return Diagnostic(
        path=path + cell,
        line=finding.at.line,
        column=finding.at.column,
        rule=finding.rule.value,
        message=hidden(finding.message),
        level=ENTRIES[finding.rule].level,
        help=finding.help,
    )


def in_file(diagnostic: Diagnostic) -> Diagnostic:
    """The same for readers that know files only: a notebook's cell goes into words."""
    path, found, cell = diagnostic.path.rpartition(_CELL)
    if not found:
        return diagnostic
    place = f"cell {cell}, line {diagnostic.line}"
    message = f"{place}: {diagnostic.message}"
    return replace(diagnostic, path=path, line=1, column=1, message=message)
