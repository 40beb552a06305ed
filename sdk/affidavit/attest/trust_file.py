"""A trust file read: keys and demands of one verifier, and where they stand.

Knows how text becomes a `Trust`. What is verified by it never names it: the file is the
verifier's own.
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from affidavit.attest.trust_model import TrustFile, age_of
from affidavit.errors import Diagnostic, Incomplete, KeyUnusable, TrustInvalid
from affidavit.policy.diagnose import validated
from affidavit.policy.report import Code, Report
from affidavit.policy.schema import cleaned
from affidavit.policy.source import MAX_BYTES, Node, parse, place_of
from affidavit.tlog.logkeys import LogKeys

FILE_NAME = "trust.yaml"
TITLE = "affidavit trust"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_EXAMPLE = {
    "apiVersion": "affidavit/v1",
    "kind": "Trust",
    "keys": ["acme.example/trails/support+1a2b3c4d+AQ…"],
    "officers": ["ana@acme.example+1a2b3c4d+AQ…"],
    "threshold": 1,
    "auditors": ["audit.example+1a2b3c4d+AQ…"],
    "witnesses": ["witness.example+1a2b3c4d+BA…"],
    "quorum": 1,
    "authorities": ["tsa.pem"],
    "checkpoint": "acme.checkpoint",
    "minimum_size": 120_000,
    "max_age": "35d",
    "policies": ["9f" * 32],
    "parties": ["Acme Ltd"],
    "contract": "contract.yaml",
    "since": "september/statement.dsse.json",
    "sample": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A trust file that can be verified by."""

    content: TrustFile
    folder: Path
    """That its paths are from."""
    keys: LogKeys

    @property
    def max_age(self) -> timedelta | None:
        """How old what is verified may be."""
        text = self.content.max_age
        return None if text is None else age_of(text)

    def place(self, name: str) -> Path:
        """A path of the file."""
        return self.folder / name


def read(path: Path) -> Trust:
    """The trust file at `path`.

    `TrustInvalid` lists everything that is wrong, with line and column; `Incomplete`
    when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Incomplete(
            f"{path}: the trust file cannot be read ({error.strerror}). Name one, or "
            "write one with `affidavit trust new`."
        ) from error
    return parsed(data, path)


def parsed(data: bytes, path: Path) -> Trust:
    """The trust file in `data`; `path` is what diagnostics call it."""
    report = Report(str(path))
    root = parse(data, report)
    content = None if root is None else validated(TrustFile, root, report)
    keys = None
    if root is not None and content is not None:
        keys = _keys(content, root, report)
        _examine(content, root, report)
    if content is None or keys is None or report.found:
        raise TrustInvalid([_reworded(each) for each in report.found])
    return Trust(content=content, folder=path.parent, keys=keys)


def _reworded(found: Diagnostic) -> Diagnostic:
    """In a trust file's words: the reader of YAML speaks of policies."""
    remedy = (found.help or "").replace("affidavit init", "affidavit trust new")
    message = found.message.replace("a policy", "a trust file")
    return replace(found, message=message, help=remedy or None)


def _keys(content: TrustFile, root: Node, report: Report) -> LogKeys | None:
    try:
        return LogKeys.parse(content.keys)
    except KeyUnusable as error:
        report.error(Code.WRONG_VALUE, place_of(root, ("keys",)), str(error))
        return None


def _examine(content: TrustFile, root: Node, report: Report) -> None:
    """What spans fields: of how many, so many."""
    for name, of in (("threshold", "officers"), ("quorum", "witnesses")):
        wanted, there = getattr(content, name), getattr(content, of) or ()
        if wanted is not None and wanted > len(set(there)):
            report.error(
                Code.WRONG_VALUE,
                place_of(root, (name,)),
                f"{wanted} are demanded, and {len(set(there))} `{of}` are named",
                remedy=f"Name more `{of}`, or demand fewer.",
            )


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a trust file."""
    _, made = models_json_schema(
        [(TrustFile, "validation")], ref_template="#/$defs/{model}"
    )
    return {
        "$schema": _DRAFT,
        "title": TITLE,
        "description": "Whom a verifier of statements and trails believes, and what it "
        "demands.",
        "$ref": "#/$defs/TrustFile",
        "$defs": {
            name: cleaned(part, _EXAMPLE) for name, part in made["$defs"].items()
        },
    }


def schema_text() -> str:
    """The schema as it is published: one property a line."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def draft(values: dict[str, Any]) -> bytes:
    """A first trust file; `values` by field, in the schema's order, with what is not
    given as a comment.
    """
    lines = [
        "# yaml-language-server: $schema=./trust.schema.json",
        "# The schema beside it: affidavit trust schema > trust.schema.json",
        "# Every line here came to you by another way than what you verify.",
        "apiVersion: affidavit/v1",
        "kind: Trust",
    ]
    for name, field in TrustFile.model_fields.items():
        if name in {"apiVersion", "kind"}:
            continue
        value = values.get(name)
        lines += ["", f"# {field.description}"]
        mark = "" if value is not None else "# "
        shown = _EXAMPLE[name] if value is None else value
        if isinstance(shown, list | tuple):
            lines.append(f"{mark}{name}:")
            lines += [f"{mark}  - {_scalar(each)}" for each in shown]
        else:
            lines.append(f"{mark}{name}: {_scalar(shown)}")
    return ("\n".join(lines) + "\n").encode()


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
