"""Which frameworks each environment of `make test-frameworks` must hold."""

from importlib.util import find_spec

import openai

OPENAI = int(openai.__version__.partition(".")[0])

MODULES = {
    "dspy": "dspy",
    "haystack": "haystack",
    "instructor": "instructor",
    "langchain": "langchain_openai",
    "litellm": "litellm",
    "llama_index": "llama_index.llms.openai",
    "openai_agents": "agents",
    "pydantic_ai": "pydantic_ai",
}
"""By the name of its example, what a program imports of a framework."""

REQUIRED = {
    # LlamaIndex wants openai<3; instructor a jiter that openai 3.4 and newer exclude;
    # LiteLLM caps openai, and DSPy's way to the OpenAI SDK is LiteLLM.
    2: {"dspy", "instructor", "langchain", "litellm", "llama_index"},
    # openai-agents and pydantic-ai want openai>=3; Haystack takes either.
    3: {"haystack", "langchain", "openai_agents", "pydantic_ai"},
}
"""By openai's major version: pyproject's groups `frameworks2` and `frameworks3`."""


def installed() -> set[str]:
    """The frameworks that are there."""
    return {name for name, module in MODULES.items() if _is_there(module)}


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of the package that it would be in
        return False
