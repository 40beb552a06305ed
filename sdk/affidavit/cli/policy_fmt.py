"""`affidavit policy fmt`: every policy in one layout, and the same policy in it."""

from collections.abc import Iterator
from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, diagnostics, output
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
def command(*, paths: tuple[Path, ...], only_check: bool, as_diff: bool) -> int:
    """Lay out each policy or pack at PATH, a file or a folder, in the one way.

    Sets indents, the order of keys and the gaps between parts. Comments stay, and so
    does what the policy means: a file whose meaning would change is not written.
    """
    dry, changed, invalid = only_check or as_diff, 0, 0
    files = list(dict.fromkeys(each for path in paths for each in _files(path)))
    for file in files:
        try:
            before = _read(file)
            after = formatted(before, str(file))
        except PolicyInvalid as error:
            _say_invalid(error.diagnostics, file)
            invalid += 1
            continue
        if after == before:
            continue
        changed += 1
        _say_changed(file, before, after, as_diff=as_diff, dry=dry)
        if not dry:
            target = file.resolve()  # a link stays a link
            durable.replace(target, after, mode=target.stat().st_mode & 0o777)
    same = len(files) - changed - invalid
    verb = "would be formatted" if dry else "formatted"
    parts = [f"{count(changed, 'file')} {verb}", f"{same:,} left as they are"]
    output.hint(", ".join([*parts, f"{invalid:,} invalid"] if invalid else parts))
    return int(bool(invalid or (dry and changed)))


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


def _say_invalid(found: tuple[Diagnostic, ...], file: Path) -> None:
    diagnostics.say("text", found, [file])


def _say_changed(
    file: Path, before: bytes, after: bytes, *, as_diff: bool, dry: bool
) -> None:
    if as_diff:
        output.say(difference(before, after, str(file)).rstrip("\n"))
    else:
        output.say(f"{'would format' if dry else 'formatted'} {file}")
