"""What a certificate says in each of its languages. The texts are in `languages/`.

What is signed stays as it was signed: exceptions are quoted in English, the language
of the statement.
"""

import json
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class Language(Enum):
    """By its BCP 47 tag."""

    ENGLISH = "en"
    INDONESIAN = "id"
    CHINESE = "zh"
    GERMAN = "de"
    FRENCH = "fr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every text of the page, in one language."""

    title: str
    period: str
    until: str
    verdict_pass: str
    verdict_exceptions: str
    verdict_incomplete: str
    decisions: str
    permit: str
    observed: str
    refuse: str
    review: str
    unknown: str
    by_day: str
    by_purpose: str
    by_model: str
    none: str
    exceptions: str
    quoted: str
    records: str
    policies: str
    not_proved: str
    proofs: tuple[str, ...]
    check: str
    how: str
    key: str
    folder: str
    files: str
    taken: str
    verify: str
    root: str
    statement: str
    colon: str
    kicker: str
    means_pass: str
    means_exceptions: str
    means_incomplete: str
    verdict_is: str
    by_month: str
    purpose: str
    model: str
    stopped: str
    more: str
    as_table: str
    day: str
    bill: str
    covered: str
    uncovered: str
    excess: str
    share: str
    fetched: str
    days_missing: str
    unsigned: str
    promised: str
    kept: str
    not_kept: str
    cannot_tell: str
    evidence: str
    seen_by: str
    nobody: str
    covering: str
    since: str
    sample: str
    drawn: str
    signatures: str
    further: str
    slot_key: str
    slot_entries: str
    slot_older: str
    paper: str
    not_run: str


@cache
def texts(language: Language) -> dict[str, Any]:
    """The file of a language: `words` of the page, `said` by its program."""
    folder = files("affidavit.attest.certificate").joinpath("languages")
    text = folder.joinpath(f"{language.value}.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@cache
def words_of(language: Language) -> Words:
    """What the page says."""
    told = texts(language)["words"]
    return Words(**{**told, "proofs": tuple(told["proofs"])})
