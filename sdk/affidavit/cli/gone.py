"""Why a body is not there: a signed record says that it was pruned, or nothing does.

Looks through the trail for those records only once somebody asks, and only once: a
trail that was never pruned is not searched.
"""

from functools import cached_property

from affidavit.errors import Invalid
from affidavit.trail.ranges import Ranges
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.survey import survey

PRUNED = "pruned"
MISSING = "missing"
"""No record explains it, or the one that would cannot be read."""


class Gone:
    """Answers for the records of one trail, as far as it is sealed now."""

    def __init__(self, reader: TrailReader) -> None:
        self._reader = reader

    @cached_property
    def _pruned(self) -> Ranges:
        try:
            return survey(self._reader).gone
        except Invalid:
            return Ranges()  # `verify` says what is wrong; a listing goes on

    def why(self, record: StoredRecord) -> str | None:
        """`pruned` or `missing`; None where the body is there."""
        if record.body is not None:
            return None
        known = record.index is not None and record.index in self._pruned
        return PRUNED if known else MISSING
