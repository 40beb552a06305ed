"""The hooks, run by pre-commit itself from a local path, with no network.

pre-commit clones the repository, makes an environment and builds and installs this
package there, as it does for anybody. Only what the package depends on comes from the
environment of the tests, in place of an index: pip is told to ask none.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from support.policies import HEAD, SUPPORT

ROOT = Path(__file__).parents[2]
SOURCES = (
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "policies",
    "pyproject.toml",
    "sdk",
)
GOOD = HEAD + SUPPORT
BAD = GOOD.replace("models:", "modles:")
MESSY = GOOD.replace('models: ["gpt-5*"]', 'models: [ "gpt-5*" ]  # ours')
CLEAN = GOOD.replace('models: ["gpt-5*"]', 'models: ["gpt-5*"]  # ours')


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    subprocess.run(
        ["git", *identity, *arguments],
        cwd=directory,
        env=without_git(os.environ),
        check=True,
        capture_output=True,
    )


def without_git(environ: Mapping[str, str]) -> dict[str, str]:
    """A hook of the developer's own must not say where the tests' repositories are."""
    return {name: value for name, value in environ.items() if name[:4] != "GIT_"}


def committed(directory: Path) -> Path:
    git(directory, "init", "-q")
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "all")
    return directory


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which pip finds what is installed here, and asks nobody."""
    return {
        **without_git(os.environ),
        "HOME": str(tmp_path_factory.mktemp("home")),
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's spelling of: build in this environment
        "PIP_CONFIG_FILE": os.devnull,
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "COVERAGE_PROCESS_START": "",
    }


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it stands, committed or not."""
    directory = tmp_path_factory.mktemp("affidavit")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in SOURCES:
        source, target = ROOT / name, directory / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignored)
        else:
            shutil.copy(source, target)
    return committed(directory)


def tried(
    hooks: Path,
    hook: str,
    project: Path,
    environ: Mapping[str, str],
    *,
    staged: bool = False,
) -> subprocess.CompletedProcess[str]:
    """The hook, run on all files, or as a commit of what is staged runs it."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pre_commit", "try-repo", str(hooks), hook),
            *(() if staged else ("--all-files",)),
            *("--verbose", "--color", "never"),
        ],
        cwd=project,
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


UNGOVERNED = "from openai import OpenAI\n\nclient = OpenAI()\n"


def a_project(directory: Path, **files: str) -> Path:
    for name, content in files.items():
        path = directory / "policies" / f"{name.replace('_', '.')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (directory / "other.yaml").write_text("no: policy\n")
    return committed(directory)


@pytest.mark.xdist_group("pre-commit")
def test_the_check_passes_a_good_policy_and_fails_a_bad_one(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
    good = a_project(tmp_path / "good", policy=GOOD, policy_test="a: test\n")
    done = tried(hooks, "affidavit-policy", good, offline)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 path checked: clean" in done.stdout

    bad = a_project(tmp_path / "bad", policy=BAD)
    done = tried(hooks, "affidavit-policy", bad, offline)
    assert done.returncode == 1
    assert "--> policies/policy.yaml:7:5" in done.stdout


LAYER = HEAD + SUPPORT
SERVICE = f"""\
{HEAD}extends: [layers/base.yaml]
rules:
  - id: few
    effect: deny
    message: Four answers are enough.
    any:
      - purpose: support.reply
        when: request.parameters.n != null && request.parameters.n > 4
"""


def a_service(directory: Path) -> Path:
    """A policy with an expression, and the layer that it extends."""
    layers = directory / "policies" / "layers"
    layers.mkdir(parents=True)
    (layers / "base.yaml").write_text(LAYER)
    return a_project(directory, policy=SERVICE)


@pytest.mark.xdist_group("pre-commit")
def test_a_layer_may_not_break_the_policy_that_extends_it(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    project = a_service(tmp_path)
    base = project / "policies" / "layers" / "base.yaml"
    done = tried(hooks, "affidavit-policy", project, offline)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 paths checked: clean" in done.stdout

    base.write_text(LAYER.replace("support.reply", "support.answer"))
    git(project, "add", "-A")
    done = tried(hooks, "affidavit-policy", project, offline, staged=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[P031]" in done.stdout
    assert "--> policies/policy.yaml:10:18" in done.stdout
    assert "1 path checked" in done.stdout


@pytest.mark.xdist_group("pre-commit")
def test_a_layer_that_is_extended_may_not_be_removed(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    project = a_service(tmp_path)
    git(project, "mv", "policies/layers/base.yaml", "policies/layers/other.yaml")
    done = tried(hooks, "affidavit-policy", project, offline, staged=True)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error[P020]" in done.stdout
    assert "--> policies/policy.yaml:4:11" in done.stdout

    git(project, "rm", "-q", "-r", "-f", "policies")
    done = tried(hooks, "affidavit-policy", project, offline, staged=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 paths checked: clean" in done.stdout


def test_hooks_that_read_expressions_bring_what_reads_them() -> None:
    listed: list[dict[str, Any]] = YAML(typ="safe").load(
        (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    brought = {each["id"]: each.get("additional_dependencies") for each in listed}
    for hook in ("affidavit-policy", "affidavit-policy-test"):
        assert brought[hook] == project["optional-dependencies"]["cel"]


@pytest.mark.xdist_group("pre-commit")
def test_the_formatter_lays_out_what_is_committed_and_says_so(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    project = a_project(tmp_path, policy=MESSY)
    done = tried(hooks, "affidavit-policy-fmt", project, offline)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert (project / "policies" / "policy.yaml").read_text() == CLEAN

    done = tried(hooks, "affidavit-policy-fmt", project, offline)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.xdist_group("pre-commit")
def test_sources_are_scanned_and_others_are_not_asked(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(UNGOVERNED)
    (tmp_path / "web.ts").write_text('import Groq from "groq-sdk";\n')
    (tmp_path / "data.txt").write_text("openai\n")
    done = tried(hooks, "affidavit-code", committed(tmp_path), offline)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "--> app.py:3:10" in done.stdout
    assert "error[C104]" in done.stdout  # read by the matcher that the hook brings
    assert "2 files scanned: 2 errors, 0 warnings" in done.stdout

    (tmp_path / "app.py").write_text(UNGOVERNED.replace("openai", "affidavit"))
    (tmp_path / "web.ts").write_text('import express from "express";\n')
    done = tried(hooks, "affidavit-code", tmp_path, offline)
    assert done.returncode == 0, done.stdout + done.stderr


CASES = """\
apiVersion: affidavit/v1
kind: PolicyTest
policy: policy.yaml
cases:
  - name: a reply
    call: {purpose: support.reply, model: gpt-5, endpoint: chat.completions}
    expect: {effect: EFFECT}
"""


@pytest.mark.xdist_group("pre-commit")
def test_a_policy_that_does_not_keep_its_cases_fails(
    hooks: Path, offline: dict[str, str], tmp_path: Path
) -> None:
    project = a_project(
        tmp_path, policy=GOOD, policy_test=CASES.replace("EFFECT", "refuse")
    )
    done = tried(hooks, "affidavit-policy-test", project, offline)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "a reply" in done.stdout

    (project / "policies" / "policy.test.yaml").write_text(
        CASES.replace("EFFECT", "permit")
    )
    done = tried(hooks, "affidavit-policy-test", project, offline)
    assert done.returncode == 0, done.stdout + done.stderr
