import pytest

from affidavit.cli.catalogues import described, titled
from affidavit.policy.report import Code
from affidavit.scan.code.rules import Rule


@pytest.mark.parametrize("code", [*Code, *Rule])
def test_every_code_is_described(code: Code | Rule) -> None:
    found = described(code.value)
    assert found is not None
    assert titled(code.value) == f"{code.value} {found.name}"
    assert found.document.endswith(f"#{code.value.lower()}-{found.name}")
    assert found.summary


@pytest.mark.parametrize("code", ["X1", "P999", "C999", ""])
def test_an_unknown_code_is_nothing_but_itself(code: str) -> None:
    assert described(code) is None
    assert titled(code) == code


def test_levels_are_the_catalogues() -> None:
    levels = [described(code).level for code in ("P010", "P101", "C101", "C106")]  # type: ignore[union-attr]  # known
    assert levels == ["error", "warning", "error", "warning"]
