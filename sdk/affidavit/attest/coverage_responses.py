"""The provider's responses that lie beside a statement, held against its coverage.

Knows their folder. A response that was altered, or a figure that does not follow from
them, is a problem; one that is missing is lacking; none at all leaves it unchecked.
"""

from pathlib import Path
from typing import Protocol

from affidavit import regular
from affidavit.attest.coverage import DIRECTORY, NAME
from affidavit.attest.coverage_told import Told as Covered
from affidavit.attest.told import Told
from affidavit.reconcile.usage import MAX_DOCUMENT_BYTES


class Findings(Protocol):
    """Where sentences about a statement go."""

    problems: list[str]
    lacking: list[str]
    unchecked: list[str]
    checked: list[str]


def check(told: Told, folder: Path | None, found: Findings) -> None:
    """Compute coverage again from the responses in `folder`, if it has them."""
    value = told.predicate.get(NAME)
    if value is None:
        return
    covered = Covered.parse(value)
    place = None if folder is None else folder / DIRECTORY
    if place is None or not place.is_dir():
        found.unchecked.append(
            f"Coverage was not computed again: the provider's responses ({DIRECTORY}/) "
            "are not there."
        )
        return
    responses: dict[str, bytes] = {}
    for name, _ in covered.names:
        data = _read(place / name)
        if data is None:
            found.lacking.append(f"{DIRECTORY}/{name}, a response that coverage names")
        else:
            responses[name] = data
    if len(responses) < len(covered.names):
        return
    began = told.section("integrity").get("trailBegan")
    wrong = list(
        covered.recomputed(responses, began if isinstance(began, str) else None)
    )
    found.problems += wrong
    if not wrong:
        found.checked.append(
            f"coverage follows from the provider's {len(responses)} responses and what "
            "the trail is said to hold"
        )


def _read(path: Path) -> bytes | None:
    try:
        with regular.opened(path) as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError:
        return None
