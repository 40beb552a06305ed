"""`affidavit sandbox`: the stand-in for the provider, as a program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.testing.sandbox import ReceivedRequest, Sandbox

HOST = "127.0.0.1"


class Stopped(Exception):
    """SIGINT or SIGTERM came."""


@click.command(
    cls=TeachingCommand,
    name="sandbox",
    uses=(
        Use("affidavit sandbox --port 8080", "until interrupted"),
        Use(
            "OPENAI_BASE_URL=http://127.0.0.1:8080/v1 python app.py",
            "a program that talks to it, with any OPENAI_API_KEY",
        ),
    ),
    exits=Exits(
        "stopped by SIGINT or SIGTERM", NO_FINDINGS, "the port cannot be had, or usage"
    ),
)
@etiquette
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Port to listen on; 0, the default, takes a free one.",
)
@click.option(
    "--host",
    type=click.Choice([HOST]),
    default=HOST,
    help="Loopback only: it lets everybody in.",
)
@arguments.as_json
def command(*, port: int, host: str, as_json: bool) -> int:
    """Serve a loopback stand-in for the provider until SIGINT or SIGTERM.

    The first line on stdout says where, as soon as it listens. Each request is one line
    on stderr.
    """
    sandbox = Sandbox(port=port, watch=None if output.quiet() else _tell_of)
    try:
        with _stopping_on_signals():
            sandbox.start()
            if as_json:
                machine.emit(
                    {"base_url": sandbox.base_url, "host": host, "port": sandbox.port}
                )
            else:
                output.say(f"listening on {sandbox.base_url}")
            sandbox.serve_forever()
    except Stopped:
        pass
    finally:
        sandbox.close()
    return 0


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    before = {
        each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _tell_of(request: ReceivedRequest, status: int | None) -> None:
    # Runs in connections' threads, which have no click context: `--quiet` is asked for
    # where the watch is chosen.
    output.note(f"{request.method} {request.path} {status or 'cut'}")
