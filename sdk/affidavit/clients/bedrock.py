"""The drop-in classes for Amazon Bedrock's OpenAI-compatible endpoint.

Knows names and signatures only, as `clients.openai` does. The provider of Bedrock's
hosts is `aws`; whose terms flow down with the model is `affidavit.providers`' business.
"""

from typing import TYPE_CHECKING, Self, Unpack

import openai

from affidavit.clients._governed import GovernedAsync, GovernedSync
from affidavit.clients.openai import signed

if TYPE_CHECKING:
    from affidavit.clients._arguments import (
        AsyncBedrockArguments,
        AsyncBedrockChanges,
        BedrockArguments,
        BedrockChanges,
    )


@signed
# affidavit: allow C101 -- this is the class that governs it
class BedrockOpenAI(GovernedSync, openai.BedrockOpenAI):
    """`openai.BedrockOpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[BedrockArguments]) -> None: ...
        def copy(self, **changes: Unpack[BedrockChanges]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[BedrockChanges]) -> Self:
            """The original's, and `purpose`."""


@signed
# affidavit: allow C101 -- this is the class that governs it
class AsyncBedrockOpenAI(GovernedAsync, openai.AsyncBedrockOpenAI):
    """`openai.AsyncBedrockOpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[AsyncBedrockArguments]) -> None: ...
        def copy(self, **changes: Unpack[AsyncBedrockChanges]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[AsyncBedrockChanges]) -> Self:
            """The original's, and `purpose`."""
