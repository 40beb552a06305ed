"""Packages of JavaScript, Go and Java that reach a provider, and what sends in each.

A table. Nothing governs these languages, so every client in them is a finding.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from affidavit.scan.code.languages import Language


class Grammar(NamedTuple):
    """What the trees of a language call things, and whose modules are whose."""

    texts: tuple[str, ...]
    comments: tuple[str, ...]
    calls: tuple[str, ...]
    imports: tuple[str, ...]
    openai: re.Pattern[str]
    """Modules of OpenAI's SDK, or of another one for its API."""
    others: Mapping[str, str]
    """Other providers' modules, by how they begin, and what to call them."""
    sends: re.Pattern[str]
    """Functions that send, or make what sends."""


_JS_OTHERS = {
    "@anthropic-ai/": "Anthropic's SDK",
    "@google/genai": "Google's Gen AI SDK",
    "@google/generative-ai": "Google's Generative AI SDK",
    "@google-cloud/vertexai": "Google's Vertex AI SDK",
    "@google-cloud/aiplatform": "Google's Vertex AI SDK",
    "@mistralai/": "Mistral's SDK",
    "cohere-ai": "Cohere's SDK",
    "@aws-sdk/client-bedrock-runtime": "Amazon Bedrock's SDK",
    "@aws-sdk/client-bedrock-agent-runtime": "Amazon Bedrock's SDK",
    "@azure-rest/ai-inference": "Azure's AI Inference SDK",
    "@ai-sdk/": "the AI SDK",
    "@openrouter/": "OpenRouter's SDK",
    "@langchain/": "LangChain",
    "langchain": "LangChain",
    "llamaindex": "LlamaIndex",
    "@llamaindex/": "LlamaIndex",
    "groq-sdk": "Groq's SDK",
    "together-ai": "Together's SDK",
    "replicate": "Replicate's SDK",
    "@huggingface/inference": "Hugging Face's inference client",
    "portkey-ai": "Portkey's SDK",
}
_GO_OTHERS = {
    "github.com/anthropics/anthropic-sdk-go": "Anthropic's SDK",
    "google.golang.org/genai": "Google's Gen AI SDK",
    "github.com/google/generative-ai-go": "Google's Generative AI SDK",
    "cloud.google.com/go/vertexai": "Google's Vertex AI SDK",
    "cloud.google.com/go/aiplatform": "Google's Vertex AI SDK",
    "github.com/cohere-ai/cohere-go": "Cohere's SDK",
    "github.com/aws/aws-sdk-go-v2/service/bedrockruntime": "Amazon Bedrock's SDK",
    "github.com/aws/aws-sdk-go/service/bedrockruntime": "Amazon Bedrock's SDK",
    "github.com/tmc/langchaingo": "LangChainGo",
    "github.com/cloudwego/eino-ext": "Eino",
}
_JAVA_OTHERS = {
    "com.anthropic.": "Anthropic's SDK",
    "com.google.genai.": "Google's Gen AI SDK",
    "com.google.cloud.vertexai.": "Google's Vertex AI SDK",
    "com.google.cloud.aiplatform.": "Google's Vertex AI SDK",
    "com.cohere.": "Cohere's SDK",
    "software.amazon.awssdk.services.bedrockruntime.": "Amazon Bedrock's SDK",
    "com.azure.ai.inference.": "Azure's AI Inference SDK",
    "dev.langchain4j.": "LangChain4j",
    "org.springframework.ai.": "Spring AI",
}
_JAVASCRIPT = Grammar(
    texts=("string", "template_string"),
    comments=("comment",),
    calls=("call_expression", "new_expression"),
    imports=("import_statement", "export_statement"),
    openai=re.compile(r"(?:openai|@openai/\w+|@azure/openai|openai-edge)(?:/.*)?"),
    others=_JS_OTHERS,
    sends=re.compile(
        r"(?:new )?(?:.*\.)?(?:fetch|axios|got|ky|request|superagent|undici|needle"
        r"|WebSocket|WebSocketStream|EventSource|URL|Request|sendBeacon|ofetch|exec(?:Sync|File)?"
        r"|spawn(?:Sync)?|open)(?:\.\w+)?"
        r"|(?:https?|axios|client|http2)\.\w+",
    ),
)
GRAMMARS: Mapping[Language, Grammar] = {
    Language.JAVASCRIPT: _JAVASCRIPT,
    Language.TYPESCRIPT: _JAVASCRIPT,
    Language.TSX: _JAVASCRIPT,
    Language.GO: Grammar(
        texts=("interpreted_string_literal", "raw_string_literal"),
        comments=("comment",),
        calls=("call_expression",),
        imports=("import_spec",),
        openai=re.compile(
            r"github\.com/openai/openai-go(?:/.*)?|github\.com/sashabaranov/go-openai"
            r"|github\.com/Azure/azure-sdk-for-go/sdk/ai/azopenai"
        ),
        others=_GO_OTHERS,
        sends=re.compile(
            r"(?:\w+\.)*(?:Get|Post|PostForm|Head|Do|NewRequest(?:WithContext)?|Dial"
            r"|DialContext|SetBaseURL|Command|CommandContext|Parse|R|SetHost)"
        ),
    ),
    Language.JAVA: Grammar(
        texts=("string_literal",),
        comments=("line_comment", "block_comment"),
        calls=("method_invocation", "object_creation_expression"),
        imports=("import_declaration",),
        openai=re.compile(
            r"com\.openai\..*|com\.theokanning\.openai\..*|com\.azure\.ai\.openai\..*"
        ),
        others=_JAVA_OTHERS,
        sends=re.compile(
            r"(?:.*\.)?(?:create|url|uri|baseUrl|newBuilder|execute|newCall|exchange"
            r"|getForObject|postForObject|postForEntity|target|endpoint|host|exec)"
            r"|new (?:URL|URI|HttpGet|HttpPost|HttpHost|ProcessBuilder|WebSocketClient)"
        ),
    ),
}
