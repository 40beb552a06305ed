"""`affidavit policy check`: what is wrong with a policy, as a compiler would say it."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.cli import arguments, choosing, diagnostics, output, seen, touched
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.assemble import Assembly
from affidavit.policy.check import examined


@click.command(
    cls=TeachingCommand,
    name="check",
    uses=(
        Use("affidavit policy check", "the policy of the settings"),
        Use("affidavit policy check policies/*.yaml", "several"),
        Use("affidavit policy check --format github", "annotations in a pull request"),
        Use(
            "affidavit policy check --require-approval --base origin/main",
            "who owns what was changed has approved it",
        ),
    ),
    exits=Exits(
        "clean; there may be warnings",
        "errors: the policy cannot be put in force, or an approval is missing",
        "a path cannot be read, is empty or is not YAML, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, type=arguments.PATH)
@diagnostics.options
@click.option(
    "--fix",
    is_flag=True,
    help="Take out waivers that set nothing aside, then check again. Comments stay.",
)
@click.option(
    seen.FLAG,
    "cached",
    is_flag=True,
    help="Do not read again what was clean today and has not changed, as a hook does.",
)
@click.option(
    touched.FLAG,
    "hooked",
    is_flag=True,
    help="As a hook does: also check what extends a PATH, or a file that the commit "
    "takes away. No PATH is nothing else to check.",
)
@choosing.options
@click.option(
    "--require-approval",
    is_flag=True,
    help="Each change since --base needs a signed approval in git by its owner.",
)
@click.option(
    "--base",
    metavar="REF",
    default="origin/HEAD",
    show_default=True,
    help="What the change is against: a branch or commit.",
)
@click.option(
    "--allowed-signers",
    type=arguments.PATH,
    metavar="FILE",
    help="Whose SSH signatures count, as ssh-keygen reads it; git's setting if not "
    "given. In the repository, as it was before the change.",
)
@click.option(
    "--trust-trailers",
    is_flag=True,
    help="Take `Approved-by:` in unsigned commits for an approval: anybody can write "
    "one.",
)
def command(
    *,
    paths: tuple[Path, ...],
    shape: str,
    as_json: bool,
    fix: bool,
    cached: bool,
    hooked: bool,
    select: choosing.Codes,
    ignore: choosing.Codes,
    require_approval: bool,
    base: str,
    allowed_signers: Path | None,
    trust_trailers: bool,
) -> int:
    """Check the policy or pack at each PATH, a file or a folder.

    Without PATH, the settings' policy. Says what is wrong, where, and what to do; dates
    are held against today (UTC). What each code means: docs/policy-lint.md.
    """
    if not hooked:
        paths = paths or (_settings_policy(),)
    found = _check_all(paths, remember=cached, hooked=hooked)
    if fix and _fixed(found):
        found = _check_all(paths, hooked=hooked)
    if require_approval and diagnostics.exit_code(found) == 0:
        from affidavit.cli.policy_approval import unapproved

        found += unapproved(paths, base, allowed_signers, trust_trailers=trust_trailers)
    found = choosing.chosen(found, select, ignore)
    diagnostics.say("json" if as_json else shape, found, paths)
    return diagnostics.exit_code(found)


def _settings_policy() -> Path:
    from affidavit.wiring.settings import read_settings

    return read_settings(environ=os.environ, directory=Path.cwd()).policy


def _check_all(
    paths: Sequence[Path], *, remember: bool = False, hooked: bool = False
) -> list[Diagnostic]:
    found = [each for path in paths for each in _checked(path, remember=remember)]
    if hooked:
        found += _extending(paths, remember=remember)
    return list(dict.fromkeys(found))


def _checked(path: Path, *, remember: bool) -> Sequence[Diagnostic]:
    try:
        return _examined(path, remember=remember).diagnostics
    except PolicyInvalid as error:
        return error.diagnostics


def _examined(path: Path, *, remember: bool) -> Assembly:
    stamp = seen.installation() if remember else ""
    assembly = examined(path, today=datetime.now(UTC).date())
    if remember and not assembly.diagnostics:
        _remember(path, assembly, stamp)
    return assembly


def _extending(paths: Sequence[Path], *, remember: bool) -> Iterator[Diagnostic]:
    """What is wrong with policies that extend one of `paths`, or a file that is gone.

    Each is read whole to find out: what it extends may extend the file in its turn.
    """
    files = [*map(str, paths), *touched.gone(os.environ)]
    meant = {Path(file).resolve() for file in files}
    stamp = seen.installation() if remember else ""
    for name in touched.may_extend(files):
        if remember and seen.known(name, stamp):
            continue
        assembly = _examined(Path(name), remember=remember)
        if any(meant.intersection(each) for each in assembly.extends.values()):
            yield from assembly.diagnostics


def _remember(path: Path, assembly: Assembly, stamp: str) -> None:
    """Note the very bytes that were read: each file without errors is a document."""
    digests = [digest.removeprefix("sha256:") for _, digest in assembly.sources]
    files = [str(document.file) for document in assembly.documents]
    if len(files) == len(digests):
        seen.remember(str(path), zip(files, digests, strict=True), stamp)


def _fixed(found: Sequence[Diagnostic]) -> bool:
    """Mend the files that can be; whether any was."""
    from affidavit import durable
    from affidavit.policy.mend import MENDED, mended

    changed = False
    for path in dict.fromkeys(each.path for each in found if each.rule in MENDED):
        about = [each for each in found if each.path == path]
        file = Path(path).resolve()  # a link stays a link
        text = mended(file.read_bytes(), about)
        if text is None:
            output.hint(f"{path}: the waivers cannot be taken out; edit them by hand")
            continue
        durable.replace(file, text, mode=file.stat().st_mode & 0o777)
        done = sum(each.rule in MENDED for each in about)
        output.hint(f"{path}: {count(done, 'waiver')} taken out")
        changed = True
    return changed
