"""Notices and documents as records hold them: what is printed is read, nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.trail.notices import (
    MAX_DOCUMENT_BYTES,
    MAX_NAMES,
    MAX_TEXT,
    Channel,
    Document,
    Form,
    Notice,
    NoticeKind,
    moment,
    names,
    text_of,
)
from support.incidents import a_document

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).filter(str.strip)
TIMES = st.just("2026-11-23T08:00:00.000Z")
NOTICES = st.builds(
    Notice,
    kind=st.sampled_from(NoticeKind),
    reference=st.none() | TEXTS,
    at=st.none() | TIMES,
    entity=st.none() | TEXTS,
    reason=st.none() | TEXTS,
    category=st.none() | TEXTS,
    explanation=st.none() | TEXTS,
    model=st.none() | TEXTS,
    project=st.none() | TEXTS,
    paused=st.none() | st.booleans(),
    requests=st.lists(TEXTS, max_size=3).map(tuple),
    responses=st.lists(TEXTS, max_size=3).map(tuple),
    start=st.none() | TIMES,
    end=st.none() | TIMES,
)


@given(NOTICES)
def test_a_notice_is_read_as_it_was_printed(notice: Notice) -> None:
    printed = canonical.dumps(notice.as_json())

    assert Notice.parse(canonical.loads(printed)) == notice


@pytest.mark.parametrize(
    "document",
    [
        a_document(),
        a_document(form=Form.CASE, channel=Channel.FETCHED, delivery=None, text="{é}"),
    ],
)
def test_a_document_is_read_as_it_was_printed(document: Document) -> None:
    printed = canonical.dumps(document.as_json())

    assert Document.parse(canonical.loads(printed)) == document


def test_a_document_whose_text_was_changed_is_refused() -> None:
    said = {**a_document().as_json(), "text": "{}"}

    with pytest.raises(Malformed, match="digest"):
        Document.parse(said)


def test_only_a_webhook_has_headers() -> None:
    with pytest.raises(Malformed, match="headers"):
        a_document(channel=Channel.FILE)
    with pytest.raises(Malformed, match="headers"):
        a_document(delivery=None)


def test_a_document_is_bounded() -> None:
    with pytest.raises(Malformed, match="bytes"):
        a_document(text="é" * (MAX_DOCUMENT_BYTES // 2 + 1))


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"kind": "praise"},
        {"kind": 1},
        {"kind": "alert", "paused": "yes"},
        {"kind": "alert", "at": "yesterday"},
        {"kind": "alert", "requests": "req_1"},
        {"kind": "alert", "requests": [1]},
        {"kind": "alert", "reason": " "},
        {"kind": "alert", "entity": "x" * 257},
    ],
)
def test_what_is_no_notice_is_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        Notice.parse(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"form": "case"},
        {**a_document().as_json(), "form": "letter"},
        {**a_document().as_json(), "delivery": {"id": "x"}},
    ],
)
def test_what_is_no_document_is_refused(value: Any) -> None:
    with pytest.raises(Malformed):
        Document.parse(value)


def test_texts_and_lists_are_bounded() -> None:
    assert text_of("x" * MAX_TEXT)
    for bad in ("x" * (MAX_TEXT + 1), "", "\ud800", 7, None):
        with pytest.raises(Malformed):
            text_of(bad)
    with pytest.raises(Malformed):
        names(["x"] * (MAX_NAMES + 1))
    assert names(None) == ()
    assert moment(None) is None
