"""How the programs beside this file answer: one JSON value a line, at once."""

import json
import sys


def say(value: object) -> None:
    """Print `value`, now."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()
