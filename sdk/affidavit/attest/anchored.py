"""The section `anchors` of a statement: who had seen the trail by then, and how much.

Pure. Figures come from evidence that `verify` held against the settings' own pins; the
words and the sums are here, for whoever makes a statement and whoever reads one. Times
of anchors are held against the newest record of the tree head, not against a clock: the
same trail and evidence give the same statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.trail import record
from affidavit.verify.report import AnchorReport, AnchorSeen

_FIELDS = {
    "witnesses",
    "authorities",
    "quorum",
    "covered",
    "recordsSince",
    "secondsSince",
    "newestRecord",
}


def section(
    found: AnchorReport | None, *, size: int, newest: str | None
) -> dict[str, Json]:
    """What anchors cover of a tree of `size` records, the last of which is of `newest`.

    Without pins (`found` is None) the lists are empty: nobody else has seen the trail,
    as far as its writer knows.
    """
    witnesses = [] if found is None else [_seen(each) for each in found.witnesses]
    authorities = [] if found is None else [_seen(each) for each in found.authorities]
    wanted = 0 if found is None else found.wanted
    return _summed(witnesses, authorities, wanted=wanted, size=size, newest=newest)


def contradictions(told: Mapping[str, Json], *, size: int) -> Iterator[str]:
    """What does not follow from the section's own lists, in a tree of `size`. An
    anchor of more records than the tree has is none: then the end was cut off, which
    the statement's `problems` say.

    `Malformed` when it is no such section. Whether the lists are true shows only on
    the evidence itself.
    """
    match told:
        case {
            "witnesses": list(witnesses),
            "authorities": list(authorities),
            "quorum": {"wanted": int(wanted)},
            "newestRecord": None | str() as newest,
            **rest,
        } if len(rest) == len(_FIELDS) - 4:
            for each in (*witnesses, *authorities):
                _check(each)
        case _:
            raise Malformed("the statement's anchors are no such section")
    due = _summed(witnesses, authorities, wanted=wanted, size=size, newest=newest)
    for name, value in due.items():
        if told.get(name) != value:
            yield f"anchors.{name}: {told.get(name)}, where the lists make it {value}"


def in_words(told: Json) -> str:
    """The section as a line for people; also for a statement that has none."""
    match told:
        case {"witnesses": [], "authorities": []}:
            return "none: nobody else had seen this trail, by its writer's word"
        case {
            "quorum": {"wanted": wanted, "met": met, "size": reached},
            "covered": covered,
            "recordsSince": since,
            "secondsSince": seconds,
        }:
            pass
        case _:
            return "not spoken of"
    if seconds is None:
        return "named, and none had attested anything"
    parts = [f"{covered} records covered, {since} since"]
    if since:
        parts.append(f"the newest of them {seconds} s after the last anchor")
    if wanted:
        held = f"met at {reached} records" if met else "NOT met"
        parts.append(f"quorum of {wanted} {held}")
    return "; ".join(parts) + " (its writer's word; --witness and --trail check it)"


def _seen(each: AnchorSeen) -> dict[str, Json]:
    return {
        "name": each.name,
        "size": each.size if each.at is not None else None,
        "at": None if each.at is None else _stamp(each.at),
    }


def _check(value: Json) -> None:
    match value:
        case {"name": str(), "size": None, "at": None, **rest} if not rest:
            return
        case {"name": str(), "size": int(size), "at": str(at), **rest} if (
            not rest and size >= 0 and not isinstance(size, bool)
        ):
            record.parse_moment(at)
        case _:
            raise Malformed(f"not what an anchor covers: {value!r:.200}")


def _summed(
    witnesses: Sequence[Json],
    authorities: Sequence[Json],
    *,
    wanted: int,
    size: int,
    newest: str | None,
) -> dict[str, Json]:
    cosigned = sorted(_sizes(witnesses), reverse=True)
    reached = cosigned[wanted - 1] if 0 < wanted <= len(cosigned) else None
    largest, last = max(_reached([*witnesses, *authorities]), default=(0, None))
    covered = min(size, largest)
    return {
        "witnesses": list(witnesses),
        "authorities": list(authorities),
        "quorum": {"wanted": wanted, "met": reached is not None, "size": reached},
        "covered": covered,
        "recordsSince": size - covered,
        "secondsSince": _between(last, newest),
        "newestRecord": newest,
    }


def _sizes(lines: Sequence[Json]) -> list[int]:
    found = [line["size"] for line in lines if isinstance(line, Mapping)]
    return [each for each in found if isinstance(each, int)]


def _reached(lines: Sequence[Json]) -> list[tuple[int, str]]:
    """Size and time of each anchor that has attested anything."""
    return [
        (size, at)
        for line in lines
        if isinstance(line, Mapping)
        and isinstance(size := line["size"], int)
        and isinstance(at := line["at"], str)
    ]


def _between(anchored: str | None, newest: str | None) -> int | None:
    """Whole seconds from the largest anchor to the newest record, at least 0."""
    if anchored is None or newest is None:
        return None
    apart = record.parse_moment(newest) - record.parse_moment(anchored)
    return max(0, int(apart.total_seconds()))


def _stamp(moment: datetime) -> str:
    return record.stamp(int(moment.timestamp() * 1000))
