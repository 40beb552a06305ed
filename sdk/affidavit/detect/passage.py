"""A call's texts as one sequence to scan, and the way back to each of them.

Knows how texts are joined and which place belongs to which. Knows no rule and no role.
Texts are read together, because a system prompt and the user's message complete each
other. Everything beyond the folded sequence is worked out when first asked for.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from affidavit.calls import Span, Text
from affidavit.detect.disguise import Revealed
from affidavit.detect.normalise import fold
from affidavit.detect.scan import Place
from affidavit.detect.sentences import END, Sentences, mark
from affidavit.detect.trace import Trace


def run_on(texts: Sequence[Text]) -> str:
    """All texts in sequence, as they stand."""
    if len(texts) == 1:
        return texts[0].value
    return "\n".join([text.value for text in texts])


def join(texts: Sequence[Text]) -> str:
    """All texts folded in sequence: one pass for a whole call."""
    return fold(run_on(texts))


class Passage:
    """Texts of which something was found in `folded`, which is `join(texts)`.

    `origins` has those of them, by number, that stand for what a call really holds.
    """

    def __init__(
        self,
        texts: Sequence[Text],
        folded: str,
        origins: Mapping[int, Revealed] | None = None,
    ) -> None:
        self.texts = texts
        self.folded = folded
        self._origins = origins or {}
        self._traces: dict[int, Trace] = {}

    @cached_property
    def parts(self) -> Sequence[str]:
        """Each text folded."""
        if len(self.texts) == 1:
            return [self.folded]
        return [fold(text.value) for text in self.texts]

    @cached_property
    def _starts(self) -> Sequence[int]:
        # A text that folds to nothing takes no room, not even a space's.
        ends = accumulate(len(part) + 1 if part else 0 for part in self.parts)
        return [0, *ends][:-1]

    @cached_property
    def sentences(self) -> Sentences:
        """Those of `folded`; none goes on from one text into the next."""
        marked = (mark(text.value) for text in self.texts)
        return Sentences(END.join(filter(None, marked)))

    @cached_property
    def flowing(self) -> str:
        """The marked text; a text that breaks off goes on in the next one."""
        marked = filter(None, (mark(text.value) for text in self.texts))
        return "".join(part + (END if part.endswith(END) else " ") for part in marked)

    def part(self, at: int) -> int:
        """Number of the text in which folded character `at` lies."""
        return bisect_right(self._starts, at) - 1

    def spans(self, place: Place) -> Iterator[Span]:
        """Where `place` lies in the original texts: one span a text."""
        start, end = place
        for part in range(self.part(start), self.part(end - 1) + 1):
            offset = self._starts[part]
            low = max(start - offset, 0)
            high = min(end - offset, len(self.parts[part]))
            if low < high:
                first, last = self._trace(part).original(low, high)
                if (origin := self._origins.get(part)) is not None:
                    first, last = origin.original(first, last)
                yield Span(text=part, start=first, end=last)

    def _trace(self, part: int) -> Trace:
        if part not in self._traces:
            self._traces[part] = Trace(self.texts[part].value)
        return self._traces[part]
