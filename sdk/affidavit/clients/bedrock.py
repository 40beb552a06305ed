"""The drop-in classes for Amazon Bedrock's OpenAI-compatible endpoint.

A module of its own because not every openai 2 has the originals. Its hosts stand under
neither OpenAI's nor Azure's terms: their provider is `other`.
"""

import openai

from affidavit.clients._governed import GovernedAsync, GovernedSync
from affidavit.clients.openai import signed


@signed
class BedrockOpenAI(GovernedSync, openai.BedrockOpenAI):
    """`openai.BedrockOpenAI`, governed."""


@signed
class AsyncBedrockOpenAI(GovernedAsync, openai.AsyncBedrockOpenAI):
    """`openai.AsyncBedrockOpenAI`, governed."""
