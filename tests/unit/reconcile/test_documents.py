"""A document is known by its content, and taken whole or not at all."""

import pytest

from affidavit.errors import Malformed
from affidavit.reconcile import usage
from affidavit.reconcile.documents import parse
from support.bills import DAY, a_page, a_result, written

TABLE = b"TimeGenerated,MetricName,Total\n2026-10-01T00:00:00Z,AzureOpenAIRequests,4\n"


@pytest.mark.parametrize(
    "data",
    [
        written(a_page({DAY: [a_result(num_model_requests=4)]})),
        written([a_page({DAY: [a_result(num_model_requests=4)]})]),
        TABLE,
        b"\xef\xbb\xbf" + TABLE.replace(b"\n", b"\r\n"),
    ],
)
def test_each_kind_of_document_is_read(data: bytes) -> None:
    told = parse(data)
    assert [(row.day, row.requests) for row in told.rows] == [(DAY, 4)]
    assert told.days == (DAY,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "JSON"),
        (b"hello", "JSON"),
        (b"{}", "neither a page"),
        (b"a,b\n\xff,1\n", "not UTF-8"),
    ],
)
def test_anything_else_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(data)


def test_a_document_too_large_to_read_is_refused() -> None:
    with pytest.raises(Malformed, match="over"):
        parse(b" " * (usage.MAX_DOCUMENT_BYTES + 1))
