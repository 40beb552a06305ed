"""LiteLLM: its calls of OpenAI, through `install()`.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import os
import subprocess
import sys
from typing import Any

# LiteLLM asks a server for its list of prices when it is imported; this keeps it here.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
import litellm

import affidavit
from affidavit import purpose


def main() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    affidavit.install()
    asked: Any = {
        "model": "openai/gpt-4o-mini",
        "messages": [{"role": "user", "content": "Where is my parcel?"}],
    }

    with purpose("support.reply"):
        answer = litellm.completion(**asked)
        print("allowed ", answer.choices[0].message.content)
        parts = litellm.completion(**asked, stream=True)
        print(
            "streamed", "".join(part.choices[0].delta.content or "" for part in parts)
        )
    try:
        litellm.completion(**asked)
    except litellm.InternalServerError as error:  # what it makes of any other error
        print("refused ", error)


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
