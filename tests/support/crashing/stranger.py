"""A writer on another machine: says in one JSON line what a trail answers to it.

    python stranger.py DIRECTORY

DIRECTORY holds the trail `trail`. Asks twice: as it is, and with `on_network`, by which
its operator says that one machine writes there.
"""

import socket
import sys
from pathlib import Path

from affidavit.errors import AffidavitError
from affidavit.trail.trail import boot_id
from support import live
from support.crashing.saying import say
from support.crashing.scenarios import opened


def answer(directory: Path, *, on_network: bool) -> str:
    """`recorded`, or the refusal."""
    try:
        trail = opened(directory, on_network=on_network)
        trail.append(live.a_record())
        trail.close()
    except AffidavitError as error:
        return f"{type(error).__name__}: {error}"
    return "recorded"


def main() -> None:
    """Ask."""
    directory = Path(sys.argv[1])
    said = {
        "host": socket.gethostname(),
        "boot": boot_id(),
        "asked": answer(directory, on_network=False),
        "insisted": answer(directory, on_network=True),
    }
    say(said)


if __name__ == "__main__":
    main()
