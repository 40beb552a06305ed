"""Looks for bytes that break a parser, guided by the lines they reach.

    python tests/fuzz/run.py [--seconds 60] [TARGET …]

Each target runs by itself under atheris (libFuzzer for Python) from the seeds in
`corpus`: an exception that is not ours, other bytes printed than were read, an input
that takes ten seconds or a gibibyte ends the run with exit code 1, and the input is
shown. Nothing is kept: what was found is added to the corpus by hand, with its mending.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LIMITS = ("-timeout=10", "-rss_limit_mb=1024", "-max_len=8192", "-print_final_stats=1")
_EXECUTED = re.compile(rb"stat::number_of_executed_units: (\d+)")
_REACHED = re.compile(rb"cov: (\d+) ft: (\d+)")


def one(target: str, arguments: list[str]) -> None:
    """Fuzz `target` in this process; libFuzzer ends it."""
    import atheris  # type: ignore[import-untyped]  # it has no annotations

    with atheris.instrument_imports(include=["affidavit"]):
        from support.fuzzing import hold

    def test_one_input(data: bytes) -> None:
        hold(target, data)

    atheris.Setup([sys.argv[0], *arguments], test_one_input)
    atheris.Fuzz()


def fuzz(target: str, seconds: int) -> tuple[bool, str]:
    """Whether `target` held for so long, and how that went, in one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grown = folder / "corpus"
        grown.mkdir()
        seeds = Path(__file__).with_name("corpus") / target
        command = [sys.executable, __file__, "--one", target, str(grown), str(seeds)]
        limits = (*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={folder}/")
        done = subprocess.run(
            [*command, *limits],
            capture_output=True,
            check=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        said = done.stdout + done.stderr
        if done.returncode != 0:
            found = [each.read_bytes() for each in folder.iterdir() if each.is_file()]
            tail = said.decode("utf-8", "replace")[-3000:]
            return False, f"{target}: broken by {found!r}\n{tail}"
        executed = _EXECUTED.findall(said)[-1].decode()
        reached = _REACHED.findall(said)[-1][1].decode()
        return True, f"{target:20} {executed:>12} executions {reached:>8} features"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    known = sorted(path.name for path in Path(__file__).with_name("corpus").iterdir())
    failed = False
    for target in arguments.targets or known:
        held, told = fuzz(target, arguments.seconds)
        failed |= not held
        print(told, flush=True)  # noqa: T201 - a program
    sys.exit(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3:])
    else:
        main()
