"""`affidavit witness serve`: the witness's server, as a program."""

import re
import signal
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from affidavit.anchors.server import WitnessServer
from affidavit.anchors.witness import Witness
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.witness_key import checked_name
from affidavit.cli.wording import count
from affidavit.errors import SettingsInvalid
from affidavit.keys import load_signer
from affidavit.listening import BoundedServer
from affidavit.tlog.note import VerifierKey

_LISTEN = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]+)):([0-9]{1,5})", re.ASCII)
_TEXTS = ("name", "key", "state", "listen")
_DEFAULT_LISTEN = "127.0.0.1:8765"


@click.command(
    cls=TeachingCommand,
    name="serve",
    uses=(
        Use(
            "affidavit witness serve --name acme.example/witness --key witness.pem "
            "--state seen --trust VKEY",
            "VKEY as `affidavit trail key` prints it where the trail is written",
        ),
        Use("affidavit witness serve --config witness.toml", "the same from a file"),
    ),
    exits=Exits(
        "stopped by SIGINT or SIGTERM",
        NO_FINDINGS,
        "key, state or address cannot be had, or usage",
    ),
)
@etiquette
@click.option("--name", help="Name of the witness, as its key was made with.")
@click.option("--key", type=arguments.PATH, metavar="FILE", help="Its private key.")
@click.option(
    "--state",
    type=arguments.PATH,
    metavar="DIR",
    help="Where it remembers what it signed. Never put an older copy back.",
)
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help=f"Address to listen on; {_DEFAULT_LISTEN} by default, port 0 takes any.",
)
@click.option(
    "--trust",
    multiple=True,
    metavar="[ORIGIN=]VKEY",
    help="A log to cosign for, by its verifier key. May be repeated.",
)
@click.option(
    "--config", type=arguments.PATH, metavar="FILE", help="TOML with the same names."
)
@arguments.as_json
def command(
    *,
    name: str | None,
    key: Path | None,
    state: Path | None,
    listen: str | None,
    trust: tuple[str, ...],
    config: Path | None,
    as_json: bool,
) -> int:
    """Serve c2sp.org/tlog-witness until SIGINT or SIGTERM.

    The first line on stdout says where, as soon as it listens. Each request is a line
    on stderr. For the open internet, put a reverse proxy with TLS in front.
    """
    given = {"name": name, "key": key, "state": state, "listen": listen}
    table = _table(config)
    values = _settled(given, table)
    witness = Witness(
        name=checked_name(values["name"]),
        signer=load_signer(Path(values["key"])),
        trust=trusted([*_trust_of(table), *trust]),
        state=Path(values["state"]),
    )
    tell = _nothing if output.quiet() else output.note
    server = WitnessServer(address(values["listen"]), witness, tell=tell)
    try:
        with stopping(server):
            _say(server, witness, as_json=as_json)
            server.serve_forever()
    finally:
        server.close()
    return 0


def _nothing(_line: str) -> None:
    """What `--quiet` does with the access log."""


def _say(server: WitnessServer, witness: Witness, *, as_json: bool) -> None:
    if as_json:
        origins = [origin for origin, _ in witness.logs]
        machine.emit({"logs": [*origins], "url": server.url, "vkey": str(witness.key)})
        return
    output.say(f"listening on {server.url}")
    logs = count(len(witness.logs), "log")
    output.hint(f"witness {witness.key} for {logs}")


@contextmanager
def stopping(server: BoundedServer) -> Iterator[None]:
    """SIGINT and SIGTERM end `server` while this lasts."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        # Not from here: it waits for the loop, which this thread runs.
        threading.Thread(target=server.shutdown, daemon=True).start()

    before = {
        each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, with an IPv6 address in brackets; else a usage error."""
    found = _LISTEN.fullmatch(text)
    if found is None or int(found[3]) > 65535:
        raise click.UsageError(f"{text!r} is no HOST:PORT, such as {_DEFAULT_LISTEN}.")
    return found[1] or found[2], int(found[3])


def trusted(texts: Sequence[str]) -> dict[str, list[VerifierKey]]:
    """Keys by origin, of texts `VKEY` (its name is the origin) or `ORIGIN=VKEY`."""
    logs: dict[str, list[VerifierKey]] = {}
    for text in texts:
        origin, equals, vkey = text.strip().rpartition("=")
        key = VerifierKey.parse(vkey)
        keys = logs.setdefault(origin if equals else key.name, [])
        if key not in keys:
            keys.append(key)
    if not logs:
        raise click.UsageError("Name at least one log with --trust.")
    return logs


def _table(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except OSError as error:
        raise SettingsInvalid(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{path}: not TOML: {error}.") from error
    for name, value in table.items():
        if name not in (*_TEXTS, "trust"):
            known = ", ".join((*_TEXTS, "trust"))
            raise SettingsInvalid(f"{path}: nothing is called {name!r}. Known: {known}")
        if name in _TEXTS and not isinstance(value, str):
            raise SettingsInvalid(f"{path}: {name} must be a text.")
    beside = {name: str(path.parent / table[name]) for name in _paths_in(table)}
    return {**table, **beside}


def _paths_in(table: Mapping[str, Any]) -> list[str]:
    return [name for name in ("key", "state") if name in table]


def _trust_of(table: Mapping[str, Any]) -> list[str]:
    value = table.get("trust", [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise SettingsInvalid("trust must be a list of verifier keys.")
    return value


def _settled(given: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name in _TEXTS:
        value = given[name] if given[name] is not None else table.get(name)
        if value is None and name == "listen":
            value = _DEFAULT_LISTEN
        if value is None:
            raise click.UsageError(f"Name the witness's {name} with --{name}.")
        values[name] = str(value)
    return values
