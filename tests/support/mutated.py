"""Policies that nobody would write: real ones, damaged in ways that a text can be.

Every mutant follows from its number alone, so that one that breaks something is found
again. What is promised of each is in `hold`.
"""

import random
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from affidavit.errors import PolicyInvalid, PolicyNotFound
from affidavit.policy.check import check
from affidavit.policy.engine import Decision, Effect, decide
from affidavit.policy.loader import Policy, load
from support.policies import HEAD, NOON, POLICIES, SUPPORT, a_call, a_finding

SECONDS = 1.0
TODAY = date(2026, 11, 22)
FULL = (
    HEAD
    + """\
mode: enforce
origins: ["https://api.openai.com"]
owners: {"*": [legal@acme.example]}
purposes:
  support.reply:
    description: Draft replies
    owner: support@acme.example
    models: ["gpt-5*", o1]
    endpoints: [responses, chat.completions]
    activities: [distillation]
    data: [customer_pii]
    budget: {requests: 50000/day}
    expires: 2027-03-31
  research.classifier:
    trains_model: {kind: classifier, distributed: false, competing: true}
    evaluates_model: {competing: true}
rules:
  - id: no-sets
    clause: terms/3.3(e)
    effect: deny
    level: hard
    any:
      - finding: {dataset_generation: ">= 0.8"}
      - when: purpose.trains_model.distributed && request.model.startsWith("gpt")
    none:
      - purpose: "research.*"
    message: No training sets.
    remedy: Ask legal.
    severity: high
  - id: one-answer
    effect: review
    level: waivable
    all: [{parameter: {n: "> 1", logprobs: true}, safety_id: absent}]
    message: One is enough.
  - {id: some, effect: allow, any: [{provider: openai, host: "*.com"}], message: m}
waivers:
  - rule: one-answer
    purpose: support.reply
    approved_by: [dpo@acme.example]
    ticket: LEGAL-91
    expires: 2026-12-31
"""
)
SEEDS: tuple[str, ...] = (
    FULL,
    HEAD + SUPPORT,
    (POLICIES / "starter.yaml").read_text("utf-8"),
)
WORDS: tuple[str, ...] = (
    *("allow", "deny", "review", "warn", "hard", "shadow", "observe", "true", "false"),
    *(
        "null",
        "~",
        "*",
        "&a",
        "*a",
        "!!python/object:os.system",
        "<<: *a",
        "?",
        "|",
        ">",
    ),
    *('"', "'", "{", "}", "[", "]", ": ", "- ", "#", "%YAML 1.1", "---", "...", "\t"),
    *(
        "0",
        "-1",
        "1e999",
        ".inf",
        ".nan",
        "0x10",
        "2026-13-45",
        "2026-12-31",
        "50000/day",
    ),
    *(
        "pack:",
        "pack:../..",
        "../../etc/passwd",
        "/etc/passwd",
        "policy.yaml",
        "$",
        "**",
    ),
    *(
        "1 == 1",
        "request.model",
        "[1,2].all(x, x > 0)",
        "request.nope",
        '"a" + 1',
        "((((",
    ),
    *("\x00", "\u202e", "\ufeff", "é", "\U0001f600", "\ud800", "a" * 5000, "[" * 200),
    *(
        "extends: [policy.yaml]",
        "require_signature: true",
        "final: [purposes]",
        "name: x",
    ),
)
CALLS = (
    a_call(origin="https://api.openai.com"),
    a_call(purpose=None),
    a_call(purpose="research.classifier", model=None, parameters={"n": 5}),
    a_call(purpose="no such", model="\0", host="", endpoint="other:GET /x"),
)
FINDINGS = ((), (a_finding(), a_finding(kind="purpose_mismatch", score=1.0)))


def mutant(number: int) -> bytes:
    """The policy of that number."""
    dice = random.Random(number)
    text = dice.choice(SEEDS)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        text = dice.choice(_DAMAGES)(text, dice)
    data = text.encode("utf-8", "surrogatepass")
    if dice.random() < 0.1 and data:
        at = dice.randrange(len(data))
        data = data[:at] + dice.randbytes(dice.choice((1, 1, 4))) + data[at + 1 :]
    return data


def _drop_line(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    del lines[dice.randrange(len(lines))]
    return "".join(lines)


def _repeat_line(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at = dice.randrange(len(lines))
    return "".join([*lines[:at], *lines[at : at + 1] * 2, *lines[at + 1 :]])


def _move_line(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    line = lines.pop(dice.randrange(len(lines)))
    lines.insert(dice.randrange(len(lines) + 1), line)
    return "".join(lines)


def _indent(text: str, dice: random.Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at = dice.randrange(len(lines))
    lines[at] = dice.choice((" ", "  ", "\t", "")) + lines[at].lstrip(" ")
    return "".join(lines)


def _insert(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(WORDS) + text[at:]


def _replace_value(text: str, dice: random.Random) -> str:
    colons = [at for at, char in enumerate(text) if char == ":"]
    if not colons:
        return text
    at = dice.choice(colons) + 1
    end = text.find("\n", at)
    return f"{text[:at]} {dice.choice(WORDS)}{text[end:] if end >= 0 else ''}"


def _cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def _splice(text: str, dice: random.Random) -> str:
    other = dice.choice(SEEDS)
    at, since = dice.randrange(len(text) + 1), dice.randrange(len(other))
    return text[:at] + other[since:]


def _swap_character(text: str, dice: random.Random) -> str:
    if not text:
        return text
    at = dice.randrange(len(text))
    return text[:at] + chr(dice.choice((dice.randrange(32, 127), 10))) + text[at + 1 :]


_DAMAGES = (
    _drop_line,
    _repeat_line,
    _move_line,
    _indent,
    _insert,
    _replace_value,
    _cut,
    _splice,
    _swap_character,
)


def hold(data: bytes, file: Path, *, checked: bool = True) -> str:
    """Load, check and ask what `data` makes: `refused`, or `in force`.

    Raises when a promise is broken: an exception that is not ours, more than a second,
    a policy in force although its check finds an error, or the other way round, or a
    call that is let through by a policy without anything that permits it.
    """
    file.write_bytes(data)
    begun = time.thread_time()
    policy = _loaded(file)
    found = _levels(file) if checked else ()
    if policy is not None:
        for call in CALLS:
            for findings in FINDINGS:
                _fair(policy, decide(policy, call, findings, now=NOON))
    spent = time.thread_time() - begun
    assert spent < SECONDS, f"{spent:.2f} s"
    # A pack is no error, and by itself in force it cannot be.
    assert policy is None or "error" not in found
    return "refused" if policy is None else "in force"


def _levels(file: Path) -> Sequence[str]:
    try:
        return [each.level for each in check(file, today=TODAY)]
    except PolicyInvalid as error:
        return [each.level for each in error.diagnostics]


def _loaded(file: Path) -> Policy | None:
    try:
        return load(file)
    except (PolicyInvalid, PolicyNotFound):
        return None


def _fair(policy: Policy, decision: Decision) -> None:
    assert decision.reasons
    if decision.effect is not Effect.PERMIT:
        return
    allowing = {rule.id for rule in policy.rules} | {"purpose.permits"}
    assert decision.reasons[0].rule in allowing


def hold_all(first: int, end: int, directory: Path) -> dict[str, int]:
    """How many of the mutants `[first, end)` were refused and how many in force."""
    counts = {"refused": 0, "in force": 0}
    file = directory / f"{first}.yaml"
    for number in range(first, end):
        try:
            # A check reads all again: of each eighth, it must agree.
            counts[hold(mutant(number), file, checked=number % 8 == 0)] += 1
        except BaseException as error:
            error.add_note(f"mutant {number}: {mutant(number)!r}")
            raise
    file.unlink(missing_ok=True)
    return counts
