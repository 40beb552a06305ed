"""Asks compliance-trestle to read assessment results; run by an environment of its own.

Writes what it read, as JSON: counts, and ids. Exits 1 with its words where it refuses.
"""

import json
import sys
from pathlib import Path

from trestle.oscal.assessment_results import (  # type: ignore[import-not-found]  # only in .venv-judges
    AssessmentResults,
)

try:
    read = AssessmentResults.oscal_read(Path(sys.argv[1]))
except Exception as error:  # noqa: BLE001 - whatever it raises is its refusal
    sys.exit(f"refused: {error}"[:400])
if read is None:
    sys.exit("refused: nothing was read")
told = json.loads(read.oscal_serialize_json())["assessment-results"]
sys.stdout.write(json.dumps(told))
