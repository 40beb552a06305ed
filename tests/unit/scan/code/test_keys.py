import random
import string

import pytest

from affidavit.scan.code.keys import bits, hidden, keys_in

ALPHABET = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def chance(prefix: str, length: int, alphabet: str = ALPHABET) -> str:
    """A key of nobody: made here, so that the repository holds none."""
    generator = random.Random(prefix + str(length))
    return prefix + "".join(generator.choice(alphabet) for _ in range(length))


@pytest.mark.parametrize(
    ("key", "whose"),
    [
        (chance("sk-", 48), "OpenAI"),
        (chance("sk-", 32, HEX), "OpenAI"),
        (chance("sk-proj-", 120), "OpenAI"),
        (chance("sk-svcacct-", 60), "OpenAI"),
        (chance("sk-ant-api03-", 93), "Anthropic"),
        (chance("sk-or-v1-", 64, HEX), "OpenRouter"),
        (chance("AIza", 35), "Google"),
        (chance("gsk_", 52), "Groq"),
        (chance("xai-", 80), "xAI"),
        (chance("hf_", 34), "Hugging Face"),
        (chance("r8_", 37), "Replicate"),
        (chance("pplx-", 48), "Perplexity"),
        (chance("fw_", 24), "Fireworks"),
        (chance("ABSK", 120), "Amazon Bedrock"),
    ],
)
def test_a_key_is_found_by_its_shape_and_never_shown(key: str, whose: str) -> None:
    (found,) = keys_in(f'key = "{key}"  # mine')
    assert (found.start, found.whose) == (7, whose)
    assert key[len(key) // 2 :] not in found.shown
    assert str(len(key)) in found.shown
    assert len(found.shown) < len(key)


@pytest.mark.parametrize(
    "text",
    [
        "sk-your-key-here-" + "x" * 30,
        "sk-" + "a" * 48,
        "sk-abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuv",
        "sk-proj-" + "1234567890" * 6,
        "task-" + chance("", 48),
        "a_" + chance("sk-", 48),
        chance("sk-", 20),
        chance("sk-", 80),
        "hf_" + "hub" * 12,
        "AIza" + "x" * 35,
    ],
)
def test_placeholders_words_and_other_lengths_are_no_keys(text: str) -> None:
    assert list(keys_in(text)) == []


def test_every_key_of_a_text_is_found_once() -> None:
    first, second = chance("sk-", 48), chance("hf_", 34)
    assert [key.start for key in keys_in(f"{first} {second}\n{first}")] == [0, 52, 90]


def test_bits_are_of_a_character() -> None:
    assert bits("aaaa") == 0
    assert bits("abcd") == 2


def test_hiding_keys_moves_nothing() -> None:
    first, second = chance("sk-proj-", 60), chance("hf_", 34)
    text = f"a = '{first}'; b = '{second}'; c = 'sk-example'"
    shown = hidden(text)
    assert len(shown) == len(text)
    assert shown == f"a = 'sk-{'*' * 65}'; b = 'hf_{'*' * 34}'; c = 'sk-example'"
    assert hidden("nothing") == "nothing"
