"""Everything that a program reads: JSON on stdout, one object a line, in one form.

The form is canonical JSON (RFC 8785): keys sorted, no spaces, UTF-8, so that equal
results are equal bytes. Which fields there are is written in docs/cli.md. Values that
are absent are null, never left out.
"""

import click
import orjson

from affidavit import canonical
from affidavit.canonical import Json


def emit(value: Json) -> None:
    """Print one value on a line of its own, and let whoever reads along have it now."""
    click.echo(canonical.dumps(value))


def emit_figures(value: object) -> None:
    """As `emit`, for measurements: their fractions are JSON numbers.

    Nobody signs a measurement, so it needs no canonical form.
    """
    click.echo(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def text(value: object) -> str:
    """A path or other text as JSON can hold it: undecodable bytes become `?`."""
    return str(value).encode("utf-8", "replace").decode("utf-8")
