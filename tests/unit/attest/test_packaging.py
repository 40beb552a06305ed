from pathlib import Path

import pytest

from affidavit.attest.packaging import staged
from affidavit.errors import SettingsInvalid, TrailUnavailable


def test_a_package_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "answer"
    with staged(out) as package:
        package.write("a/b", b"x")
        assert not out.exists()
    assert (out / "a/b").read_bytes() == b"x"

    with pytest.raises(ZeroDivisionError):
        half_written(tmp_path / "other")
    assert [each.name for each in tmp_path.iterdir()] == ["deep"]


def half_written(out: Path) -> None:
    with staged(out) as package:
        package.write("a", b"x")
        raise ZeroDivisionError


def test_an_empty_folder_is_no_obstacle_and_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "answer").mkdir()
    with staged(tmp_path / "answer") as package:
        package.write("a", b"x")
    for path in (tmp_path / "answer", tmp_path / "answer/a"):
        with pytest.raises(SettingsInvalid, match="not overwritten"), staged(path):
            pytest.fail("was staged")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(TrailUnavailable, match="There is no folder"),
        staged(tmp_path / "file/x"),
    ):
        pytest.fail("was staged")
    with staged(tmp_path / "answer") as package:
        package.write("a", b"x")
        with pytest.raises(TrailUnavailable, match="a/b"):
            package.write("a/b", b"x")
