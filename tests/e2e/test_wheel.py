"""The built wheel is whole: program, types and policies work away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel was unpacked into, as an installer does."""
    built = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run(
        [*command, "--outdir", str(built), str(REPOSITORY)],
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("affidavit-*.whl")
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def apart(installed: Path) -> dict[str, str]:
    """An environment in which the wheel is imported, and not measured as our source."""
    kept = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    return {**kept, "PYTHONPATH": str(installed)}


def run(installed: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "affidavit", *arguments],
        cwd=folder,
        env=apart(installed),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_fresh_folder_is_founded_from_the_wheel_alone(
    installed: Path, tmp_path: Path
) -> None:
    run(installed, tmp_path, "init")
    run(installed, tmp_path, "policy", "check")
    run(installed, tmp_path, "trail", "verify")

    assert (tmp_path / "policies" / "policy.yaml").is_file()


def test_types_policies_and_licence_are_in_it(installed: Path) -> None:
    assert (installed / "affidavit" / "py.typed").is_file()
    for policy in (REPOSITORY / "policies").glob("*.yaml"):
        packed = installed / "affidavit" / "policies" / policy.name
        assert packed.read_bytes() == policy.read_bytes()
    assert list(installed.glob("affidavit-*.dist-info/licenses/LICENSE"))


def test_it_imports_from_where_it_was_installed(
    installed: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import affidavit; print(affidavit.__file__)"],
        cwd=tmp_path,
        env=apart(installed),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(installed))
