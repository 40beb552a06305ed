"""Attacks and what became of them, as tables for people and for programs."""

import sys
from collections.abc import Iterable, Mapping, Sequence

from support.attacks.suite import FAMILIES, OUTSIDE, Result
from support.attacks.terms import Attack, Held, Said

HEADINGS = {
    Held.KEY: "pinned key",
    Held.PINS: "pinned key",
    Held.SECRET: "secret",
    Held.OLDER: "checkpoint",
    Held.EARLIER: "half-way one",
    Held.WITNESS: "witness",
    Held.STAMP: "time stamp",
    Held.SIZE: "min. size",
    Held.AGE: "max. age",
}
COLUMNS = (Held.KEY, Held.SECRET, *OUTSIDE)
_SHORT = {Said.OUT_OF_REACH: "says not", Said.UNDECIDED: "undecided"}
_WORDS = {
    Held.SECRET: "the trail's secret",
    Held.OLDER: "an older checkpoint",
    Held.WITNESS: "a witness",
    Held.STAMP: "a time stamp",
    Held.SIZE: "`--min-size`",
    Held.AGE: "`--max-age`",
}


def text(results: Mapping[str, Result | str]) -> str:
    """One line an attack; a sentence where it could not be carried out."""
    width = max(map(len, results))
    heads = [HEADINGS[each] for each in COLUMNS]
    lines = [f"{'':{width}}  " + "  ".join(f"{each:12}" for each in heads) + "  first"]
    for name, result in results.items():
        if isinstance(result, str):
            lines.append(f"{name:{width}}  not here: {result}")
            continue
        cells = [cell(result, held) for held in COLUMNS]
        first = result.judged[result.attack.judge].first
        told = "  ".join(f"{each:12}" for each in cells)
        lines.append(f"{name:{width}}  {told}  {first}".rstrip())
        lines += [f"{'':{width}}  WRONG {each}" for each in result.wrong]
    return "\n".join(lines)


def cell(result: Result, held: Held) -> str:
    """What one verifier said, in a word."""
    if held is Held.KEY:
        held = result.attack.judge
    judged = result.judged.get(held)
    if judged is None:
        return "-"
    return _SHORT.get(judged.said, judged.said.value)


def as_json(results: Mapping[str, Result | str]) -> dict[str, object]:
    """By attack: what each verifier said, or why it was not carried out."""
    return {name: _object(result) for name, result in results.items()}


def _object(result: Result | str) -> dict[str, object]:
    if isinstance(result, str):
        return {"unsuited": result}
    return {
        "first": result.judged[result.attack.judge].first,
        "said": {held.value: each.said.value for held, each in result.judged.items()},
        "who": result.attack.who.name.lower(),
        "wrong": result.wrong,
    }


def markdown() -> str:
    """What docs/attacks.md holds: every attack by family, and what finds it."""
    lines: list[str] = []
    for family, attacks in FAMILIES.items():
        lines += [f"### {family}", "", *_rows(attacks), ""]
    return "\n".join(lines)


def _rows(attacks: Sequence[Attack]) -> Iterable[str]:
    yield "| attack | the attacker … | has | verification |"
    yield "|---|---|---|---|"
    for each in attacks:
        does = f"{each.does} ({each.history})" if each.history else each.does
        yield f"| `{each.name}` | {does} | {each.who.value} | {_verdict(each)} |"


def _verdict(attack: Attack) -> str:
    others = [_WORDS[each] for each in _WORDS if each in attack.found_by]
    finders = f"; found with {_listed(others)}" if others else ""
    match attack.said:
        case Said.NAMED:
            return "found, record named"
        case Said.FOUND:
            return "found"
        case Said.UNDECIDED:
            return f"not decided, exit code 2{finders}"
        case Said.ON_TRUST:
            return f"valid on their word, and says whose{finders}"
        case Said.NOTED:
            return f"valid, and noted as odd{finders}"
        case _:
            return f"out of reach, and says so{finders or '; nothing finds it'}"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


if __name__ == "__main__":
    sys.stdout.write(markdown() + "\n")
