"""A project whose trail is anchored by a witness on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from affidavit.anchors.witness import Witness
from affidavit.tlog.note import VerifierKey
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.governor import load_identity
from support.anchors import WITNESS, served
from support.cli import a_recorded_project


@dataclass(frozen=True)
class Anchored:
    folder: Path
    settings: Settings
    url: str
    seen: Path
    """What the witness has cosigned of this trail."""


@contextmanager
def an_anchored_project(
    folder: Path, *, more: str = "", every: str = "1h"
) -> Iterator[Anchored]:
    """A project with recorded calls, and a served witness in its settings."""
    settings = a_recorded_project(folder)
    key = load_identity(settings).verifier
    with served(_witness(folder.parent / "seen", key)) as (server, _):
        (folder / "affidavit.toml").write_text(
            f'[anchors]\nevery = "{every}"\n{more}\n'
            f'witnesses = [{{ url = "{server.url}", key = "{WITNESS.vkey}" }}]\n'
        )
        log = sha256(key.name.encode()).hexdigest()
        yield Anchored(
            folder=folder,
            settings=read_settings(environ={}, directory=folder),
            url=server.url,
            seen=folder.parent / "seen" / log / "checkpoint",
        )


def _witness(state: Path, key: VerifierKey) -> Witness:
    return Witness(
        name=WITNESS.name, signer=WITNESS.signer, trust={key.name: [key]}, state=state
    )
