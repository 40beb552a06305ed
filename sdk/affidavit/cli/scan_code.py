"""`affidavit scan code`: what nothing would govern, as a compiler says it."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, diagnostics, machine, output, progress
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic, PolicyNotFound
from affidavit.scan.code import baseline
from affidavit.scan.code.cache import Cache, default_folder
from affidavit.scan.code.facts import Facts
from affidavit.scan.code.judge import Terms, chosen, in_file, judge
from affidavit.scan.code.keys import hidden
from affidavit.scan.code.rules import INCOMPLETE
from affidavit.scan.code.run import processors, scan
from affidavit.scan.code.walk import Listing, listed
from affidavit.wiring.settings import Settings, read_settings

_UNJUDGED = frozenset(rule.value for rule in INCOMPLETE)


class _Options(NamedTuple):
    paths: tuple[Path, ...]
    exclude: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    policy: Path | None
    installed: bool
    cache: Path | None
    jobs: int


class _Result(NamedTuple):
    listing: Listing
    found: tuple[Diagnostic, ...]
    waived: int
    cached: int
    policy: Path | None


@click.command(
    cls=TeachingCommand,
    name="code",
    uses=(
        Use("affidavit scan code src/", "before merging a change"),
        Use("affidavit scan code --fix src/", "take the governed clients"),
        Use(
            "affidavit scan code --write-baseline old.json .", "begin with what is new"
        ),
        Use("affidavit scan code --format sarif . > code.sarif", "for a code scanner"),
    ),
    exits=Exits(
        "clean; there may be warnings",
        "errors: something would not be governed, or would be refused",
        "a file could not be judged, there is nothing to scan, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, required=True, type=arguments.PATH)
@arguments.policy
@click.option(
    "--select",
    multiple=True,
    metavar="IDS",
    help="Only these rules: ids or their beginnings, as C1, with commas or again.",
)
@click.option("--ignore", multiple=True, metavar="IDS", help="All rules but these.")
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Files and folders to leave out, as vendor or *.min.js. May be given again.",
)
@click.option(
    "--installed",
    is_flag=True,
    help="The program runs under affidavit.install() or affidavit run: openai's own "
    "clients are governed.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Import governed clients in place of openai's, then scan again. Python only.",
)
@click.option(
    "--baseline",
    "known",
    type=arguments.PATH,
    help="Leave out findings that this file holds.",
)
@click.option(
    "--write-baseline",
    type=arguments.PATH,
    help="Keep what is found in this file, for --baseline.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    help="Processes at most. Default: one for each processor.",
)
@click.option(
    "--cache-dir",
    type=arguments.PATH,
    help="Where to keep what files said. Default: the user's cache folder.",
)
@click.option("--no-cache", is_flag=True, help="Read every file anew.")
@diagnostics.options
def command(
    *,
    paths: tuple[Path, ...],
    policy: Path | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    installed: bool,
    fix: bool,
    known: Path | None,
    write_baseline: Path | None,
    jobs: int | None,
    cache_dir: Path | None,
    no_cache: bool,
    shape: str,
    as_json: bool,
) -> int:
    """Find clients that nothing governs, and calls without a purpose, in sources.

    PATH is a file or a folder: Python and notebooks, and with the extra `scan`
    JavaScript, TypeScript, Go and Java. Runs nothing of what it reads. What each rule
    means, and what to write instead: docs/code-scan.md.
    """
    folder = cache_dir or default_folder(os.environ, Path.home())
    options = _Options(
        paths=paths,
        exclude=exclude,
        select=_ids(select),
        ignore=_ids(ignore),
        policy=policy,
        installed=installed,
        cache=None if no_cache else folder,
        jobs=jobs or processors(),
    )
    result = _scanned(options)
    if fix and _fixed(result.found):
        result = _scanned(options)
    if not result.listing.targets:
        output.error("There is nothing to scan: no source below these paths.")
        return 2
    if write_baseline is not None:
        kept = baseline.write(write_baseline, result.found)
        output.hint(f"{write_baseline}: {count(kept, 'finding')} kept")
        known = write_baseline
    return _said(result, known, "json" if as_json else shape, paths)


def exit_code(found: Sequence[Diagnostic]) -> int:
    """0 without errors, 1 with errors, 2 when a file could not be judged."""
    errors = {each.rule for each in found if each.level == "error"}
    if errors & _UNJUDGED:
        return 2
    return 1 if errors else 0


def _ids(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        part.strip().upper()
        for each in given
        for part in each.split(",")
        if part.strip()
    )


def _scanned(options: _Options) -> _Result:
    rules = chosen(options.select, options.ignore)
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), policy=options.policy
    )
    listing = listed(options.paths, options.exclude)
    now = datetime.now(UTC)
    with (
        Cache(options.cache, day=now.date().toordinal()) as cache,
        progress.shown("scanning") as tell,
    ):
        scanned = scan(listing.targets, cache, jobs=options.jobs, tell=tell)
    purposes = _purposes(settings) if _names_any(scanned.facts) else None
    terms = Terms(
        today=now.date(),
        purposes=purposes,
        installed=options.installed,
        default_purpose=settings.purpose is not None,
        rules=rules,
    )
    judged = [
        judge(str(target.path), facts, terms)
        for target, facts in zip(listing.targets, scanned.facts, strict=True)
    ]
    return _Result(
        listing=listing,
        found=tuple(each for one in judged for each in one.diagnostics),
        waived=sum(each.waived for each in judged),
        cached=scanned.cached,
        policy=None if purposes is None else settings.policy,
    )


def _names_any(facts: Sequence[Facts]) -> bool:
    """Whether any file names a purpose: a policy takes longer to load than to scan."""
    return any(each.purposes for each in facts)


def _purposes(settings: Settings) -> Mapping[str, date | None] | None:
    """The policy's purposes; None where there is none and none was asked for."""
    from affidavit.policy.loader import load

    try:
        policy = load(settings.policy)
    except PolicyNotFound:
        if dict(settings.sources)["policy"] != "default":
            raise
        output.hint(
            f"no policy at {settings.policy}: whether it knows the purposes that are "
            "named was not checked; --policy says where it is"
        )
        return None
    return {name: each.expires for name, each in policy.purposes.items()}


def _fixed(found: Sequence[Diagnostic]) -> bool:
    """Mend the files that can be; whether any was."""
    from affidavit.scan.code.python.mend import MENDED, mend_file

    changed = False
    for path in dict.fromkeys(each.path for each in found if each.rule in MENDED):
        if mend_file(Path(path)):
            output.hint(f"{path}: takes governed clients now")
            changed = True
    return changed


def _said(
    result: _Result, known: Path | None, shape: str, paths: Sequence[Path]
) -> int:
    found: Sequence[Diagnostic] = result.found
    old = gone = 0
    if known is not None:
        compared = baseline.compare(found, baseline.read(known), known.parent)
        found, old, gone = compared
    if gone:
        output.hint(
            f"{known}: {count(gone, 'finding')} of it gone; write it again to say so"
        )
    for folder in result.listing.ungoverned_by_git:
        output.hint(f"{folder}: no git work tree, so .gitignore was not followed")
    if shape in {"github", "sarif"}:
        found = [in_file(each) for each in found]
    diagnostics.say(
        shape,
        found,
        paths,
        checked=_checked(result, old),
        more=_more(result, old, gone),
        hide=hidden,
    )
    return exit_code(found)


def _checked(result: _Result, old: int) -> str:
    files = f"{count(len(result.listing.targets), 'file')} scanned"
    if result.waived:
        files += f", {result.waived} waived"
    return f"{files}, {old} in the baseline" if old else files


def _more(result: _Result, old: int, gone: int) -> dict[str, Json]:
    return {
        "baseline": {"gone": gone, "known": old},
        "cached": result.cached,
        "files": len(result.listing.targets),
        "policy": None if result.policy is None else machine.text(result.policy),
        "waived": result.waived,
    }
