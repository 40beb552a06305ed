"""Every part of the schema refuses what it does not know."""

import pytest
from pydantic import ValidationError

from affidavit.policy.part import Part


class Word(Part):
    word: str


def test_an_unknown_field_or_another_type_is_refused_and_values_stay() -> None:
    assert Word(word="a").word == "a"
    with pytest.raises(ValidationError):
        Word.model_validate({"word": "a", "other": 1})
    with pytest.raises(ValidationError):
        Word.model_validate({"word": 1})
    with pytest.raises(ValidationError):
        Word(word="a").word = "b"
