"""The page's program says everything in every language, by the names that it knows."""

import re
from dataclasses import fields
from importlib.resources import files

import pytest

from affidavit.attest.certificate.said import SAID, Said
from affidavit.attest.certificate.words import Language


@pytest.mark.parametrize("language", Language)
def test_nothing_is_left_unsaid(language: Language) -> None:
    assert all(SAID[language].as_json().values())


def test_the_program_says_what_there_are_words_for_and_nothing_else() -> None:
    program = files("affidavit.attest.certificate").joinpath("verify.js").read_text()
    said = set(re.findall(r"\bW\.(\w+)", program))
    assert said | {"good", "open", "bad"} == {each.name for each in fields(Said)}
