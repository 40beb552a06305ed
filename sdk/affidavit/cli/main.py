"""The root of the command line, and the only place where errors become exit codes.

0 clean or valid, 1 violations or invalid, 2 usage, environment or not enough to decide.
Nothing else, ever: not for an interrupt, not for a closed pipe, not for a bug.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from affidavit._version import __version__
from affidavit.cli import output
from affidavit.cli.teaching import (
    Exits,
    Lazy,
    LazyGroup,
    Use,
    etiquette,
)
from affidavit.errors import AffidavitError

PROGRAM = "affidavit"
COMPLETE = "_AFFIDAVIT_COMPLETE"
"""Variable by which a shell's completion script asks for candidates."""
DEBUG = "AFFIDAVIT_DEBUG"
ENVIRONMENT = 2
"""Exit code for usage, environment, or not enough to decide."""

COMMANDS = {
    "init": Lazy(
        "affidavit.cli.init:command", "Make policy, key and trail for a project."
    ),
    "doctor": Lazy(
        "affidavit.cli.doctor:command", "Say what is in force, and what is wrong."
    ),
    "run": Lazy(
        "affidavit.cli.run:command", "Run a program with its OpenAI clients governed."
    ),
    "sandbox": Lazy(
        "affidavit.cli.sandbox:command", "Serve a loopback stand-in for the provider."
    ),
    "policy": Lazy("affidavit.cli.policy:group", "Check a policy, explain a decision."),
    "detect": Lazy("affidavit.cli.detect:group", "See what a call is for."),
    "trail": Lazy("affidavit.cli.trail:group", "Verify and read the signed trail."),
    "content": Lazy(
        "affidavit.cli.content:group", "Read and shred contents, where they are kept."
    ),
    "scan": Lazy("affidavit.cli.scan:group", "Look for what must not be there."),
    "attest": Lazy(
        "affidavit.cli.attest:command", "Sign a statement about a period of the trail."
    ),
    "contract": Lazy(
        "affidavit.cli.contract:group", "Write down promises, and what shows them kept."
    ),
    "reconcile": Lazy(
        "affidavit.cli.reconcile:command", "Hold the provider's bill against the trail."
    ),
    "incident": Lazy(
        "affidavit.cli.incident:group", "Answer a provider's safety notice."
    ),
    "witness": Lazy("affidavit.cli.witness:group", "Cosign somebody's checkpoints."),
    "verify": Lazy(
        "affidavit.cli.verify:command", "Check somebody's statement or trail."
    ),
    "challenge": Lazy(
        "affidavit.cli.challenge:command", "Ask for records of a statement, by lot."
    ),
    "respond": Lazy("affidavit.cli.respond:command", "Answer such a challenge."),
    "trust": Lazy(
        "affidavit.cli.trust_group:group", "Write down whom you believe, once."
    ),
    "countersign": Lazy(
        "affidavit.cli.countersign:command", "Verify a statement, and sign the result."
    ),
    "completion": Lazy(
        "affidavit.cli.completion:command", "Print a shell's completion script."
    ),
}


def _version(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value and not context.resilient_parsing:
        output.say(f"{PROGRAM} {__version__}")
        context.exit()


@click.command(
    cls=LazyGroup,
    name=PROGRAM,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    uses=(
        Use("affidavit init", "in a project's folder, once"),
        Use("affidavit doctor", "when something does not work"),
        Use("affidavit trail show", "what was asked for, and what was decided"),
    ),
    exits=Exits(
        "clean or valid",
        "violations found, or invalid",
        "usage, environment, or not enough to decide",
    ),
)
@etiquette
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Print the version.",
)
def cli() -> None:
    """Say under signature what an organisation used an AI provider's API for.

    Each call declares a purpose; a policy decides before a byte leaves; decision and
    outcome are recorded in a signed trail; a period of the trail is attested to others.
    """


def run(arguments: Sequence[str]) -> int:
    """Do what `arguments` say and return the exit code. Raises nothing."""
    _tolerate_any_text()
    try:
        code = _completed(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_stdout()
        return ENVIRONMENT
    except click.ClickException as error:
        return _misused(error)
    except AffidavitError as error:
        output.error(str(error))
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        output.error("interrupted; nothing further was done")
        return ENVIRONMENT
    except OSError as error:
        _let_go_of_stdout()
        output.error(f"{error.filename or 'standard output'}: {error.strerror}.")
        return ENVIRONMENT
    except Exception as error:  # noqa: BLE001 - the last line of defence: it is reported
        return _bug(error)
    return code


def _completed(arguments: Sequence[str]) -> int:
    instruction = os.environ.get(COMPLETE)
    if instruction is not None:
        from click.shell_completion import shell_complete

        failed = shell_complete(cli, {}, PROGRAM, COMPLETE, instruction)
        return ENVIRONMENT if failed else 0
    try:
        with cli.make_context(PROGRAM, list(arguments)) as context:
            context.color = output.coloured(sys.stdout)
            code = cli.invoke(context)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    return code if isinstance(code, int) else 0


def _misused(error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    output.error(error.format_message())
    if context is not None:
        output.error_line(context.get_usage())
        output.error_line(f"Try `{context.command_path} --help`.")
    return ENVIRONMENT


def _bug(error: Exception) -> int:
    if os.environ.get(DEBUG):
        output.error_line("".join(traceback.format_exception(error)).rstrip())
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" at {Path(each.filename).name}:{each.lineno}" for each in last)
    output.error(
        f"this is a bug in affidavit: {type(error).__name__}: {error}{where}. Please "
        f"report it to the project's issue tracker, with what {DEBUG}=1 prints."
    )
    return ENVIRONMENT


def _tolerate_any_text() -> None:
    """Let a terminal of any encoding show every text, escaped where it must be."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _let_go_of_stdout() -> None:
    # Nobody reads it, or its disk is full: what the interpreter would flush on its way
    # out goes nowhere, instead of failing with an exit code of its own.
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # a stream without a descriptor: there is nothing to redirect
