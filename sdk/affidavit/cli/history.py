"""What git knows about the files of a policy: asked of the `git` program.

Knows git's plumbing, and that a repository may be shallow. Believes a signature only
when git says that it is good and whose it is; the list of allowed signers is taken from
before the change, or from outside the repository.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from affidavit.errors import Incomplete, ToolUnavailable
from affidavit.policy import approvals
from affidavit.policy.approvals import TRAILERS, Commit, State

MOST_COMMITS = 2_000
_SECONDS = 120
_FIELDS = ("%H", "%P", "%ae", "%G?", "%GS")
_GOOD = "G"
_SHALLOW = (
    "This clone is shallow, and what is needed is not in it: run `git fetch "
    "--unshallow`, or in CI fetch the whole history (fetch-depth: 0)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The work tree that a policy lies in."""

    top: Path
    signers: Path | None = None
    """Allowed signers for signatures by SSH keys, instead of git's own setting."""

    @classmethod
    def around(cls, folder: Path, signers: Path | None = None) -> "Repository":
        """The repository that `folder` lies in, else `Incomplete`."""
        top = _git(folder, "rev-parse", "--show-toplevel", of=folder)
        return cls(top=Path(os.fsdecode(top.rstrip(b"\n"))), signers=signers)

    def name(self, file: Path) -> str | None:
        """The file's path in the repository; None for one outside it."""
        real = file.resolve()
        top = self.top.resolve()
        return real.relative_to(top).as_posix() if real.is_relative_to(top) else None

    def base(self, reference: str) -> str:
        """The commit at which HEAD left `reference`, else `Incomplete`."""
        try:
            asked = (
                "rev-parse",
                "--verify",
                "--end-of-options",
                f"{reference}^{{commit}}",
            )
            commit = self._ask(*asked).decode().strip()
            return self._ask("merge-base", commit, "HEAD").decode().strip()
        except Incomplete as error:
            remedy = (
                _SHALLOW
                if self._shallow()
                else "Name the branch or commit that the change is against with --base."
            )
            raise Incomplete(
                f"{self.top}: no commit in common with {reference}. {remedy}"
            ) from error

    def content(self, commit: str, name: str) -> bytes | None:
        """What the file held in a commit; None where it was not there."""
        return next(iter(self._contents([f"{commit}:{name}"])))

    def commits(
        self, base: str, names: Sequence[str], *, trust_trailers: bool
    ) -> list[Commit]:
        """Every commit after `base` up to HEAD, with what it says about approval."""
        fields = (*_FIELDS, *map(_trailer, TRAILERS))
        with self._allowed(base) as options:
            said = self._ask(
                *options,
                "log",
                "-z",
                "--no-show-signature",
                f"--max-count={MOST_COMMITS + 1}",
                # By NUL: nothing that a commit holds can look like another field.
                f"--format={'%x00'.join(fields)}",
                f"{base}..HEAD",
            )
        values = _text(said).split("\0")[:-1]
        rows = [
            values[at : at + len(fields)] for at in range(0, len(values), len(fields))
        ]
        if len(rows) > MOST_COMMITS:
            raise Incomplete(
                f"{self.top}: more than {MOST_COMMITS:,} commits since {base[:12]}. "
                "Name a later commit with --base."
            )
        if any(not each[1] for each in rows) and self._shallow():
            raise Incomplete(
                f"{self.top}: commits of the change are missing. {_SHALLOW}"
            )
        states = self._all_states([(each[0], *each[1].split()) for each in rows], names)
        return [
            Commit(
                id=commit,
                author=author.lower(),
                approvers=_approvers(good, signer, trailers, trust=trust_trailers),
                states=states[commit],
                before={
                    name: tuple(states[each][name] for each in parents.split())
                    for name in names
                },
            )
            for commit, parents, author, good, signer, *trailers in rows
        ]

    def _all_states(
        self, listed: Sequence[Sequence[str]], names: Sequence[str]
    ) -> Mapping[str, Mapping[str, State]]:
        commits = list(dict.fromkeys(each for row in listed for each in row))
        asked = [(commit, name) for commit in commits for name in names]
        found = self._contents([f"{commit}:{name}" for commit, name in asked])
        states: dict[str, dict[str, State]] = {commit: {} for commit in commits}
        known: dict[bytes | None, State] = {}
        for (commit, name), data in zip(asked, found, strict=True):
            if data not in known:
                known[data] = approvals.read(data)
            states[commit][name] = known[data]
        return states

    def _contents(self, asked: Sequence[str]) -> Iterator[bytes | None]:
        """What stands at each `commit:path`, in order."""
        names = "".join(f"{each}\n" for each in asked).encode()
        data = self._ask("cat-file", "--batch", given=names)
        for _ in asked:
            head, _, data = data.partition(b"\n")
            if head.endswith(b" missing"):
                yield None
                continue
            size = int(head.rsplit(b" ", 1)[1])
            yield data[:size] if b" blob " in head else None
            data = data[size + 1 :]

    @contextmanager
    def _allowed(self, base: str) -> Iterator[tuple[str, ...]]:
        """Options that name the allowed signers: those of before the change."""
        if self.signers is None:
            yield ()
            return
        name = self.name(self.signers)
        if name is None:
            yield ("-c", f"gpg.ssh.allowedSignersFile={self.signers.resolve()}")
            return
        data = self.content(base, name)
        if data is None:
            raise Incomplete(
                f"{self.signers}: is not in {base[:12]}, before the change: whoever "
                "adds it could add themselves. Name a file outside the repository."
            )
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            yield ("-c", f"gpg.ssh.allowedSignersFile={file.name}")

    def _shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository").strip() == b"true"

    def _ask(self, *arguments: str, given: bytes = b"") -> bytes:
        return _git(self.top, *arguments, of=self.top, given=given)


def _trailer(name: str) -> str:
    return f"%(trailers:key={name},valueonly,separator=%x1d)"


def _approvers(
    good: str, signer: str, trailers: Sequence[str], *, trust: bool
) -> frozenset[str]:
    """Who says so, and is who they say: a trailer names, a signature proves."""
    named = frozenset(
        approvals.address(each)
        for values in trailers
        for each in values.split("\x1d")
        if each.strip()
    )
    if trust:
        return named
    return named & {approvals.address(signer)} if good == _GOOD else frozenset()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _git(folder: Path, *arguments: str, of: Path, given: bytes = b"") -> bytes:
    command = ["git", "--no-replace-objects", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            input=given,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError as error:
        raise ToolUnavailable(
            "git is not installed, and approvals are read from it."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Incomplete(f"{of}: git did not answer in {_SECONDS} seconds.") from error
    if done.returncode:
        said = _text(done.stderr).strip().splitlines() or ["no reason given"]
        raise Incomplete(f"{of}: git {arguments[0]} failed: {said[-1]}")
    return done.stdout
