"""What a commit touches beyond the files that a hook is given: whatever extends them.

A policy breaks when a file that it extends changes, or is gone, though nobody touched
the policy itself. Knows where such policies can stand, and asks `git` what a commit
takes away. Whether one extends the file is for whoever reads it.

Imports nothing but the interpreter's own: `seen` asks it before the program is loaded.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

FLAG = "--touched"
_SUFFIXES = (".yaml", ".yml")
_TESTS = (".test.yaml", ".test.yml")
_MOST_BYTES = 1 << 20
_SECONDS = 60
_NAMED = (b"extends", b"affidavit")
"""What stands in every policy that extends something: other files are not parsed."""


def gone(environ: Mapping[str, str]) -> list[str]:
    """YAML files that the commit takes away or renames; none where git knows nothing.

    Of what is staged; of the commits between two where pre-commit says which.
    """
    import subprocess  # costs as much as all else here: only for a hook

    ends = [environ.get(f"PRE_COMMIT_{end}_REF") for end in ("FROM", "TO")]
    span = f"{ends[0]}...{ends[1]}" if all(ends) else "--cached"
    command = ["git", "diff", "--name-only", "--no-renames", "--diff-filter=D"]
    command += ["--relative", "-z", span, "--", *(f"*{each}" for each in _SUFFIXES)]
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_SECONDS
        )
        return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return []


def may_extend(paths: Sequence[str]) -> list[str]:
    """Files that may extend one of `paths`, which are not among them.

    A policy extends files of its own folder or below it only. So whatever extends one
    stands beside it or above it; how far above is the working directory.
    """
    given = {os.path.realpath(path) for path in paths}
    here = os.getcwd()
    found: dict[str, None] = {}
    for folder in dict.fromkeys(each for path in paths for each in _upwards(path)):
        for file in _policies(folder):
            if os.path.realpath(file) not in given:
                below = file.startswith(os.path.join(here, ""))
                found[os.path.relpath(file, here) if below else file] = None
    return list(found)


def _upwards(path: str) -> Iterator[str]:
    real, here = os.path.realpath(path), os.getcwd()
    folder = real if os.path.isdir(real) else os.path.dirname(real)
    yield folder
    while folder.startswith(os.path.join(here, "")):
        folder = os.path.dirname(folder)
        yield folder


def _policies(folder: str) -> list[str]:
    """Files that name what they extend, in order of the alphabet."""
    names: list[str] = []
    with suppress(OSError):  # of what is gone the folder may be gone too
        names = sorted(os.listdir(folder))
    listed = (
        os.path.join(folder, name)
        for name in names
        if name.endswith(_SUFFIXES) and not name.endswith(_TESTS)
    )
    return [file for file in listed if _extends(file)]


def _extends(file: str) -> bool:
    with suppress(OSError), open(file, "rb") as stream:
        data = stream.read(_MOST_BYTES + 1)
        return all(each in data for each in _NAMED)
    return False
