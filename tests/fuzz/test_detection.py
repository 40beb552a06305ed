"""The detector takes time linear in a text, whatever its words are."""

import random
import time

import pytest

from affidavit.calls import Call, Text
from affidavit.detect.content import ContentDetector
from affidavit.detect.reading.shape import WORDS

DETECTOR = ContentDetector()
KNOWN = sorted({word.removesuffix("*") for word in WORDS})


def spent(text: str) -> float:
    """Seconds of this thread's CPU that reading `text` takes, the best of three."""
    call = Call(
        endpoint="responses",
        provider="openai",
        host="api.openai.com",
        texts=(Text(role="user", value=text),),
    )
    taken = []
    for _ in range(3):
        began = time.thread_time()
        DETECTOR(call)
        taken.append(time.thread_time() - began)
    return min(taken)


def phrase(seed: int) -> str:
    """Words that play parts in a request, any of them, with breaks and ends."""
    source = random.Random(seed)
    glue = [" ", ", ", ". ", "\n", "", ": "]
    return "".join(
        source.choice(KNOWN) + source.choice(glue) for _ in range(source.randint(1, 9))
    )


def grown(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def hold(piece: str, length: int) -> None:
    small, large = spent(grown(piece, length)), spent(grown(piece, 4 * length))
    assert large < 8 * small + 0.02, piece


@pytest.mark.parametrize("seed", range(6))
def test_four_times_the_words_take_no_more_than_eight_times_as_long(seed: int) -> None:
    hold(phrase(seed), 2_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(400))
def test_no_words_are_slower_than_their_length(seed: int) -> None:
    hold(phrase(seed), 16_000)
