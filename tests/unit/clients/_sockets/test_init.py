import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import CallUngoverned, PolicyDenied
from affidavit.calls import Call
from affidavit.clients import _sockets
from affidavit.clients._sockets import guard_client, guarded
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor, Sandbox
from support.sockets import Kind


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    made = Kind(is_async=request.param == "async")
    yield made
    made.close()


def refusing() -> MemoryGovernor:
    def refuse(_: Call) -> tuple[Reason, ...]:
        return (Reason(rule="no", message="no"),)

    return MemoryGovernor(refuse)


def _socket_resources() -> dict[str, type]:
    """Every class of the installed openai's resources that opens a websocket."""
    found: dict[str, type] = {}
    root = Path(openai.__file__).parent
    for path in sorted((root / "resources").rglob("*.py")):
        if not re.search("websocket", path.read_text("utf-8"), re.IGNORECASE):
            continue
        name = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        module = importlib.import_module(name.removesuffix(".__init__"))
        for each in vars(module).values():
            here = inspect.isclass(each) and each.__module__ == module.__name__
            if here and "connect" in vars(each):
                found[f"{each.__module__}.{each.__qualname__}"] = each
    return found


def _reached(resource: Any, found: dict[str, Any]) -> None:
    kind = type(resource)
    if hasattr(kind, "connect"):
        found[f"{kind.__module__}.{kind.__qualname__}"] = resource
    for name, value in inspect.getmembers_static(kind):
        if type(value).__name__ == "cached_property" and not name.startswith("with_"):
            _reached(getattr(resource, name), found)


def test_every_websocket_of_the_installed_openai_is_governed(sandbox: Sandbox) -> None:
    wanted = _socket_resources()
    assert len(wanted) >= 8
    found: dict[str, Any] = {}
    governor = refusing()
    for is_async in (False, True):
        kind = Kind(is_async=is_async)
        client = kind.client(sandbox, governor)
        for name, value in inspect.getmembers_static(type(client)):
            is_resource = type(value).__name__ == "cached_property"
            if is_resource and not name.startswith(("_", "with_")):
                _reached(getattr(client, name), found)
        kind.close()
    missing = wanted.keys() - found.keys()
    assert not missing, f"name the resource that leads to {missing} in RESOURCES"
    for name, resource in found.items():
        kind = Kind(is_async="Async" in name)
        parameters = inspect.signature(resource.connect).parameters
        needed = {each: "x" for each in ("session_id", "model") if each in parameters}
        before = len(governor.decisions)
        with pytest.raises(PolicyDenied):
            kind.open(resource.connect(**needed)).__enter__()
        [decision] = governor.decisions[before:]
        assert decision.call.endpoint.endswith(".connect"), name
        kind.close()


def test_what_is_guarded_passes_for_the_original(kind: Kind, sandbox: Sandbox) -> None:
    client = kind.client(sandbox, MemoryGovernor())
    stock: Any = (openai.AsyncOpenAI if kind.is_async else openai.OpenAI)(api_key="k")
    for theirs, ours in (
        (stock.realtime, client.realtime),
        (stock.responses, client.responses),
        (stock.beta.realtime, client.beta.realtime),
    ):
        assert isinstance(ours, type(theirs))
        assert type(ours).__name__ == type(theirs).__name__
        assert inspect.signature(ours.connect) == inspect.signature(theirs.connect)
    assert client.realtime is client.realtime
    manager = client.realtime.connect(model="m")
    assert isinstance(manager, type(stock.realtime.connect(model="m")))
    with pytest.raises(TypeError):
        client.realtime.connect(nonsense=1)


def test_a_manager_that_did_not_come_from_us_opens_nothing(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    original = type(client.realtime).__mro__[1]
    with (
        pytest.raises(CallUngoverned, match="does not come through"),
        kind.open(original(client).connect(model="m")),
    ):
        pass
    assert governor.decisions == []


def test_resources_made_before_can_be_guarded(kind: Kind, sandbox: Sandbox) -> None:
    governor = refusing()
    client = kind.client(sandbox, governor)
    original = type(client.beta).__mro__[1](client)
    assert original.realtime is not None
    vars(client)["beta"] = original
    guard_client(client)
    with (
        pytest.raises(PolicyDenied),
        kind.open(client.beta.realtime.connect(model="m")),
    ):
        pass


def test_a_release_that_connects_in_another_way_is_refused() -> None:
    class Resource:
        def connect(self, model: str) -> None:
            raise AssertionError(model)

    with pytest.raises(CallUngoverned, match="takes no"):
        guarded(Resource()).connect("m")
    leaf = Kind(is_async=False)  # a resource that neither connects nor holds others
    assert type(guarded(leaf)) is Kind


def test_a_connection_that_sends_elsewhere_is_closed(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.realtime.connect(model="m")
    options = next(key for key in vars(manager) if key.endswith("connection_options"))
    setattr(manager, options, {})  # as if openai did not pass them on
    with pytest.raises(CallUngoverned, match="closed again"), kind.open(manager):
        pass
    assert sandbox.sockets.types() == []
    assert len(governor.outcomes) == 1


def test_asking_for_headers_from_nowhere_in_particular_is_allowed(
    sandbox: Sandbox,
) -> None:
    client = Kind(is_async=False).client(sandbox, MemoryGovernor())
    assert "Authorization" in client.auth_headers
    assert _sockets._caller(10_000) == ""
