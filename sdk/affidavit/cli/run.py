"""`affidavit run`: another program, with every OpenAI client in it governed.

Settles the settings, sees that calls could be decided and recorded, and becomes the
program. What happens in there is `bootstrap/sitecustomize.py`, which the environment
makes every Python below this one import.
"""

import os
import shlex
import signal
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import NoReturn

import click

import affidavit
from affidavit.cli import arguments, isolation
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.policy.loader import load
from affidavit.trail.storage import Storage
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.putting import shown
from affidavit.wiring.settings import NAMES, Settings, read_settings, variable

BOOTSTRAP = Path(affidavit.__file__).parent / "bootstrap"
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
"""Signals that a program expects to find as the system sets them."""


@click.command(
    cls=TeachingCommand,
    name="run",
    context_settings={"allow_interspersed_args": False},
    uses=(
        Use("affidavit run -- python app.py", "a program, its code left as it is"),
        Use("affidavit run --purpose support.reply -- gunicorn app:app", "a server"),
        Use("affidavit run -- celery -A tasks worker", "workers, forked or spawned"),
    ),
    exits=Exits(
        "the program's own, once it runs, whatever it is",
        "the program's own",
        "the program was not started: no usable policy, key or trail, no such program, "
        "or one that would escape",
    ),
)
@etiquette
@click.option(
    "--purpose",
    metavar="P",
    help="Purpose of calls that declare none themselves, instead of the settings'.",
)
@arguments.policy
@arguments.trail
@arguments.signing_key
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def command(
    *,
    purpose: str | None,
    policy: Path | None,
    trail: Path | None,
    signing_key: str | None,
    program: tuple[str, ...],
) -> NoReturn:
    """Run PROGRAM with every OpenAI client in it governed.

    It holds for every Python process that the program starts and that inherits its
    environment: workers, spawned and forked children, scripts started by a shell. The
    settings are those of this folder, wherever the program goes from here.
    """
    settings = read_settings(
        environ=os.environ,
        directory=Path.cwd(),
        policy=policy,
        trail=trail,
        key=signing_key,
        purpose=purpose,
    )
    look_at(settings)
    refuse_isolated(program, os.environ.get("PATH"))
    become(program, environment(settings, os.environ))


def look_at(settings: Settings) -> None:
    """Raise what the first call would be refused for, before anything is started."""
    load(shown(settings.policy))
    Storage(settings.trail, load_identity(settings)).checkpoint()


def environment(settings: Settings, before: Mapping[str, str]) -> dict[str, str]:
    """`before`, with the settings spelled out and our folder first on Python's path."""
    after = dict(before)
    for name in NAMES:
        value = getattr(settings, name)
        if value is not None:
            after[variable(name)] = _as_text(value)
    path = [each for each in before.get("PYTHONPATH", "").split(os.pathsep) if each]
    others = [each for each in path if each != str(BOOTSTRAP)]
    after["PYTHONPATH"] = os.pathsep.join((str(BOOTSTRAP), *others))
    return after


def _as_text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case _:
            return str(value)


def refuse_isolated(program: Sequence[str], path: str | None) -> None:
    """Raise for a Python that is told to ignore what this command tells it."""
    for line in (program, isolation.shebang(program[0], path)):
        option = isolation.shutting_out(line)
        if option is not None:
            raise click.UsageError(
                f"{shlex.join(line)}: -{option.letter} {option.effect}, so its clients "
                "would be ungoverned. Leave the option out, or call "
                "`affidavit.install()` in the program."
            )


def become(program: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by `program`, whose exit code is then its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    before = {each: signal.signal(each, signal.SIG_DFL) for each in _IGNORED_BY_PYTHON}
    try:
        os.execvpe(program[0], list(program), dict(environment))  # noqa: S606 - that is what the user asked for
    except (OSError, ValueError) as error:
        for each, handler in before.items():
            signal.signal(each, handler)
        why = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(f"{program[0]}: cannot be started: {why}.") from error
