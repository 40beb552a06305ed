"""A project whose governor keeps contents, with calls of two people in it."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from affidavit.wiring import Governor, Settings, read_settings
from support.project import a_call, a_project, an_outcome

REQUEST = b'{"messages":[{"content":"where is my parcel?"}]}'
ANSWER = b'{"id":"chatcmpl-1"}'


@dataclass(frozen=True)
class Kept:
    """The project's settings, and the identifiers of its calls by person."""

    settings: Settings
    ids: dict[str, list[str]]


def a_keeping_project(directory: Path) -> Kept:
    """Two calls for `user-1` and one for `user-2`, each answered and kept."""
    a_project(directory)
    file = directory / "affidavit.toml"
    file.write_text("keep_content = true\n")
    settings = read_settings(environ={}, directory=directory)
    ids: dict[str, list[str]] = {}
    with Governor(settings=settings) as governor:
        for subject in ("user-1", "user-2", "user-1"):
            verdict = governor.consider(a_call(content=REQUEST, subject=subject))
            governor.commit(verdict)
            answer = an_outcome(output=ANSWER, output_digest=sha256(ANSWER).digest())
            governor.conclude(verdict, answer)
            ids.setdefault(subject, []).append(verdict.id)
    return Kept(settings, ids)
