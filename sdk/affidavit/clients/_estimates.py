"""Token counts for a call whose provider gave none.

Estimates, always recorded as such: of a text as `policy.estimates` says, and of a
stream one token an event, or nearly so.
"""

from affidavit.policy.estimates import of_texts

__all__ = ["of_events", "of_texts"]
_FRAMING_EVENTS = 2
"""Of a stream: the first names a role, the last a reason to stop."""


def of_events(events: int) -> int:
    """Tokens that a stream of this many events brought."""
    return max(0, events - _FRAMING_EVENTS)
