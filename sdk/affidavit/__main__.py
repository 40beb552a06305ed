"""`affidavit`, and `python -m affidavit`."""

import sys

from affidavit.cli.main import run


def main() -> None:
    """Run the command line and leave with its exit code: 0, 1 or 2."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
