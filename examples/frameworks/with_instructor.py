"""instructor: `from_openai` is handed our client.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import subprocess
import sys
from typing import Any

import instructor
from instructor.core import InstructorRetryException
from pydantic import BaseModel

from affidavit import OpenAI, purpose


class Parcel(BaseModel):
    """What is asked for."""

    number: int
    place: str


def main() -> None:
    """Make a call, whole and streamed, then one that nobody declared."""
    client = instructor.from_openai(OpenAI())
    question: Any = [{"role": "user", "content": "Parcel 12 is in Jena."}]
    asked: Any = {"model": "gpt-4o-mini", "messages": question}

    with purpose("support.reply"):
        print("allowed ", client.create(response_model=Parcel, **asked))
        *_, last = client.create_partial(response_model=Parcel, **asked)
        print("streamed", last)
    try:
        client.create(response_model=Parcel, **asked)
    except InstructorRetryException as error:
        print("refused ", error.__cause__)  # instructor wraps what ended its tries


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
