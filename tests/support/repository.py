"""A git repository of a test's own, and people who commit to it and sign."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


def without_git() -> dict[str, str]:
    """The environment without what a developer's own git setup would bring in."""
    kept = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    return kept | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


@dataclass(frozen=True)
class Repo:
    """A repository; people are named by their address."""

    top: Path
    keys: Path

    @classmethod
    def made(cls, directory: Path) -> "Repo":
        top, keys = directory / "repo", directory / "keys"
        top.mkdir(parents=True)
        keys.mkdir()
        repo = cls(top, keys)
        repo.git("init", "-q", "-b", "main")
        return repo

    def git(self, *arguments: str, options: tuple[str, ...] = ()) -> str:
        done = subprocess.run(
            ["git", *options, *arguments],
            cwd=self.top,
            env=without_git(),
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def commit(
        self,
        author: str,
        *,
        approves: tuple[str, ...] = (),
        signed_by: str | None = None,
        trailer: str = "Approved-by",
    ) -> str:
        """Commit all that is in the work tree, or nothing; the commit's id."""
        self.git("add", "-A")
        who: tuple[str, ...] = (
            "-c",
            f"user.name={author}",
            "-c",
            f"user.email={author}",
        )
        signing: tuple[str, ...] = ()
        if signed_by is not None:
            key = self.key(signed_by)
            who += ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
            signing = ("-S",)
        trailers = "".join(f"{trailer}: X <{each}>\n" for each in approves)
        message = f"a change\n\n{trailers}"
        self.git("commit", "-q", "--allow-empty", *signing, "-m", message, options=who)
        return self.git("rev-parse", "HEAD")

    def key(self, person: str) -> Path:
        path = self.keys / person
        if not path.exists():
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
            subprocess.run(command, check=True, capture_output=True)
        return path

    def allowed(self, *people: str) -> Path:
        """A list of allowed signers, outside the repository."""
        file = self.keys / "allowed"
        lines = []
        for person in people:
            key = self.key(person)
            public = key.with_name(f"{key.name}.pub").read_text()
            lines.append(f"{person} {public}")
        file.write_text("".join(lines))
        return file
