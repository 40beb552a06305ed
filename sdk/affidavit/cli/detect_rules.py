"""`affidavit detect rules`: what the detector looks for, and one rule in full."""

import difflib
from collections.abc import Iterable

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.detect.rule import Rule
from affidavit.detect.rules import RULES
from affidavit.detect.signs import SIGNS
from affidavit.detect.signs.sign import Sign


@click.command(
    cls=TeachingCommand,
    name="rules",
    uses=(
        Use("affidavit detect rules", "all of them, a line each"),
        Use(
            "affidavit detect rules DG001",
            "one, with what it finds and what it lets be",
        ),
        Use("affidavit detect rules --activity self_instruct", "those of one activity"),
    ),
    exits=Exits("listed", "does not occur", "usage, or there is no such rule"),
)
@etiquette
@click.argument("rule_id", metavar="[RULE]", required=False)
@click.option("--activity", metavar="NAME", help="Rules that speak for this activity.")
@arguments.as_json
def command(*, rule_id: str | None, activity: str | None, as_json: bool) -> int:
    """List the detector's rules, or explain RULE (or a sign, SG…) with its cases."""
    sign = _sign(rule_id)
    if sign is not None:
        _tell_sign(sign, as_json=as_json)
        return 0
    if rule_id is not None:
        chosen: tuple[Rule, ...] = (_named(rule_id),)
    else:
        chosen = tuple(r for r in RULES if activity in {None, _activity(r)})
    if not chosen:
        raise click.UsageError(f"No rule speaks for {activity!r}. {_activities()}")
    if as_json:
        machine.emit_figures([_as_json(rule) for rule in chosen])
    elif rule_id is not None:
        _explain(chosen[0])
    else:
        _list(chosen)
    return 0


def _sign(named: str | None) -> Sign | None:
    """The sign of that name: they go unlisted, but findings name them."""
    return {sign.id: sign for sign in SIGNS}.get((named or "").upper())


def _tell_sign(sign: Sign, *, as_json: bool) -> None:
    activity = "any" if sign.activity is None else sign.activity.value
    if as_json:
        told = {"activity": None if sign.activity is None else activity}
        told |= {"because": sign.because, "id": sign.id}
        machine.emit_figures([told | {"matches": list(sign.matches)}])
        return
    output.say(f"{sign.id}: {sign.because}")
    output.say()
    output.say_pairs([("activity", activity), ("weight", "only with other signs")])
    output.say("Borne by:")
    for case in sign.matches:
        output.say(f"  - {case}")


def _named(rule_id: str) -> Rule:
    known = {rule.id: rule for rule in RULES}
    rule = known.get(rule_id.upper())
    if rule is not None:
        return rule
    near = difflib.get_close_matches(rule_id.upper(), known, n=1)
    hint = f"Did you mean {near[0]}?" if near else "See `affidavit detect rules`."
    raise click.UsageError(f"There is no rule {rule_id!r}. {hint}")


def _activities() -> str:
    known = dict.fromkeys(_activity(rule) for rule in RULES)
    return f"Known: {', '.join(known)}."


def _activity(rule: Rule) -> str:
    return "any" if rule.activity is None else rule.activity.value


def _languages(rule: Rule) -> str:
    return " ".join(language.value for language in rule.languages)


def _list(rules: Iterable[Rule]) -> None:
    output.say_table(
        ("rule", "activity", "weight", "languages", "because"),
        [
            (r.id, _activity(r), f"{r.weight:.2f}", _languages(r), r.because)
            for r in rules
        ],
    )


def _explain(rule: Rule) -> None:
    output.say(f"{rule.id}: {rule.because}")
    output.say()
    output.say_pairs(
        [
            ("activity", _activity(rule)),
            ("weight", f"{rule.weight:.2f}"),
            ("languages", _languages(rule)),
        ]
    )
    for heading, cases in (
        ("Found in:", rule.matches),
        ("Not found in:", rule.ignores),
    ):
        output.say(heading)
        for case in cases:
            output.say(f"  - {case}")


def _as_json(rule: Rule) -> object:
    return {
        "activity": None if rule.activity is None else rule.activity.value,
        "because": rule.because,
        "id": rule.id,
        "ignores": list(rule.ignores),
        "languages": [language.value for language in rule.languages],
        "matches": list(rule.matches),
        "weight": rule.weight,
    }
