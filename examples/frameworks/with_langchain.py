"""LangChain: every model, chain and agent of the process, through `install()`.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import subprocess
import sys

from langchain_openai import ChatOpenAI

import affidavit
from affidavit import PolicyDenied, purpose


def main() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    affidavit.install()
    model = ChatOpenAI(model="gpt-4o-mini")

    with purpose("support.reply"):
        print("allowed ", model.invoke("Where is my parcel?").text)
        print("streamed", "".join(chunk.text for chunk in model.stream("And when?")))
    try:
        model.invoke("Nobody said what this call is for.")
    except PolicyDenied as refusal:
        print("refused ", refusal.rule)


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
