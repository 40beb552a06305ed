"""openai's own test suite, run on the governed client classes: `make conformance`.

Fetches the source distribution of the installed openai with pip, runs its tests once on
the stock classes (kept for the next time) and once on ours, against a provider on
loopback that answers every route (`provider.py`), and compares: a test that passes on
the stock classes must pass on ours, and each request must have declared its purpose.
The last line is `N passed, N failed`. Exit code: 1 if any failed, 2 if nothing ran.

This is the only check of the project that needs a package index.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

from provider import REQUESTS_PATH  # type: ignore[import-not-found]  # beside this

HERE = Path(__file__).parent
CLASSES = "affidavit.testing:conformance_classes"
TOOLS = (
    "azure-identity",
    "botocore",
    "dirty-equals",
    "google-auth",
    "griffe",
    "httpx-aiohttp",
    "inline-snapshot",
    "jsonschema",
    "nest-asyncio",
    "numpy",
    "pandas",
    "pillow",
    "pytest-asyncio",
    "pytest-timeout",
    "pytest-xdist",
    "requests",
    "respx",
    "time-machine",
    "trio",
    "websockets<16",
)
"""What openai's tests import; none of it is needed to use or to test this project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One version of openai's tests, made ready to run."""

    version: str
    sources: Path
    python: Path
    cache: Path

    @property
    def baseline(self) -> Path:
        """The tests that pass on the stock classes, with the provider as it is now."""
        programs = b"".join(
            (HERE / name).read_bytes() for name in ("provider.py", "least.py")
        )
        digest = sha256(programs).hexdigest()[:8]
        return self.cache / f"baseline-{self.version}-{digest}.json"


def prepare(cache: Path) -> Suite:
    """Fetch and unpack what is missing."""
    installed = version("openai")
    cache.mkdir(parents=True, exist_ok=True)
    sources = cache / f"openai-{installed}"
    if not sources.is_dir():
        _fetch(installed, sources)
    tools = cache / f"tools-{installed}-py{sysconfig.get_python_version()}"
    python = tools / "bin" / "python"
    if not (tools / ".complete").exists():
        _install_tools(tools, python, installed)
    return Suite(version=installed, sources=sources, python=python, cache=cache)


def _fetch(installed: str, sources: Path) -> None:
    packed = sources.parent / "packed"
    _pip(
        Path(sys.executable),
        "download",
        "--no-deps",
        "--no-binary=openai",
        f"--dest={packed}",
        f"openai=={installed}",
    )
    unpacked = sources.parent / "unpacked"
    with tarfile.open(packed / f"openai-{installed}.tar.gz") as archive:
        archive.extractall(unpacked, filter="data")
    (unpacked / sources.name).rename(sources)  # last: a folder that is there is whole


def _install_tools(tools: Path, python: Path, installed: str) -> None:
    """An environment of its own that sees the packages of the one that runs this."""
    venv.create(tools, clear=True, with_pip=True)
    asked = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = subprocess.check_output([python, "-c", asked], text=True).strip()
    under_test = sysconfig.get_paths()["purelib"]
    # `addsitedir` and not a bare path: an editable install is a .pth file in there.
    line = f"import site; site.addsitedir({under_test!r})\n"
    (Path(site) / "under-test.pth").write_text(line, "utf-8")
    _pip(python, "install", *TOOLS, f"openai=={installed}")
    (tools / ".complete").touch()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pip(python: Path, *arguments: str) -> None:
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    subprocess.run(
        [python, "-m", "pip", arguments[0], *quiet, *arguments[1:]], check=True
    )


@contextmanager
def provider(suite: Suite) -> Iterator[str]:
    """Origin of a running provider."""
    command = [suite.python, HERE / "provider.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            port, routes = process.stdout.readline().split()
            say(f"{routes} routes of openai {suite.version}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def run(
    suite: Suite, classes: str | None, parts: Sequence[str], jobs: str
) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """Outcome of each test, and how many requests declared a purpose or did not."""
    results = suite.cache / f"results-{'governed' if classes else 'stock'}.json"
    results.unlink(missing_ok=True)
    log = results.with_suffix(".log")
    with provider(suite) as origin, log.open("w") as output:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OPENAI_", "AZURE_OPENAI_", "AFFIDAVIT_"))
        } | {
            "AFFIDAVIT_SUITE_RESULTS": str(results),
            "DEFER_PYDANTIC_BUILD": "false",
            "PYTHONPATH": str(HERE),
            "TEST_API_BASE_URL": origin,
        }
        if classes:
            environment["AFFIDAVIT_SUITE_CLASSES"] = classes
        command = [
            str(suite.python),
            "-m",
            "pytest",
            *parts,
            "-p",
            "plugin",
            "-n",
            jobs,
        ]
        # Its own options filter warnings as errors, for versions that are not ours.
        command += ["-o", "addopts=--tb=short", "-p", "no:cacheprovider", "-q"]
        command += ["--timeout=120"]
        subprocess.run(
            command,
            cwd=suite.sources,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        with urlopen(origin + REQUESTS_PATH) as answer:
            requests = json.load(answer)
    if not results.exists():
        sys.stderr.write("".join(log.read_text().splitlines(keepends=True)[-20:]))
        sys.exit(2)
    return json.loads(results.read_text("utf-8")), requests


def passing(suite: Suite, jobs: str) -> frozenset[str]:
    """The tests that pass on the stock classes."""
    if not suite.baseline.exists():
        say("first the stock classes, once")
        outcomes, _ = run(suite, None, ["tests"], jobs)
        passed = sorted(test for test, how in outcomes.items() if how == "passed")
        suite.baseline.write_text(json.dumps(passed), "utf-8")
    return frozenset(json.loads(suite.baseline.read_text("utf-8")))


def compare(
    wanted: frozenset[str], outcomes: Mapping[str, str], parts: Sequence[str]
) -> tuple[int, list[str]]:
    """How many of the wanted tests passed, and those that did not."""
    of_parts = {
        test
        for test in wanted
        if any(
            test == part or test.startswith((f"{part.rstrip('/')}/", f"{part}::"))
            for part in parts
        )
    }
    failed = sorted(test for test in of_parts if outcomes.get(test) != "passed")
    return len(of_parts) - len(failed), failed


def default_cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "affidavit" / "openai-suite"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", default=["tests"], help="tests/lib, …")
    parser.add_argument("--jobs", default="2", help="processes (2)")
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--fresh", action="store_true", help="forget what is cached")
    options = parser.parse_args()
    if options.fresh:
        shutil.rmtree(options.cache, ignore_errors=True)
    suite = prepare(options.cache)
    wanted = passing(suite, options.jobs)
    outcomes, requests = run(suite, CLASSES, options.parts, options.jobs)
    passed, failed = compare(wanted, outcomes, options.parts)
    for test in failed[:40]:
        say(f"{outcomes.get(test, 'missing'):8}{test}")
    declared, undeclared = (requests.get(x, 0) for x in ("declared", "undeclared"))
    say(f"{declared} requests declared a purpose, {undeclared} did not")
    say(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or undeclared or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
