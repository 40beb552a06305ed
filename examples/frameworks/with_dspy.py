"""DSPy: its LiteLLM engine, through `install()`. Its own engine escapes.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import os
import subprocess
import sys

# LiteLLM asks a server for its list of prices when it is imported; this keeps it here.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
import dspy
from dspy.utils.exceptions import LMServerError

import affidavit
from affidavit import purpose


def main() -> None:
    """Make a call, then one that nobody declared."""
    affidavit.install()
    # The engine must be named: DSPy's own speaks HTTP by itself, past the OpenAI SDK.
    model = dspy.LM("openai/gpt-4o-mini", engine="litellm", num_retries=0, cache=False)
    dspy.configure(lm=model, adapter=dspy.JSONAdapter())
    answer = dspy.Predict("question -> answer")

    with purpose("support.reply"):
        print("allowed ", answer(question="Where is my parcel?").answer)
    try:
        model("Nobody said what this call is for.")
    except LMServerError as error:  # what it makes of LiteLLM's error
        print("refused ", error)


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
