"""A dossier is one file of one form, and unpacks to what was packed."""

import os
import zipfile
from pathlib import Path

import pytest

from affidavit.errors import Malformed, TrailUnavailable
from affidavit.verify.dossier import archive


def a_folder(path: Path) -> Path:
    (path / "calls").mkdir(parents=True)
    (path / "calls/b").write_bytes(b"2" * 3_000_000)
    (path / "dossier.dsse.json").write_bytes(b"{}")
    return path


def packed(tmp_path: Path) -> Path:
    archive.pack(a_folder(tmp_path / "one"), tmp_path / "one.zip")
    return tmp_path / "one.zip"


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    first = packed(tmp_path)
    other = a_folder(tmp_path / "two")
    os.utime(other / "calls/b", (1, 1))
    (other / "calls/b").chmod(0o600)
    archive.pack(other, tmp_path / "two.zip")

    assert first.read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert archive.is_dossier(first)
    assert archive.is_dossier(other)
    assert not archive.is_dossier(tmp_path)
    assert not archive.is_dossier(tmp_path / "nothing")


def test_what_was_packed_is_unpacked_and_cleared_away(tmp_path: Path) -> None:
    path = packed(tmp_path)
    with archive.opened(path, tmp_path) as folder:
        assert archive.names(folder) == ["calls/b", "dossier.dsse.json"]
        assert (folder / "calls/b").read_bytes() == b"2" * 3_000_000
    assert not folder.exists()
    with archive.opened(tmp_path / "one") as folder:
        assert folder == tmp_path / "one"


@pytest.mark.parametrize(
    "names", [["../a"], ["/a"], ["b", "a"], ["a", "a"], ["a/../b"]]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_leads_elsewhere_is_refused(
    tmp_path: Path, names: list[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w") as odd:
        for each in names:
            odd.writestr(each, b"x")
    with (
        pytest.raises(Malformed, match="another form"),
        archive.opened(tmp_path / "odd.zip", tmp_path),
    ):
        pass
    assert sorted(each.name for each in tmp_path.iterdir()) == ["odd.zip"]


def test_what_could_swell_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "odd.zip", "w", zipfile.ZIP_DEFLATED) as odd:
        odd.writestr("a", b"0" * 1_000_000)
    with (
        pytest.raises(Malformed, match="another form"),
        archive.opened(tmp_path / "odd.zip", tmp_path),
    ):
        pass


@pytest.mark.parametrize("where", ["before", "behind", "comment"])
def test_what_stands_beside_the_files_is_refused(tmp_path: Path, where: str) -> None:
    path = packed(tmp_path)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("CLEARED.html", b"x")
    hidden = (tmp_path / "other.zip").read_bytes()
    if where == "before":
        path.write_bytes(hidden[: hidden.index(b"PK\1\2")] + path.read_bytes())
    elif where == "behind":
        path.write_bytes(path.read_bytes() + b"more")
    else:
        with zipfile.ZipFile(path, "a") as archived:
            archived.comment = b"all is well"

    with pytest.raises(Malformed), archive.opened(path, tmp_path):
        pass


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"2222", b"2223", 1))
    with pytest.raises(Malformed), archive.opened(path, tmp_path):
        pass
    path.write_bytes(b"PK")
    with pytest.raises(Malformed), archive.opened(path, tmp_path):
        pass
    assert not archive.is_dossier(path)


def test_a_link_is_no_file_of_a_dossier(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "one")
    (folder / "link").symlink_to("/etc/hostname")

    with pytest.raises(Malformed, match="plain files"):
        archive.names(folder)


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "one")
    with pytest.raises(TrailUnavailable):
        archive.pack(folder, tmp_path / "no" / "such.zip")
    with pytest.raises(TrailUnavailable), archive.opened(tmp_path / "none", tmp_path):
        pass
