"""`affidavit trail disclose`: all records of one kind in a period, and no others."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.attest.disclosure import Contents, Question, disclose
from affidavit.attest.tally import stamp
from affidavit.cli import (
    arguments,
    findings,
    handing,
    machine,
    output,
    progress,
    sealing,
    verify_disclosure,
)
from affidavit.cli.arguments import When
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import moment, size
from affidavit.errors import Incomplete, Malformed
from affidavit.gate.telling import printable
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Labels
from affidavit.verify.disclosure import DisclosureReport
from affidavit.verify.disclosure.manifest import By, Selection, Window
from affidavit.wiring.settings import Settings, read_settings

_MAX_IDS_BYTES = 16 << 20


@click.command(
    cls=TeachingCommand,
    name="disclose",
    uses=(
        Use(
            "affidavit trail disclose --from 2026-10-01 --to 2026-10-31 "
            "--purpose research.distillation --out answer",
            "every call of October with this purpose, proved to be all of them",
        ),
        Use(
            "affidavit trail disclose --from 2026-10-07 --to 2026-10-07 "
            "--safety-id u-4711 --withhold-all --reason 'personal data' --out answer",
            "that there were so many, with times and effects, and no bodies",
        ),
        Use(
            "affidavit verify answer --key acme.vkey",
            "what the one who got it runs",
        ),
    ),
    exits=Exits(
        "written, and it holds",
        "the trail does not hold there, so nothing was written",
        "written with bodies missing that nothing explains; or nothing: no such ids, "
        "no key, a place that is taken, or a usage error",
    ),
)
@etiquette
@click.option(
    "--from",
    "start",
    required=True,
    type=arguments.TIME,
    help="First day, or first moment, in UTC.",
)
@click.option(
    "--to",
    "end",
    type=arguments.TIME,
    help="Last day, included whole, or the moment before which the window ends. "
    "Default, and where that is yet to come: now.",
)
@click.option("--purpose", metavar="P", help="Calls that declared exactly this.")
@click.option("--safety-id", "safety", metavar="S", help="Calls for this end user.")
@click.option("--subject", metavar="U", help="Calls with this `user`.")
@click.option("--model", metavar="M", help="Calls that asked for this model.")
@click.option("--endpoint", metavar="E", help="Calls on this endpoint.")
@click.option("--project", metavar="P", help="Calls of this project of the provider.")
@click.option(
    "--ids",
    type=arguments.PATH,
    metavar="FILE",
    help="These records: one id a line.",
)
@click.option(
    "--withhold",
    multiple=True,
    metavar="ID",
    help="Hold back the bodies of this call. May be repeated.",
)
@click.option("--withhold-all", is_flag=True, help="Hold back every body.")
@click.option("--reason", metavar="TEXT", help="Why; goes into the package.")
@click.option(
    "--reveal-content",
    is_flag=True,
    help="With what was sent and answered, where this trail keeps contents.",
)
@click.option(
    "--content",
    type=arguments.PATH,
    metavar="DIR",
    help="The same from files ID.request and ID.response.",
)
@click.option(
    "--all-entries",
    is_flag=True,
    help="Give the entries of the whole trail, so that nothing rests on clocks.",
)
@click.option(
    "--checkpoint",
    type=arguments.PATH,
    metavar="FILE",
    help="Prove under this checkpoint, which the other side has, not the newest.",
)
@click.option(
    "--out", required=True, type=arguments.PATH, metavar="DIR", help="Where to."
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    start: When,
    end: When | None,
    ids: Path | None,
    withhold: tuple[str, ...],
    withhold_all: bool,
    reason: str | None,
    reveal_content: bool,
    content: Path | None,
    all_entries: bool,
    checkpoint: Path | None,
    out: Path,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **values: str | None,
) -> int:
    """Hand over every record that was asked for, and nothing about the others.

    Writes DIR: all entries of the window, which tell times and effects; the bodies of
    the calls asked for; and the proof that these are all there are. Several of
    --purpose, --model and so on select calls to which all apply; none of them, no call:
    volumes only. Records that are still pending are sealed first. docs/disclosure.md
    says what the receiver learns.
    """
    arguments.ordered(start, end)
    told = {name: value for name, value in values.items() if value is not None}
    if ids is not None and told:
        raise click.UsageError("--ids names records: it goes with no other selection.")
    if bool(withhold or withhold_all) != bool(reason):
        raise click.UsageError("--withhold goes with a --reason, and the other way.")
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    identity = own_identity(settings)
    question = Question(
        window=_window(start, end, datetime.now(UTC)),
        selection=_selection(told, ids, identity),
        withheld=frozenset(withhold),
        withhold_all=withhold_all,
        reason=reason,
        whole=all_entries,
        contents=_contents(settings, identity, content, store=reveal_content),
    )
    under = None if checkpoint is None else handing.checkpoint(checkpoint)
    if under is None:
        sealing.seal(settings.trail, identity, work="disclose")
    with progress.shown("disclosing") as tell:
        report = disclose(
            TrailReader(settings.trail),
            identity,
            question,
            out,
            under=under,
            progress=tell,
        )
    if as_json:
        machine.emit(
            verify_disclosure.as_object(report)
            | {"bytes": _bytes(out), "path": machine.text(out)}
        )
    else:
        _say(out, report)
    return report.exit_code


def _window(start: When, end: When | None, now: datetime) -> Window:
    """The window; one that is not over ends now, and says so."""
    stop = now if end is None else end.after
    if stop > now:
        output.hint(f"The window is not over: it ends now, at {moment(now)}.")
        stop = now
    return Window(stamp(start.start), stamp(stop))


def _selection(
    values: Mapping[str, str], ids: Path | None, identity: Identity
) -> Selection:
    if ids is not None:
        return _ids(ids)
    if not values:
        return Selection(by=By.NOTHING)
    labels = Labels(identity.secrets.label)
    # As the gate writes them: that is what labels were made of.
    return Selection.of_labels(
        [labels.opening(name, printable(value)) for name, value in values.items()]
    )


def _ids(path: Path) -> Selection:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_IDS_BYTES)
        return Selection.of_ids(list(dict.fromkeys(data.decode("ascii").split())))
    except (OSError, UnicodeDecodeError, Malformed) as error:
        raise Incomplete(
            f"{path}: must hold ids of records, one a line ({error}). "
            "`affidavit trail show` lists them."
        ) from error


def _contents(
    settings: Settings, identity: Identity, folder: Path | None, *, store: bool
) -> Contents | None:
    """Where contents come from: a folder of the user's, then the trail's own store."""
    if folder is None and not store:
        return None
    from affidavit.contents import Part
    from affidavit.wiring.contents import content_store

    kept = content_store(settings, identity) if store else None

    def content(identifier: str, part: str) -> bytes | None:
        if folder is not None and (file := folder / f"{identifier}.{part}").is_file():
            return file.read_bytes()
        return None if kept is None else kept.get(identifier, Part(part))

    return content


def _bytes(path: Path) -> int:
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _say(out: Path, report: DisclosureReport) -> None:
    output.say(f"{out}: written and checked, {size(_bytes(out))}", colour=output.GOOD)
    output.say_pairs(verify_disclosure.facts(report))
    findings.say_list("What the package does not prove:", report.unchecked)
    if report.counts.missing:
        output.say(
            "Bodies are missing that no record of a pruning explains: its receiver "
            "will call it incomplete.",
            colour=output.ODD,
        )
    if report.selection.by is By.LABELS and not report.counts.selected:
        output.hint(
            "No decision of the window bears this: values match exactly. The package "
            "proves that there is none."
        )
    output.say("The other side checks it with the key that `trail key` prints:")
    output.say(f"  affidavit verify {out} --key VKEY")
