"""The promises that the repository keeps about its own shape."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sdk" / "affidavit"
UNIT = ROOT / "tests" / "unit"
LINES = 400

WITHOUT_TEST = {
    "_version.py": "one constant, which the build reads",
}
"""Modules that need no test of their own, each with its reason."""

WITHOUT_SOURCE = {
    "clients/test_decided_bodies.py": "tests what several modules keep together",
    "test_isolation.py": "tests tests/conftest.py",
    "test_structure.py": "tests the repository",
}
"""Unit tests that mirror no module, each with its reason."""

MACHINE_BOUND = {
    "a path of one machine": r"(?<![\w.:~-])/(?:home|root|Users|work)/\w",
    "a download address": r"https?://[^\s\"'<>)]+\.(?:whl|tar\.gz|tgz|zip|deb)\b",
    "a package registry": r"(?:files|test)\.pythonhosted|\bpypi\.(?:org|io)\b",
    "a registry setting": r"(?:index-url|find-links|registry)\s*[=:]\s*\W?https?:",
}
"""What no file may hold: it would be wrong, or go stale, on every other machine."""


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def defines_functions(module: Path) -> bool:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return any(isinstance(node, kinds) for node in ast.walk(tree))


def mirror(module: Path) -> Path:
    """`trail/_wal.py` is tested by `trail/test_wal.py`, a package by `test_init.py`."""
    return module.relative_to(PACKAGE).with_name(f"test_{module.stem.strip('_')}.py")


def mirrored_modules() -> Iterator[Path]:
    """All but those with a reason, and packages that only re-export."""
    for module in modules():
        if str(module.relative_to(PACKAGE)) in WITHOUT_TEST:
            continue
        if module.name != "__init__.py" or defines_functions(module):
            yield module


def repository_files() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are the project's")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    paths = (ROOT / name for name in listed.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Files of the repository that are text, with their place in it."""
    for path in repository_files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_every_module_has_a_test_of_its_own() -> None:
    missing = [
        f"{module.relative_to(ROOT)} wants tests/unit/{mirror(module)}"
        for module in mirrored_modules()
        if not (UNIT / mirror(module)).exists()
    ]

    assert missing == []


def test_no_two_modules_share_a_test() -> None:
    mirrors = [mirror(module) for module in mirrored_modules()]

    assert sorted(mirrors) == sorted(set(mirrors))


def test_every_unit_test_has_a_module() -> None:
    expected = {str(mirror(module)) for module in modules()} | WITHOUT_SOURCE.keys()
    present = {str(path.relative_to(UNIT)) for path in UNIT.rglob("test_*.py")}

    assert present - expected == set()


def test_every_exception_to_the_mirror_is_still_needed() -> None:
    assert [name for name in WITHOUT_TEST if not (PACKAGE / name).exists()] == []
    assert [name for name in WITHOUT_SOURCE if not (UNIT / name).exists()] == []


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lengths = {
        str(module.relative_to(ROOT)): len(
            module.read_text(encoding="utf-8").splitlines()
        )
        for module in modules()
    }

    assert {name: count for name, count in lengths.items() if count > LINES} == {}


def test_no_module_is_a_drawer_for_things_without_a_home() -> None:
    drawer = re.compile(r"_*(utils?|helpers?|misc|common|shared)")
    roots = (PACKAGE, ROOT / "tests", ROOT / "examples")
    found = [path for root in roots for path in root.rglob("*.py")]

    assert [path for path in found if drawer.fullmatch(path.stem)] == []


def test_every_module_says_what_it_knows() -> None:
    silent = [
        str(module.relative_to(ROOT))
        for module in modules()
        if str(module.relative_to(PACKAGE)) not in WITHOUT_TEST
        and ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) is None
    ]

    assert silent == []


def test_public_names_are_sorted() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    lists = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]

    assert len(lists) == 1
    assert list(lists[0]) == sorted(lists[0])


@pytest.mark.parametrize("what", MACHINE_BOUND)
def test_no_file_is_bound_to_one_machine(what: str) -> None:
    pattern = re.compile(MACHINE_BOUND[what])
    found = [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "cache = '/home/" + "ada/.cache'"),
        ("a download address", "https://example.com/a/b-1.0.tar" + ".gz"),
        ("a package registry", "see https://pypi" + ".org/project/x"),
        ("a registry setting", "extra-index-" + "url = https://example.com/simple"),
    ],
)
def test_what_binds_a_file_to_one_machine_is_recognised(what: str, line: str) -> None:
    assert re.search(MACHINE_BOUND[what], line)


@pytest.mark.parametrize("lock", ["frameworks2", "frameworks3", "openai2", "openai3"])
def test_every_locked_version_is_bound_to_its_bytes(lock: str) -> None:
    text = (ROOT / ".ci" / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    entries = text.replace("\\\n", " ").splitlines()
    pinned, digest = r"[a-z0-9.-]+==\S+( ; [^#]+?)?", r"--hash=sha256:[0-9a-f]{64}"
    entry = re.compile(rf"{pinned}(\s+{digest})+\s*")

    assert len(entries) > 1
    assert [line[:60] for line in entries if not entry.fullmatch(line)] == []
    assert f"\nopenai=={lock[-1]}." in text


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)

    assert headings[0] == "[Unreleased]"


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in folder.glob("*.md"))
    records = [name for name in files if name != "README.md"]
    numbers = [f"{number:04}" for number in range(1, len(records) + 1)]

    assert [name.partition("-")[0] for name in records] == numbers
    assert re.findall(r"^\| \[\d{4}\]\((\S+)\)", index, re.MULTILINE) == records


def test_links_within_the_repository_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)\s]*)?\)")
    broken = [
        f"{path}: {target}"
        for path, text in texts(".md")
        for target in link.findall(text)
        if not (ROOT / path.parent / target).exists()
    ]

    assert broken == []
