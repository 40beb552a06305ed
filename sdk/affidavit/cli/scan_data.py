"""`affidavit scan data`: which rows of a data set came from recorded outputs."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import click

from affidavit.cli import (
    arguments,
    handing,
    machine,
    output,
    progress,
    sealing,
    verifying,
)
from affidavit.cli.arguments import When
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trail_export import must_be_new
from affidavit.cli.trust import first_line, own_identity
from affidavit.cli.wording import count, size
from affidavit.errors import KeyUnusable, ToolUnavailable
from affidavit.fingerprint import Key
from affidavit.scan.data import result
from affidavit.scan.data.result import Report, Verdict
from affidavit.tlog.logkeys import LogKeys
from affidavit.trail.identity import load_secrets, secret_path
from affidavit.trail.printkey import load_print_key
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import stamp
from affidavit.wiring.keyring import own_keys
from affidavit.wiring.settings import Settings, read_settings

if TYPE_CHECKING:
    from affidavit.scan.data.report import Asked

SHOWN = 20
"""Rows that are listed; a report has them all."""
COLOURS = {
    Verdict.FOUND: output.BAD,
    Verdict.NONE: output.GOOD,
    Verdict.EXCEPTIONS: output.ODD,
    Verdict.INCOMPLETE: output.ODD,
}


@click.command(
    cls=TeachingCommand,
    name="data",
    uses=(
        Use("affidavit scan data train/", "against the trail of the settings"),
        Use(
            "affidavit scan data train.jsonl --trail a/trail --trail b/trail",
            "against several",
        ),
        Use(
            "affidavit scan data train/ --html scan.html --sign scan.dsse.json",
            "a report to read, and a statement for others",
        ),
    ),
    exits=Exits(
        "nothing was found, at the recall that is told",
        "rows were found that copy recorded outputs",
        "not enough to decide: a file that cannot be read, no fingerprints recorded, "
        "outputs of which none were kept, a trail that does not hold; or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, required=True, type=arguments.PATH)
@click.option(
    "--trail",
    "trails",
    multiple=True,
    type=arguments.PATH,
    metavar="DIR",
    help="A trail whose outputs to look for; again for more. Default: the settings'.",
)
@arguments.trusted_key
@click.option(
    "--fingerprint-key",
    "print_keys",
    multiple=True,
    type=arguments.PATH,
    metavar="FILE",
    help="What `affidavit scan key` wrote, for a trail that is not yours.",
)
@click.option("--since", type=arguments.TIME, help="Outputs from this time on (UTC).")
@click.option("--until", type=arguments.TIME, help="Outputs before this time.")
@click.option(
    "--accept-missing",
    "accepted",
    multiple=True,
    type=click.Choice(result.MISSING),
    help="Say that nothing was found although such outputs cannot be looked for.",
)
@click.option(
    "--html", type=arguments.PATH, metavar="FILE", help="Write a report to read."
)
@click.option(
    "--sign",
    "signed",
    type=arguments.PATH,
    metavar="FILE",
    help="Write a signed statement, for `affidavit verify`.",
)
@arguments.signing_key
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes to work in (default: one for each core).",
)
@arguments.as_json
def command(
    *,
    paths: tuple[Path, ...],
    trails: tuple[Path, ...],
    trusted_key: tuple[str, ...],
    print_keys: tuple[Path, ...],
    since: When | None,
    until: When | None,
    accepted: tuple[str, ...],
    html: Path | None,
    signed: Path | None,
    signing_key: str | None,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Say which rows of the files at PATHS came from outputs that a trail recorded.

    Reads JSON lines, JSON, CSV, Parquet, Arrow, folders of Hugging Face's `datasets`
    and text, also as .gz and .zst. The trail is verified first. Nothing found is never
    said to be nothing there: the report tells the measured recall, and how many outputs
    are too short to be recognised.
    """
    arguments.ordered(since, until)
    for out in (html, signed):
        if out is not None:
            must_be_new(out)
    asked = [
        _asked(each, trusted_key, print_keys, since, until)
        for each in _settings(trails, signing_key)
    ]
    report = _scanned(paths, asked, jobs, sorted(set(accepted)))
    if html is not None:
        from affidavit.scan.data.page import page

        _write(html, page(report).encode())
    if signed is not None:
        _sign(signed, report, _settings(trails, signing_key)[0])
    if as_json:
        machine.emit(result.as_json(report))
    else:
        _say(report)
    return result.verdict(report).exit_code


def _settings(trails: Sequence[Path], signing_key: str | None) -> list[Settings]:
    return [
        read_settings(
            environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
        )
        for trail in (trails or (None,))
    ]


def _asked(
    settings: Settings,
    given: Sequence[str],
    print_keys: Sequence[Path],
    since: When | None,
    until: When | None,
) -> "Asked":
    """The trail of these settings with the keys to verify and to read it by."""
    report = _library()
    reader = TrailReader(settings.trail)
    origin = reader.head().origin
    keys, wal_key = _keys(settings, given, origin)
    asked: Asked = report.Asked(
        reader=reader,
        keys=keys,
        fingerprint=_fingerprint_key(settings, print_keys, origin),
        wal_key=wal_key,
        since=_moment(since.start) if since else "",
        until=_moment(until.after) if until else "",
    )
    return asked


def _moment(value: datetime) -> str:
    return stamp(int(value.timestamp() * 1000))


def _keys(
    settings: Settings, given: Sequence[str], origin: str
) -> tuple[LogKeys, bytes | None]:
    """The keys that are given for this origin, else one's own."""
    texts = [
        each if "+" in each and not os.path.exists(each) else first_line(Path(each))
        for each in given
    ]
    fitting = [text.strip() for text in texts if text.strip().startswith(f"{origin}+")]
    if fitting:
        return LogKeys.parse(fitting), None
    if given:
        raise KeyUnusable(
            f"{settings.trail}: is the trail of {origin}, and no key given with --key "
            "is that trail's. Give one for each trail."
        )
    identity = own_identity(settings)
    # What is pending is looked at once it is in the tree.
    sealing.seal(settings.trail, identity, work="scan")
    return own_keys(settings, identity), identity.secrets.wal


def _fingerprint_key(
    settings: Settings, print_keys: Sequence[Path], origin: str
) -> Key:
    for path in print_keys:
        found = load_print_key(path)
        if found.origin == origin:
            return found.key
    return Key(load_secrets(secret_path(settings.trail)).fingerprint)


def _library() -> ModuleType:
    """`scan.data.report`, or `ToolUnavailable` without numpy."""
    try:
        from affidavit.scan.data import report
    except ImportError as error:
        raise ToolUnavailable(
            "Data is scanned with numpy, which is not installed. Run: pip install "
            "'affidavit[scan]'"
        ) from error
    return report


def _scanned(
    paths: Sequence[Path],
    asked: "Sequence[Asked]",
    jobs: int | None,
    accepted: Sequence[str],
) -> Report:
    with (
        progress.shown("verifying") as gathering,
        progress.shown("scanning (bytes)") as tell,
    ):
        report: Report = _library().scanned(
            paths,
            asked,
            now=datetime.now(UTC),
            jobs=jobs or verifying.spread(None).jobs,
            accepted=accepted,
            gathering=gathering,
            tell=tell,
        )
    return report


def _sign(out: Path, report: Report, settings: Settings) -> None:
    from affidavit.scan.data import statement

    envelope = statement.sign(report, own_identity(settings))
    _write(out, envelope.encode())


def _write(out: Path, data: bytes) -> None:
    handing.hand_out(out, data)
    output.hint(f"{out}: written")


def _say(report: Report) -> None:
    said = result.verdict(report)
    output.say(said.value, colour=COLOURS[said])
    output.say(result.claim(report))
    output.say(result.unattestable(report))
    for reason in result.lacking(report.trails, report.files, report.accepted):
        output.say(f"  not enough: {reason}", colour=output.ODD)
    for exception in result.exceptions(report.trails):
        output.say(f"  exception: {exception}")
    rows = [
        (
            report.files[hit.file].name,
            str(hit.row),
            hit.name or "",
            hit.place,
            hit.kind,
            result.number(hit.share),
            hit.call,
        )
        for hit in report.hits[:SHOWN]
    ]
    if rows:
        heads = ("file", "row", "id", "field", "kind", "share", "call")
        output.say_table(heads, rows)
    if (more := sum(map(report.count, result.KINDS)) - len(rows)) > 0:
        output.say(f"… and {count(more, 'row')} more: --json or --html has them.")
    for file in report.files:
        if file.left_out:
            output.hint(f"{file.name}: left out, {file.left_out}")
    rate = report.rows / report.seconds if report.seconds else 0
    output.hint(
        f"{count(report.rows, 'row')} against "
        f"{count(report.total(result.RECORDED), 'output')} in {report.seconds:.1f} s "
        f"({rate:,.0f}/s), {size(report.memory)} at most"
    )
