"""Where the bytes of a policy that was in force are found: in place, or in git.

Knows paths, packs and the repository's history; a file is what its digest says, so that
nothing found can be a wrong one. What cannot be found is missing, and no error.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit.attest import policies
from affidavit.attest.policies import MAX_BYTES, Found
from affidavit.dsse import Envelope
from affidavit.errors import Invalid, PolicyNotFound
from affidavit.policy.loader import locate_packs
from affidavit.policy.signature import SUFFIX

_REVISIONS = 200
_SECONDS = 30
_PACK = "pack:"


def signatures(policy: Path) -> tuple[Envelope, ...]:
    """Signatures that stand beside the settings' policy, or stood there in git."""
    found: dict[bytes, Envelope] = {}
    for file in _policy_files(policy):
        place = file.with_name(file.name + SUFFIX)
        for data in _versions(place):
            with suppress(Invalid):
                found.setdefault(data, Envelope.parse(data.removesuffix(b"\n")))
    return tuple(found.values())


def find(
    predicate: Mapping[str, Any], policy: Path, envelopes: Sequence[Envelope]
) -> Found:
    """Bytes of every file that the statement's policies were made of."""
    wanted = dict(policies.names_of(predicate))
    files: dict[str, bytes] = {}
    for path in wanted:
        digests = {it for name, it in policies.names_of(predicate) if name == path}
        for data in _candidates(path, policy):
            if not digests - files.keys():
                break
            digest = sha256(data).hexdigest()
            if digest in digests:
                files[digest] = data
    return Found(files=files, envelopes=tuple(envelopes))


def _candidates(path: str, policy: Path) -> Iterator[bytes]:
    if path.startswith(_PACK):
        with suppress(PolicyNotFound):
            name = path.removeprefix(_PACK)
            yield from _versions(locate_packs() / f"{name}.yaml")
        return
    for folder in dict.fromkeys(each.parent for each in _policy_files(policy)):
        yield from _versions(folder / path)


def _policy_files(policy: Path) -> Iterable[Path]:
    """Where a policy may be that the settings name as a file or a folder."""
    return sorted(policy.glob("*.y*ml")) if policy.is_dir() else (policy,)


def _versions(path: Path) -> Iterator[bytes]:
    """The file as it is, then as git remembers it, newest first."""
    with suppress(OSError), path.open("rb") as file:
        yield file.read(MAX_BYTES)
    listed = _git(path.parent, "log", f"-{_REVISIONS}", "--format=%H", "--", path.name)
    for revision in listed.decode("ascii", "replace").split():
        shown = _git(path.parent, "show", f"{revision}:./{path.name}")
        if shown:
            yield shown


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "--no-replace-objects", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout
