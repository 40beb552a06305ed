import inspect

import pytest

import affidavit

pytest.importorskip("httpx2")  # with openai 2, type checkers take its types for Any

from affidavit.clients import _arguments

CLASSES = {
    "OpenAI": (_arguments.Arguments, _arguments.Changes),
    "AsyncOpenAI": (_arguments.AsyncArguments, _arguments.AsyncChanges),
    "AzureOpenAI": (_arguments.AzureArguments, _arguments.AzureChanges),
    "AsyncAzureOpenAI": (_arguments.AsyncAzureArguments, _arguments.AsyncAzureChanges),
}


@pytest.mark.parametrize("name", CLASSES)
def test_type_checkers_see_each_argument_that_the_installed_openai_takes(
    name: str,
) -> None:
    ours = getattr(affidavit, name)
    for method, shown in zip(("__init__", "copy"), CLASSES[name], strict=True):
        taken = set(inspect.signature(getattr(ours, method)).parameters) - {"self"}
        assert taken - set(shown.__annotations__) == set()
