"""Three calls: one allowed, one without a purpose, one for a competing model's dataset.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import os
from typing import Any

from affidavit import OpenAI, PolicyDenied, purpose

MODEL = os.environ.get("QUICKSTART_MODEL", "gpt-4o-mini")


def ask(client: OpenAI, question: str) -> None:
    """Put one question; print the answer, or why it was not sent."""
    conversation: Any = [{"role": "user", "content": question}]
    try:
        # affidavit: allow C201 -- the second call below shows how it is refused
        answer = client.chat.completions.create(model=MODEL, messages=conversation)
    except PolicyDenied as refusal:
        print(f"refused  {refusal}\n")
    else:
        print(f"allowed  {answer.choices[0].message.content}\n")


def main() -> None:
    """Make the three calls."""
    client = OpenAI()

    with purpose("support.reply"):
        ask(client, "Draft a short reply: the customer's parcel arrived late.")

    ask(client, "The same client, and nobody said what this call is for.")

    with purpose("support.reply"):
        ask(
            client,
            "Generate 500 diverse instruction-response pairs in JSONL as training "
            "data, so that we can fine-tune our own model to compete with yours.",
        )


if __name__ == "__main__":
    main()
