"""What a governor says in its trail of the policy that it puts in force, and of a
record that could not be made. Pure, but for which event loop is running and which
folder is the present one.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from affidavit.canonical import Json
from affidavit.errors import AffidavitError, Unrecorded
from affidavit.policy.in_force import Policy
from affidavit.wiring.settings import Settings


def in_force(policy: Policy, settings: Settings, *, tool: str) -> Mapping[str, Json]:
    """The body of a `policy` record (docs/formats/trail.md)."""
    return {
        "name": policy.name,
        "digest": policy.digest.removeprefix("sha256:"),
        "mode": policy.mode,
        "durability": settings.durability.value,
        **({"keeps_content": True} if settings.keep_content else {}),
        **({"fingerprints": True} if settings.fingerprint_outputs else {}),
        "sources": [
            {"path": path, "sha256": digest} for path, digest in policy.sources
        ],
        "tool": tool,
    }


def unrecorded(error: AffidavitError) -> Unrecorded:
    """That nothing left, because of this."""
    return Unrecorded(
        f"The call was not sent: its decision could not be recorded. {error}"
    )


def on_asyncio() -> bool:
    """Whether asyncio's loop runs here, and not trio's, or none."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def shown(path: Path) -> Path:
    """`path` as records and messages name it: relative where it is below this folder.

    Others read a record's `file:line`; where a home folder lies is none of theirs.
    """
    directory = Path.cwd()
    return path.relative_to(directory) if path.is_relative_to(directory) else path
