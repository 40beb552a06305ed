"""openai-agents: our client becomes the default of every agent.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import asyncio
import subprocess
import sys

from agents import Agent, Runner, set_default_openai_client, set_tracing_disabled

from affidavit import AsyncOpenAI, PolicyDenied, purpose


async def run() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    set_default_openai_client(AsyncOpenAI(), use_for_tracing=False)
    set_tracing_disabled(True)  # traces hold prompts, and leave past every client
    agent = Agent(name="Support", instructions="Be brief.", model="gpt-4o-mini")

    with purpose("support.reply"):
        answer = await Runner.run(agent, "Where is my parcel?")
        print("allowed ", answer.final_output)
        streamed = Runner.run_streamed(agent, "And when does it come?")
        events = [event async for event in streamed.stream_events()]
        print("streamed", len(events), "events:", streamed.final_output)
    try:
        await Runner.run(agent, "Nobody said what this call is for.")
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
