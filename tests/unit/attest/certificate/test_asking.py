"""Until its program has run, the page says in red that nothing was checked."""

import re

import pytest

from affidavit.attest.certificate.asking import SLOTS, check
from affidavit.attest.certificate.page import program
from affidavit.attest.certificate.words import Language, words_of


@pytest.mark.parametrize("language", Language)
def test_it_is_red_before_anything_ran(language: Language) -> None:
    words = words_of(language)
    drawn = check(words)
    assert f'<p id="result" class="bad" role="status">{words.not_run}</p>' in drawn


def test_the_program_finds_every_element_that_it_works_with() -> None:
    drawn = check(words_of(Language.ENGLISH))
    ids = set(re.findall(r' id="([a-z-]+)"', drawn))
    wanted = set(re.findall(r'\bat\("([a-z]+)"\)', program()))
    assert wanted <= ids
    assert {f"slot-{name}" for name in SLOTS} <= ids
