"""The schema of a trust file: whom a verifier believes, and what must be so.

Knows fields, types and words. An unknown field is an error, because a demand that is
not read is not made.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema

from affidavit.attest.contract_model import Count, Vkey
from affidavit.errors import KeyUnusable
from affidavit.policy.fields import Text, wrong
from affidavit.policy.part import Part
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.witness import WitnessKey

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_AGE = re.compile(r"([1-9][0-9]{0,5})(s|m|h|d|w)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def age_of(text: str) -> timedelta | None:
    """The length of an age such as `90s`, `24h` or `35d`; None for what is none."""
    found = _AGE.fullmatch(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def _age(text: str) -> str:
    if age_of(text) is None:
        raise wrong(
            f"{text[:40]!r} is no span of time", "Write 90s, 15m, 24h, 35d or 5w."
        )
    return text


def _digest(text: str) -> str:
    if _DIGEST.fullmatch(text) is None:
        raise wrong(
            f"{text[:70]!r} is no digest of a policy",
            "Write 64 lower-case hex digits, as `affidavit policy check` prints them.",
        )
    return text


def _witness(text: str) -> str:
    try:
        if str(WitnessKey.parse(text)) == text:
            return text
    except KeyUnusable as error:
        raise wrong(f"not a witness's key: {error}") from error
    raise wrong("a witness's key in no canonical form", "Write NAME+ID+BASE64.")


def _log_key(text: str) -> str:
    """A key of a trail: Ed25519 or ML-DSA-44."""
    try:
        found = LogKeys.parse([text])
    except KeyUnusable:
        found = None
    if found is not None and str(found.keys[0]) == text:
        return text
    try:
        if str(MlDsaKey.parse(text)) == text:
            return text
    except KeyUnusable as error:
        raise wrong(f"not a verifier key: {error}") from error
    raise wrong("a verifier key in no canonical form", "Write NAME+ID+BASE64.")


def _place(text: str) -> str:
    if not text or "\0" in text or len(text) > 4_000:
        raise wrong("no path", "Name a file, from this file's own folder on.")
    return text


LogKey: TypeAlias = Annotated[str, AfterValidator(_log_key), Field(max_length=8_192)]
Witness: TypeAlias = Annotated[str, AfterValidator(_witness), Field(max_length=512)]
Digest: TypeAlias = Annotated[
    str,
    AfterValidator(_digest),
    WithJsonSchema({"type": "string", "pattern": f"^{_DIGEST.pattern}$"}),
]
Age: TypeAlias = Annotated[
    str,
    AfterValidator(_age),
    WithJsonSchema({"type": "string", "pattern": f"^{_AGE.pattern}$"}),
]
Place: TypeAlias = Annotated[str, AfterValidator(_place)]
Many: TypeAlias = Annotated[int, Field(ge=1, le=100)]


class TrustFile(Part):
    """Whom you believe when you verify, and what you demand."""

    apiVersion: Literal["affidavit/v1"] = Field(  # noqa: N815 - the name of the field in the file
        description="Version of this format."
    )
    kind: Literal["Trust"] = Field(description="What the file is.")
    keys: Annotated[tuple[LogKey, ...], Field(min_length=1, max_length=100)] = Field(
        description="Verifier keys of the trail, as its writer gave them to you. They "
        "decide who signed."
    )
    officers: Annotated[tuple[Vkey, ...], Field(min_length=1)] | None = Field(
        None, description="Keys of officers who must have signed a statement."
    )
    threshold: Many | None = Field(
        None, description="So many of the officers suffice. Default: all."
    )
    auditors: Annotated[tuple[Vkey, ...], Field(min_length=1)] | None = Field(
        None, description="Keys of auditors who must have countersigned a statement."
    )
    witnesses: Annotated[tuple[Witness, ...], Field(min_length=1)] | None = Field(
        None, description="Keys of witnesses who must have cosigned the trail."
    )
    quorum: Many | None = Field(
        None, description="So many of the witnesses suffice. Default: all."
    )
    authorities: Annotated[tuple[Place, ...], Field(min_length=1)] | None = Field(
        None,
        description="PEM files of time-stamping authorities that must have stamped "
        "the trail, from this file's folder on.",
    )
    checkpoint: Place | None = Field(
        None,
        description="A `checkpoint` file that you kept: the trail must extend it.",
    )
    minimum_size: Count | None = Field(
        None, description="Fewer records than this are a truncation."
    )
    max_age: Age | None = Field(
        None,
        description="What ended longer ago is too old: `24h`, `35d`. A statement's "
        "period, or a trail's newest record.",
    )
    policies: Annotated[tuple[Digest, ...], Field(min_length=1)] | None = Field(
        None,
        description="Digests of the policies that you accept: a statement may name no "
        "other.",
    )
    parties: Annotated[tuple[Text, ...], Field(min_length=1)] | None = Field(
        None,
        description="Names that the parties of the statement's contract must include.",
    )
    contract: Place | None = Field(
        None, description="Your own copy of the contract that a statement is about."
    )
    since: Place | None = Field(
        None, description="A statement that you kept: one must go on from it."
    )
    sample: bool | None = Field(
        None, description="Whether a statement without entries must have a sample."
    )
