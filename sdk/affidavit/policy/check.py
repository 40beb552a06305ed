"""Everything that can be said about a policy at a date, errors and warnings together.

Knows dates and habits: what has expired, what nobody answers for, what nobody has
looked at for long. Whether a policy can be in force at all is `assemble` and `meaning`.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from affidavit.errors import Diagnostic
from affidavit.policy import meaning
from affidavit.policy.assemble import Assembly, assemble
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import expired
from affidavit.policy.lint import HABITS
from affidavit.policy.loader import locate_packs
from affidavit.policy.model import PackFile, PackRule, Rule
from affidavit.policy.report import Code

STALE_AFTER = timedelta(days=180)
"""How long a comparison of a pack with its provider's terms holds."""


def check(
    path: Path, *, today: date, packs: Path | None = None
) -> tuple[Diagnostic, ...]:
    """What is wrong, or should be looked at, with the policy or pack on `today` (UTC).

    Ordered by file and position; empty when there is nothing to say. Raises
    `PolicyNotFound` when there is no policy, and `PolicyInvalid` when a directory does
    not say which of its policies is meant.
    """
    return examined(path, today=today, packs=packs).diagnostics


def examined(path: Path, *, today: date, packs: Path | None = None) -> Assembly:
    """As `check`, with what was read and from where."""
    assembly = assemble(path, lambda: packs or locate_packs())
    meaning.examine(assembly)
    for rule in WARNINGS:
        rule(assembly, today)
    # What parts do to each other can only be said of parts that are there, once each.
    if not assembly.errors:
        for rule in HABITS:
            rule(assembly, today)
    return assembly


def expired_waivers(assembly: Assembly, today: date) -> None:
    """P101: a waiver that no longer sets anything aside."""
    for document, index, waiver in meaning.all_waivers(assembly):
        if expired(waiver.expires, today):
            document.report.warning(
                Code.WAIVER_EXPIRED,
                document.place("waivers", index, "expires"),
                f"the waiver of {waiver.rule} for {waiver.purpose} expired after "
                f"{waiver.expires}",
                remedy="Remove it, or have it approved again.",
            )


def unused_waivers(assembly: Assembly, today: date) -> None:
    """P105: a waiver for a purpose that its rule never applies to, or a second one."""
    rules = {rule.id: rule for _, _, rule in meaning.all_rules(assembly)}
    seen: dict[tuple[str, str], str] = {}
    for document, index, waiver in meaning.all_waivers(assembly):
        rule, pair = rules.get(waiver.rule), (waiver.rule, waiver.purpose)
        if expired(waiver.expires, today) or rule is None:
            continue
        message = None
        if not _can_apply(rule, waiver.purpose):
            message = f"rule {rule.id} never applies to {waiver.purpose}"
        elif pair in seen:
            message = f"the waiver at {seen[pair]} is for the same rule and purpose"
        seen.setdefault(pair, document.where("waivers", index))
        if message is not None:
            place = document.place("waivers", index)
            document.report.warning(
                Code.WAIVER_UNUSED, place, message, remedy="Remove the waiver."
            )


def _can_apply(rule: Rule, purpose: str) -> bool:
    """Whether the rule's purpose conditions leave room for `purpose`."""

    def fits(patterns: tuple[str, ...] | None) -> bool:
        return patterns is None or Globs(patterns).match(purpose)

    every = all(fits(condition.purpose) for condition in rule.all_of or ())
    some = any(fits(condition.purpose) for condition in rule.any_of or ())
    return every and (some or not rule.any_of)


def expired_purposes(assembly: Assembly, today: date) -> None:
    """P102: a purpose under which every call is refused by now."""
    for document, name, purpose in meaning.all_purposes(assembly):
        expires = purpose.expires
        if expired(expires, today):
            document.report.warning(
                Code.PURPOSE_EXPIRED,
                document.place("purposes", name, "expires"),
                f"purpose {name} expired after {expires}: its calls are refused",
                remedy="Remove it, or review it and set a later date.",
            )


def purposes_without_owner(assembly: Assembly, _today: date) -> None:
    """P104: a purpose that nobody answers for."""
    for document, name, purpose in meaning.all_purposes(assembly):
        if purpose.owner is None:
            document.report.warning(
                Code.NO_OWNER,
                document.place("purposes", name, key=True),
                f"purpose {name} has no owner",
                remedy="Add `owner:` with who answers for it.",
            )


def stale_clauses(assembly: Assembly, today: date) -> None:
    """P103: a pack that nobody has compared with the terms for half a year."""
    for document in assembly.documents:
        pack = document.content
        if isinstance(pack, PackFile) and today - pack.reviewed > STALE_AFTER:
            # At the entry that names it: its user cannot edit a shipped file.
            reader, place = document.extended_at or (
                document,
                document.place("reviewed"),
            )
            reader.report.warning(
                Code.CLAUSE_STALE,
                place,
                f"pack {pack.name} was last compared with {pack.source} on "
                f"{pack.reviewed}, {(today - pack.reviewed).days} days ago",
                remedy="Compare it with the terms in force, or update affidavit.",
            )


def unconfirmed_clauses(assembly: Assembly, _today: date) -> None:
    """P106: a rule whose clause nobody has confirmed the wording of."""
    for document, index, rule in meaning.all_rules(assembly):
        if isinstance(rule, PackRule) and rule.review:
            place = document.place("rules", index, "review", key=True)
            reader, place = document.extended_at or (document, place)
            reader.report.warning(
                Code.UNCONFIRMED,
                place,
                f"the wording behind rule {rule.id} is not confirmed",
                remedy="Have legal read the clause before relying on the rule.",
            )


WARNINGS: tuple[Callable[[Assembly, date], None], ...] = (
    expired_waivers,
    unused_waivers,
    expired_purposes,
    purposes_without_owner,
    stale_clauses,
    unconfirmed_clauses,
)
