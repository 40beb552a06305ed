"""`affidavit`, and `python -m affidavit`."""

import os
import sys

from affidavit.cli import seen


def main() -> None:
    """Run the command line and leave with its exit code: 0, 1 or 2."""
    arguments = sys.argv[1:]
    known = seen.answer(arguments)
    if known is not None:
        sys.stdout.write(known + "\n")
        sys.exit(0)
    if arguments[:1] == ["policy"]:
        # No model of ours is for pydantic's plug-ins, and finding them takes as long
        # as reading a policy.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Here and not above: what `seen` knows needs nothing of it.
    from affidavit.cli.main import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
