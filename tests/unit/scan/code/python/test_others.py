import pytest

from affidavit.scan.code.sdks import SDKS
from support.scanned import codes, found


@pytest.mark.parametrize("module", [m for m, sdk in SDKS.items() if not sdk.only])
def test_each_sdk_is_found_where_it_is_imported(module: str) -> None:
    package, _, name = module.rpartition(".")
    assert codes(f"import {module}") == ["C104"]
    assert codes(f"from {module} import Client") == ["C104"]
    assert codes(f"import importlib\nimportlib.import_module('{module}')") == ["C104"]
    if package:
        assert codes(f"from {package} import {name}") == ["C104"]


@pytest.mark.parametrize(
    "source",
    [
        "from anthropic import APIError, RateLimitError",
        "from anthropic.types import Message",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import anthropic",
        "from huggingface_hub import hf_hub_download",
        "import huggingface_hub\nhuggingface_hub.snapshot_download('x')",
        "import boto3\nboto3.client('s3')",
        "from .groq import x",
    ],
)
def test_what_does_not_send_is_not(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "from huggingface_hub import InferenceClient\nInferenceClient()",
        "import huggingface_hub\nhuggingface_hub.InferenceClient()",
        "import boto3\nboto3.client('bedrock-runtime')",
        "import boto3\nboto3.client(service_name='bedrock-agent-runtime')",
        "import boto3\nS = 'bedrock-runtime'\nboto3.Session().client(S)",
        (
            "from botocore.session import get_session\n"
            "get_session().create_client('bedrock-runtime')"
        ),
        "__import__('anthropic')",
    ],
)
def test_an_sdk_of_which_a_part_sends_is_found_by_that_part(source: str) -> None:
    assert codes(source) == ["C104"]


@pytest.mark.parametrize(
    ("bare", "handed"),
    [
        (
            "from langchain_openai import ChatOpenAI\nChatOpenAI(model='m')",
            (
                "from langchain_openai import ChatOpenAI\nChatOpenAI(root_client=a, "
                "client=b, root_async_client=c, async_client=d)"
            ),
        ),
        (
            "from llama_index.llms.openai import OpenAI\nOpenAI(model='m')",
            (
                "from llama_index.llms.openai import OpenAI\n"
                "OpenAI(openai_client=a, async_openai_client=b)"
            ),
        ),
        (
            "import litellm\nlitellm.completion('m')",
            "import litellm\nlitellm.completion('m', client=c)",
        ),
        (
            "from pydantic_ai.providers.openai import OpenAIProvider\nOpenAIProvider()",
            (
                "from pydantic_ai.providers.openai import OpenAIProvider\n"
                "OpenAIProvider(openai_client=c)"
            ),
        ),
        (
            "from agents import Runner\nRunner.run_sync(a, 'x')",
            (
                "from agents import Runner, set_default_openai_client as s\n"
                "s(c)\nRunner.run_sync(a, 'x')"
            ),
        ),
    ],
)
def test_a_framework_makes_clients_unless_one_is_handed_over(
    bare: str, handed: str
) -> None:
    assert codes(bare) == ["C105"]
    assert codes(handed) == []
    assert codes(bare, installed=True) == []
    assert codes(f"import affidavit\naffidavit.install()\n{bare}") == []


@pytest.mark.parametrize(
    "source",
    ["import litellm\nlitellm.responses('m')", "import dspy\ndspy.LM('m')"],
)
def test_what_goes_around_the_sdk_is_found_even_when_installed(source: str) -> None:
    assert codes(source, installed=True) == ["C105"]
    governed = f"import affidavit\naffidavit.install('support.reply')\n{source}"
    assert found(governed) == [("C105", 4)]


def test_dspy_with_its_governed_engine_is_governed_by_install() -> None:
    source = "import dspy\ndspy.LM('m', engine='litellm')"
    assert codes(source) == ["C105"]
    assert codes(source, installed=True) == []
