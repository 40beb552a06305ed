"""What several commands take: options, and texts that become times and spans.

Knows click's types and the calendar. Opens no file and reads no setting.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

_SPAN = re.compile(r"([0-9]{1,9})(s|m|h|d|w)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

_EMPTY = "It is empty. Name what you mean; perhaps a variable of your shell is not set."


class Place(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """What names a file or a folder, or says what one would hold: not empty.

    An empty path is the present folder, to the system: never what was meant.
    """

    name = "text"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The text as it is, else fail as a usage error."""
        if value == "":
            self.fail(_EMPTY, param, ctx)
        return str(value)


class NamedPath(click.Path):
    """As click's, but not empty."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """The path, else fail as a usage error."""
        if value == "":
            self.fail(_EMPTY, param, ctx)
        return super().convert(value, param, ctx)


PATH = NamedPath(path_type=Path)
PLACE = Place()

as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs."
)
of_purpose = click.option(
    "--purpose", metavar="GLOB", help="Calls that declared this purpose."
)
of_model = click.option(
    "--model", metavar="GLOB", help="Calls that asked for this model."
)
policy = click.option(
    "--policy", type=PATH, help="Policy file or folder, instead of the settings'."
)
trail = click.option(
    "--trail", type=PATH, help="Trail folder, instead of the settings'."
)
signing_key = click.option(
    "--signing-key",
    type=PLACE,
    metavar="PATH|URI",
    help="Private key of the trail, instead of the settings'.",
)
trusted_key = click.option(
    "--key",
    "trusted_key",
    multiple=True,
    type=PLACE,
    metavar="VKEY|FILE",
    help="Verifier key to trust, or a file that holds it: what `affidavit trail key` "
    "printed, from whoever wrote the trail, by another way than the trail. Again for "
    "each further key of the same trail, after a rotation. Without it the keys of your "
    "own settings count.",
)


class Span(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """A length of time: `90s`, `15m`, `2h`, `30d`, `1w`."""

    name = "span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        """Read it, else fail as a usage error."""
        if isinstance(value, timedelta):
            return value
        found = _SPAN.fullmatch(value)
        if found is None:
            self.fail(
                f"{value!r} is no span of time. Write 90s, 15m, 2h, 30d or 1w.",
                param,
                ctx,
            )
        try:
            return timedelta(**{_UNITS[found[2]]: int(found[1])})
        except OverflowError:
            self.fail(f"{value!r} is longer than can be counted.", param, ctx)


@dataclass(frozen=True, slots=True)
class When:
    """A date, or a moment, in UTC."""

    start: datetime
    """Midnight of the date, or the moment."""
    is_date: bool

    @property
    def after(self) -> datetime:
        """The first moment that is no longer included when this ends a period.

        A date is included whole; a moment is where the period stops.
        """
        return self.start + timedelta(days=1) if self.is_date else self.start


class Time(click.ParamType):  # type: ignore[type-arg]  # not generic in click 8.1
    """`2026-11-01`, or `2026-11-01T08:30:00Z`; UTC unless an offset is given."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> When:
        """Read it, else fail as a usage error."""
        if isinstance(value, When):
            return value
        try:
            # Not 20261101: that would be the day's first moment alone.
            day = _DATE.match(value)
            parsed = datetime.fromisoformat(value if day else "")
            if parsed.tzinfo is None:
                parsed = parsed.replace(tzinfo=UTC)
            when = When(parsed.astimezone(UTC), bool(_DATE.fullmatch(value)))
            _ = when.after
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no time. Write 2026-11-01, or 2026-11-01T08:30:00Z.",
                param,
                ctx,
            )
        return when


TIME = Time()
SPAN = Span()


def ordered(since: When | None, until: When | None) -> None:
    """Return when `since` lies before the end of `until`; else a usage error."""
    if since is not None and until is not None and until.after <= since.start:
        raise click.UsageError("The period is empty: its end is not after its start.")
