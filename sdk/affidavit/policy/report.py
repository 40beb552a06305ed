"""What is found wrong with a policy file: the codes, and a report that collects them.

Knows places and words. It knows nothing of YAML or of what a policy means; whoever
finds something says where. Codes are stable: people put them in ignore lists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from affidavit.errors import Diagnostic
from affidavit.policy.nearest import suggestion


class Place(NamedTuple):
    """A position in a text file; both count from 1, columns in characters."""

    line: int
    column: int


START = Place(1, 1)
SUGGESTIONS = 30
"""So many diagnostics of one file come with a search for the nearest names."""


class Code(Enum):
    """Everything that a policy can be told about itself."""

    SYNTAX = "P001"
    NOT_UTF8 = "P002"
    TOO_LARGE = "P003"
    DUPLICATE_KEY = "P004"
    YAML_FEATURE = "P005"
    CHARACTER = "P006"
    NO_VALUE = "P007"
    UNKNOWN_FIELD = "P010"
    MISSING_FIELD = "P011"
    WRONG_VALUE = "P012"
    EXTENDS_UNKNOWN = "P020"
    EXTENDS_OUTSIDE = "P021"
    EXTENDS_CYCLE = "P022"
    DUPLICATE_NAME = "P023"
    MODE_CONFLICT = "P024"
    AMBIGUOUS = "P025"
    LOOSENED = "P026"
    UNKNOWN_RULE = "P030"
    UNKNOWN_PURPOSE = "P031"
    NOT_WAIVABLE = "P032"
    UNKNOWN_FINDING = "P033"
    UNKNOWN_ENDPOINT = "P034"
    EXPRESSION = "P035"
    EXTRA_MISSING = "P036"
    UNPRICED = "P038"
    UNAPPROVED = "P040"
    NO_APPROVER = "P041"
    UNCOMMITTED = "P042"
    WAIVER_EXPIRED = "P101"
    PURPOSE_EXPIRED = "P102"
    CLAUSE_STALE = "P103"
    NO_OWNER = "P104"
    WAIVER_UNUSED = "P105"
    UNCONFIRMED = "P106"
    UNREACHABLE = "P107"
    SHADOWED = "P108"
    CONTRADICTION = "P109"
    WAIVER_ENDLESS = "P110"
    MODEL_MISSPELT = "P111"
    UNMATCHED = "P112"
    PURPOSE_UNUSED = "P113"
    CONSTANT = "P114"
    PARAMETER_TYPE = "P115"
    PARAMETER_UNKNOWN = "P116"


@dataclass(slots=True)
class Report:
    """The diagnostics of one file, in the order found."""

    path: str
    found: list[Diagnostic] = field(default_factory=list)

    def error(
        self, code: Code, place: Place, message: str, *, remedy: str | None = None
    ) -> None:
        """What keeps the policy from being put in force."""
        self._add("error", code, place, message, remedy)

    def warning(
        self, code: Code, place: Place, message: str, *, remedy: str | None = None
    ) -> None:
        """What somebody should look at; the policy stays in force."""
        self._add("warning", code, place, message, remedy)

    def suggestion(self, name: str, candidates: Iterable[str]) -> str | None:
        """`Did you mean …?` for the first diagnostics; None after them.

        Comparing names is slow, and a file can be made of nothing but unknown ones.
        """
        if len(self.found) >= SUGGESTIONS:
            return None
        return suggestion(name, candidates)

    def _add(
        self, level: str, code: Code, place: Place, message: str, remedy: str | None
    ) -> None:
        self.found.append(
            Diagnostic(
                path=self.path,
                line=place.line,
                column=place.column,
                rule=code.value,
                message=message,
                level=level,
                help=remedy,
            )
        )


def in_order(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By position within a file; files keep the order in which they were read."""
    paths = dict.fromkeys(diagnostic.path for diagnostic in diagnostics)
    files = {path: rank for rank, path in enumerate(paths)}
    ordered = sorted(
        diagnostics, key=lambda d: (files[d.path], d.line, d.column, d.rule, d.message)
    )
    return tuple(dict.fromkeys(ordered))
