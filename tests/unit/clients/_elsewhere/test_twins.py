import gc
import weakref
from typing import Any

import openai
import pytest

from affidavit.clients._elsewhere.twins import adopt, original_of, release, twin_of
from affidavit.clients._governed import Binding, GovernedSync
from affidavit.testing import MemoryGovernor
from support.elsewhere import DERIVED, Positional, Slotted, made
from support.http_client import Provider


def a_binding() -> Binding:
    return Binding(governor=MemoryGovernor())


@pytest.mark.parametrize("name", DERIVED)
def test_what_governs_comes_before_the_original_and_openai_after_it(name: str) -> None:
    kind, _ = DERIVED[name]
    order = twin_of(kind, a_binding()).__mro__

    governs = [each.__name__.startswith("Governed") for each in order]
    assert governs.index(True) < order.index(kind)
    assert order[order.index(kind) :] == kind.__mro__


def test_a_class_has_one_twin_and_the_twin_knows_its_original() -> None:
    twin = twin_of(Positional, a_binding())

    assert twin_of(Positional, a_binding()) is twin
    assert original_of(twin) is Positional
    assert original_of(Positional) is None
    assert original_of(type("Child", (twin,), {})) is None


def test_a_class_that_is_thrown_away_takes_its_twin_along() -> None:
    class Passing(openai.OpenAI):
        pass

    twin = weakref.ref(twin_of(Passing, a_binding()))
    del Passing
    gc.collect()

    assert twin() is None


def test_a_client_becomes_governed_and_is_given_back_as_it_was() -> None:
    client: Any = made(Slotted, Provider())
    client.extra = 1
    before = dict(vars(client))
    binding = a_binding()
    adopt(client, binding)
    governed = type(client)
    bound = client._affidavit
    release(client)

    assert issubclass(governed, GovernedSync)
    assert bound is binding
    assert client.extra == 1
    assert type(client) is Slotted
    assert vars(client) == before


class Lonely(type):
    def __init__(cls, name: str, bases: tuple[type, ...], space: Any) -> None:
        super().__init__(name, bases, space)
        if openai.OpenAI not in bases:
            raise TypeError("no children")


class Childless(openai.OpenAI, metaclass=Lonely):
    pass


def test_a_client_whose_class_resists_is_left_untouched() -> None:
    client = made(Childless, Provider())
    before = dict(vars(client))
    for _ in range(2):  # what was left half made the first time is no twin
        with pytest.raises(TypeError, match="no children"):
            adopt(client, a_binding())

    assert type(client) is Childless
    assert vars(client) == before


class Unchanging(openai.OpenAI):
    """Its objects keep their class, as those of compiled classes do."""

    @property
    def __class__(self) -> Any:
        return Unchanging

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise TypeError("never")


def test_a_client_that_cannot_change_its_class_is_left_untouched() -> None:
    client = made(Unchanging, Provider())
    before = dict(vars(client))
    with pytest.raises(TypeError, match="never"):
        adopt(client, a_binding())

    assert vars(client) == before
