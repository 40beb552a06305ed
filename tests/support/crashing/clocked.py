"""Makes calls while the clock of this process is set back, forward, and back again.

    python clocked.py PROJECT CALLS OFFSET...

Runs under libfaketime, which reads the clock's setting from the file that
FAKETIME_TIMESTAMP_FILE names; this program writes each OFFSET there in turn, and makes
CALLS calls under it.
"""

import os
import sys
from pathlib import Path

from affidavit.wiring import Governor, read_settings
from support.cli import decided
from support.project import an_outcome


def main() -> None:
    """Make the calls."""
    project, calls, *offsets = sys.argv[1:]
    setting = Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
    settings = read_settings(environ={}, directory=Path(project))
    governor = Governor(settings=settings)
    for offset in offsets:
        staged = setting.with_suffix(".new")
        staged.write_text(offset + "\n")
        staged.replace(setting)
        for _ in range(int(calls)):
            governor.conclude(decided(governor), an_outcome())
    governor.close()


if __name__ == "__main__":
    main()
