"""What one file says: findings, purposes it names, waivers it holds.

Values that depend on the file alone, never on a policy, a day or an option: so they can
be kept by the file's digest. Text form is JSON; `parse` accepts what `dump` prints.
"""

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, NamedTuple

import orjson

from affidavit.errors import Malformed
from affidavit.scan.code.rules import Rule


class Spot(NamedTuple):
    """A position; all count from 1, columns in characters."""

    line: int
    column: int
    cell: int = 0
    """Which code cell of a notebook; 0 in any other file."""


class Under(Enum):
    """Under which way of running a program a finding stands."""

    ALWAYS = "always"
    STOCK = "stock"
    """Unless `affidavit.install()` or `affidavit run` governs the whole process."""
    INSTALLED = "installed"
    """Only where one of these does: without them another rule says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found, where, and what to do about it."""

    rule: Rule
    at: Spot
    message: str
    help: str | None = None
    last_line: int = 0
    """Where the statement that the finding is about ends; 0 where it is one line."""
    under: Under = Under.ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A purpose that the source names."""

    purpose: str
    at: Spot
    last_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A comment that sets rules aside, for a line or for the whole file."""

    at: Spot
    codes: tuple[str, ...]
    reason: str
    """Empty where the comment gives none; then it sets nothing aside."""
    target: int
    """The line that it is about; 0 for the whole file (or notebook)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that one file says."""

    findings: tuple[Finding, ...] = ()
    purposes: tuple[Named, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.findings or self.purposes or self.waivers)


NOTHING = Facts()


START = Spot(1, 1)


def failed(rule: Rule, message: str, help_: str, at: Spot = START) -> Facts:
    """The facts of a file that could not be judged."""
    return Facts(findings=(Finding(rule=rule, at=at, message=message, help=help_),))


def dump(facts: Facts) -> bytes:
    """One line of JSON."""
    return orjson.dumps(
        {
            "findings": [_plain(each) for each in facts.findings],
            "purposes": [_plain(each) for each in facts.purposes],
            "waivers": [_plain(each) for each in facts.waivers],
        }
    )


def parse(data: bytes) -> Facts:
    """What `dump` printed, else `Malformed`."""
    try:
        value = orjson.loads(data)
        facts = Facts(
            findings=tuple(_finding(each) for each in value["findings"]),
            purposes=tuple(_named(each) for each in value["purposes"]),
            waivers=tuple(_waiver(each) for each in value["waivers"]),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise Malformed(f"kept facts that cannot be read: {error}") from error
    if dump(facts) != data:
        raise Malformed("kept facts that this version would not have written")
    return facts


def _plain(value: Finding | Named | Waiver) -> dict[str, Any]:
    fields = asdict(value)
    fields["at"] = tuple(value.at)
    return {
        name: each.value if isinstance(each, Enum) else each
        for name, each in fields.items()
    }


def _finding(fields: dict[str, Any]) -> Finding:
    rule, under = Rule(fields.pop("rule")), Under(fields.pop("under"))
    return Finding(rule=rule, under=under, at=Spot(*fields.pop("at")), **fields)


def _named(fields: dict[str, Any]) -> Named:
    return Named(at=Spot(*fields.pop("at")), **fields)


def _waiver(fields: dict[str, Any]) -> Waiver:
    codes = tuple(fields.pop("codes"))
    return Waiver(at=Spot(*fields.pop("at")), codes=codes, **fields)
