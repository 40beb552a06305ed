import copy
import inspect
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

import affidavit
from affidavit import CallUngoverned, PolicyDenied, purpose
from affidavit.clients._governed import Governed
from affidavit.clients.install import install, ungoverned_clients, uninstall
from affidavit.errors import PolicyNotFound, Reason, SettingsInvalid
from affidavit.testing import MemoryGovernor
from support.elsewhere import (
    ARGUMENTS,
    CAPTURED,
    CAPTURED_INIT,
    DERIVED,
    OPENAI,
    Counting,
    Positional,
    Registered,
    ask,
    installed,
    made,
    purposes,
)
from support.http_client import Provider


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def governor() -> MemoryGovernor:
    return MemoryGovernor()


@pytest.fixture(autouse=True)
def afterwards_nothing_is_in_force() -> Iterator[None]:
    yield
    uninstall()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_each_class_makes_governed_clients_under_its_own_name(
    name: str, provider: Provider, governor: MemoryGovernor
) -> None:
    kind = getattr(openai, name)
    with installed(governor):
        client = made(kind, provider)
        ask(client)

    assert purposes(governor) == ["elsewhere"]
    (request,) = provider.requests
    assert request.headers["x-declared-purpose"] == "elsewhere"
    assert request.headers["user-agent"].startswith(f"{name}/Python")


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_client_that_was_there_already_is_governed_and_given_back(
    name: str, provider: Provider, governor: MemoryGovernor
) -> None:
    kind = getattr(openai, name)
    client = made(kind, provider)
    with installed(governor) as done:
        assert done.clients >= 1
        assert done.left == ()
        assert isinstance(client, getattr(affidavit, name))
        ask(client)
    ask(client)

    assert type(client) is kind
    assert not [each for each in vars(client) if "affidavit" in each]
    assert len(provider.requests) == 2
    assert purposes(governor) == ["elsewhere"]


@pytest.mark.parametrize("name", DERIVED)
@pytest.mark.parametrize("before", [False, True])
def test_a_derived_class_is_governed_whatever_it_looks_like(
    name: str, provider: Provider, governor: MemoryGovernor, *, before: bool
) -> None:
    kind, arguments = DERIVED[name]
    client = made(kind, provider, *arguments) if before else None
    with installed(governor):
        client = client or made(kind, provider, *arguments)
        ask(client)
        shown = type(client)

        assert isinstance(client, kind)
        assert isinstance(client, Governed)
        assert (shown.__name__, shown.__qualname__, shown.__module__) == (
            kind.__name__,
            kind.__qualname__,
            kind.__module__,
        )
    assert type(client) is kind
    assert purposes(governor) == ["elsewhere"]


def test_a_class_does_not_hear_of_its_twin_and_hears_of_its_children(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        client = made(Registered, provider)
        assert Registered.known == []

        class Child(type(client), tenant="acme"):  # type: ignore[call-arg, misc]  # a base of run time
            pass

        ask(made(Child, provider))

    assert Registered.known == ["acme"]
    assert purposes(governor) == ["elsewhere"]


def test_a_class_that_is_derived_afterwards_is_governed(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):

        class Late(openai.OpenAI):
            pass

        ask(made(Late, provider))

    assert purposes(governor) == ["elsewhere"]


def test_what_a_derived_class_overrides_runs_once_and_after_the_decision(
    provider: Provider,
) -> None:
    governor = MemoryGovernor(lambda _: (Reason(rule="no", message="no"),))
    with installed(governor):
        client = made(Counting, provider)
        before = Counting.asked
        with pytest.raises(PolicyDenied):
            ask(client)
        assert Counting.asked == before
    with installed(MemoryGovernor()):
        ask(client)

    assert Counting.asked == before + 1


def test_a_reference_that_was_taken_before_makes_governed_clients(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        ask(made(CAPTURED, provider))

    assert purposes(governor) == ["elsewhere"]


def test_a_refused_call_does_not_leave(provider: Provider) -> None:
    governor = MemoryGovernor(lambda _: (Reason(rule="no", message="no"),))
    with installed(governor):
        client = made(openai.OpenAI, provider)
        with pytest.raises(PolicyDenied, match="no"):
            ask(client)

    assert provider.requests == []


def test_methods_that_were_taken_before_are_governed(
    provider: Provider, governor: MemoryGovernor
) -> None:
    client = made(openai.OpenAI, provider)
    completions = client.chat.completions
    raw = completions.with_raw_response.create
    streaming = completions.with_streaming_response.create
    post = client.post
    asked: Any = {"model": "gpt", "messages": []}
    with installed(governor):
        raw(**asked)
        with streaming(**asked) as response:
            response.read()
        completions.create(**asked)
        post("/chat/completions", body=asked, cast_to=object)

    assert len(provider.requests) == 4
    assert purposes(governor) == ["elsewhere"] * 4


def test_a_websocket_of_a_resource_that_was_taken_before_is_governed(
    provider: Provider,
) -> None:
    governor = MemoryGovernor(lambda _: (Reason(rule="no", message="no"),))
    client = made(openai.OpenAI, provider)
    resources = [client.realtime, client.beta.realtime]
    kinds = [type(each) for each in resources]
    with installed(governor):
        for each in resources:
            with pytest.raises(PolicyDenied), each.connect(model="gpt-realtime"):
                pytest.fail("it was opened")

    assert [type(each) for each in resources] == kinds
    assert len(governor.decisions) == 2


def test_the_module_level_client_is_governed_loaded_or_not(
    provider: Provider, governor: MemoryGovernor, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"api_key": "sk-test", "http_client": provider.client, **OPENAI}
    for name, value in settings.items():
        monkeypatch.setattr(openai, name, value)
    asked: Any = {"model": "gpt", "messages": []}
    openai._reset_client()
    with installed(governor):
        openai.chat.completions.create(**asked)
    openai.chat.completions.create(**asked)
    with installed(governor):
        openai.chat.completions.create(**asked)
    openai._reset_client()

    assert len(provider.requests) == 3
    assert purposes(governor) == ["elsewhere"] * 2


def test_copies_stay_governed_and_take_a_purpose(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        client = made(Positional, provider, "acme")
        copies = [
            made(openai.OpenAI, provider).with_options(timeout=3),
            made(openai.OpenAI, provider).with_options(purpose="copied"),
            copy.copy(client),
            made(type(client), provider, "other"),
        ]
        for each in copies:
            ask(each)

        assert copies[3].tenant == "other"
    assert purposes(governor) == ["elsewhere", "copied", "elsewhere", "elsewhere"]
    assert type(copies[0]) is openai.OpenAI
    assert type(copies[3]) is Positional


def test_every_purpose_is_nearer_than_the_one_of_install_but_the_settings(
    provider: Provider,
) -> None:
    governor = MemoryGovernor(default_purpose="settings")
    headers = {"X-Declared-Purpose": "client"}
    with installed(governor):
        ask(made(openai.OpenAI, provider, default_headers=headers))
        with purpose("scope"):
            ask(made(openai.OpenAI, provider))
        ask(made(openai.OpenAI, provider))
    with installed(governor, purpose=None):
        ask(made(openai.OpenAI, provider))

    assert purposes(governor) == ["client", "scope", "elsewhere", "settings"]


def test_a_purpose_that_no_policy_could_hold_is_refused_at_once(
    governor: MemoryGovernor,
) -> None:
    with pytest.raises(SettingsInvalid):
        install("No Purpose", governor=governor)

    assert openai.OpenAI.__init__ is CAPTURED_INIT


def test_without_a_policy_nothing_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PolicyNotFound):
        install()

    assert openai.OpenAI.__init__ is CAPTURED_INIT


def test_clients_of_our_own_keep_what_they_were_given(
    provider: Provider, governor: MemoryGovernor
) -> None:
    own = MemoryGovernor()
    client = made(affidavit.OpenAI, provider, purpose="own", affidavit=own)
    with installed(governor):
        later = made(affidavit.OpenAI, provider, purpose="own", affidavit=own)
        ask(client)
        ask(later)

    assert type(client) is type(later) is affidavit.OpenAI
    assert purposes(own) == ["own", "own"]
    assert governor.decisions == []


def test_openais_constructor_takes_what_it_took_and_looks_as_it_looked(
    provider: Provider, governor: MemoryGovernor
) -> None:
    before = inspect.signature(openai.OpenAI)
    with installed(governor):
        assert inspect.signature(openai.OpenAI) == before
        with pytest.raises(TypeError, match="purpose"):
            made(openai.OpenAI, provider, purpose="not openai's")


def test_uninstall_leaves_openais_classes_exactly_as_they_were(
    governor: MemoryGovernor,
) -> None:
    kinds = (openai.OpenAI, openai.AsyncOpenAI, openai.AzureOpenAI)
    before = [dict(vars(kind)) for kind in kinds]
    with installed(governor), installed(governor):
        assert vars(openai.OpenAI)["__init__"] is not before[0]["__init__"]

    assert [dict(vars(kind)) for kind in kinds] == before
    uninstall()


def test_installing_again_adds_what_it_is_told(
    provider: Provider, governor: MemoryGovernor
) -> None:
    first = made(openai.OpenAI, provider)
    with installed(governor):
        again = install()
        ask(made(openai.OpenAI, provider))
        install("later")
        ask(made(openai.OpenAI, provider))
        ask(first)

    assert again.clients == 0
    assert "openai.OpenAI" in again.classes
    assert "openai.lib.azure.AzureOpenAI" in again.classes
    assert purposes(governor) == ["elsewhere", "later", "elsewhere"]


def escaped(kind: type, provider: Provider) -> Any:
    """A client that no constructor of ours saw."""
    client: Any = object.__new__(kind)
    arguments: Any = {"api_key": "k", "http_client": provider.client, **OPENAI}
    CAPTURED_INIT(client, **arguments)
    return client


def test_a_client_that_escaped_is_governed_at_its_first_call(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        client = escaped(openai.OpenAI, provider)
        assert not isinstance(client, Governed)
        assert client not in ungoverned_clients()
        ask(client)
        assert isinstance(client, Governed)

    assert purposes(governor) == ["elsewhere"]


def test_a_call_under_way_in_code_of_a_subclass_is_not_run_twice(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        client = escaped(Counting, provider)
        before = Counting.asked
        with pytest.raises(CallUngoverned, match="make the call again"):
            ask(client)
        ask(client)

    assert Counting.asked == before + 2
    assert len(provider.requests) == 1
    assert purposes(governor) == ["elsewhere"]


class Rogue(openai.OpenAI):
    """Sends in a way of its own."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return "sent"

    def _send_request(self, *args: Any, **kwargs: Any) -> Any:
        return "sent"


def test_only_who_escaped_and_sends_in_its_own_way_is_ungoverned(
    provider: Provider, governor: MemoryGovernor
) -> None:
    with installed(governor):
        assert ask(made(Rogue, provider)) == "sent"
        client = escaped(Rogue, provider)
        assert [each for each in ungoverned_clients() if type(each) is Rogue] == [
            client
        ]
        assert install().clients == 1
        ask(client)
        assert client not in ungoverned_clients()

    assert purposes(governor) == ["elsewhere"] * 2
    assert client in ungoverned_clients()


class Final(type):
    def __init__(cls, name: str, bases: tuple[type, ...], namespace: Any) -> None:
        super().__init__(name, bases, namespace)
        if openai.OpenAI not in bases:
            raise TypeError("sealed")


class Sealed(openai.OpenAI, metaclass=Final):
    """Nobody derives from it."""


def test_what_cannot_be_governed_is_named_and_sends_nothing(
    provider: Provider, governor: MemoryGovernor, caplog: pytest.LogCaptureFixture
) -> None:
    client = made(Sealed, provider)
    with caplog.at_level(logging.ERROR, "affidavit"), installed(governor) as done:
        assert done.left == (f"{Sealed.__module__}.Sealed",)
        for each in (client, made(Sealed, provider)):
            with pytest.raises(CallUngoverned, match="sealed"):
                ask(each)
        assert client not in ungoverned_clients()
    ask(client)

    assert governor.decisions == []
    assert len(provider.requests) == 1
    assert "Clients of" in caplog.text


def test_threads_may_install_and_make_clients_at_once(
    provider: Provider, governor: MemoryGovernor
) -> None:
    class Fresh(openai.OpenAI):
        pass

    ready = threading.Barrier(8)
    clients: list[Any] = []

    def work() -> None:
        ready.wait()
        install("elsewhere", governor=governor)
        client = made(Fresh, provider)
        clients.append(client)
        ask(client)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert purposes(governor) == ["elsewhere"] * 8
    assert len({type(each) for each in clients}) == 1


def test_a_forked_child_installs_although_another_thread_held_the_lock() -> None:
    code = """
import os, threading, openai
from affidavit.clients import install as installing
from affidavit.clients._elsewhere import twins as _twins
from affidavit.testing import MemoryGovernor
held, done = threading.Event(), threading.Event()
def hold():
    with installing._changing, _twins._making:
        held.set()
        done.wait()
threading.Thread(target=hold, daemon=True).start()
held.wait()
child = os.fork()
if not child:
    installing.install(governor=MemoryGovernor())
    ours = type(openai.OpenAI(api_key="k")).__mro__[1].__module__
    os._exit(0 if ours.startswith("affidavit.") else 1)
done.set()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    sdk = str(Path(affidavit.__file__).parents[1])
    command = [sys.executable, "-W", "ignore", "-c", code]
    subprocess.run(command, env={"PYTHONPATH": sdk}, check=True, timeout=60)
