"""Whether a statement's figures agree with one another.

Pure. Knows sums and shapes; what a trail says of them is `recount`'s.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from affidavit import canonical
from affidavit.attest import predicate
from affidavit.attest.tally import ATTESTED, EFFECTS, Values
from affidavit.canonical import Json
from affidavit.errors import Malformed

Section: TypeAlias = Mapping[str, Json]


def differences(counted: Section, said: Section, under: str) -> Iterator[str]:
    """`path: what the statement says, and what it should`, for each that differs."""
    for name, value in counted.items():
        path, other = f"{under}.{name}".lstrip("."), said.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            yield from differences(value, other, path)
            for surplus in sorted(other.keys() - value.keys()):
                yield f"{path}.{surplus}: {_short(other[surplus])}, counted: nothing"
        elif value != other:
            yield f"{path}: {_short(other)}, counted: {_short(value)}"


def _short(value: Json) -> str:
    text = canonical.dumps(value).decode()
    return text if len(text) <= 300 else text[:300] + "…"


def rows_in(use: Section) -> Counter[tuple[Values, str]]:
    """The statement's rows; `Malformed` at one that is none."""
    found: Counter[tuple[Values, str]] = Counter()
    rows = use.get("rows")
    for row in rows if isinstance(rows, list) else ():
        match row:
            case {"effect": str(effect), "decisions": count, **values} if (
                values.keys() == set(ATTESTED)
                and all(it is None or isinstance(it, str) for it in values.values())
            ):
                told = tuple(_text(values[name]) for name in ATTESTED)
                found[told, effect] += _number(count)
            case _:
                raise Malformed(f"not a row of figures: {row!r:.200}")
    return found


def unbalanced(
    use: Section,
    records: Section,
    integrity: Section,
    rows: Counter[tuple[Values, str]],
) -> Iterator[str]:
    """Figures that count the same decisions and differ."""
    match use, records, integrity:
        case (
            {"byEffect": dict(effects), "outcomes": dict(outcomes), "unopened": lost},
            {"total": total, "byKind": dict(kinds)},
            {"unknownOutcomes": unknown},
        ):
            decisions = _number(kinds.get("decision", 0))
            sides = {
                "records.total": (_number(total), sum(map(_number, kinds.values()))),
                "use.byEffect": (sum(map(_number, effects.values())), decisions),
                "use.rows": (rows.total() + _number(lost), decisions),
                "use.outcomes": (
                    sum(map(_number, outcomes.values())),
                    sum(_number(effects.get(name, 0)) for name in EFFECTS[:2]),
                ),
                "integrity.unknownOutcomes": (
                    _number(unknown),
                    _number(outcomes.get("unknown", 0)),
                ),
            }
        case _:
            raise Malformed("the statement's use, records or integrity lack figures")
    for name, (said, counted) in sides.items():
        if said != counted:
            yield f"{name}: {said}, where the other figures make it {counted}"


def of_days(said: Json, use: Section) -> Iterator[str]:
    """What does not agree between the section `days` and the decisions by effect."""
    days: Counter[tuple[str, str]] = Counter()
    for each in said if isinstance(said, list) else ():
        match each:
            case {
                "day": str(day),
                "effect": str(effect),
                "decisions": count,
                **rest,
            } if not rest:
                days[day, effect] += _number(count)
            case _:
                raise Malformed(f"not the decisions of a day: {each!r:.200}")
    if predicate.days_of(days) != said:
        yield "days: they are not in order, or a day and effect stands there twice"
    sums: Counter[str] = Counter()
    for (_, effect), count in days.items():
        sums[effect] += count
    counted: dict[str, Json] = {
        effect: predicate.number(sums[effect]) for effect in EFFECTS
    }
    yield from differences({"byEffect": counted}, use, "days")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Json) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        number = int(value[:40])
        if predicate.number(number) == value:
            return number
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Malformed(f"not a count: {value!r:.80}")
