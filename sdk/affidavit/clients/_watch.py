"""Watching a response's bytes go by, without holding them up.

Knows how a byte stream ends: exhausted, failed, closed early or forgotten. Keeps a
bounded head and tail, one running SHA-256 over the decoded body, and parses nothing
before the end. Knows no call: whoever made the watch hears of its end, once.
"""

import inspect
import zlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from affidavit.calls import Ending, How
from affidavit.clients import _answers, _endings
from affidavit.clients._answers import NOTHING, Answer

_EVENTS = "text/event-stream"
HEAD_BYTES = 16 << 10
TAIL_BYTES = 256 << 10
MOST_UNREAD = 32
"""Chunks that are looked at together: most hold one event of a few hundred bytes."""
SMALL = 4 << 10
"""Bytes up to which a chunk may wait for others."""
LARGEST_KEPT = 8 << 20
"""Bytes of a body that is handed over whole."""


class Body(NamedTuple):
    """What was seen of a response's body; a tuple for the reason that `Answer` is."""

    ending: Ending
    answer: Answer = NOTHING
    size: int = 0
    """Bytes after content decoding; of the wire when the coding is not known."""
    digest: bytes | None = None
    """SHA-256 of the bytes after content decoding; None when they are not known."""
    how: How | None = None
    """None for a body that ran to its end."""
    error: str | None = None
    events: int = 0
    """Server-sent events that went by; 0 for a body of any other type."""
    content: bytes | None = None
    """All of it, where that was asked for and is not beyond `LARGEST_KEPT`."""
    parsed: Mapping[str, Any] | None = None
    """`content` as JSON, where it was parsed already and is an object."""


class Response(Protocol):
    """What is read of an `httpx.Response` or `httpx2.Response`."""

    stream: Any

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def is_stream_consumed(self) -> bool: ...


def content(response: Response) -> bytes | None:
    """A body that is no stream any more; None where it was consumed and not kept."""
    try:
        return response.content
    except RuntimeError:  # what httpx and httpx2 raise for a body that is gone
        return None


def whole(response: Response, *, keep: bool) -> Body | bytes | None:
    """A body that is no stream any more: bytes to `read` later; events that a hook or
    a cache has read are watched now, as they would have been.
    """
    data = content(response)
    if data is None or data[:1] == b"{" or not _has_events(response):
        return data
    watch = Watch({"content-type": _EVENTS}, lambda: None, keep=keep)
    watch.unread.append(data)
    watch.end(None)
    return watch.body


def _has_events(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith(_EVENTS)


def read(content: bytes) -> Body:
    """What a body that came whole says."""
    parsed = _answers.parsed(content)
    answer = _answers.of_object(parsed) if parsed else NOTHING
    digest = sha256(content).digest()
    kept = content if len(content) <= LARGEST_KEPT else None
    return Body(
        Ending.COMPLETE,
        answer,
        len(content),
        digest,
        content=kept,
        parsed=parsed or None,
    )


class Watch:
    """One streamed body; the end is told to `on_end` once.

    Whoever reads the body appends each chunk to `unread`, which is the hot path, and
    calls `catch_up` when that holds `MOST_UNREAD` chunks or a chunk beyond `SMALL`.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        on_end: Callable[[], None],
        *,
        keep: bool = False,
    ) -> None:
        """`keep`: hand over the whole body, not only what it says."""
        self._on_end = on_end
        self._whole: list[bytes] | None = [] if keep else None
        self._open = [True]  # popped by whoever ends the watch: atomic without a lock
        self._events = headers.get("content-type", "").startswith(_EVENTS)
        self._expected = headers.get("content-length")
        self._decode = _decoder(headers.get("content-encoding", ""))
        self._hash = sha256()
        self.unread: list[bytes] = []
        self._head: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._kept = 0
        self._received = 0
        self._size = 0
        self._seen = 0
        self.body: Body | None = None

    def catch_up(self) -> None:
        """Take what came over the wire since the last time."""
        chunk = b"".join(self.unread)
        self.unread.clear()
        self._received += len(chunk)
        if self._decode is not None:
            chunk = self._decode(chunk)
        if self._events:
            self._seen += chunk.count(b"data:")
        if self._size < HEAD_BYTES:
            self._head.append(chunk[: HEAD_BYTES - self._size])
        self._size += len(chunk)
        self._hash.update(chunk)
        if self._whole is not None:
            self._keep(chunk)
        self._tail.append(chunk)
        self._kept += len(chunk)
        while self._kept > TAIL_BYTES and len(self._tail) > 1:
            self._kept -= len(self._tail.popleft())

    def _keep(self, chunk: bytes) -> None:
        if self._whole is not None and self._size <= LARGEST_KEPT:
            self._whole.append(chunk)
        else:
            self._whole = None

    def end(self, how: How | None, error: BaseException | None = None) -> None:
        """The stream ended so, None at its end; only the first to say it is heard."""
        try:
            self._open.pop()
        except IndexError:
            return
        self.body = self._summary(how, type(error).__name__ if error else None)
        self._on_end()

    def failed(self, error: BaseException) -> None:
        """Reading the stream raised `error`."""
        self.end(_endings.how(type(error)), error)

    def so_far(self) -> Body:
        """What was seen until now, of a stream that somebody else gave up."""
        return self.body or self._summary(How.CLOSED, None)

    def _summary(self, how: How | None, error: str | None) -> Body:
        self.catch_up()
        tail = b"".join(self._tail)[-TAIL_BYTES:]
        answer = NOTHING
        sound = self._decode is None or self._decode.sound
        if self._events:
            stream = _answers.of_events(b"".join(self._head), tail)
            answer = stream.answer
            if stream.ending is not None:
                # What follows the last event is transport: no loss if it is cut off.
                how = None if stream.ending is Ending.COMPLETE else How.REPORTED
                error = stream.error
            elif how is None and stream.torn and sound:
                how = How.BROKEN
        elif self._size <= TAIL_BYTES:
            answer = _answers.of_json(tail)
        if how in _GIVEN_UP and self._expected == str(self._received):
            how = None
        return Body(
            ending=_endings.ending(how) if how else Ending.COMPLETE,
            answer=answer,
            size=self._size,
            digest=self._hash.digest() if sound else None,
            how=how,
            error=error,
            events=self._seen,
            content=b"".join(self._whole) if self._whole and sound else None,
        )


_GIVEN_UP = (How.CLOSED, How.COLLECTED)


class _Undecoded:
    """Stands for a content coding that we do not read."""

    sound = False

    def __call__(self, chunk: bytes) -> bytes:
        return chunk


class _Inflated:
    """Decompresses a copy. What it cannot read, the SDK's own decoder raises about."""

    def __init__(self, *wbits: int) -> None:
        self._choices = iter(wbits)
        self._inflate = zlib.decompressobj(next(self._choices))
        self._started = False
        self.sound = True

    def __call__(self, chunk: bytes) -> bytes:
        try:
            plain = self._inflate.decompress(chunk)
        except zlib.error:
            return self._again(chunk)
        self._started = self._started or bool(chunk)
        return plain

    def _again(self, chunk: bytes) -> bytes:
        """Some servers call raw deflate `deflate` (RFC 9110 §8.4.1.2 notes it)."""
        wbits = None if self._started else next(self._choices, None)
        if wbits is None:
            self.sound = False
            return b""
        self._inflate = zlib.decompressobj(wbits)
        return self(chunk)


def _decoder(coding: str) -> _Undecoded | _Inflated | None:
    """Content decoding (RFC 9110 §8.4.1) of a copy; None when there is none to do."""
    match coding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Inflated(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Inflated(zlib.MAX_WBITS, -zlib.MAX_WBITS)
        case _:
            return _Undecoded()


class _SyncStream:
    """A byte stream with a watch on it; `_stream_class` gives it a base class."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)  # httpx2 asks the stream how long it took

    def __iter__(self) -> Iterator[bytes]:
        watch = self._watch
        unread, take = watch.unread, watch.unread.append
        try:
            for chunk in self._inner:
                take(chunk)
                if len(unread) >= MOST_UNREAD or len(chunk) > SMALL:
                    watch.catch_up()
                yield chunk
        except GeneratorExit:
            raise  # the reader stopped; `close` tells how that ended
        except BaseException as error:
            self._watch.failed(error)
            raise
        self._watch.end(None)

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._watch.end(How.CLOSED)

    def __del__(self) -> None:
        self._watch.end(How.COLLECTED)


class _AsyncStream:
    """The same for `async`: `await` is the only difference."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        watch = self._watch
        unread, take = watch.unread, watch.unread.append
        try:
            async for chunk in self._inner:
                take(chunk)
                if len(unread) >= MOST_UNREAD or len(chunk) > SMALL:
                    watch.catch_up()
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as error:
            self._watch.failed(error)
            raise
        self._watch.end(None)

    async def aclose(self) -> None:
        try:
            await self._inner.aclose()
        finally:
            self._watch.end(How.CLOSED)

    def __del__(self) -> None:
        self._watch.end(How.COLLECTED)


def put_on(
    response: Response,
    on_end: Callable[[], None],
    *,
    is_async: bool,
    keep: bool = False,
) -> Watch:
    """Wrap the response's unread stream: a watch sees each byte read from it."""
    watch = Watch(response.headers, on_end, keep=keep)
    wrapper = _stream_class(response.stream.__class__, is_async=is_async)
    response.stream = wrapper(response.stream, watch)
    return watch


@lru_cache(maxsize=64)
def _stream_class(inner: type, *, is_async: bool) -> type:
    """A watching class that the response's own library takes for its own."""
    ours, wanted = (
        (_AsyncStream, "AsyncByteStream")
        if is_async
        else (_SyncStream, "SyncByteStream")
    )
    bases = [base for base in inspect.getmro(inner) if base.__name__ == wanted]
    return type(ours.__name__, (ours, *bases[:1]), {})
