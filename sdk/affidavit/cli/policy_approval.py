"""What `policy check --require-approval` asks: who approved the changes to a policy.

Knows which files are asked about, and asks git about them. What an approval is worth is
`policy.approvals`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from affidavit.cli.history import Repository
from affidavit.errors import Diagnostic
from affidavit.policy import approvals
from affidavit.policy.approvals import Change, State
from affidavit.policy.assemble import assemble
from affidavit.policy.loader import locate_packs


def unapproved(
    paths: Iterable[Path],
    base: str,
    signers: Path | None,
    *,
    trust_trailers: bool,
) -> list[Diagnostic]:
    """What nobody who may has approved, in the policies at `paths` and below them.

    What they extend is part of them; files outside the repository of the first, such
    as shipped packs, are passed over. Raises `Incomplete` where git cannot tell.
    """
    files = _files(paths)
    first = next(iter(files))
    repository = Repository.around(first.resolve().parent, signers)
    start = repository.base(base)
    named = {
        file: name for file in files if (name := repository.name(file)) is not None
    }
    names = list(dict.fromkeys(named.values()))
    before = {name: approvals.read(repository.content(start, name)) for name in names}
    commits = repository.commits(start, names, trust_trailers=trust_trailers)
    rules = _rules(before)
    found: list[Diagnostic] = []
    for file, name in named.items():
        data = repository.content("HEAD", name)
        if data != file.read_bytes():
            found.append(approvals.uncommitted(files[file]))
            continue
        change = Change(
            name=name,
            base=before[name],
            head=approvals.read(data),
            commits=commits,
            rules=rules,
        )
        found += approvals.missing(files[file], change)
    return found


def _files(paths: Iterable[Path]) -> Mapping[Path, str]:
    """Each file of the policies, with the path by which diagnostics name it."""
    return {
        document.file: document.report.path
        for path in paths
        for document in assemble(path, locate_packs).documents
    }


def _rules(before: Mapping[str, State]) -> Mapping[str, str]:
    return {
        part.name: owner
        for state in before.values()
        for part, owner in state.owners.items()
        if part.kind == "rules"
    }
