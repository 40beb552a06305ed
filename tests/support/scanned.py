"""Sources under the code scan: what is said about them, in short."""

import textwrap
from datetime import date
from typing import Any

from affidavit.errors import Diagnostic
from affidavit.scan.code.examine import facts_of
from affidavit.scan.code.facts import Facts
from affidavit.scan.code.judge import Terms, judge
from affidavit.scan.code.languages import Language

TODAY = date(2026, 11, 22)
PURPOSES = {"support.reply": None, "crm.sync": date(2026, 11, 21)}


def facts(source: str | bytes, language: Language = Language.PYTHON) -> Facts:
    """The facts of a source, which may be indented."""
    if isinstance(source, str):
        source = textwrap.dedent(source).lstrip("\n").encode()
    return facts_of(source, language)


def said(
    source: str | bytes, language: Language = Language.PYTHON, **terms: Any
) -> list[Diagnostic]:
    """What is said about a source, under a policy with two purposes."""
    given = Terms(**{"today": TODAY, "purposes": PURPOSES, **terms})
    return list(judge("a.py", facts(source, language), given).diagnostics)


def found(
    source: str | bytes, language: Language = Language.PYTHON, **terms: Any
) -> list[tuple[str, int]]:
    """Rules and lines."""
    return [(each.rule, each.line) for each in said(source, language, **terms)]


def codes(
    source: str | bytes, language: Language = Language.PYTHON, **terms: Any
) -> list[str]:
    """Rules alone."""
    return [each.rule for each in said(source, language, **terms)]
