import pytest

from affidavit.clients import openai as governed
from affidavit.scan.code.sdks import (
    CLIENTS,
    FRAMEWORKS,
    GOVERNED,
    MADE,
    RESOURCES,
    ROOTS,
    SDKS,
    STOCK,
    framework_of,
    sdk_of,
)


def test_every_client_class_has_one_that_stands_in_for_it() -> None:
    import openai

    import affidavit

    assert governed.OpenAI is affidavit.OpenAI
    for theirs, ours in CLIENTS.items():
        assert ours in affidavit.__all__
        assert issubclass(getattr(affidavit, ours), getattr(openai, theirs))


def test_every_resource_of_the_installed_openai_is_known() -> None:
    from functools import cached_property

    import openai

    resources = {
        name
        for name, value in vars(openai.OpenAI).items()
        if isinstance(value, cached_property)
    }
    assert resources - RESOURCES <= {
        "webhooks",  # reads what arrived
        "with_raw_response",
        "with_streaming_response",
    }


@pytest.mark.parametrize("chain", ["openai.OpenAI", "openai.lib.azure.AzureOpenAI"])
def test_stock_classes_are_told_wherever_they_are_imported_from(chain: str) -> None:
    assert STOCK.fullmatch(chain)
    assert not GOVERNED.fullmatch(chain)
    assert MADE.match(f"{chain}().responses")


@pytest.mark.parametrize(
    ("module", "name", "known"),
    [
        ("anthropic", None, True),
        ("anthropic.lib", "X", True),
        ("google", "genai", True),
        ("google", "protobuf", False),
        ("huggingface_hub", None, False),
        ("huggingface_hub", "hf_hub_download", False),
        ("huggingface_hub", "InferenceClient", True),
        ("langchain_openai", "ChatOpenAI", False),
    ],
)
def test_an_sdk_is_known_by_what_is_imported(
    module: str, name: str | None, *, known: bool
) -> None:
    assert (sdk_of(module, name) is not None) is known


@pytest.mark.parametrize(
    ("chain", "label"),
    [
        ("langchain_openai.ChatOpenAI", "LangChain's ChatOpenAI"),
        ("langchain_openai.OpenAIEmbeddings", "LangChain's OpenAI classes"),
        ("llama_index.llms.openai.OpenAI", "LlamaIndex's OpenAI classes"),
        ("litellm.acompletion", "LiteLLM"),
        ("litellm.responses", "litellm.responses"),
        ("dspy.LM", "DSPy's LM"),
        (
            "haystack.components.generators.chat.OpenAIChatGenerator",
            "Haystack's OpenAI components",
        ),
        ("agents.Runner.run_sync", "openai-agents"),
        ("langfuse.openai.OpenAI", "Langfuse's OpenAI classes"),
    ],
)
def test_a_framework_is_known_by_what_is_called(chain: str, label: str) -> None:
    found = framework_of(chain)
    assert found is not None
    assert found.label == label


def test_what_any_rule_is_about_is_looked_at_at_all() -> None:
    assert {module.partition(".")[0] for module in SDKS} <= ROOTS
    for framework in FRAMEWORKS:
        first = framework.made.pattern.lstrip("(?:").split("(")[0]
        assert any(first.startswith(root) for root in ROOTS), framework
