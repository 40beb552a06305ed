"""What is known of an uploaded file so far: fed with its bytes, it gives its lines.

Pure, and bounded whatever the file holds: one incomplete line, one running SHA-256 and
counts of a bounded number of names. Knows no file object, no policy and no client.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TypeAlias

from affidavit.calls import Call, File, Line, Work
from affidavit.clients._calls import Site
from affidavit.clients._files import jsonl as _jsonl
from affidavit.clients._files.jsonl import Use
from affidavit.clients._files.lines import RawLine, Splitter
from affidavit.policy.budgets import work_of

OTHERS = "(others)"
_MOST_NAMES = 64
_MOST_KINDS = 64
_MOST_CHARACTERS = 12_000
"""Of the names of all kinds of work: a record has room for so many."""
_Kind: TypeAlias = tuple[str, str | None, str | None]
"""Endpoint, model and subject."""


class Summary:
    """A file that is uploaded by `upload` to `site`; `purpose` is the provider's."""

    def __init__(self, upload: Call, site: Site, purpose: str | None) -> None:
        self._upload = upload._replace(
            content=b"", texts=(), unread={}, refers=(), file=None
        )
        self._site = site
        self.purpose = purpose
        self.use = _jsonl.use(purpose)
        self._splitter = Splitter()
        self._hash = sha256()
        self.size = 0
        self.lines = 0
        self.malformed = 0
        self.models: Counter[str] = Counter()
        self.endpoints: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self._work: dict[_Kind, Work] | None = {}
        """What lines ask for, alike ones put together; None when of too many kinds."""

    def copy(self, upload: Call) -> "Summary":
        """One that goes on from here with a further part, sent by `upload`."""
        new = Summary(upload, self._site, self.purpose)
        new._splitter, new._hash = self._splitter.copy(), self._hash.copy()
        new.size, new.lines, new.malformed = self.size, self.lines, self.malformed
        new.models, new.endpoints = self.models.copy(), self.endpoints.copy()
        new.unread = self.unread.copy()
        new._work = None if self._work is None else dict(self._work)
        return new

    @property
    def carried(self) -> int:
        """Bytes of the incomplete line that is kept."""
        return self._splitter.carried

    def read(self, chunks: Iterable[bytes]) -> Iterator[Line]:
        """The lines that `chunks` complete. To be exhausted: it counts on the way."""
        for data in chunks:
            self.size += len(data)
            self._hash.update(data)
            if self.use is not Use.UNREAD:
                yield from self._parsed(self._splitter.feed(data))

    def rest(self) -> Iterator[Line]:
        """The last line, when no newline ended it and no more will come."""
        if self.use is not Use.UNREAD:
            yield from self._parsed(self._splitter.rest())

    def _parsed(self, raw_lines: Iterable[RawLine]) -> Iterator[Line]:
        for raw in raw_lines:
            lines = _jsonl.parsed(raw, self.use, self._upload, self._site)
            first = next(lines)
            self._count(first.call)
            if first.call is None and self.use is Use.PERHAPS:
                continue  # text of another kind, on which nothing runs by itself
            yield first
            for further in lines:  # of one long line
                self._weigh(further.call, requests=0)
                yield further

    def _count(self, call: Call | None) -> None:
        self.lines += 1
        if call is None:
            self.malformed += 1
            return
        self.unread.update(call.unread)
        if self.use is Use.CALLS:
            _add(self.endpoints, call.endpoint)
            _add(self.models, call.model or "(none)")
            self._weigh(call, requests=1)

    def _weigh(self, call: Call | None, *, requests: int) -> None:
        if call is None or self._work is None or self.use is not Use.CALLS:
            return
        more = work_of(call)
        kind = more[:3]
        before = self._work.get(kind)
        if before is None:
            self._work[kind] = more._replace(requests=requests)
            if len(self._work) > _MOST_KINDS:
                self._work = None
            return
        self._work[kind] = before._replace(
            requests=before.requests + requests,
            input_tokens=before.input_tokens + more.input_tokens,
            output_tokens=before.output_tokens + requests * more.output_tokens,
        )

    @property
    def work(self) -> tuple[Work, ...] | None:
        """What the lines ask for; None where that is too much to be written down."""
        if self._work is None or self.use is not Use.CALLS or self.malformed:
            return None
        names = "".join(each or "" for kind in self._work for each in kind)
        if len(names) > _MOST_CHARACTERS or not names.isprintable():
            return None
        return tuple(self._work.values())

    @property
    def model(self) -> str | None:
        """The one model that all lines ask for."""
        models = list(self.models)
        return models[0] if len(models) == 1 and models[0] != "(none)" else None

    @property
    def _is_read(self) -> bool:
        """Whether nothing of it was left out without a refusal."""
        passed_over = self.use is Use.PERHAPS and self.malformed > 0
        return self.use is not Use.UNREAD and not passed_over

    def file(self, before: "Summary | None" = None) -> File:
        """All of it; or, with `before`, what came since then, without a digest."""
        digest = self._hash.hexdigest() if before is None else None
        since = before or Summary(self._upload, self._site, self.purpose)
        return File(
            purpose=self.purpose,
            size=self.size - since.size,
            sha256=digest,
            read=self._is_read,
            lines=self.lines - since.lines,
            malformed=self.malformed - since.malformed,
            models=self.models - since.models,
            work=self.work if before is None else None,
            endpoints=self.endpoints - since.endpoints,
        )


def _add(counts: Counter[str], name: str) -> None:
    if name not in counts and len(counts) >= _MOST_NAMES:
        name = OTHERS
    counts[name] += 1
