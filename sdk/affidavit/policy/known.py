"""Names that a call or a finding can bear, and what was meant by one that none does.

Knows closed sets: endpoints, kinds of findings, activities. A policy that waits for any
other name waits in vain. Knows no files, and so not where a name stands.
"""

from collections.abc import Callable, Iterable

from affidavit import endpoints
from affidavit.findings import Activity, Kind
from affidavit.policy.globs import Globs
from affidavit.policy.implication import overlap

KINDS = frozenset(kind.value for kind in Kind)
ACTIVITIES = frozenset(activity.value for activity in Activity)
_OTHER = "other:"
"""How an endpoint begins that has no name of its own."""


def is_endpoint(pattern: str) -> bool:
    """Whether a call could be at an endpoint that fits."""
    if any(map(Globs((pattern,)).match, endpoints.NAMES)):
        return True
    # A pattern with an open beginning is meant for names, unless it has the colon that
    # only the spelling of a path without a name has.
    open_ended = pattern.startswith(("*", "?", "[")) and ":" not in pattern
    return not open_ended and overlap((pattern,), (f"{_OTHER}*",))


def endpoint_meant(
    name: str, suggestion: Callable[[str, Iterable[str]], str | None]
) -> str:
    """What to write instead of an endpoint's name that no call has.

    `suggestion` looks for the nearest names, which takes time.
    """
    shorter = endpoints.SHORTER.get(name)
    if shorter is None and f"{name}.create" in endpoints.NAMES:
        shorter = f"{name}.create"
    if shorter is not None:
        return f"Did you mean {shorter}?"
    return suggestion(name, endpoints.NAMES) or (
        "Write it as the SDK does, such as files.create; a path that has no name is "
        "other:<METHOD> <path>."
    )
