"""LlamaIndex: its OpenAI model is handed our clients, both of them.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import subprocess
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAI as LlamaOpenAI

from affidavit import AsyncOpenAI, OpenAI, PolicyDenied, purpose


def main() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    model = LlamaOpenAI(
        model="gpt-4o-mini", openai_client=OpenAI(), async_openai_client=AsyncOpenAI()
    )

    with purpose("support.reply"):
        print("allowed ", model.complete("Where is my parcel?"))
        parts = model.stream_chat([ChatMessage(role="user", content="And when?")])
        print("streamed", "".join(part.delta or "" for part in parts))
    try:
        model.complete("Nobody said what this call is for.")
    except PolicyDenied as refusal:
        print("refused ", refusal.rule)


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
