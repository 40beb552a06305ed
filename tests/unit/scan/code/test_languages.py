import pytest

from affidavit.scan.code.languages import SUFFIXES, Language, by_name, by_start


@pytest.mark.parametrize(("suffix", "language"), SUFFIXES.items())
def test_a_suffix_says_the_language(suffix: str, language: Language) -> None:
    assert by_name(f"a/b{suffix}") is language
    assert by_name(f"B{suffix.upper()}") is language


@pytest.mark.parametrize("name", ["a.txt", "py", "a.py.bak", ".py"])
def test_other_names_say_nothing(name: str) -> None:
    assert by_name(name) is None


@pytest.mark.parametrize(
    ("first", "language"),
    [
        (b"#!/usr/bin/env python3\n", Language.PYTHON),
        (b"#!/opt/bin/pypy3.11 -u\n", Language.PYTHON),
        (b"#!/usr/bin/env node\n", Language.JAVASCRIPT),
        (b"#!/bin/sh\n# python\n", None),
        (b"", None),
    ],
)
def test_a_script_says_it_in_its_first_line(
    first: bytes, language: Language | None
) -> None:
    assert by_start(first) is language
