"""The form of an entry, and what can be read of one that has another.

Knows the fields of docs/formats/trail.md as one regular expression: it decides the form
more strictly and many times faster than decoding would, for one entry or for a bundle
at once. Knows nothing of what a record means among others.
"""

import re
from datetime import timedelta
from functools import lru_cache
from struct import pack
from typing import TypeAlias

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.trail import record
from affidavit.trail.record import FIELDS, KINDS
from affidavit.verify.report import Fault, Problem

CLOCK_SLACK = timedelta(seconds=1)
"""Threads of one process may be recorded in another order than they read the clock."""
ID_BYTES = 16

_BYTES_8 = rb"[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]"
_BYTES_16 = rb"[A-Za-z0-9_-]{21}[AQgw]"
_BYTES_32 = rb"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
_LABELS = b"".join(
    rb'(?:"%b":"%b"(?:,(?=")|(?=\})))?' % (name.encode(), _BYTES_16)
    for name in sorted(FIELDS)
)
_PATTERN = (
    rb'\{"at":"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}'
    rb'T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\.[0-9]{3}Z)",'
    rb'"body":"(?P<body>' + _BYTES_32 + rb')",'
    rb'(?:"effect":"(?P<effect>[a-z]+)",)?'
    rb'"id":"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-'
    rb'[89ab][0-9a-f]{3}-[0-9a-f]{12})",'
    rb'"kind":"(?P<kind>' + b"|".join(name.encode() for name in KINDS) + rb')",'
    rb'(?:"labels":(?P<labels>\{(?=")' + _LABELS + rb"\}),)?"
    rb'(?:"policy":"(?P<policy>[0-9a-f]{64})",)?'
    rb'"seq":(?P<seq>0|[1-9][0-9]{0,14}),"v":1,"writer":"(?P<writer>'
    + _BYTES_8
    + rb')"\}'
)
ENTRY = re.compile(_PATTERN)
"""Groups: at, body, effect, id, kind, labels, policy, seq, writer."""
_FRAMED = re.compile(rb"(..)(" + _PATTERN + rb")", re.DOTALL)
Found: TypeAlias = re.Match[bytes]
Row: TypeAlias = tuple[bytes, ...]
"""Length (as it is printed), entry, and `ENTRY`'s groups, `b""` for one left out."""


def found_in(entry: bytes) -> Found | None:
    """The fields of an entry, or None when it is no entry."""
    found = ENTRY.fullmatch(entry)
    return found if found is not None and is_date(found["at"][:10]) else None


def rows_of(bundle: bytes) -> list[Row] | None:
    """Every entry of a bundle; None unless all of it is entries, each in its form."""
    rows: list[Row] = _FRAMED.findall(bundle)
    widths = [len(row[1]) for row in rows]
    if sum(widths) + 2 * len(widths) != len(bundle):
        return None
    if pack(f">{len(widths)}H", *widths) != b"".join([row[0] for row in rows]):
        return None
    return rows if all(map(is_date, {row[2][:10] for row in rows})) else None


@lru_cache(maxsize=4096)
def is_date(date: bytes) -> bool:
    """Whether the calendar has the day `YYYY-MM-DD`."""
    try:
        record.parse_moment(date.decode() + "T00:00:00.000Z")
    except Malformed:
        return False
    return True


def step_back(before: bytes, at: bytes) -> timedelta:
    """How far `at` lies before `before`, if farther than the slack; else zero."""
    if at >= before:
        return timedelta(0)
    step = record.parse_moment(before.decode()) - record.parse_moment(at.decode())
    return step if step > CLOCK_SLACK else timedelta(0)


def short(name: bytes) -> bytes:
    """An id as 16 bytes: a third of what its text would take."""
    return bytes.fromhex(name.decode().replace("-", ""))


def id_text(short_id: bytes) -> str:
    """The id that `short` shortened."""
    text = short_id.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def seq_of(entry: bytes) -> int | None:
    """The `seq` of an entry, or None when it is no entry."""
    found = ENTRY.fullmatch(entry)
    return int(found["seq"]) if found else None


def misshapen(entry: bytes) -> str:
    """Why an entry has not the form of one."""
    try:
        record.decode(entry)
    except Malformed as error:
        return f"not an entry: {error}"
    return "not an entry: a field is not in the form that the format gives it"


def named(fault: Fault, message: str, index: int | None, entry: bytes) -> Problem:
    """A problem that carries what can be read of the record's entry."""
    texts: dict[str, str] = {}
    try:
        value = canonical.parse(entry)
    except Malformed:
        value = None
    if isinstance(value, dict):
        for name in ("id", "kind", "at"):
            if isinstance(text := value.get(name), str):
                texts[name] = text[:64]
    return Problem(
        fault=fault,
        message=message,
        index=index,
        id=texts.get("id"),
        kind=texts.get("kind"),
        at=texts.get("at"),
    )


def as_changed(index: int, entry: bytes) -> Problem:
    """A problem of a record that is another one than was signed; `tree` says how."""
    return named(Fault.ENTRY, "", index, entry)
