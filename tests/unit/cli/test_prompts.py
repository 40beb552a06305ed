import json
from pathlib import Path

import pytest

from affidavit.cli import prompts
from affidavit.cli.prompts import PromptUnclear


def parse(**fields: object) -> prompts.Prompt:
    return prompts.parse(json.dumps(fields).encode(), 7, "file:7")


def test_a_text_is_what_a_user_says() -> None:
    prompt = parse(text="Hello", id="a", label="positive")

    assert [(t.role, t.value) for t in prompt.call.texts] == [("user", "Hello")]
    assert (prompt.id, prompt.line) == ("a", 7)
    assert prompt.fields["label"] == "positive"
    assert prompt.output is None


def test_messages_and_params_are_read_as_the_client_reads_them() -> None:
    prompt = parse(
        messages=[
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "image_url", "image_url": {}}]},
        ],
        params={"model": "gpt-5", "n": 4, "instructions": "Say no."},
        purpose="support.reply",
        output="No.",
    )

    assert prompt.call.model == "gpt-5"
    assert prompt.call.parameters["n"] == 4
    assert prompt.call.purpose == "support.reply"
    assert [t.value for t in prompt.call.texts] == ["Say no.", "Be brief."]
    assert prompt.call.unread == {"images": 1}
    assert prompt.output == "No."
    assert prompt.id == 7  # its number, where it has no other name


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON"),
        (b"[1]", "not an object"),
        (b"{}", "neither text nor messages"),
        (b'{"text": 3}', "'text' must be text"),
        (b'{"messages": "x"}', "'messages' must be a list"),
        (b'{"messages": ["x"]}', "an object with role and content"),
        (b'{"text": "x", "params": []}', "'params' must be an object"),
        (b'{"text": "x", "output": 1}', "'output' must be text"),
        (b'{"text": "x", "purpose": "Not A Purpose!"}', "purpose"),
    ],
)
def test_a_line_that_is_none_is_refused_by_its_place(line: bytes, words: str) -> None:
    with pytest.raises(PromptUnclear, match=r"^file:7: ") as refused:
        prompts.parse(line, 7, "file:7")

    assert words in str(refused.value)


def test_empty_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"text":"a"}\n\n  \n{"text":"b"}')

    assert [prompt.line for prompt in prompts.read(str(file))] == [1, 4]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptUnclear, match=r"none\.jsonl: cannot be read"):
        prompts.read(str(tmp_path / "none.jsonl"))
