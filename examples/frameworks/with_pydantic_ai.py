"""pydantic-ai: its OpenAI provider is handed our client.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import asyncio
import subprocess
import sys

from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from affidavit import AsyncOpenAI, PolicyDenied, purpose


class Parcel(BaseModel):
    """What is asked for."""

    number: int
    place: str


async def run() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    provider = OpenAIProvider(openai_client=AsyncOpenAI())
    model = OpenAIChatModel("gpt-4o-mini", provider=provider)

    with purpose("support.reply"):
        parcel = await Agent(model, output_type=Parcel).run("Parcel 12 is in Jena.")
        print("allowed ", parcel.output)
        async with Agent(model).run_stream("Where is my parcel?") as streamed:
            print("streamed", await streamed.get_output())
    try:
        await Agent(model).run("Nobody said what this call is for.")
    except PolicyDenied as refusal:
        print("refused ", refusal.rule)


def main() -> None:
    """One event loop for all of it: an async client belongs to one."""
    asyncio.run(run())


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
