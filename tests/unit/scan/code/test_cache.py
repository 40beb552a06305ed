import sqlite3
from pathlib import Path

import pytest

from affidavit.scan.code.cache import FORGET_DAYS, Cache, default_folder, key_of
from affidavit.scan.code.facts import NOTHING, failed
from affidavit.scan.code.languages import Language
from affidavit.scan.code.rules import Rule

KEY = key_of(b"x", Language.PYTHON)
FACTS = failed(Rule.UNPARSEABLE, "m", "h")


def kept(folder: Path, *, day: int = 100) -> None:
    with Cache(folder, day=day) as cache:
        cache.put([(KEY, FACTS)])


def test_what_was_kept_is_there_the_next_time(tmp_path: Path) -> None:
    kept(tmp_path / "new" / "folder")
    with Cache(tmp_path / "new" / "folder", day=101) as cache:
        assert cache.get(KEY) == FACTS
        assert cache.get(key_of(b"y", Language.PYTHON)) is None
        assert cache.get(key_of(b"x", Language.GO)) is None
    assert (tmp_path / "new" / "folder").stat().st_mode & 0o777 == 0o700


def test_what_nobody_asks_for_is_forgotten(tmp_path: Path) -> None:
    kept(tmp_path)
    with Cache(tmp_path, day=100 + FORGET_DAYS) as cache:
        assert cache.get(KEY) == FACTS  # asked for: its time begins again
    with Cache(tmp_path, day=100 + 2 * FORGET_DAYS) as cache:
        pass
    with Cache(tmp_path, day=101 + 3 * FORGET_DAYS) as cache:
        pass
    with Cache(tmp_path, day=101) as cache:
        assert cache.get(KEY) is None


@pytest.mark.parametrize("column", ["body", "seal"])
def test_an_entry_that_was_altered_is_none(column: str, tmp_path: Path) -> None:
    kept(tmp_path)
    base = sqlite3.connect(tmp_path / "code-scan.sqlite")
    clean = b'{"findings":[],"purposes":[],"waivers":[]}'
    base.execute(f"UPDATE facts SET {column} = ?", (clean,))
    base.commit()
    base.close()
    with Cache(tmp_path, day=100) as cache:
        assert cache.get(KEY) is None


def test_a_file_that_is_no_cache_is_made_one(tmp_path: Path) -> None:
    (tmp_path / "code-scan.sqlite").write_bytes(b"no database" * 1000)
    kept(tmp_path)
    with Cache(tmp_path, day=100) as cache:
        assert cache.works
        assert cache.get(KEY) == FACTS


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "below"):
        with Cache(folder, day=1) as cache:
            cache.put([(KEY, NOTHING)])
            assert not cache.works
            assert cache.get(KEY) is None


def test_it_stands_in_the_users_own_folder() -> None:
    home = Path("/somewhere")
    assert default_folder({"XDG_CACHE_HOME": "/c"}, home) == Path("/c/affidavit")
    assert default_folder({}, home).is_relative_to(home)
