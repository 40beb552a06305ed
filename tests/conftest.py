"""What holds for every test: repeatable, offline, deaf to a developer's settings."""

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from hypothesis import HealthCheck, settings

# No absolute time is ever a test: a deadline would fail on a busy machine only.
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    deadline=None,
    print_blob=True,
    derandomize=True,
    database=None,
    max_examples=50,
)
settings.register_profile(
    "thorough",
    deadline=None,
    print_blob=True,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev")
)

AMBIENT = ("AFFIDAVIT_", "AZURE_OPENAI_", "OPENAI_")
"""Prefixes of settings that a developer's shell may hold and no test may see."""
SHOWING = frozenset({"COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"})
"""Variables that change what the command line prints."""


def _is_ambient(name: str) -> bool:
    # A proxy would take even loopback calls elsewhere.
    return (
        name.startswith(AMBIENT) or name in SHOWING or name.lower().endswith("_proxy")
    )


def _clear_environment() -> None:
    for name in filter(_is_ambient, tuple(os.environ)):
        del os.environ[name]


# Once before any fixture of a wider scope, then before each test.
_clear_environment()


@pytest.fixture(autouse=True)
def no_ambient_settings() -> None:
    """Each test starts without settings; what it needs it sets with `monkeypatch`."""
    _clear_environment()


class LeftThisMachineError(RuntimeError):
    """A test tried to reach something other than loopback."""


_departures: list[str] = []


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False  # a name: resolving it would already ask the network


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse to reach beyond loopback. What child processes do is not seen."""
    match event, arguments:
        case (("socket.connect" | "socket.sendto"), (_, (str(host), *_))):
            pass
        case "socket.getaddrinfo", ((str() | bytes()) as name, *_):
            host = os.fsdecode(name)
        case _:
            return  # no network, a path of a Unix socket, or this machine itself
    if not _is_loopback(host):
        departure = f"{event} {host}"
        _departures.append(departure)
        raise LeftThisMachineError(f"{departure}: tests run offline, on loopback only")


# A hook cannot be removed again, nor need it be: it lives as long as the test process.
sys.addaudithook(_guard)


@pytest.fixture(autouse=True)
def offline() -> Iterator[list[str]]:
    """Fail the test that tried to leave, even where the code under test caught that."""
    _departures.clear()
    yield _departures
    if _departures:
        pytest.fail("the test tried to leave this machine: " + "; ".join(_departures))
