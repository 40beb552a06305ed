"""Diagnostics as SARIF 2.1.0 (OASIS), for whatever shows findings beside the code.

Pure. Knows the format and the codes' words; prints nothing. Lines and columns count
from 1 and columns count characters, as `columnKind` says (§3.14.17).
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from affidavit._version import __version__
from affidavit.canonical import Json
from affidavit.cli import machine
from affidavit.cli.catalogues import described
from affidavit.errors import Diagnostic

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
_LEVELS = {"error": "error", "warning": "warning"}
_FINGERPRINT = "affidavit/v1"


def as_sarif(diagnostics: Iterable[Diagnostic]) -> dict[str, Json]:
    """A log with one run: the codes that occur as its rules, each finding a result."""
    found = list(diagnostics)
    codes = sorted({each.rule for each in found})
    return {
        "$schema": SCHEMA,
        "runs": [
            {
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, codes) for each in found],
                "tool": {
                    "driver": {
                        "name": "affidavit",
                        "rules": [_rule(code) for code in codes],
                        "semanticVersion": __version__,
                    }
                },
            }
        ],
        "version": "2.1.0",
    }


def _rule(code: str) -> dict[str, Json]:
    known = described(code)
    if known is None:
        return {"id": code}
    return {
        "defaultConfiguration": {"level": known.level},
        "help": {"text": f"See {known.document}."},
        "id": code,
        "name": known.name,
        "shortDescription": {"text": known.summary},
    }


def _result(diagnostic: Diagnostic, codes: Sequence[str]) -> dict[str, Json]:
    remedy = f" Help: {diagnostic.help}" if diagnostic.help else ""
    region: dict[str, Json] = {
        "startColumn": diagnostic.column,
        "startLine": diagnostic.line,
    }
    place: dict[str, Json] = {
        "artifactLocation": _artifact(diagnostic.path),
        "region": region,
    }
    return {
        "level": _LEVELS.get(diagnostic.level, "note"),
        "locations": [{"physicalLocation": place}],
        "message": {"text": machine.text(diagnostic.message + remedy)},
        "partialFingerprints": {_FINGERPRINT: _fingerprint(diagnostic)},
        "ruleId": diagnostic.rule,
        "ruleIndex": codes.index(diagnostic.rule),
    }


def _artifact(path: str) -> dict[str, Json]:
    """A relative path below the root that the reader knows; else a file URI (§3.4)."""
    file = Path(path)
    raw = file.as_posix().encode("utf-8", "surrogateescape")
    if file.is_absolute():
        return {"uri": f"file://{quote(raw)}"}
    return {"uri": quote(raw), "uriBaseId": "%SRCROOT%"}


def _fingerprint(diagnostic: Diagnostic) -> str:
    """The same while the finding is the same, though lines above it come and go."""
    said = (diagnostic.path, diagnostic.rule, diagnostic.message)
    text = "\0".join(said).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()
