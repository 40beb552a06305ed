"""`affidavit policy new`: from a few answers to a policy and its tests."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click
import orjson

from affidavit import durable
from affidavit.cli import arguments, diagnostics, machine, output
from affidavit.cli.arguments import When
from affidavit.cli.teaching import (
    NO_FINDINGS,
    NO_INPUT,
    Exits,
    TeachingCommand,
    Use,
    etiquette,
)
from affidavit.errors import AffidavitError, PolicyInvalid, SettingsInvalid
from affidavit.policy import draft
from affidavit.policy.draft import Example, Trains, Wish
from affidavit.policy.in_force import ModelKind, Policy
from affidavit.providers import TERMS
from affidavit.purpose import checked

TESTS = ".test.yaml"
_DAYS = 365
_KINDS = [kind.value for kind in ModelKind]


class AlreadyThere(AffidavitError):
    """A file that would be written exists: it is never overwritten."""

    exit_code = 2


@click.command(
    cls=TeachingCommand,
    name="new",
    uses=(
        Use("affidavit policy new", "asks for what it needs"),
        Use(
            "affidavit policy new --purpose support.reply --owner support@acme.example "
            "--model 'gpt-5*' --endpoint responses",
            "by flags, as in a script",
        ),
    ),
    exits=Exits(
        "written",
        NO_FINDINGS,
        "something is there already, an answer is missing, or it makes no policy",
    ),
)
@etiquette
@click.argument("file", required=False, type=arguments.PATH)
@click.option("--name", help="The policy's name, as records show it.")
@click.option("--purpose", "purposes", multiple=True, help="Repeatable.")
@click.option("--owner", help="Who answers for it.")
@click.option("--description", help="What the calls are for.")
@click.option(
    "--provider",
    "parties",
    multiple=True,
    type=click.Choice(TERMS),
    help="Whose terms bind you. Repeatable. Default: openai.",
)
@click.option("--model", "models", multiple=True, metavar="GLOB", help="Repeatable.")
@click.option(
    "--endpoint", "endpoints", multiple=True, metavar="GLOB", help="Repeatable."
)
@click.option(
    "--expires", type=arguments.TIME, help="Last valid day. Default: in a year."
)
@click.option("--data", multiple=True, help="A kind of data that is sent. Repeatable.")
@click.option(
    "--trains-model", type=click.Choice(_KINDS), help="The output trains one."
)
@click.option("--distributed", is_flag=True, help="Third parties get that model.")
@click.option("--competing", is_flag=True, help="It competes with the provider's.")
@click.option("--observe", is_flag=True, help="Record first, refuse nothing yet.")
@arguments.as_json
def command(*, file: Path | None, as_json: bool, **given: Any) -> int:
    """Write a policy to FILE (default: policies/policy.yaml), and its tests beside it.

    What no flag says is asked for where a terminal listens. What is there is never
    overwritten.
    """
    target = file or Path("policies/policy.yaml")
    tests = target.with_name(target.stem + TESTS)
    for path in (target, tests):
        if path.exists() or path.is_symlink():
            raise AlreadyThere(f"{path}: is there already, and is not overwritten.")
    wishes, name, parties = _wishes(given)
    packs = list(_packs(parties))
    mode = "observe" if given["observe"] else "enforce"
    text = draft.policy_text(name, wishes, packs, mode=mode)
    made = _made(text, wishes, target.name)
    if made is None:
        return 2
    for path, data in zip((target, tests), made, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.create(path, data, mode=0o644)
    if as_json:
        machine.emit({"made": [machine.text(target), machine.text(tests)]})
    else:
        _say(target, tests)
    return 0


def _say(target: Path, tests: Path) -> None:
    output.say("made")
    output.say_pairs([(str(target), "the policy"), (str(tests), "its tests")])
    output.say()
    output.say("Next: read both, then")
    output.say_pairs(
        [
            (f"affidavit policy test {tests}", "hold one against the other"),
            (f"affidavit policy check {target}", "after every change"),
        ]
    )


def _wishes(given: dict[str, Any]) -> tuple[list[Wish], str, Sequence[str]]:
    ask = _Asking()
    default = Path.cwd().name.lower().replace(" ", "-") or "acme"
    name = given["name"] or ask("Name of the policy", default) or default
    parties = given["parties"] or _listed(ask("Provider(s)", "openai") or "openai")
    names = list(given["purposes"]) or _listed(
        ask.needed("Purpose(s), such as support.reply", "--purpose")
    )
    for party in parties:
        if party not in TERMS:
            raise SettingsInvalid(f"{party!r} is no provider: {', '.join(TERMS)}.")
    alone = len(names) == 1
    return (
        [_wish(checked(each), given, ask, alone=alone) for each in names],
        name,
        parties,
    )


def _wish(name: str, given: dict[str, Any], ask: "_Asking", *, alone: bool) -> Wish:
    lead = "" if alone else f"{name}: "
    return Wish(
        name=name,
        owner=given["owner"]
        or ask.needed(f"{lead}Owner, who answers for it", "--owner"),
        description=given["description"] or ask(f"{lead}What the calls are for", ""),
        models=given["models"]
        or tuple(_listed(ask.needed(f"{lead}Models, such as gpt-5*", "--model"))),
        endpoints=given["endpoints"]
        or tuple(_listed(ask(f"{lead}Endpoints", "responses") or "responses")),
        expires=_day(given["expires"], ask, lead),
        data=given["data"]
        or tuple(_listed(ask(f"{lead}Kinds of data sent", "") or "")),
        trains=_trains(given, ask, lead),
    )


def _day(given: When | None, ask: "_Asking", lead: str) -> date:
    if given is None:
        usual = (datetime.now(UTC) + timedelta(days=_DAYS)).date().isoformat()
        text = ask(f"{lead}Last valid day", usual) or usual
        given = arguments.TIME.convert(text, None, None)
    return given.start.date()


def _trains(given: dict[str, Any], ask: "_Asking", lead: str) -> Trains | None:
    kind = given["trains_model"]
    if kind is None and not given["purposes"]:
        kind = ask(f"{lead}Kind of model that the output trains, if any", "none")
    if kind in (None, "", "none"):
        return None
    if kind not in _KINDS:
        raise SettingsInvalid(f"{kind!r} is no kind of model: {', '.join(_KINDS)}.")
    return Trains(
        kind=ModelKind(kind),
        distributed=given["distributed"] or ask.whether(f"{lead}Do others get it"),
        competing=given["competing"]
        or ask.whether(f"{lead}Does it compete with the provider's"),
    )


class _Asking:
    """Questions on a terminal; without one, what has a default has it."""

    def __init__(self) -> None:
        context = click.get_current_context(silent=True)
        forbidden = context is not None and context.find_root().meta.get(NO_INPUT)
        self.listens = sys.stdin.isatty() and not forbidden

    def __call__(self, question: str, default: str) -> str | None:
        if not self.listens:
            return default or None
        said: str = click.prompt(
            question, default=default, show_default=bool(default), err=True
        )
        return said.strip() or None

    def needed(self, question: str, flag: str) -> str:
        """An answer that nobody can do without."""
        if not self.listens:
            raise click.UsageError(f"Give {flag}: there is no terminal to ask on.")
        said: str = click.prompt(question, err=True)
        return said.strip()

    def whether(self, question: str) -> bool:
        """No, where nobody can be asked."""
        return self.listens and click.confirm(f"{question}?", default=False, err=True)


def _listed(text: str) -> list[str]:
    return [each for each in text.replace(",", " ").split() if each]


def _packs(parties: Sequence[str]) -> Iterator[str]:
    """The shipped packs that hold the terms of these, and what flows down with them."""
    from affidavit.policy.loader import locate_packs
    from affidavit.policy.report import Report
    from affidavit.policy.source import parse, plain

    wanted = {*parties, *(("openai",) if "azure" in parties else ())}
    for file in sorted(locate_packs().glob("*.yaml")):
        root = parse(file.read_bytes(), Report(str(file)))
        content = None if root is None else plain(root)
        said = content if isinstance(content, dict) else {}
        if said.get("kind") == "Pack" and said.get("provider") in wanted:
            yield file.stem


def _made(text: str, wishes: Sequence[Wish], policy: str) -> tuple[bytes, bytes] | None:
    """Both files, laid out and tried; None when the answers make no policy."""
    from affidavit.policy.fmt import formatted
    from affidavit.policy.loader import load

    with tempfile.TemporaryDirectory(prefix="affidavit-") as folder:
        trial = Path(folder, policy)
        try:
            data = formatted(text.encode(), policy)
            trial.write_bytes(data)
            in_force = load(trial)
        except PolicyInvalid as error:
            diagnostics.say("text", error.diagnostics, [trial])
            return None
        today = datetime.now(UTC).date()
        examples = [
            each for wish in wishes for each in _examples(in_force, wish, today)
        ]
    return data, draft.tests_text(policy, examples).encode()


_SAID: dict[str, Callable[[str], str]] = {
    "permit": lambda what: f"{what} is permitted",
    "refuse": lambda what: f"{what} is refused",
    "review": lambda what: f"{what} waits for a person",
}


def _examples(policy: Policy, wish: Wish, today: date) -> Iterator[Example]:
    """Cases that say what the policy decides now, for its author to read."""
    from affidavit.policy.cases import CallPart
    from affidavit.policy.engine import decide
    from affidavit.policy.suite import call_of, findings_of

    for what, call, day in draft.calls(wish, today):
        part = CallPart.model_validate_json(orjson.dumps(call))
        made = call_of(part)
        now = datetime.combine(day, time.min, UTC)
        found = findings_of(part, made, lambda _: ())
        decision = decide(policy, made, found, now=now)
        expect: dict[str, Any] = {
            "effect": decision.effect.value,
            "decided_by": decision.reasons[0].rule,
        }
        if decision.shadow:
            expect["shadow"] = sorted({reason.rule for reason in decision.shadow})
        yield Example(_SAID[decision.effect.value](what), call, day, expect)
