import gzip
import tracemalloc
import zlib
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pytest

from affidavit.calls import Ending, How
from affidavit.clients import _watch
from affidavit.clients._watch import MOST_UNREAD, SMALL, TAIL_BYTES, Watch
from support.http_client import EVENTS, Bytes, library

WHOLE = b"".join(EVENTS)
SSE = {"content-type": "text/event-stream"}


class Ends:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def watched(
    pieces: list[bytes],
    error: BaseException | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Any, Watch, Ends]:
    ends = Ends()
    response = library.Response(
        200, headers={**SSE, **headers}, stream=Bytes(pieces, error)
    )
    return response, _watch.put_on(response, ends, is_async=False), ends


def feed(watch: Watch, chunk: bytes) -> None:
    watch.unread.append(chunk)
    watch.catch_up()


def body(watch: Watch) -> _watch.Body:
    assert watch.body is not None
    return watch.body


def test_an_exhausted_stream_is_complete_and_digested() -> None:
    response, watch, ends = watched(EVENTS)
    assert response.read() == WHOLE
    assert body(watch).ending is Ending.COMPLETE
    assert body(watch).digest == sha256(WHOLE).digest()
    assert (body(watch).size, ends.count) == (len(WHOLE), 1)
    assert body(watch).answer.output_tokens == 30


def test_a_stream_closed_after_its_terminal_event_is_complete() -> None:
    response, watch, _ = watched([*EVENTS, b": trailing comment\n\n"])
    pieces = response.iter_raw()
    for _ in EVENTS:
        next(pieces)
    response.close()
    assert body(watch).ending is Ending.COMPLETE


def test_a_stream_closed_before_its_end_is_abandoned_once() -> None:
    response, watch, ends = watched(EVENTS)
    next(response.iter_raw())
    response.close()
    response.close()
    response.stream.close()
    assert (body(watch).ending, ends.count) == (Ending.ABANDONED, 1)
    assert body(watch).how is How.CLOSED
    assert body(watch).digest == sha256(EVENTS[0]).digest()


def test_a_stream_that_breaks_is_an_error_with_its_name() -> None:
    response, watch, ends = watched(EVENTS[:3], library.ReadError("gone"))
    with pytest.raises(library.ReadError):
        response.read()
    assert (body(watch).ending, body(watch).error) == (Ending.ERROR, "ReadError")
    assert (body(watch).how, ends.count) == (How.BROKEN, 1)


def test_a_stream_that_stops_inside_an_event_is_broken() -> None:
    response, watch, _ = watched([*EVENTS[:3], EVENTS[3][:-5]])
    response.read()
    assert (body(watch).ending, body(watch).how) == (Ending.ERROR, How.BROKEN)


@pytest.mark.parametrize("size", [1, 100, SMALL, SMALL + 1])
def test_chunks_of_any_size_are_digested_and_few_wait(size: int) -> None:
    data = bytes(range(256)) * 64
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    response, watch, _ = watched(pieces)
    waiting = 0
    for _ in response.iter_raw():
        waiting = max(waiting, sum(map(len, watch.unread)))
    assert body(watch).digest == sha256(data).digest()
    assert waiting <= MOST_UNREAD * SMALL


def test_events_are_counted_as_they_go_by() -> None:
    response, watch, _ = watched(EVENTS)
    response.read()
    assert body(watch).events == len(EVENTS)


def test_a_stream_that_breaks_after_its_last_event_is_complete() -> None:
    response, watch, _ = watched(EVENTS, library.ReadError("gone"))
    with pytest.raises(library.ReadError):
        response.read()
    assert body(watch).ending is Ending.COMPLETE


def test_a_forgotten_stream_is_abandoned() -> None:
    response, watch, ends = watched(EVENTS)
    pieces = response.iter_raw()
    next(pieces)
    del response, pieces
    assert (body(watch).ending, ends.count) == (Ending.ABANDONED, 1)


def test_a_stream_that_nobody_closed_is_collected() -> None:
    response, watch, ends = watched(EVENTS)
    del response
    assert (body(watch).how, ends.count) == (How.COLLECTED, 1)


def test_all_that_was_promised_is_all_even_if_nobody_read_on() -> None:
    response, watch, _ = watched([b"12345"], headers={"content-length": "5"})
    next(response.iter_raw())
    response.close()
    assert body(watch).ending is Ending.COMPLETE


def _raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", _raw_deflate)],
)
def test_an_encoded_stream_is_read_as_its_reader_reads_it(
    coding: str, encode: Any
) -> None:
    encoded = encode(WHOLE)
    pieces = [encoded[at : at + 50] for at in range(0, len(encoded), 50)]
    response, watch, _ = watched(pieces, headers={"content-encoding": coding})
    assert response.read() == WHOLE
    assert body(watch).digest == sha256(WHOLE).digest()
    assert body(watch).answer.output_tokens == 30


@pytest.mark.parametrize("coding", ["gzip", "x-unheard-of"])
def test_a_coding_that_cannot_be_read_leaves_no_digest(coding: str) -> None:
    ends = Ends()
    watch = Watch(SSE | {"content-encoding": coding}, ends)
    feed(watch, b"not encoded so")
    watch.end(None)
    assert (body(watch).digest, body(watch).ending) == (None, Ending.COMPLETE)


def test_a_long_stream_is_kept_in_bounded_memory() -> None:
    watch = Watch(SSE, Ends())
    piece = b"data: " + b"x" * 4090
    tracemalloc.start()
    for _ in range(4000):
        feed(watch, bytes(bytearray(piece)))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    watch.end(None)
    assert body(watch).size == 4000 * len(piece)
    assert held < 2 * TAIL_BYTES


def test_a_json_body_that_is_streamed_is_read_at_its_end() -> None:
    watch = Watch({"content-type": "application/json"}, Ends())
    feed(watch, b'{"id":"c",')
    feed(watch, b'"model":"m"}')
    watch.end(None)
    assert body(watch).answer.model == "m"


async def test_an_async_stream_is_watched_likewise() -> None:
    ends = Ends()
    response = library.Response(200, headers=SSE, stream=Bytes(EVENTS))
    watch = _watch.put_on(response, ends, is_async=True)
    assert await response.aread() == WHOLE
    assert (body(watch).ending, ends.count) == (Ending.COMPLETE, 1)

    response = library.Response(200, headers=SSE, stream=Bytes(EVENTS))
    watch = _watch.put_on(response, ends, is_async=True)
    pieces = response.aiter_raw()
    await anext(pieces)
    await pieces.aclose()
    await response.aclose()
    assert (body(watch).ending, ends.count) == (Ending.ABANDONED, 2)


def test_a_body_that_was_consumed_and_not_kept_has_no_digest() -> None:
    response = library.Response(200, stream=Bytes(EVENTS))
    list(response.iter_raw())
    assert _watch.content(response) is None
    whole = _watch.content(library.Response(200, content=b"x"))
    assert whole is not None
    assert _watch.read(whole).size == 1


def test_the_wrapped_stream_still_answers_for_itself() -> None:
    response, _, _ = watched(EVENTS)
    assert response.stream.pieces is EVENTS
    assert isinstance(response.stream, library.SyncByteStream)
    response.close()


def test_a_body_is_handed_over_whole_where_that_is_wanted() -> None:
    response = library.Response(200, headers=SSE, stream=Bytes(EVENTS))
    watch = _watch.put_on(response, Ends(), is_async=False, keep=True)
    response.read()
    assert body(watch).content == WHOLE


def test_a_body_is_not_kept_where_it_is_not_wanted() -> None:
    response, watch, _ = watched(EVENTS)
    response.read()
    assert body(watch).content is None


def test_what_is_handed_over_is_decoded() -> None:
    headers = {**SSE, "content-encoding": "gzip"}
    response = library.Response(
        200, headers=headers, stream=Bytes([gzip.compress(WHOLE)])
    )
    watch = _watch.put_on(response, Ends(), is_async=False, keep=True)
    response.read()
    assert body(watch).content == WHOLE


def test_a_body_beyond_the_bound_is_not_handed_over() -> None:
    watch = Watch(SSE, Ends(), keep=True)
    for _ in range(9):
        feed(watch, bytes(1 << 20))
    feed(watch, b"end")
    watch.end(None)
    assert body(watch).content is None
    assert body(watch).size == (9 << 20) + 3
