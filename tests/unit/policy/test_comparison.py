import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy.comparison import looks_like, parse
from affidavit.policy.in_force import Truth


@pytest.mark.parametrize(
    ("text", "value", "truth"),
    [
        (">= 0.8", 0.8, Truth.YES),
        (">= 0.7", 0.7, Truth.YES),
        ("> 1", 1, Truth.NO),
        ("<=2", 2, Truth.YES),
        ("< 2", 2, Truth.NO),
        ("== 4", 4, Truth.YES),
        ("== 4", 5, Truth.NO),
        ("> 0.5", "0.7", Truth.YES),
        ("> 0.5", "1e-05", Truth.NO),
        ("> 1", True, Truth.UNKNOWN),
        ("> 1", "many", Truth.UNKNOWN),
        ("> 1", None, Truth.UNKNOWN),
        ("> 1", math.nan, Truth.UNKNOWN),
        ("< 1", -math.inf, Truth.UNKNOWN),
        ("> 1", "9" * 100_000, Truth.UNKNOWN),
    ],
)
def test_only_finite_numbers_compare(text: str, value: object, truth: Truth) -> None:
    assert parse(text).holds(value) is truth


@pytest.mark.parametrize(
    "text", ["", "0.8", "=> 1", "> ", "> x", "> 1e3", "> .5", "!= 1"]
)
def test_what_is_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a comparison"):
        parse(text)


@given(st.sampled_from([">=", ">", "<=", "<", "=="]), st.integers(-(10**6), 10**6))
def test_the_printed_form_is_read_back(operator: str, bound: int) -> None:
    comparison = parse(f"{operator}{bound}.0")
    assert str(comparison) == f"{operator} {bound}"
    assert parse(str(comparison)) == comparison


def test_a_mistyped_comparison_still_looks_like_one() -> None:
    assert looks_like("=> 3")
    assert not looks_like("json_object")
