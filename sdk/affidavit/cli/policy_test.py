"""`affidavit policy test`: a policy held against cases, and what the cases cover."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import click

from affidavit.cli import arguments, diagnostics, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.errors import Diagnostic, Incomplete, PolicyInvalid, ToolUnavailable
from affidavit.policy.cases import SUFFIXES, Cases, read
from affidavit.policy.coverage import Coverage
from affidavit.policy.loader import load
from affidavit.policy.report import Report
from affidavit.policy.suite import Detector, Outcome, run

SHAPES = ("text", "json", "github", "junit")


@dataclass(slots=True)
class Results:
    """What running test files came to."""

    outcomes: list[Outcome] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)
    """By policy, as its path was given."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    """What is wrong with test files, or with a policy."""

    @property
    def failed(self) -> list[Outcome]:
        """Cases of which not everything came."""
        return [each for each in self.outcomes if not each.passed]


@click.command(
    cls=TeachingCommand,
    name="test",
    uses=(
        Use("affidavit policy test", "every *.test.yaml beside the settings' policy"),
        Use("affidavit policy test --coverage --fail-under 90", "in CI"),
        Use("affidavit policy test --watch", "while writing a policy"),
        Use(
            "affidavit policy test --from-trail .affidavit/trail 0197a3c1",
            "print a recorded call as a case",
        ),
    ),
    exits=Exits(
        "every case passed, and enough is covered",
        "a case failed, or too little is covered",
        "a test file or policy cannot be read, there are no cases, or usage",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, type=arguments.PLACE, metavar="[PATH|ID]…")
@click.option(
    "--format",
    "shape",
    type=click.Choice(SHAPES),
    default="text",
    help="For a person, a program, a pull request, or a CI server (JUnit's XML).",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--coverage", is_flag=True, help="Show what no case shows.")
@click.option("--packs", is_flag=True, help="Count the rules of extended packs too.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="N",
    help="Fail below N % of everything that can be covered.",
)
@click.option("--watch", is_flag=True, help="Run again whenever a file changes.")
@click.option(
    "--from-trail",
    type=arguments.PATH,
    metavar="TRAIL",
    help="Print the recorded calls with these IDs as cases; the trail says which.",
)
def command(
    *,
    paths: tuple[str, ...],
    shape: str,
    as_json: bool,
    coverage: bool,
    packs: bool,
    fail_under: float | None,
    watch: bool,
    from_trail: Path | None,
) -> int:
    """Put the cases of each PATH, a *.test.yaml file or a folder, to their policies.

    Without PATH, those beside the settings' policy and below. How a case is written:
    docs/policy-test.md.
    """
    if from_trail is not None:
        from affidavit.cli.policy_test_cases import say_recorded

        return say_recorded(from_trail, paths)
    asked = tuple(map(Path, paths)) or (_beside_policy(),)
    shown = "json" if as_json else shape
    if not watch:
        return _once(asked, shown, coverage=coverage, packs=packs, least=fail_under)
    for _ in _changes(asked):
        code = _watched(asked, shown, coverage=coverage, packs=packs, least=fail_under)
        output.hint(f"exit code {code}; waiting for changes, Ctrl-C ends")
    return 0


def results(files: Sequence[Path], *, today: date, packs: bool) -> Results:
    """Run every file; raises `OSError` for one that cannot be read."""
    from affidavit.detect.content import ContentDetector

    made, detect = Results(), ContentDetector()
    for file in files:
        cases = read(file)
        if isinstance(cases, Report):
            made.diagnostics += cases.found
            continue
        covered = _coverage(made, cases, packs=packs)
        if covered is None:
            continue
        policy = covered.policy
        every = _also_ordinary(detect) if policy.names_activities else detect
        for outcome in run(policy, cases.cases, detect=every, today=today):
            made.outcomes.append(outcome)
            covered.add(outcome.explanation, outcome.call.purpose, outcome.day)
    return made


def _also_ordinary(detect: Detector) -> Detector:
    """As at run time, where a policy names activities that are no reproach."""
    from affidavit.detect.ordinary import ordinary

    return lambda call: detect(call) + ordinary(call)


def _coverage(made: Results, cases: Cases, *, packs: bool) -> Coverage | None:
    name = os.path.normpath(cases.policy)
    if name not in made.coverage:
        try:
            made.coverage[name] = Coverage(load(Path(name)), packs)
        except PolicyInvalid as error:
            made.diagnostics += [
                each for each in error.diagnostics if each not in made.diagnostics
            ]
            return None
    return made.coverage[name]


def case_files(paths: Sequence[Path]) -> list[Path]:
    """The test files that are meant, each once; raises `Incomplete` for none."""
    found = dict.fromkeys(file for path in paths for file in _below(path))
    if not found:
        named = ", ".join(map(str, paths))
        raise Incomplete(
            f"{named}: no {SUFFIXES[0]} file. `affidavit policy new` writes a policy "
            "with its tests; docs/policy-test.md says how a case is written."
        )
    return list(found)


def _below(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for suffix in SUFFIXES:
        yield from sorted(path.rglob(f"*{suffix}"))


def _once(
    paths: Sequence[Path],
    shape: str,
    *,
    coverage: bool,
    packs: bool,
    least: float | None,
) -> int:
    from affidavit.cli import policy_test_report as reports

    made = results(case_files(paths), today=datetime.now(UTC).date(), packs=packs)
    if made.diagnostics and shape in ("text", "github"):
        diagnostics.say(shape, made.diagnostics, paths)
    thin = least is not None and any(
        each.totals()["total"].percent < least for each in made.coverage.values()
    )
    reports.say(shape, made, coverage=coverage, least=least)
    if made.diagnostics:
        return 2
    return 1 if made.failed or thin else 0


def _watched(
    paths: Sequence[Path],
    shape: str,
    *,
    coverage: bool,
    packs: bool,
    least: float | None,
) -> int:
    """As `_once`; what is half-written is told and waited for."""
    from affidavit.errors import AffidavitError

    try:
        return _once(paths, shape, coverage=coverage, packs=packs, least=least)
    except (AffidavitError, OSError) as error:
        output.error(str(error))
        return 2


def _changes(paths: Sequence[Path]) -> Iterator[None]:
    """Once at the beginning, then whenever a YAML file beside or below changed."""
    try:
        from watchfiles import watch
    except ImportError as error:
        raise ToolUnavailable(
            "--watch needs the package watchfiles: install affidavit[watch]."
        ) from error
    yield
    folders = {path if path.is_dir() else path.parent for path in paths}
    for changes in watch(*folders, raise_interrupt=False):
        if any(name.endswith((".yaml", ".yml")) for _, name in changes):
            yield


def _beside_policy() -> Path:
    from affidavit.wiring.settings import read_settings

    path = read_settings(environ=os.environ, directory=Path.cwd()).policy
    folder = path if path.is_dir() else path.parent
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
