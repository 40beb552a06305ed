"""Requests whose result a model will learn from, whatever the words.

Knows how fields stand together: a *purpose* (a model is to learn) and, near it, a
*request* (things are asked for). Knows no word of any language.

A purpose is a few letters of a shape in a row: what trains and then what is trained, a
learner and then its learning, something that goes into a training set. Who learns must
be no person, and what is denied, reported or asked about is no purpose. A request is
one for things of which a model could learn: not for an email, not for an explanation.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from affidavit.detect.reading.shape import Shape, shaper
from affidavit.detect.scan import Place

Span: TypeAlias = tuple[int, int]
"""Start and end in letters of a shape."""

# Letters are those of `reading.field`. What may stand between two parts is counted in
# words, and never holds a person, a "not", or a question. A pattern is sought only
# where the letter before it occurs.
_PURPOSES = tuple(
    (needs, re.compile(pattern))
    for needs, pattern in (
        ("t", r"[fzwg][^.xnrjO]{0,4}t[^.hxnjO]{0,8}[lc]"),  # to train our small model
        ("t", r"(?:(?<=[.,])|^)[^.,hxd]{0,2}t-?f[^.hxnjO]{0,4}[lc]"),  # our own
        ("t", r"(?:(?<=[.,])|^)-?t[lc]"),  # the same, without articles
        ("t", r"[iuqY][^.hxnjOr]{0,3}t[^.hxnjO]{0,4}[lc]"),  # these teach our model
        ("t", r"[lc][^.hxnjO]{0,5}f[^.hxnjO]{0,2}t(?![^.,]{0,4}h)"),  # we train it
        ("t", r"(?:(?<=[.,])|^)t[^.,nhdxjO]{1,4}f-?\."),  # 训练分诊用
        ("t", r"(?:(?<=[.,])|^)mt[^.hxnjO]{0,8}[lc]"),  # 我要训一个小模型
        ("t", r"[lc][^.hxnjOr]{0,10}t(?=-?[.,])"),  # our model needs things to train
        ("t", r"Y[^.hxnjO]{0,3}t(?=-?[.,])"),  # what you write is for training
        ("t", r"t[^.,nhdxjO]{0,4}[lc]-?f-?[.,]"),  # 训练小分类器用
        ("s", r"[fzwg][^.xndrjO]{0,4}s(?![^.,]{0,4}h)"),  # for fine-tuning
        # SFT: ...; but not in a row of words between commas
        ("s", r"(?:(?<=\.)|^|(?<=,)(?!s-?,))[^.,hxdrv]{0,3}s(?![^.,]{0,4}h)"),
        ("s", r"[iueY][^.,xnhdrjO]{0,2}s(?![^.,]{0,4}h)"),  # pairs of our fine-tuning
        ("s", r"s[^.hxnjO]{0,3}[lc]"),  # tuning the model
        ("k", r"[lc][^.hxdnjO]{0,6}k"),  # the bot learns
        ("K", r"f[^.hxndjO]{0,3}[lc][^.hxndjO]{0,2}K"),  # so that the bot knows
        ("k", r"k[zf][^.hxndjO]{0,2}[lc]"),  # useful for the bot
        ("b", r"[fzg][^.nxjOr]{0,2}b"),  # will be tuned on
        ("p", r"[lc][^.nhxdjO]{0,8}[fzg][^.nxjO]{0,3}p"),  # then taught
        (
            "p",
            r"[fzg][^.nxdjO]{0,3}p[^.nhxdjO]{0,8}[lc]",
        ),  # will be taught to the model
        ("p", r"[iuY]-?p[^.nhxdjO]{0,3}[lc]"),  # answers, learned by the model
        ("g", r"g[^.nhdxjO]{0,8}[ces]"),  # goes into the student model
        ("g", r"g[^.nhdxjO]{0,3}[uvieY][^.nhdxjO]{0,2}[lc]"),  # becomes a label for it
        ("a", r"a[^.nhdxjO]{0,6}[lces]"),  # is fed to the model
        ("e", r"[fzwg][^.nxjO]{0,4}e(?![^.,]{0,3}[hr])"),  # for our training set
        (
            "e",
            r"m[^.,nhdxjO]{0,4}[oq][io][^.,nhdxjO]{0,5}e(?![^.,]{0,3}[dhx])",
        ),  # 二十条
        ("e", r"(?:(?<=\.)|^)[^.,hxdrjmO]{0,4}e[i-]{0,2}[.,]"),  # a heading
        ("e", r"(?<=\.)e-?[.,]|(?<=,)e-?\."),
        ("u", r"u[^.nhdxjO]{0,3}[fzwt][^.nhdxjO]{0,3}[lc]"),  # a corpus for the bot
        ("e", r"e[^.nhdxjO]{0,3}[fzwt][^.nhdxjO]{0,3}[lc]"),
        ("e", r"e[^.,nhxdjO]{0,4}m(?![^.,]{0,3}d)"),  # our training set lacks
        ("e", r"[lc][^.nhdxjO]{0,3}e"),  # the bot's training set
        ("e", r"e[^.nhdxjOr]{0,3}[lc]"),
        ("u", r"c[^.nhdxjO]{0,2}u"),  # the classifier's labels
        ("c", r"[zw][^.nhdxjO]{0,3}c"),  # for the classifier
    )
)
# What stands before a purpose and takes it back: not, how, about, already, the authors.
_VOID = re.compile(r"(?:n[^.,]{0,5}|x[^.,]{0,3}|j-?f?-?|r[^.,]?|O[^.]{0,12})$")
# What stands behind it: the question mark of a script without spaces, or "we do not."
_DENIED = re.compile(r"-?x-?\.|[^.]{0,12}\.[^.,m]{0,3}n[^.,m]?\.")
_VOIDS = 14
"""Letters that `_VOID` reads."""
_REQUESTS = re.compile(
    r"[mw][^.dx]{0,9}[iueY]"  # write chats
    r"|(?:(?<=[.,])|^)[^.,dxhlcr]?v"  # label each
    r"|[mB][^.dx]{0,6}v"  # please translate
    r"|B[^.x]{0,8}v"  # 把这份报告改写
    r"|[iueY][^.dx]{0,8}m"  # chats are needed
    r"|[iuY][^.,dx]{0,3}v"  # each sentence, paraphrased
    r"|[mw][^.dx]{0,5}q(?![^.]{0,3}d)"  # write 80
    r"|[mw][^.dx]{0,4}q[^.x]{0,2}[di]"  # write 80 articles
    r"|[mw][^.dx]{0,12},[^.,]?[oq][oq]-?[.,]"  # 编故事,八则
)
_LISTED = re.compile(
    r"(?<!r)(?<!r.)[oq][^.,dxr]{0,3}[iuY]"  # 80 chats, nothing else
    r"|^-?[oq]-(?![^.]{0,4}[dxr])"  # eighty yarns
)
_FOR_READERS = re.compile(r"[mw][^.,ieqvYB]{0,6}(?<![lc])d(?![lc])")
_INQUIRES = re.compile(
    r"[^.,mivY]{0,3}x(?![^.,]{0,2}[qi])"  # explain; but not "explain each"
    r"|[^mw.]{0,60}x[^.mw]{0,2}\.?$"  # an unspaced script asks at the end
    r"|[^.,mv]{0,3}O"  # the authors ...
)
_LEARNER = re.compile(r"[lc]")
_DOT = re.compile(r"\.+")
_PEOPLE = re.compile(r"[zwt][^.,]{0,4}h")
_LONGEST = 80
"""Letters after which a sentence is read as two: none may be read again and again."""
_NEAR = 90
"""Letters between a purpose and its request, and no more than _SENTENCES either way."""
_SENTENCES = 4
_ABOUT = 40
"""Letters on either side of a purpose where something else may be asked for: then a
request must be nearer, or plainer."""


def purposes(marked: str, low: int, high: int) -> Iterator[tuple[Place, ...]]:
    """Of characters `low` to `high` of `marked`: a purpose, then its request."""
    shape = shaper()(marked, low, high)
    letters = shape.letters
    said = _Said(letters)
    for needs, pattern in _PURPOSES:
        for match in pattern.finditer(letters) if needs in letters else ():
            start, end = match.span()
            if _VOID.search(letters, max(0, start - _VOIDS), start):
                continue
            if _DENIED.match(letters, end):
                continue
            request = said.request(start, end)
            if request is not None:
                yield _place(shape, start, end), _place(shape, *request)


class _Said:
    """What the sentences of a shape ask for; each is read once."""

    def __init__(self, letters: str) -> None:
        self._letters = letters
        self._spans = list(_cut(letters))
        self._starts = [start for start, _ in self._spans]
        self._asked: dict[int, Span] = {}
        self._listed: dict[int, Span] = {}
        self._inquiring: list[int] = []
        self._for_readers: list[int] = []
        self._known: dict[int, Span | None] = {}
        for number, (start, end) in enumerate(self._spans):
            self._read(number, letters[start:end], start)
        # In order of place, so that the nearest is found without a walk.
        self._plain = sorted(self._asked)
        self._bare = sorted({*self._asked, *self._listed})

    def _read(self, number: int, sentence: str, start: int) -> None:
        """Note what sentence `number` asks for, if it is things to learn from."""
        inquires = _INQUIRES.match(sentence) is not None
        for_readers = _FOR_READERS.search(sentence) is not None
        if inquires:
            self._inquiring.append(number)
        if for_readers:
            self._for_readers.append(number)
        if inquires or for_readers:
            return
        if found := _REQUESTS.search(sentence):
            self._asked[number] = start + found.start(), start + found.end()
        elif found := _LISTED.search(sentence):
            self._listed[number] = start + found.start(), start + found.end()

    def request(self, start: int, end: int) -> Span | None:
        """What is asked for near the purpose from `start` to `end`; None also where
        its own sentence asks for something else, or means people.
        """
        at = self._number(start)
        low, high = self._spans[at]
        if "b" not in self._letters[start:end] and self._means_people(low, high):
            return None
        if at not in self._known:
            self._known[at] = self._near(at)
        return self._known[at]

    def _near(self, at: int) -> Span | None:
        """What sentence `at`, or one about it, asks for."""
        low, high = self._spans[at]
        if _meets(self._inquiring, at, at) or _meets(self._for_readers, at, at):
            return None
        inquires, for_readers = (
            _meets(numbers, self._number(low - _ABOUT), self._number(high + _ABOUT))
            for numbers in (self._inquiring, self._for_readers)
        )
        among = self._plain if inquires else self._bare
        far = self._readers_off(at) if for_readers else _SENTENCES
        near = self._nearest(among, at, min(far, _SENTENCES))
        if near is not None:
            return self._asked.get(near) or self._listed[near]
        answer = self._letters.find("Y", low, high)
        return None if answer < 0 else (answer, answer + 1)

    def _readers_off(self, at: int) -> int:
        """How many sentences off something else is asked for, at most: what is asked
        before sentence `at` may be as far off as that, what is asked after it less.
        """
        place = bisect_left(self._for_readers, at)
        around = self._for_readers[max(0, place - 1) : place + 1]
        return min(abs(number - at) for number in around)

    def _means_people(self, low: int, high: int) -> bool:
        sentence = self._letters[low:high]
        return not _LEARNER.search(sentence) and bool(_PEOPLE.search(sentence))

    def _nearest(self, among: Sequence[int], at: int, far: int) -> int | None:
        """The one of `among` nearest to sentence `at`, at most `far` sentences off."""
        place = bisect_left(among, at)
        sides = [n for n in among[max(0, place - 1) : place + 1] if abs(n - at) <= far]
        low, high = self._spans[at]
        within = [
            n
            for n in sides
            if self._spans[n][0] <= high + _NEAR and self._spans[n][1] >= low - _NEAR
        ]
        return min(within, key=lambda n: abs(n - at), default=None)

    def _number(self, at: int) -> int:
        return max(0, bisect_right(self._starts, at) - 1)


def _meets(numbers: Sequence[int], first: int, last: int) -> bool:
    """Whether any of `numbers`, in order, lies between these two."""
    place = bisect_left(numbers, first)
    return place < len(numbers) and numbers[place] <= last


def _cut(letters: str) -> Iterator[Span]:
    start = 0
    for end in (*(dot.end() for dot in _DOT.finditer(letters)), len(letters)):
        while start < end:
            yield start, min(end, start + _LONGEST)
            start = min(end, start + _LONGEST)


def _place(shape: Shape, start: int, end: int) -> Place:
    return shape.places[start][0], shape.places[end - 1][1]
