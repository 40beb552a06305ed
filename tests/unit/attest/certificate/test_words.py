"""Every language says everything, and says what is not proved as often."""

from dataclasses import fields

import pytest

from affidavit.attest.certificate.words import Language, Words, texts, words_of
from affidavit.attest.predicate import DOES_NOT_PROVE


@pytest.mark.parametrize("language", Language)
def test_nothing_is_left_unsaid(language: Language) -> None:
    words = words_of(language)
    assert all(getattr(words, each.name) for each in fields(Words))
    assert len(words.proofs) == len(DOES_NOT_PROVE)
    assert texts(language).keys() == {"words", "said"}


def test_languages_differ() -> None:
    assert len({words_of(each).title for each in Language}) == len(Language)
