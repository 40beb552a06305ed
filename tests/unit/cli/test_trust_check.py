from pathlib import Path

import pytest

from support.cli import invoke
from support.trails import Builder
from support.trusting import text


@pytest.mark.parametrize(
    ("more", "code"), [("", 0), ("threshold: 2\n", 1), ("a: [\n", 2)]
)
def test_what_is_wrong_is_told_with_file_line_and_column(
    more: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "trust.yaml").write_text(text(Builder(tmp_path).key, more))
    ran = invoke("trust", "check", "trust.yaml", cwd=tmp_path)
    assert ran.code == code
    assert not code or "trust.yaml:5:" in ran.out + ran.err or code == 2
