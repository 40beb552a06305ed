"""The pytest plugin: users' tests see which purposes their code declares.

Knows fixtures, one marker and one ini option (docs/testing.md). Loaded by every pytest
run of an environment that holds affidavit, so nothing but names is imported here:
whatever decides, records or serves is imported by the fixture that needs it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from affidavit.errors import SettingsInvalid

if TYPE_CHECKING:
    from affidavit.policy.loader import Policy
    from affidavit.testing.enforcing import PolicyGovernor
    from affidavit.testing.relay import Relay
    from affidavit.testing.sandbox import Sandbox
    from affidavit.testing.trail import MemoryTrail

_MARKER = "affidavit"
_INI = "affidavit_memory"
_RELAY: "pytest.StashKey[Relay]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`affidavit_memory`: see docs/testing.md."""
    parser.addini(
        _INI,
        "Record in memory for every test, and for clients that are built while tests "
        "are collected (default: only for tests that use an affidavit fixture).",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker; begin to stand in when the ini file says so."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(policy=None, purpose=None): record this test's calls in memory, "
        "decide them by the policy at this path below the root directory, and take "
        "the purpose for calls that declare none.",
    )
    if config.getini(_INI):
        from affidavit.testing import stand_in
        from affidavit.testing.relay import Relay

        relay = config.stash[_RELAY] = Relay()
        standing = ExitStack()
        standing.enter_context(stand_in(relay.as_governor()))
        config.add_cleanup(standing.close)


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test gets the governor without asking for it by name."""
    wanted = item.get_closest_marker(_MARKER) or _RELAY in item.config.stash
    names: list[str] = getattr(item, "fixturenames", [])  # plugins' items may not
    if wanted and "affidavit_governor" not in names:
        names.insert(0, "affidavit_governor")


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The marker's arguments, the nearest marker's first."""
    arguments: dict[str, Any] = {}
    for marker in request.node.iter_markers(_MARKER):
        if marker.args or marker.kwargs.keys() - {"policy", "purpose"}:
            raise SettingsInvalid(
                f"{request.node.nodeid}: @pytest.mark.{_MARKER} takes policy= and "
                f"purpose=, not {[*marker.args, *marker.kwargs]}."
            )
        arguments = marker.kwargs | arguments
    return arguments


@pytest.fixture
def affidavit_purpose(request: pytest.FixtureRequest) -> str | None:
    """What a call declares that declares nothing: the marker's purpose, or None.

    Define a fixture of this name in a conftest.py to say it for many tests.
    """
    purpose = _marked(request).get("purpose")
    if purpose is None:
        return None
    from affidavit.purpose import checked

    return checked(purpose)


@pytest.fixture
def affidavit_governor(
    request: pytest.FixtureRequest, affidavit_purpose: str | None
) -> Iterator["PolicyGovernor"]:
    """Decides and records in memory for every client that is built without a governor.

    It permits everything unless the marker names a policy, or `enforce(path)` does.
    """
    from affidavit.testing import PolicyGovernor, stand_in

    governor = PolicyGovernor(default_purpose=affidavit_purpose)
    path = _marked(request).get("policy")
    if path is not None:
        governor.enforce(request.config.rootpath / path)
    relay = request.config.stash.get(_RELAY, None)
    with stand_in(governor):
        if relay is None:
            yield governor
            return
        with relay.to(governor):
            yield governor


@pytest.fixture
def affidavit_policy(
    request: pytest.FixtureRequest, affidavit_governor: "PolicyGovernor"
) -> "Policy":
    """The policy in force: the marker's, else the one that the project's settings
    name.
    """
    if affidavit_governor.policy is not None:
        return affidavit_governor.policy
    from affidavit.wiring.settings import read_settings

    settings = read_settings(environ=os.environ, directory=request.config.rootpath)
    return affidavit_governor.enforce(settings.policy)


@pytest.fixture
def affidavit_trail(affidavit_governor: "PolicyGovernor") -> "MemoryTrail":
    """What was recorded, with assertions."""
    from affidavit.testing import MemoryTrail

    return MemoryTrail(affidavit_governor)


@pytest.fixture
def affidavit_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator["Sandbox"]:
    """A provider on loopback, which `OpenAI()` without arguments speaks to."""
    from affidavit.testing import Sandbox

    with Sandbox() as sandbox:
        monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sandbox")
        for name in ("NO_PROXY", "no_proxy"):  # a proxy would take the calls elsewhere
            known = os.environ.get(name)
            monkeypatch.setenv(name, f"{known},127.0.0.1" if known else "127.0.0.1")
        yield sandbox
