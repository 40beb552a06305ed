from typing import Any

import openai

import affidavit
from affidavit.clients._elsewhere.living import classes, described, living
from affidavit.testing import MemoryGovernor
from support.elsewhere import Positional, made
from support.http_client import Provider


class Proxy:
    """Builds what it stands for as soon as anybody asks it anything."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("asked")

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise RuntimeError("asked")


class Unhashable(type):
    __hash__ = None  # type: ignore[assignment]  # some metaclasses are


class Odd(metaclass=Unhashable):
    pass


def test_every_client_is_found_and_nobody_else_is_asked() -> None:
    others = [Proxy(), Odd()]
    own = made(affidavit.OpenAI, Provider(), affidavit=MemoryGovernor())
    clients = [made(openai.AsyncOpenAI, Provider()), made(Positional, Provider(), "x")]
    found = living()

    assert all(any(each is client for each in found) for client in [own, *clients])
    assert not any(each is other for each in found for other in others)


def test_kinds_are_counted_with_their_host_ungoverned_first() -> None:
    clients = [made(Positional, Provider(), "x") for _ in range(3)]
    bare = object.__new__(Positional)
    told: list[Any] = [
        each
        for each in described(lambda client: client is not bare)
        if each["class"] == "Positional"  # type: ignore[call-overload, index]
    ]

    assert [each["governed"] for each in told] == sorted(
        each["governed"] for each in told
    )
    assert told[0]["count"] == 1
    assert told[0]["host"] is None
    assert told[-1]["host"] == "api.openai.com"
    assert told[-1]["module"] == Positional.__module__
    assert told[-1]["count"] >= len(clients)


def test_classes_are_openais_and_everybodys_but_ours() -> None:
    found = classes()

    assert {openai.OpenAI, openai.AsyncAzureOpenAI, Positional} <= set(found)
    assert affidavit.OpenAI not in found
