"""`affidavit policy fmt`: every policy in one layout, and the same policy in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from affidavit import durable
from affidavit.canonical import Json
from affidavit.cli import arguments, diagnostics, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic, PolicyInvalid, PolicyNotFound
from affidavit.policy.fmt import difference, formatted
from affidavit.policy.source import MAX_BYTES


@click.command(
    cls=TeachingCommand,
    name="fmt",
    uses=(
        Use("affidavit policy fmt policies", "every policy and pack in a folder"),
        Use("affidavit policy fmt --check policies", "in CI: says which, writes none"),
        Use("affidavit policy fmt --diff policies/policy.yaml", "what would change"),
    ),
    exits=Exits(
        "all is in the one layout, now or already",
        "with --check or --diff, something is not; or a policy is invalid",
        "a path cannot be read, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, required=True, type=arguments.PATH)
@click.option("--check", "only_check", is_flag=True, help="Say which; write nothing.")
@click.option("--diff", "as_diff", is_flag=True, help="Show what; write nothing.")
@arguments.as_json
def command(
    *, paths: tuple[Path, ...], only_check: bool, as_diff: bool, as_json: bool
) -> int:
    """Lay out each policy or pack at PATH, a file or a folder, in the one way.

    Sets indents, the order of keys and the gaps between parts. Comments stay, and so
    does what the policy means: a file whose meaning would change is not written.
    """
    dry = only_check or as_diff
    files = list(dict.fromkeys(each for path in paths for each in _files(path)))
    done: list[_Done] = []
    for file in files:
        done.append(_laid_out(file, dry=dry))
        if not as_json:
            _say(done[-1], as_diff=as_diff, dry=dry)
    changed = sum(each.changed for each in done)
    invalid = sum(bool(each.wrong) for each in done)
    if as_json:
        machine.emit(_as_json(done, as_diff=as_diff, dry=dry))
    verb = "would be formatted" if dry else "formatted"
    same = len(files) - changed - invalid
    parts = [f"{count(changed, 'file')} {verb}", f"{same:,} left as they are"]
    output.hint(", ".join([*parts, f"{invalid:,} invalid"] if invalid else parts))
    return int(bool(invalid or (dry and changed)))


@dataclass(frozen=True, slots=True)
class _Done:
    """One file: as it was, as it is in the layout, or why it is no policy."""

    file: Path
    before: bytes
    after: bytes
    wrong: tuple[Diagnostic, ...] = ()

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def difference(self) -> str:
        return difference(self.before, self.after, str(self.file))


def _files(path: Path) -> Iterator[Path]:
    """The file, or every YAML file below the folder but those of policy tests."""
    if path.is_dir():
        found = [f for f in sorted(path.rglob("*.y*ml")) if f.is_file()]
        if not found:
            raise PolicyNotFound(f"{path}: no YAML file there.")
        yield from (file for file in found if not file.stem.endswith(".test"))
        return
    if not path.is_file():
        raise PolicyNotFound(f"{path}: no policy there. Name a file or a folder.")
    yield path


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _laid_out(file: Path, *, dry: bool) -> _Done:
    before = _read(file)
    try:
        done = _Done(file, before, formatted(before, str(file)))
    except PolicyInvalid as error:
        return _Done(file, before, before, error.diagnostics)
    if done.changed and not dry:
        target = file.resolve()  # a link stays a link
        durable.replace(target, done.after, mode=target.stat().st_mode & 0o777)
    return done


def _say(done: _Done, *, as_diff: bool, dry: bool) -> None:
    if done.wrong:
        diagnostics.say("text", done.wrong, [done.file])
    elif done.changed and as_diff:
        output.say(done.difference.rstrip("\n"))
    elif done.changed:
        output.say(f"{'would format' if dry else 'formatted'} {done.file}")


def _as_json(done: Sequence[_Done], *, as_diff: bool, dry: bool) -> dict[str, Json]:
    changed = [each for each in done if each.changed]
    return {
        "changed": [
            {
                "diff": machine.text(each.difference) if as_diff else None,
                "path": machine.text(each.file),
            }
            for each in changed
        ],
        "diagnostics": [diagnostics.as_json(it) for each in done for it in each.wrong],
        "paths": [machine.text(each.file) for each in done],
        "written": bool(changed) and not dry,
    }
