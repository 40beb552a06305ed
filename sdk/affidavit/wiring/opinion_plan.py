"""The settings' table `second_opinion`: which model is asked about how many calls.

Knows names and limits; opens nothing. A table of a file, and no variable of the
environment: what sends contents elsewhere is to stand where a review sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from affidavit.errors import SettingsInvalid
from affidavit.purpose import checked

RATE = 0.01
BUDGET = 1_000
_SAMPLES = 1 << 32


class Endpoint(Enum):
    """How the model is asked."""

    CHAT = "chat.completions"
    DECISIONS = "decisions"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionPlan:
    """Whom to ask about how many calls. Hashable, as settings are."""

    model: str
    purpose: str
    """That its own calls declare; calls of this purpose are never asked about."""
    rate: float = RATE
    """Share of the calls that leave, above 0 and at most 1."""
    budget: int = BUDGET
    """Questions that one process asks in a UTC day at most."""
    endpoint: Endpoint = Endpoint.CHAT
    url: str | None = None
    """Base URL; None for the one that openai's own settings name."""

    def samples(self, identifier: str) -> bool:
        """Whether the call of this record is among those to ask about: its last 32
        random bits say so, and so can everybody later.
        """
        return int(identifier[-8:], 16) < self.rate * _SAMPLES


def read(table: object, *, source: str) -> OpinionPlan:
    """Check the table; `SettingsInvalid` for anything that it must not say."""
    if not isinstance(table, Mapping):
        raise SettingsInvalid(f"{source}: second_opinion must be a table.")
    known = ("model", "purpose", "rate", "budget", "endpoint", "url")
    for name in table:
        if name not in known:
            raise SettingsInvalid(
                f"{source}: second_opinion has no {name!r}. Known: {', '.join(known)}."
            )
    return OpinionPlan(
        model=_text(table, "model", source),
        purpose=_purpose(table, source),
        rate=_rate(table.get("rate", RATE), source),
        budget=_budget(table.get("budget", BUDGET), source),
        endpoint=_endpoint(table.get("endpoint", Endpoint.CHAT.value), source),
        url=_url(table, source),
    )


def _text(table: Mapping[str, Any], name: str, source: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise SettingsInvalid(f"{source}: second_opinion.{name} must name one.")
    return value


def _purpose(table: Mapping[str, Any], source: str) -> str:
    try:
        return checked(_text(table, "purpose", source))
    except SettingsInvalid as error:
        raise SettingsInvalid(f"{source}: second_opinion.purpose: {error}") from error


def _rate(value: object, source: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value <= 1:  # type: ignore[operator]  # a number by now
        raise SettingsInvalid(
            f"{source}: second_opinion.rate is a share above 0 and at most 1, got "
            f"{value!r}. To ask about nothing, leave the table out."
        )
    return float(value)  # type: ignore[arg-type]  # a number by now


def _budget(value: object, source: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsInvalid(
            f"{source}: second_opinion.budget is a number of questions a day, got "
            f"{value!r}."
        )
    return value


def _endpoint(value: object, source: str) -> Endpoint:
    try:
        return Endpoint(value)
    except ValueError as error:
        names = " or ".join(each.value for each in Endpoint)
        raise SettingsInvalid(
            f"{source}: second_opinion.endpoint must be {names}, got {value!r}."
        ) from error


def _url(table: Mapping[str, Any], source: str) -> str | None:
    if "url" not in table:
        return None
    value = _text(table, "url", source)
    parts = urlsplit(value)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or parts.username or parts.query:
        plain = False
    else:
        plain = parts.scheme == "https" or (parts.scheme == "http" and local)
    if not plain:
        raise SettingsInvalid(
            f"{source}: second_opinion.url must be an https address without user name "
            f"or query (http on this machine alone), got {value!r}."
        )
    return value
