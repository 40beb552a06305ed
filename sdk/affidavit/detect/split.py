"""Messages that hold a request in pieces, and the request that they hold.

Knows who speaks which text, and whole words. Knows no rule. A text keeps its number:
what stands between the pieces is emptied, and a cut word goes to where it ends.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from affidavit.calls import Text
from affidavit.detect.disguise import Revealed
from affidavit.detect.standing import OFFERED
from affidavit.detect.vocabulary import Vocabulary

FEWEST = 3
"""Messages of the caller's from which on they may be pieces."""
_LONGEST = 18
"""Letters of a word's beginning that are looked at."""
_UNSPACED = "\u2e80"
"""From here on letters are mostly of scripts that put no space between words."""

Rejoined = tuple[list[Text], dict[int, Revealed]]


def rejoined(
    texts: Sequence[Text], spoken: AbstractSet[int], vocabulary: Vocabulary
) -> Rejoined | None:
    """The caller's own messages, read on; None where that is how they were read.

    `spoken` are the numbers of what others said.
    """
    asked = [
        at
        for at, text in enumerate(texts)
        if at not in spoken and text.role != OFFERED and text.value
    ]
    if len(asked) < FEWEST:
        return None
    read = list(texts)
    between = [at for at in spoken if asked[0] < at < asked[-1] and texts[at].value]
    for at in between:
        read[at] = texts[at]._replace(value="")
    origins: dict[int, Revealed] = {}
    for before, after in pairwise(asked):
        _mend(read, origins, before, after, vocabulary)
    return (read, origins) if between or origins else None


def _mend(
    read: list[Text],
    origins: dict[int, Revealed],
    before: int,
    after: int,
    vocabulary: Vocabulary,
) -> None:
    """Give the beginning of a word that ends text `before` to text `after`."""
    ahead, rest = read[before].value.rstrip(), read[after].value.lstrip()
    head, tail = _last_letters(ahead), _first_letters(rest)
    if not head or not tail or not _is_cut(head, tail, vocabulary):
        return
    read[before] = read[before]._replace(value=ahead[: -len(head)])
    skipped = len(read[after].value) - len(rest)
    # What went over is told to stand where the word goes on.
    moved = [(skipped, skipped + 1)] * len(head)
    stayed = [(at, at + 1) for at in range(skipped, skipped + len(rest))]
    origins[after] = Revealed(head + rest, [*moved, *stayed])
    read[after] = read[after]._replace(value=head + rest)


def _is_cut(head: str, tail: str, vocabulary: Vocabulary) -> bool:
    if head[-1] >= _UNSPACED and tail[0] >= _UNSPACED:
        return True
    head, tail = head.lower(), tail.lower()
    whole = vocabulary.knows(head) and vocabulary.knows(tail)
    return vocabulary.knows(head + tail) and not whole


def _last_letters(text: str) -> str:
    end = text[-_LONGEST:]
    for at in range(len(end), 0, -1):
        if not end[at - 1].isalpha():
            return end[at:]
    return end


def _first_letters(text: str) -> str:
    for at, letter in enumerate(text[:_LONGEST]):
        if not letter.isalpha():
            return text[:at]
    return text[:_LONGEST]
