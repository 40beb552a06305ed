"""What a package gives of each record that was asked for, held against its entry.

Knows lines, bodies and contents. Which records were asked for, and that their entries
are the signed ones, is known before.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import assert_never

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.trail.ranges import Ranges
from affidavit.trail.record import Kind, Opening
from affidavit.trail.retention import Pruning
from affidavit.verify import form
from affidavit.verify.disclosure.lines import Line, State
from affidavit.verify.disclosure.walk import Asked, Walk
from affidavit.verify.report import Fault, Problem, Problems

Content = Callable[[str], bytes]
"""A file below the package's `content`; FileNotFoundError when absent."""
_COMMITTED = {Kind.DECISION: "content", Kind.OUTCOME: "output"}


class Given:
    """Takes the lines of records.jsonl in order. `settle` comes last."""

    def __init__(
        self, walk: Walk, openings: tuple[Opening, ...], problems: Problems
    ) -> None:
        self._walk = walk
        self._openings = openings
        self._problems = problems
        self._lines = 0
        self._last = -1
        self._told: set[int] = set()
        self._pruned: dict[int, int] = {}
        self._prunings: dict[int, Ranges] = {}
        self.states: Counter[State] = Counter()
        self.reasons: Counter[str] = Counter()
        """Why bodies are withheld."""
        self.contents: set[str] = set()
        """Files of contents that a line speaks of."""

    def take(self, data: bytes, content: Content) -> None:
        """One line, with its newline."""
        self._lines += 1
        try:
            line = Line.parse(data)
        except Malformed as error:
            message = f"line {self._lines} of records.jsonl: {error}"
            self._problems.add(Problem(fault=Fault.FORM, message=message))
            return
        asked = self._place(line)
        if asked is None:
            return
        if line.index in self._walk.asked:
            self.states[line.state] += 1
        match line.state:
            case State.DISCLOSED:
                self._disclosed(line, asked, content)
            case State.WITHHELD:
                self.reasons[line.reason or ""] += 1
            case State.PRUNED:
                self._pruned[line.index] = line.pruning or 0
            case State.MISSING:
                pass
            case _:
                assert_never(line.state)

    def _place(self, line: Line) -> Asked | None:
        """The record that a line speaks of, if it may."""
        asked = self._walk.asked.get(line.index) or self._walk.prunings.get(line.index)
        if asked is None:
            message = "was not asked for, and the package tells of it"
            self._problems.add(
                Problem(
                    fault=Fault.DISCLOSURE,
                    message=message,
                    index=line.index,
                    id=line.id,
                    kind=line.kind.value,
                )
            )
            return None
        if (line.id, line.kind) != (asked.id, asked.kind):
            self._bad(asked, "its line names another record", Fault.DISCLOSURE)
        if line.index <= self._last:
            message = "told of twice, or out of order"
            self._bad(asked, message, Fault.DUPLICATE)
        self._last = max(self._last, line.index)
        self._told.add(line.index)
        return asked

    def _disclosed(self, line: Line, asked: Asked, content: Content) -> None:
        body, salt = line.body or b"", line.salt or b""
        if canonical.text(sha256(salt + body).digest()) != asked.commitment:
            self._bad(asked, "the body is not the one that this entry commits to")
            return
        said = _object(body)
        if asked.kind is Kind.DECISION:
            for each in self._openings:
                if said.get(each.field) != each.value:
                    message = (
                        f"bears the label of {each.field} {each.value!r}, and its body "
                        f"says {str(said.get(each.field))!r:.80}"
                    )
                    self._bad(asked, message)
        elif asked.kind is Kind.PRUNING and line.index in self._walk.prunings:
            self._pruning(asked, body)
        if line.content_key is not None:
            self._content(line, asked, said, content)

    def _pruning(self, asked: Asked, body: bytes) -> None:
        try:
            self._prunings[asked.index] = Pruning.parse(body).ranges
        except Malformed as error:
            self._bad(asked, str(error), Fault.FORM)

    def _content(
        self, line: Line, asked: Asked, said: Mapping[str, Json], content: Content
    ) -> None:
        self.contents.add(line.content)
        try:
            data = content(line.content)
        except FileNotFoundError:
            self._bad(asked, f"its content, {line.content}, is missing", Fault.MISSING)
            return
        if asked.kind is Kind.OUTCOME:
            data = sha256(data).digest()
        committed = said.get(_COMMITTED.get(asked.kind, ""))
        computed = canonical.text(canonical.mac(line.content_key or b"", data))
        if not isinstance(committed, dict) or committed.get("commitment") != computed:
            message = "the content is not the one that its body commits to"
            self._bad(asked, message)

    @property
    def referred(self) -> set[int]:
        """Records that are named as reason why a body is gone."""
        return set(self._pruned.values())

    def settle(self) -> None:
        """What only the whole shows: records without a line, prunings without proof."""
        for index, asked in sorted(self._walk.asked.items()):
            if index not in self._told:
                message = (
                    "was asked for and is left out: neither disclosed nor withheld, "
                    "pruned or missing"
                )
                self._bad(asked, message, Fault.MISSING)
        for index, by in self._pruned.items():
            asked = self._walk.asked.get(index) or self._walk.prunings[index]
            ranges = self._prunings.get(by)
            if ranges is None or index not in ranges or by < index:
                message = (
                    f"is said to be pruned, and record {by} of the trail does not say "
                    "so: it is withheld without a word"
                )
                self._bad(asked, message)
        surplus = (self._told - self._walk.asked.keys()) - self.referred
        for index in sorted(surplus):
            message = "was not asked for, and the package tells of it"
            self._bad(self._walk.prunings[index], message, Fault.DISCLOSURE)

    def _bad(self, asked: Asked, message: str, fault: Fault = Fault.BODY) -> None:
        self._problems.add(form.named(fault, message, asked.index, asked.entry))


def _object(body: bytes) -> Mapping[str, Json]:
    try:
        value = canonical.parse(body)
    except Malformed:
        value = None
    return value if isinstance(value, dict) else {}
