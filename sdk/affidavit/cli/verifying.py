"""How a verification goes about its work: on how many cores, and on top of what.

Knows where a verifier's own memory of a trail stands (XDG base directories). It is
outside of every trail: what stands in one is its writer's to change.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import click

from affidavit.cli import arguments
from affidavit.tlog.logkeys import LogKeys
from affidavit.verify.look import Spread
from affidavit.verify.memory import Memory

F = TypeVar("F", bound=Callable[..., Any])


def options(function: F) -> F:
    """`--jobs`, `--incremental` and `--memory`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS = (
    click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        metavar="N",
        help="Processes that work on a long trail (default: one for each core).",
    ),
    click.option(
        "--incremental",
        is_flag=True,
        help="Do not read again what this verified before; remember what it verifies.",
    ),
    click.option(
        "--memory",
        "memory_folder",
        type=arguments.PATH,
        metavar="DIR",
        help="Where --incremental remembers, and nobody else may write.",
    ),
)


def spread(jobs: int | None) -> Spread:
    """So many worker processes, by default one for each core that this one may use."""
    return Spread(jobs=jobs or len(os.sched_getaffinity(0)))


@contextmanager
def memory(
    trail: Path, keys: LogKeys, folder: Path | None, environ: Mapping[str, str]
) -> Iterator[Memory]:
    """The memory of the trail at this path under these keys, held.

    Raises `click.UsageError` for a folder in the trail, `Incomplete` for one in use.
    """
    place = folder or _default(trail, keys, environ)
    if place.resolve().is_relative_to(trail.resolve()):
        raise click.UsageError(
            f"{place} is inside the trail, whose writer could change it. Name a folder "
            "that only you can write to."
        )
    kept = Memory(place)
    with kept.held():
        yield kept


def _default(trail: Path, keys: LogKeys, environ: Mapping[str, str]) -> Path:
    state = environ.get("XDG_STATE_HOME", "")
    # The specification has relative ones ignored.
    home = Path(state) if os.path.isabs(state) else Path.home() / ".local" / "state"
    named = f"{keys}\n{trail.resolve()}".encode()
    return home / "affidavit" / "verified" / sha256(named).hexdigest()[:32]
