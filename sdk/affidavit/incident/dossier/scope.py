"""Which window and which calls a dossier is about, as its incident tells.

Pure. The window follows from records alone, so that the same incident gives the same
dossier on every day that it is made.
"""

from datetime import UTC, datetime, timedelta

from affidavit.incident.model import Aspect, Incident, Target
from affidavit.trail.record import parse_moment, stamp
from affidavit.verify.disclosure.manifest import Window

BEFORE = timedelta(days=30)
"""How far before the notice the window begins, where the notice says nothing."""
_IDENTITIES = (Aspect.SAFETY, Aspect.SUBJECT, Aspect.PURPOSE)
_LABELS = frozenset(Aspect) - {Aspect.EVERYTHING}


def window(
    incident: Incident, start: datetime | None = None, end: datetime | None = None
) -> Window:
    """From what the notice is about to the incident's last event, that included.

    So that the events themselves lie in it, and none can be left out unseen. `start`
    and `end` are what somebody says instead.
    """
    notice = incident.notice
    told = parse_moment(notice.at or incident.at)
    opened = parse_moment(incident.at)
    begins = parse_moment(notice.start) if notice.start else min(told, opened) - BEFORE
    last = parse_moment(incident.events[-1].at) + timedelta(milliseconds=1)
    ends = max(last, parse_moment(notice.end)) if notice.end else last
    return Window(_printed(start or begins), _printed(end or ends))


def _printed(at: datetime) -> str:
    whole = int(at.astimezone(UTC).timestamp())
    return stamp(whole * 1000 + at.microsecond // 1000)


def candidates(incident: Incident) -> tuple[Target, ...]:
    """Whose calls the incident is about, the most telling first.

    Whom it ever suspended and whom the notice names; every one of them alone. None of
    them where it is about everything, or only about calls by their ids.
    """
    named = list(incident.ever_suspended)
    if incident.notice.entity is not None:
        named += [
            Target(aspect=aspect, value=incident.notice.entity)
            for aspect in (Aspect.SAFETY, Aspect.SUBJECT)
        ]
    usable = [each for each in dict.fromkeys(named) if each.aspect in _LABELS]
    return tuple(sorted(usable, key=_rank))


def _rank(target: Target) -> int:
    known = target.aspect in _IDENTITIES
    return _IDENTITIES.index(target.aspect) if known else len(_IDENTITIES)
