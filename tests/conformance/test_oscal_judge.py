"""compliance-trestle reads our OSCAL as we meant it, and every id in it leads on."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.oscal import FILE_NAME, VERSION, dangling
from support.certified import Certified, certified

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-judges" / "bin" / "python"


def reader() -> Path:
    """The judge's own Python. Without it the test fails where it could be installed,
    and is skipped with a word where no Python of this machine runs it.
    """
    if PYTHON.exists():
        return PYTHON
    found = subprocess.run(
        [ROOT / ".ci" / "pythons"], capture_output=True, text=True, check=False
    )
    newest = found.stdout.split()[-1:]
    code = "import sys; sys.exit(sys.version_info < (3, 12))"
    if newest and not subprocess.run([*newest, "-c", code], check=False).returncode:
        pytest.fail("compliance-trestle is missing: `make judges` makes .venv-judges")
    pytest.skip("compliance-trestle has NOT read our OSCAL: it needs Python 3.12 here")


def asked(path: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(__file__).with_name("oscal_judge.py")
    command = [reader(), program, path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    return certified(tmp_path_factory.mktemp("handed"))


def test_trestle_reads_what_we_meant(whole: Certified) -> None:
    path = whole.folder / FILE_NAME
    done = asked(path)
    assert done.returncode == 0, done.stderr
    read, told = json.loads(done.stdout), json.loads(path.read_bytes())
    assert told["assessment-results"]["metadata"]["oscal-version"] == VERSION
    ours, theirs = (states(each) for each in (told["assessment-results"], read))
    assert ours == theirs
    assert set(ours.values()) == {"satisfied", "not-satisfied"}
    assert read["uuid"] == told["assessment-results"]["uuid"]


def states(results: Any) -> dict[str, str]:
    (result,) = results["results"]
    assert len(result["observations"]) > 3
    return {
        each["target"]["target-id"]: each["target"]["status"]["state"]
        for each in result["findings"]
    }


@pytest.mark.parametrize("what", ["state", "uuid", "metadata", "surplus"])
def test_trestle_refuses_another_form(
    whole: Certified, tmp_path: Path, what: str
) -> None:
    told: Any = json.loads((whole.folder / FILE_NAME).read_bytes())
    results = told["assessment-results"]
    match what:
        case "state":
            finding = results["results"][0]["findings"][0]
            finding["target"]["status"]["state"] = "fine"
        case "uuid":
            results["uuid"] = "none"
        case "metadata":
            results["metadata"].pop("title")
        case _:
            results["surplus"] = 1
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(told))
    assert asked(path).returncode == 1


def test_a_dangling_id_is_found_by_us_and_not_by_it(
    whole: Certified, tmp_path: Path
) -> None:
    true = (whole.folder / FILE_NAME).read_bytes()
    assert dangling(true) == []
    told = json.loads(true)
    nowhere = "11111111-1111-4111-8111-111111111111"
    finding = told["assessment-results"]["results"][0]["findings"][0]
    finding["related-observations"][0]["observation-uuid"] = nowhere
    path = tmp_path / FILE_NAME
    path.write_text(json.dumps(told))
    assert dangling(path.read_bytes()) == [nowhere]
    assert asked(path).returncode == 0
