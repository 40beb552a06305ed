"""Packages of Python that reach a provider: whose, and what can be done about each.

A table, and the questions that rules ask of it. docs/frameworks.md says where the
knowledge about frameworks comes from: each of them was run.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

CLIENTS: Mapping[str, str] = {
    **{
        name: name
        for name in (
            "OpenAI",
            "AsyncOpenAI",
            "AzureOpenAI",
            "AsyncAzureOpenAI",
            "BedrockOpenAI",
            "AsyncBedrockOpenAI",
        )
    },
    "Client": "OpenAI",  # openai's own older names
    "AsyncClient": "AsyncOpenAI",
}
"""Client classes of openai, and the class of affidavit that stands in for each."""

_NAMES = "|".join(CLIENTS)
STOCK = re.compile(rf"openai(?:\.\w+)*\.(?:{_NAMES})")
GOVERNED = re.compile(rf"affidavit(?:\.\w+)*\.(?:{_NAMES})")
MADE = re.compile(rf"(?:openai|affidavit)(?:\.\w+)*\.(?:{_NAMES})\(\)")
"""A client, as a chain of names and calls begins that leads from one."""

RESOURCES = frozenset(
    [
        "admin",
        "agents",
        "assistants",
        "audio",
        "batches",
        "beta",
        "chat",
        "chatkit",
        "completions",
        "containers",
        "content_provenance_checks",
        "conversations",
        "decisions",
        "embeddings",
        "evals",
        "files",
        "fine_tuning",
        "images",
        "live",
        "models",
        "moderations",
        "realtime",
        "responses",
        "safety",
        "skills",
        "threads",
        "uploads",
        "vector_stores",
        "videos",
    ]
)
"""Attributes of a client below which each method is a call to the provider."""
REQUESTS = frozenset(
    {"delete", "get", "get_api_list", "patch", "post", "put", "request"}
)
"""Methods of a client that send what their caller spells out."""
LEGACY = frozenset(
    [
        "Audio",
        "ChatCompletion",
        "Completion",
        "Edit",
        "Embedding",
        "File",
        "FineTune",
        "FineTuningJob",
        "Image",
        "Model",
        "Moderation",
    ]
)
"""What openai before 1.0 had in place of clients."""
SETTINGS = frozenset(
    [
        "api_base",
        "api_key",
        "api_type",
        "api_version",
        "azure_ad_token",
        "azure_endpoint",
        "base_url",
        "default_headers",
        "http_client",
        "max_retries",
        "organization",
        "project",
        "timeout",
    ]
)
"""Attributes of the module that its own client is made from."""


class Sdk(NamedTuple):
    """A package that speaks to a provider without openai's client."""

    label: str
    only: frozenset[str] = frozenset()
    """What of it does; empty where all of it does."""


def _only(*names: str) -> frozenset[str]:
    return frozenset(names)


SDKS: Mapping[str, Sdk] = {
    "anthropic": Sdk("Anthropic's SDK"),
    "google.genai": Sdk("Google's Gen AI SDK"),
    "google.generativeai": Sdk("Google's Generative AI SDK"),
    "vertexai": Sdk("Google's Vertex AI SDK"),
    "google.cloud.aiplatform": Sdk("Google's Vertex AI SDK"),
    "mistralai": Sdk("Mistral's SDK"),
    "cohere": Sdk("Cohere's SDK"),
    "groq": Sdk("Groq's SDK"),
    "together": Sdk("Together's SDK"),
    "fireworks": Sdk("Fireworks' SDK"),
    "xai_sdk": Sdk("xAI's SDK"),
    "llama_api_client": Sdk("Meta's Llama API SDK"),
    "replicate": Sdk("Replicate's SDK"),
    "portkey_ai": Sdk("Portkey's SDK"),
    "huggingface_hub": Sdk(
        "Hugging Face's inference client",
        _only("InferenceClient", "AsyncInferenceClient", "InferenceEndpoint"),
    ),
    "azure.ai.inference": Sdk("Azure's AI Inference SDK"),
    "langchain_anthropic": Sdk("LangChain's Anthropic package"),
    "langchain_google_genai": Sdk("LangChain's Google package"),
    "langchain_google_vertexai": Sdk("LangChain's Vertex AI package"),
    "langchain_mistralai": Sdk("LangChain's Mistral package"),
    "langchain_cohere": Sdk("LangChain's Cohere package"),
    "langchain_aws": Sdk("LangChain's AWS package"),
    "langchain_groq": Sdk("LangChain's Groq package"),
    "llama_index.llms.anthropic": Sdk("LlamaIndex's Anthropic package"),
    "llama_index.llms.gemini": Sdk("LlamaIndex's Gemini package"),
    "llama_index.llms.google_genai": Sdk("LlamaIndex's Google package"),
    "llama_index.llms.mistralai": Sdk("LlamaIndex's Mistral package"),
    "llama_index.llms.bedrock": Sdk("LlamaIndex's Bedrock package"),
    "pydantic_ai.models.anthropic": Sdk("pydantic-ai's Anthropic models"),
    "pydantic_ai.models.bedrock": Sdk("pydantic-ai's Bedrock models"),
    "pydantic_ai.models.cohere": Sdk("pydantic-ai's Cohere models"),
    "pydantic_ai.models.google": Sdk("pydantic-ai's Google models"),
    "pydantic_ai.models.groq": Sdk("pydantic-ai's Groq models"),
    "pydantic_ai.models.mistral": Sdk("pydantic-ai's Mistral models"),
}
"""By module. Whoever imports one of these can send without any decision."""

BEDROCK = frozenset({"bedrock-runtime", "bedrock-agent-runtime"})
"""Services of boto3 in which a model answers."""
BOTO = re.compile(
    r"(?:boto3|aioboto3)(?:\.session)?(?:\.Session\(\))?\.(?:client|resource)"
    r"|(?:aio)?botocore\.session\.(?:get_session|Session)\(\)\.create_client"
)


class Framework(NamedTuple):
    """Something that makes OpenAI clients of its own."""

    made: re.Pattern[str]
    """Calls that make them, as chains of names."""
    label: str
    handed: tuple[str, ...] = ()
    """Arguments that must all be given for it to make none."""
    escapes: bool = False
    """Whether it sends around openai's client, so that `install()` does not help."""


def _framework(made: str, label: str, *handed: str, escapes: bool = False) -> Framework:
    return Framework(re.compile(made), label, handed, escapes)


_LANGCHAIN = r"(?:langchain_openai|langchain_community|langchain)(?:\.\w+)*"
FRAMEWORKS: tuple[Framework, ...] = (
    _framework(
        rf"{_LANGCHAIN}\.(?:Base)?(?:Azure)?ChatOpenAI",
        "LangChain's ChatOpenAI",
        *("client", "root_client", "async_client", "root_async_client"),
    ),
    _framework(
        rf"{_LANGCHAIN}\.(?:Azure)?OpenAI(?:Embeddings)?",
        "LangChain's OpenAI classes",
        *("client", "async_client"),
    ),
    _framework(
        r"langchain(?:\.\w+)*\.(?:init_chat_model|init_embeddings)",
        "LangChain's init_chat_model",
    ),
    _framework(
        r"llama_index(?:\.\w+)*\.(?:AzureOpenAI|OpenAI(?:Like|Responses|Embedding)?)",
        "LlamaIndex's OpenAI classes",
        *("openai_client", "async_openai_client"),
    ),
    _framework(r"instructor\.from_provider", "instructor.from_provider"),
    _framework(r"litellm\.a?responses", "litellm.responses", escapes=True),
    _framework(
        r"litellm\.(?:a?(?:batch_)?(?:text_)?completion|a?embedding"
        r"|a?(?:image_generation|transcription|speech|moderation))",
        "LiteLLM",
        "client",
    ),
    _framework(r"litellm(?:\.router)?\.Router", "LiteLLM's Router"),
    _framework(r"dspy(?:\.clients)?(?:\.lm)?\.LM", "DSPy's LM"),
    _framework(
        r"haystack(?:_\w+)?(?:\.\w+)*\.(?:Azure)?OpenAI\w*(?:Generator|Embedder)",
        "Haystack's OpenAI components",
    ),
    _framework(
        r"pydantic_ai(?:\.\w+)*\.(?:OpenAIProvider|AzureProvider)",
        "pydantic-ai's provider",
        "openai_client",
    ),
    _framework(
        r"pydantic_ai(?:\.\w+)*\.OpenAI(?:Chat|Responses)?Model",
        "pydantic-ai's OpenAI models",
        "provider",
    ),
    _framework(
        r"agents(?:\.\w+)*\.(?:OpenAIProvider|OpenAI(?:ChatCompletions|Responses)Model)",
        "openai-agents",
        "openai_client",
    ),
    _framework(r"agents(?:\.run)?\.Runner\.run(?:_sync|_streamed)?", "openai-agents"),
    _framework(
        r"langfuse\.openai\.(?:openai\.)?(?:Async)?(?:Azure)?OpenAI",
        "Langfuse's OpenAI classes",
    ),
    _framework(r"crewai(?:\.\w+)*\.LLM", "CrewAI's LLM"),
    _framework(r"autogen_ext(?:\.\w+)*\.\w*OpenAI\w*Client", "AutoGen's OpenAI client"),
    _framework(r"semantic_kernel(?:\.\w+)*\.(?:Azure|OpenAI)\w+", "Semantic Kernel"),
)
_FRAMEWORK_ROOTS = [
    "langchain_openai",
    "langchain_community",
    "langchain",
    "llama_index",
    "instructor",
    "litellm",
    "dspy",
    "haystack",
    "haystack_experimental",
    "haystack_integrations",
    "pydantic_ai",
    "agents",
    "langfuse",
    "crewai",
    "autogen_ext",
    "semantic_kernel",
]
SENDERS = [
    "requests",
    "httpx",
    "httpx2",
    "urllib3",
    "aiohttp",
    "niquests",
    "treq",
    "pycurl",
    "websocket",
    "websockets",
    "grequests",
    "curl_cffi",
    "http",
    "urllib",
    "tornado",
    "requests_toolbelt",
    "wsproto",
    "socket",
    "ssl",
    "asyncio",
    "subprocess",
    "os",
    "pexpect",
]
"""Packages that send what they are told to, or start what does."""
ROOTS = frozenset(
    {
        *("openai", "affidavit", "functools", "importlib"),
        *("boto3", "aioboto3", "botocore", "aiobotocore"),
        *(module.partition(".")[0] for module in SDKS),
        *_FRAMEWORK_ROOTS,
        *SENDERS,
    }
)
"""First names of the chains that any rule is about."""
HANDS_OVER = re.compile(
    r"agents(?:\.\w+)*\.set_default_openai_client|litellm\.client_session"
)
"""Calls after which openai-agents makes no client of its own."""


def sdk_of(module: str, name: str | None = None) -> Sdk | None:
    """The SDK that importing `module`, or `name` from it, brings in."""
    dotted = module if name is None else f"{module}.{name}"
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        found = SDKS.get(".".join(parts[:length]))
        if found is not None:
            rest = parts[length:]
            # `import huggingface_hub` alone is no client: its use is looked at.
            return found if not found.only or found.only & set(rest) else None
    return None


def framework_of(chain: str) -> Framework | None:
    """What makes clients of its own when `chain` is called."""
    return next((each for each in FRAMEWORKS if each.made.fullmatch(chain)), None)
