"""The page's program says everything in every language, by the names that it knows."""

import re
from typing import Any

import pytest

from affidavit.attest.certificate.page import program
from affidavit.attest.certificate.said import STATES, said
from affidavit.attest.certificate.words import Language
from affidavit.attest.predicate import DOES_NOT_PROVE


def checks(language: Language) -> Any:
    return said(language)["checks"]


@pytest.mark.parametrize("language", Language)
def test_every_language_says_as_much_as_the_first(language: Language) -> None:
    first = checks(Language.ENGLISH)
    told = checks(language)
    assert {name: told[name].keys() for name in told} == {
        name: first[name].keys() for name in first
    }
    assert all(text for each in told.values() for text in each.values())
    assert {state for each in told.values() for state in each} == set(STATES)
    assert said(language)["limits"] == list(DOES_NOT_PROVE)


def test_the_program_says_what_there_are_words_for_and_nothing_else() -> None:
    told = said(Language.ENGLISH)
    named = set(re.findall(r"\bW\.(\w+)", program()))
    assert named | {"good", "open", "bad"} == told.keys()
    quoted = set(re.findall(r'"(\w+)"', program()))
    assert checks(Language.ENGLISH).keys() <= quoted
    refused = set(re.findall(r'new Refused\("(\w+)"', program()))
    assert refused <= checks(Language.ENGLISH).keys()
