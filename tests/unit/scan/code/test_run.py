import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from affidavit.scan.code.cache import Cache
from affidavit.scan.code.facts import NOTHING
from affidavit.scan.code.languages import Language
from affidavit.scan.code.run import Scanned, processors, scan
from affidavit.scan.code.walk import Target, listed

BAD = "import groq\n"
NOBODY = 65534


def scanned(folder: Path, cache: Path | None = None, *, jobs: int = 1) -> Scanned:
    with Cache(cache, day=1) as kept:
        return scan(listed([folder]).targets, kept, jobs=jobs)


def a_tree(folder: Path, count: int, size: int = 0) -> Path:
    folder.mkdir()
    for number in range(count):
        filler = "x = [1, 2, 3]\n" * (size // 14)
        text = BAD if number % 2 else "import json\n"
        (folder / f"{number:03}.py").write_text(f"{text}{filler}n = {number}\n")
    return folder


def test_what_is_unchanged_comes_from_the_cache(tmp_path: Path) -> None:
    tree, cache = a_tree(tmp_path / "tree", 6), tmp_path / "cache"
    first = scanned(tree, cache)
    assert first.cached == 0
    assert scanned(tree, cache) == (first.facts, 6)
    (tree / "000.py").write_text("import groq\n")
    changed = scanned(tree, cache)
    assert changed.cached == 5
    assert changed.facts[0] != NOTHING


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    tree = a_tree(tmp_path / "tree", 16, size=1_000)
    told: list[tuple[int, int]] = []
    with Cache(None, day=1) as cache:
        targets = listed([tree]).targets
        shared = scan(
            targets, cache, jobs=2, tell=lambda *each: told.append(each), worth=4_000
        )
    assert shared == scanned(tree)
    assert [bool(each) for each in shared.facts] == [False, True] * 8
    assert told[-1] == (16, 16)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    round_and_round = tmp_path / "a.py"
    round_and_round.symlink_to(tmp_path / "b.py")
    (tmp_path / "b.py").symlink_to(round_and_round)
    (tmp_path / "gone.py").symlink_to(tmp_path / "none.py")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "what.txt").write_text("x")
    names = ("a.py", "gone.py", "pipe.py")
    targets = [Target(tmp_path / name, Language.PYTHON) for name in names]
    targets.append(Target(tmp_path / "what.txt", None))
    with Cache(None, day=1) as cache:
        facts = scan(targets, cache, jobs=1).facts
    rules = [each.findings[0].rule.value for each in facts]
    assert rules == ["C005", "C005", "C005", "C004"]
    assert "link" in facts[0].findings[0].message


def test_there_is_a_processor_at_least() -> None:
    assert processors() >= 1


@contextmanager
def without_roots_powers() -> Iterator[None]:
    """As a user whom permissions bind: root reads everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_without_permission_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1")
    file.chmod(0)
    with Cache(None, day=1) as cache, without_roots_powers():
        facts = scan([Target(file, Language.PYTHON)], cache, jobs=1).facts
    assert facts[0].findings[0].rule.value == "C005"
