"""Events of incidents as records hold them: what is printed is read, nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.trail.incidents import (
    Aspect,
    Clarified,
    Closed,
    Event,
    Evidence,
    Lifted,
    Opened,
    Says,
    Suspended,
    Target,
    parse_event,
)
from support.incidents import EVERYTHING, PURPOSE, USER, a_document, opened

DIGEST = "ab" * 32
NAMES = st.text("abc-17", min_size=1, max_size=8)
TARGETS = st.one_of(
    st.just(EVERYTHING),
    st.builds(
        Target,
        aspect=st.sampled_from([each for each in Aspect if each.value != "everything"]),
        value=NAMES,
    ),
)
MANY = st.lists(TARGETS, min_size=1, max_size=3).map(tuple)
EVIDENCE = st.one_of(
    st.builds(Evidence, record=NAMES),
    st.builds(
        Evidence, file=NAMES, size=st.integers(0, 1 << 40), sha256=st.just(DIGEST)
    ),
)
EVENTS = st.one_of(
    st.builds(
        opened,
        suspends=MANY | st.just(()),
        calls=st.lists(NAMES, max_size=2).map(tuple),
        holds=st.lists(NAMES, max_size=2).map(tuple),
        documents=st.just(()) | st.just((a_document(),)),
    ),
    st.builds(Suspended, incident=NAMES, targets=MANY, reason=NAMES),
    st.builds(Lifted, incident=NAMES, targets=MANY, reason=NAMES),
    st.builds(Closed, incident=NAMES, reason=NAMES),
    st.builds(
        Clarified,
        incident=NAMES,
        says=st.sampled_from([Says.QUESTION, Says.STATEMENT]),
        text=NAMES,
        by=st.none() | NAMES,
        evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    ),
    st.builds(
        Clarified, incident=NAMES, says=st.just(Says.ANSWER), text=NAMES, to=NAMES
    ),
)


@given(EVENTS)
def test_an_event_is_read_as_it_was_printed(event: Event) -> None:
    body = canonical.loads(canonical.dumps(event.body()))

    assert isinstance(body, dict)
    assert parse_event(body) == event


@pytest.mark.parametrize("what", ["hold", "release", "praised", None])
def test_what_is_about_something_else_is_passed_over(what: str | None) -> None:
    assert parse_event({"what": what}) is None


CLARIFIED = {"what": "clarified", "incident": "i", "says": "question", "text": "?"}


@pytest.mark.parametrize(
    "body",
    [
        {"what": "opened"},
        {**opened().body(), "documents": [a_document().as_json()] * 3},
        {**opened().body(), "suspends": [{"aspect": "purpose"}]},
        {**opened().body(), "suspends": [{"aspect": "everything", "value": "x"}]},
        {**opened().body(), "suspends": [{"aspect": "mood", "value": "x"}]},
        {**opened().body(), "suspends": ["everything"]},
        {"what": "lifted", "incident": "i", "targets": [], "reason": "r"},
        {"what": "suspended", "incident": "i", "reason": "r"},
        {"what": "closed", "incident": "i"},
        {"what": "closed", "reason": "r"},
        {**CLARIFIED, "says": "hint"},
        {**CLARIFIED, "to": "q"},
        {**CLARIFIED, "says": "answer"},
        {**CLARIFIED, "evidence": [{}]},
        {**CLARIFIED, "evidence": [{"file": "f", "size": 1, "sha256": "AB" * 32}]},
    ],
)
def test_an_event_of_another_shape_is_refused(body: Any) -> None:
    with pytest.raises(Malformed):
        parse_event(body)


def test_nothing_cannot_be_lifted() -> None:
    with pytest.raises(Malformed, match="nothing is lifted"):
        Lifted(incident="i", targets=(), reason="r").body()


def test_evidence_is_a_record_or_a_whole_file() -> None:
    for said in ({}, {"file": "f"}, {"record": "r", "file": "f"}):
        with pytest.raises(Malformed):
            Evidence(**said)  # type: ignore[arg-type]  # wrong on purpose


def test_targets_are_told_in_words() -> None:
    assert [str(each) for each in (PURPOSE, USER, EVERYTHING)] == [
        "purpose support.reply",
        "safety identifier user-17",
        "every call",
    ]
    assert isinstance(opened(), Opened)
