"""Haystack: every OpenAI component of the process, through `install()`.

Run it in a folder where `affidavit init` was run. It speaks to whatever the OpenAI SDK
would speak to: set OPENAI_API_KEY, or OPENAI_BASE_URL for `affidavit sandbox`.
"""

import os
import subprocess
import sys

os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")
from haystack import Pipeline
from haystack.components.builders import ChatPromptBuilder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.core.errors import PipelineRuntimeError
from haystack.dataclasses import ChatMessage

import affidavit
from affidavit import purpose


def main() -> None:
    """Run a pipeline, stream a component, then make a call that nobody declared."""
    affidavit.install()
    pipeline = Pipeline()
    prompt = ChatPromptBuilder([ChatMessage.from_user("{{question}}")])
    pipeline.add_component("prompt", prompt)
    pipeline.add_component("model", OpenAIChatGenerator(model="gpt-4o-mini"))
    pipeline.connect("prompt.prompt", "model.messages")
    asked = {"prompt": {"question": "Where is my parcel?"}}

    with purpose("support.reply"):
        print("allowed ", pipeline.run(asked)["model"]["replies"][0].text)
        parts: list[str] = []
        model = OpenAIChatGenerator(
            model="gpt-4o-mini",
            streaming_callback=lambda part: parts.append(part.content),
        )
        model.run([ChatMessage.from_user("And when?")])
        print("streamed", "".join(parts))
    try:
        pipeline.run(asked)
    except PipelineRuntimeError as error:
        print("refused ", error.__cause__)  # a pipeline wraps what a component raises


def show_trail() -> None:
    """What was decided about each call."""
    show = ["trail", "show", "--kind", "decision", "--quiet"]
    subprocess.run([sys.executable, "-m", "affidavit", *show], check=True)


if __name__ == "__main__":
    main()
    show_trail()
