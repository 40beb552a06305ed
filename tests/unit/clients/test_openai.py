import inspect
from typing import Any

import openai
import pytest

import affidavit
from affidavit.testing import MemoryGovernor

NAMES = (
    "OpenAI",
    "AsyncOpenAI",
    "AzureOpenAI",
    "AsyncAzureOpenAI",
    "BedrockOpenAI",
    "AsyncBedrockOpenAI",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_class_stands_in_for_its_original(name: str) -> None:
    ours, original = getattr(affidavit, name), getattr(openai, name)
    assert issubclass(ours, original)
    assert ours.__name__ == original.__name__
    # Azure's hooks never call super(): only what stands first is sure to be asked.
    order = [base.__module__.partition(".")[0] for base in ours.__mro__]
    assert order.index("openai") > max(
        place for place, module in enumerate(order) if module == "affidavit"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["__init__", "copy", "with_options"])
def test_signatures_are_the_installed_originals_and_ours(
    name: str, method: str
) -> None:
    ours: Any = inspect.signature(getattr(getattr(affidavit, name), method)).parameters
    theirs = inspect.signature(getattr(getattr(openai, name), method)).parameters
    assert set(ours) == set(theirs) | {"purpose", "affidavit"}
    assert all(ours[kept] == theirs[kept] for kept in theirs)
    assert ours["purpose"].kind is inspect.Parameter.KEYWORD_ONLY


def test_a_subclass_shows_its_own_signature() -> None:
    class Mine(affidavit.OpenAI):
        def __init__(self, region: str) -> None:
            super().__init__(api_key="sk", affidavit=MemoryGovernor())

    assert list(inspect.signature(Mine).parameters) == ["region"]


def test_the_user_agent_is_the_originals() -> None:
    governor = MemoryGovernor()
    with (
        affidavit.OpenAI(api_key="sk", affidavit=governor) as ours,
        openai.OpenAI(api_key="sk") as stock,
    ):
        assert ours.user_agent == stock.user_agent


def test_an_unknown_argument_is_refused_as_by_the_original() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        affidavit.OpenAI(api_key="sk", nonsense=1)  # type: ignore[call-arg]
