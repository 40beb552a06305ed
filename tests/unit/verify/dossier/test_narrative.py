"""A narrative is read as it is printed, and is about one dossier."""

import pytest

from affidavit.errors import Malformed
from affidavit.verify.dossier.narrative import MAX_BYTES, Narrative

NARRATIVE = Narrative(incident="i", dossier="ab" * 32, text="# What happened\n")


def test_what_is_printed_is_read() -> None:
    assert Narrative.parse(NARRATIVE.encode()) == NARRATIVE


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_BYTES + 1)])
def test_a_narrative_says_something_and_not_too_much(text: str) -> None:
    with pytest.raises(Malformed):
        Narrative(incident="i", dossier="d", text=text)


@pytest.mark.parametrize(
    "data", [b"[]", b'{"v":1}', NARRATIVE.encode().replace(b'"v":1', b'"v":2')]
)
def test_any_other_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Narrative.parse(data)
