"""The newest checkpoint where anyone can fetch it: a folder, an address, a store.

Knows how to replace one small file in each. A folder is read before it is written: what
was published there binds the log as a witness would.
"""

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from affidavit.anchors.plan import PublishAnchor
from affidavit.anchors.submit import Prove
from affidavit.anchors.web import Web, refusal
from affidavit.durable import Staging, unavailable
from affidavit.errors import AnchorUnavailable, BrokenTrail, Malformed, ToolUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import verify_consistency
from affidavit.tlog.note import MAX_NOTE_BYTES, parse_note

NAME = "checkpoint"
TEXT = "text/plain; charset=utf-8"
WEB = ("http", "https")


def publish(
    web: Web,
    anchor: PublishAnchor,
    note: bytes,
    prove: Prove,
    *,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Put the head `note` at the anchor's place, replacing an older one.

    `BrokenTrail` when a folder holds a head of this log that this one does not extend;
    `AnchorUnavailable` or `TrailUnavailable` when it cannot be put there.
    """
    scheme = urlsplit(anchor.target).scheme
    if scheme in WEB:
        _put(web, anchor, note, environ)
    elif "://" in anchor.target:
        _store(anchor.target, note)
    else:
        _folder(Path(anchor.target), note, prove)


def _folder(folder: Path, note: bytes, prove: Prove) -> None:
    path = folder / NAME
    before = _before(path)
    if before is not None:
        _extends(path, before, Checkpoint.parse(parse_note(note).text), prove)
    staging = Staging()
    staging.write(path, note, mode=0o644)
    staging.seal()


def _before(path: Path) -> Checkpoint | None:
    try:
        with path.open("rb") as file:
            return Checkpoint.parse(parse_note(file.read(MAX_NOTE_BYTES)).text)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unavailable(path, error) from error
    except Malformed as error:
        raise AnchorUnavailable(
            f"{path}: something else than a checkpoint is there ({error}). Move it "
            "away, or publish to another folder."
        ) from error


def _extends(path: Path, old: Checkpoint, new: Checkpoint, prove: Prove) -> None:
    if old.origin != new.origin:
        raise AnchorUnavailable(
            f"{path}: is of {old.origin}, and this trail is {new.origin}. Give each "
            "trail a folder of its own."
        )
    proof = prove(old.size, new.size) if old.size <= new.size else ()
    try:
        verify_consistency(old.size, old.root, new.size, new.root, tuple(proof))
    except BrokenTrail as error:
        raise BrokenTrail(f"{path}: published before. {error}") from error


def _put(
    web: Web, anchor: PublishAnchor, note: bytes, environ: Mapping[str, str]
) -> None:
    headers = {"content-type": TEXT}
    if anchor.bearer_env is not None:
        token = environ.get(anchor.bearer_env)
        if not token:
            raise AnchorUnavailable(
                f"{anchor.target}: the variable {anchor.bearer_env} with its token is "
                "not set."
            )
        headers["authorization"] = f"Bearer {token}"
    answer = web.send("PUT", anchor.target, note, headers=headers)
    if not 200 <= answer.status < 300:
        raise AnchorUnavailable(refusal(anchor.target, answer))


def _store(target: str, note: bytes) -> None:
    """Objects are replaced whole by every store that obstore speaks to."""
    obstore = _obstore()
    try:
        store = obstore.store.from_url(target)
        obstore.put(store, NAME, note, use_multipart=False)
    except Exception as error:
        raise AnchorUnavailable(
            f"{target}: {type(error).__name__}: {error!s:.500}"
        ) from error


def _obstore() -> Any:
    try:
        import_module("obstore.store")
        return import_module("obstore")
    except ImportError as error:
        raise ToolUnavailable(
            "Publishing to an object store needs the package obstore. Install "
            "affidavit with its extra `objects`."
        ) from error
