"""Every language says everything, and says what is not proved as often."""

from dataclasses import fields

import pytest

from affidavit.attest.certificate.words import WORDS, Language, Words
from affidavit.attest.predicate import DOES_NOT_PROVE


@pytest.mark.parametrize("language", Language)
def test_nothing_is_left_unsaid(language: Language) -> None:
    assert all(getattr(WORDS[language], each.name) for each in fields(Words))
    assert len(WORDS[language].proofs) == len(DOES_NOT_PROVE)


def test_languages_differ() -> None:
    titles = {each.title for each in WORDS.values()}
    assert len(titles) == len(Language)
