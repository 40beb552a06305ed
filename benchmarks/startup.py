"""What a hook pays, beside the interpreter and beside ruff's, in one run.

    python benchmarks/startup.py [--rounds 20] [--json]

Each figure is the least of the rounds, from the start of a process to its end, with
files and bytecode in the page cache: `python -c pass`, then the libraries that a check
cannot do without, then the commands on a policy of one purpose, then `pre-commit run`
itself on that one file: with no hook to run, with ours and with ruff's on a file of one
line. Those need pre-commit and ruff beside this interpreter, and git; without them that
is said. Hooks are called by their path, as pre-commit calls what it has installed.
Ratios are to `python -c pass`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: acme
purposes:
  support.reply:
    owner: support@acme.example
    models: ["gpt-5*"]
    endpoints: [responses]
"""
HOOKS = """\
repos:
  - repo: local
    hooks:
      - id: affidavit-policy
        name: affidavit
        entry: {affidavit} policy check --cached --touched
        language: system
        files: policy.yaml
      - id: ruff
        name: ruff
        entry: {ruff} check --force-exclude
        language: system
        types: [python]
"""
AFFIDAVIT = ("-m", "affidavit")
MEASURED = {
    "python -c pass": ("-c", "pass"),
    "import pydantic.main": ("-c", "import pydantic.main"),
    "import ruamel.yaml": ("-c", "import ruamel.yaml"),
    "import click": ("-c", "import click"),
    "all three": ("-c", "import click, pydantic.main, ruamel.yaml"),
    "affidavit --version": (*AFFIDAVIT, "--version"),
    "affidavit policy check": (*AFFIDAVIT, "policy", "check", "policy.yaml"),
    "affidavit policy check --cached": (
        *(*AFFIDAVIT, "policy", "check", "--cached", "policy.yaml"),
    ),
    "affidavit policy fmt --check": (
        *AFFIDAVIT,
        "policy",
        "fmt",
        "--check",
        "policy.yaml",
    ),
}


RUNS = {
    "pre-commit run, nothing to check": ("-m", "pre_commit", "run", "--files", "none"),
    "pre-commit run affidavit-policy": (
        *("-m", "pre_commit", "run", "affidavit-policy", "--files", "policy.yaml"),
    ),
    "pre-commit run ruff": ("-m", "pre_commit", "run", "ruff", "--files", "one.py"),
}


def seconds(arguments: tuple[str, ...], directory: Path) -> float:
    """One process, from its start to its end."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env={**os.environ, "XDG_CACHE_HOME": str(directory / ".cache")},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - begun


def hooked(directory: Path) -> bool:
    """Make the folder a repository with hooks; False where a tool is missing."""
    beside = Path(sys.executable).parent
    tools = {name: shutil.which(name, path=beside) for name in ("affidavit", "ruff")}
    git = shutil.which("git")
    if git is None or not shutil.which("pre-commit", path=beside):
        return False
    if not all(tools.values()):
        return False
    (directory / ".pre-commit-config.yaml").write_text(HOOKS.format(**tools))
    (directory / "one.py").write_text("one = 1\n")
    (directory / "none").write_text("")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run([git, *command], cwd=directory, check=True)
    return True


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    measured = dict(MEASURED)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "policy.yaml").write_text(POLICY)
        if hooked(directory):
            measured |= RUNS
        else:
            print("pre-commit or ruff is not installed here", file=sys.stderr)
        best = dict.fromkeys(measured, float("inf"))
        for _ in range(chosen.rounds):
            for what, arguments in measured.items():
                best[what] = min(best[what], seconds(arguments, directory))
    floor = best["python -c pass"]
    if chosen.json:
        print(json.dumps({what: round(each * 1e3, 1) for what, each in best.items()}))
        return
    for what, each in best.items():
        print(f"{what:<34} {each * 1e3:7.1f} ms  {each / floor:5.1f}x")


if __name__ == "__main__":
    main()
