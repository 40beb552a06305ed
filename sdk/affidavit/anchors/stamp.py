"""A checkpoint to a time-stamping authority, and its token back (RFC 3161 §3.4).

Knows the exchange over HTTP. What the token proves is `verify.stamps`'s to say, and it
says so before anything is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from affidavit.anchors.plan import StampAnchor
from affidavit.anchors.web import Web, refusal
from affidavit.errors import AnchorUnavailable, Invalid
from affidavit.trail.anchors import STAMP
from affidavit.verify.stamps import QUERY_TYPE, Authorities, Stamp, ask, verify_stamp

MAX_SKEW = timedelta(minutes=10)
"""Between the authority's clock and ours: more, and one of the two is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A token that holds, and the whole answer as it came."""

    response: bytes
    stamp: Stamp


def file_name(anchor: StampAnchor) -> str:
    """What an authority's tokens are called, among those of one head."""
    return sha256(anchor.url.encode()).hexdigest()[:16] + STAMP


def stamp(web: Web, anchor: StampAnchor, note: bytes, *, now: datetime) -> Stamped:
    """A token over SHA-256 of `note`, verified under the anchor's certificates.

    `AnchorUnavailable` when none is given or it does not hold, `KeyUnusable` without
    usable certificates, `ToolUnavailable` without the package.
    """
    authorities = Authorities.load(anchor.ca)
    query = ask(note)
    answer = web.send(
        "POST", anchor.url, query.body, headers={"content-type": QUERY_TYPE}
    )
    if answer.status != 200:
        raise AnchorUnavailable(refusal(anchor.url, answer))
    try:
        found = verify_stamp(answer.body, note, authorities, nonce=query.nonce)
    except Invalid as error:
        raise AnchorUnavailable(f"{anchor.url}: {error}") from error
    if abs(found.time - now) > MAX_SKEW:
        raise AnchorUnavailable(
            f"{anchor.url}: its clock says {found.time.isoformat()}, ours "
            f"{now.isoformat()}: set the one that is wrong"
        )
    return Stamped(response=answer.body, stamp=found)
