import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.scan.code.examine import facts_of
from affidavit.scan.code.facts import NOTHING
from affidavit.scan.code.languages import Language
from affidavit.scan.code.python.source import LARGEST_BYTES
from support.scanned import codes

PIECES = st.sampled_from(
    [
        "import openai\n",
        "from openai import OpenAI\n",
        "OpenAI(",
        ")",
        "client",
        ".",
        "=",
        "(",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",\n",
        "\n",
        "    ",
        "def f(x):\n",
        "class A(OpenAI):\n",
        "with ",
        'purpose("a")',
        "return ",
        "await ",
        "lambda: ",
        "yield\n",
        "self",
        "self.c",
        "for x in ",
        "if ",
        "else",
        "try:\n",
        "except:\n",
        "finally:\n",
        "*",
        "**",
        '"https://api.openai.com"\n',
        'f"{x}"',
        "'",
        '"',
        '"""',
        "#",
        "\\",
        "\x00",
        "\t",
        "\x0c",
        "\r",
        "é",
        "\ufeff",
        "@",
        ":=",
        "->",
        "1",
        "None",
        "global x\n",
        "del x\n",
        "import *\n\n",
        "# affidavit: allow C101 -- r\n",
        "match x:\n",
        "case _:\n",
        "%",
        'getattr(openai, "OpenAI")',
        "!ls\n",
        "%%sh\n\n",
    ]
)
SOURCES = st.lists(PIECES, max_size=30).map("".join)
QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@given(SOURCES, st.sampled_from(Language))
@QUICK
def test_no_source_breaks_the_scan(source: str, language: Language) -> None:
    facts_of(source.encode(), language)


@given(st.binary(max_size=200), st.sampled_from(Language))
@QUICK
def test_no_bytes_break_the_scan(data: bytes, language: Language) -> None:
    facts_of(b"openai" + data, language)


@pytest.mark.soak
@given(SOURCES, st.sampled_from(Language))
@settings(max_examples=100_000, deadline=None)
def test_no_source_of_very_many_breaks_the_scan(
    source: str, language: Language
) -> None:
    facts_of(source.encode(), language)


@pytest.mark.parametrize(
    "source",
    [
        "openai" + "(" * 5000,
        "openai = " + "-" * 100_000 + "1",
        "openai" + ".a" * 50_000,
        "x = openai" + "+1" * 50_000,
        "x = " + "[" * 90 + "openai" + "]" * 90,
        "openai\n" + "".join(f"{' ' * n}if x:\n" for n in range(99)) + " " * 99 + "x",
        "from openai import OpenAI\na = " + "OpenAI().a" * 2000,
        "openai\n" + "elif".join(["if x: pass\n", *([" x: pass\n"] * 3000)]),
    ],
)
def test_depth_is_answered_or_said_and_never_crashes(source: str) -> None:
    assert set(codes(source)) <= {"C001", "C003", "C101"}


@pytest.mark.parametrize("language", [Language.TYPESCRIPT, Language.GO, Language.JAVA])
@pytest.mark.parametrize("bracket", "([{")
def test_depth_in_other_languages_too(language: Language, bracket: str) -> None:
    assert set(codes(f"openai {bracket * 20_000}", language)) <= {"C006"}


def test_a_large_file_is_said_if_a_rule_could_be_about_it() -> None:
    ordinary = b"x = 1\n" * (LARGEST_BYTES // 6 + 1)
    assert codes(ordinary) == []
    assert codes(b"import openai\n" + ordinary) == ["C003"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"openai\0", "C001"),
        (b"\xff\xfe openai", "C002"),
        (b"# coding: latin-9000\nopenai", "C002"),
        (b"# coding: ascii\nopenai = '\xc3\xa9'", "C002"),
        (b"import openai\ndef f(:\n", "C001"),
    ],
)
def test_what_is_no_python_is_said(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_other_encodings_are_read_as_python_reads_them() -> None:
    source = "# coding: latin-1\nx = 'é'; import groq\n"
    assert codes(source.encode("latin-1")) == ["C104"]
    assert codes(b"\xef\xbb\xbfimport groq\n") == ["C104"]


def test_a_binary_file_in_another_language_is_said() -> None:
    assert codes(b"openai \xff\xfe", Language.GO) == ["C002"]


@pytest.mark.parametrize("language", Language)
def test_a_file_that_no_rule_is_about_says_nothing_whatever_it_holds(
    language: Language,
) -> None:
    for data in (b"", b"def (", b"\0\xff", b"# coding: nothing\n"):
        assert facts_of(data, language) is NOTHING


def test_words_in_a_disguise_are_read() -> None:
    disguised = "# coding: utf-7\nimport groq\n".replace("groq", "+AGcAcgBvAHE-")
    assert codes(disguised) == ["C104"]
