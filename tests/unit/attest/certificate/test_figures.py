"""A figure is shown in one form, with its place beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.certificate.figures import Form, Told, grouped, show
from affidavit.attest.certificate.words import Language, words_of

TOLD = Told(
    {
        "use": {
            "rows": [
                {"purpose": "a", "effect": "permit", "decisions": 1200},
                {"purpose": "a", "effect": "refuse", "decisions": "7"},
                {"purpose": None, "effect": "refuse", "decisions": 3},
            ]
        },
        "<&": None,
    },
    words_of(Language.ENGLISH),
)


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (None, Form.COUNT, "–"),
        (0, Form.COUNT, "0"),
        ("12345678901234567890", Form.COUNT, "12 345 678 901 234 567 890"),
        ("2026-03-01T00:00:00.000Z", Form.MOMENT, "2026-03-01 00:00"),
        ("2026-03-01T09:00:05.250Z", Form.MOMENT, "2026-03-01 09:00:05.250"),
        ("2026-03-01T09:00:05.000Z", Form.MOMENT, "2026-03-01 09:00:05"),
        ("2026-04-08T09:00:00Z", Form.MOMENT, "2026-04-08 09:00:00"),
        ("0.9575", Form.PERCENT, "95.75 %"),
        ("1.0000", Form.PERCENT, "100 %"),
        ("0.0070", Form.PERCENT, "0.7 %"),
        ("<x>", Form.PLAIN, "<x>"),
    ],
)
def test_each_form(value: object, form: Form, shown: str) -> None:
    assert show(value, form) == shown.replace(" 345", "\u202f345").replace(
        " 678", "\u202f678"
    ).replace(" 901", "\u202f901").replace(" 234", "\u202f234").replace(
        " 567", "\u202f567"
    ).replace(" 890", "\u202f890").replace(" %", "\u202f%")


@given(st.integers(0, 10**30))
def test_digits_in_threes_read_back(number: int) -> None:
    assert int(grouped(str(number)).replace("\u202f", "")) == number


def test_a_place_is_escaped_and_a_sum_is_of_rows() -> None:
    assert TOLD.figure("<&").startswith('<span data-figure="[&quot;&lt;&amp;&quot;]">')
    assert TOLD.at("use", "rows", 1, "decisions") == "7"
    assert ">7</span>" in TOLD.summed("purpose", "a", ["refuse", "review"])
    assert ">1\u202f207</span>" in TOLD.summed("purpose", "a", ["refuse", "permit"])
    assert ">3</span>" in TOLD.summed("purpose", None, ["refuse"])
