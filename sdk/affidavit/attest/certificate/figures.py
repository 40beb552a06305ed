"""A signed figure as a person reads it, with its place in the statement beside it.

Pure. Knows the forms that figures are shown in; the page's own program has the same
ones, and holds every figure against the signed one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import Any

from affidavit.attest.certificate.words import Words

NOTHING = "\u2013"
_THIN = "\u202f"
_ROUND = re.compile(r"(:00)?\.000Z$|Z$")


class Form(Enum):
    """How a figure is shown."""

    PLAIN = ""
    COUNT = "count"
    MOMENT = "moment"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Told:
    """What a page is about: the predicate, and the words for it."""

    predicate: Mapping[str, Any]
    words: Words

    def at(self, *path: str | int) -> Any:
        """The signed value at a path; None where there is none."""
        value: Any = self.predicate
        for step in path:
            value = value[step] if isinstance(step, int) else value.get(step)
        return value

    def figure(self, *path: str | int, form: Form = Form.PLAIN) -> str:
        """The figure at a path, in markup."""
        place = escape(json.dumps(list(path), ensure_ascii=False))
        shown = escape(show(self.at(*path), form))
        kind = f' data-form="{form.value}"' if form is not Form.PLAIN else ""
        return f'<span data-figure="{place}"{kind}>{shown}</span>'

    def count(self, *path: str | int) -> str:
        """A count, in markup."""
        return self.figure(*path, form=Form.COUNT)

    def moment(self, *path: str | int) -> str:
        """A time, in markup; UTC stands beside it."""
        return self.figure(*path, form=Form.MOMENT)

    def summed(self, field: str, value: str | None, effects: Sequence[str]) -> str:
        """Decisions of `use.rows` with a value and one of some effects, in markup."""
        rows = self.at("use", "rows")
        total = sum(
            int(row["decisions"])
            for row in rows
            if row[field] == value and row["effect"] in effects
        )
        place = escape(json.dumps([field, value, list(effects)], ensure_ascii=False))
        return (
            f'<span data-sum="{place}" data-form="count">{show(total, Form.COUNT)}'
            "</span>"
        )


def show(value: object, form: Form) -> str:
    """The text of a signed value; a dash where it is null."""
    if value is None:
        return NOTHING
    text = str(value)
    match form:
        case Form.COUNT:
            return grouped(text)
        case Form.MOMENT:
            return _ROUND.sub("", text.replace("T", " "))
        case Form.PERCENT:
            whole = text.replace(".", "")
            percent = f"{int(whole) / 100:.2f}".rstrip("0").rstrip(".")
            return f"{percent}{_THIN}%"
        case _:
            return text


def grouped(digits: str) -> str:
    """Digits in threes, as ISO 80000-1 has them; no language reads it otherwise."""
    return f"{int(digits):,}".replace(",", _THIN)
