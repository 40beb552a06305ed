"""What a hook pays before it has read a line, beside the interpreter, in one run.

    python benchmarks/startup.py [--rounds 20] [--json]

Each figure is the least of the rounds, from the start of a process to its end, with
files and bytecode in the page cache: `python -c pass`, then the libraries that a check
cannot do without, then the commands on a policy of one purpose. Ratios are to
`python -c pass`.
"""

import argparse
import json
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
AFFIDAVIT = ("-m", "affidavit")
MEASURED = {
    "python -c pass": ("-c", "pass"),
    "import pydantic.main": ("-c", "import pydantic.main"),
    "import ruamel.yaml": ("-c", "import ruamel.yaml"),
    "import click": ("-c", "import click"),
    "all three": ("-c", "import click, pydantic.main, ruamel.yaml"),
    "affidavit --version": (*AFFIDAVIT, "--version"),
    "affidavit policy check": (*AFFIDAVIT, "policy", "check", "policy.yaml"),
    "affidavit policy fmt --check": (*AFFIDAVIT, "policy", "fmt", "--check", "."),
}


def seconds(arguments: tuple[str, ...], directory: Path) -> float:
    """One process, from its start to its end."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=directory, check=True, capture_output=True
    )
    return time.perf_counter() - begun


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    best = dict.fromkeys(MEASURED, float("inf"))
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "policy.yaml").write_text(POLICY)
        for _ in range(chosen.rounds):
            for what, arguments in MEASURED.items():
                best[what] = min(best[what], seconds(arguments, directory))
    floor = best["python -c pass"]
    if chosen.json:
        print(json.dumps({what: round(each * 1e3, 1) for what, each in best.items()}))
        return
    for what, each in best.items():
        print(f"{what:<30} {each * 1e3:7.1f} ms  {each / floor:5.1f}x")


if __name__ == "__main__":
    main()
