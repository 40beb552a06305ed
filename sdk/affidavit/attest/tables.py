"""A statement's figures as CSV (RFC 4180), each table with its population's total.

Pure: the predicate in, text out. A spreadsheet's formulas are defused: names come from
outside.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
USE = ("purpose", "model", "endpoint", "effect", "decisions")
CLAUSES = (
    "clause",
    "promise",
    "reference",
    "result",
    "check",
    "check_result",
    "evidence",
)
POLICIES = ("sha256", "name", "mode", "put_in_force", "last_named", "decisions")


def use(predicate: Mapping[str, Any]) -> bytes:
    """Decisions by purpose, model, endpoint and effect; the last row is their sum."""
    rows = [[row[name] for name in USE] for row in predicate["use"]["rows"]]
    unopened = predicate["use"]["unopened"]
    if unopened:
        rows.append(["(not opened)", "", "", "", unopened])
    total = sum(int(row[-1]) for row in rows)
    return table(USE, [*rows, ["TOTAL", "", "", "", total]])


def policies(predicate: Mapping[str, Any]) -> bytes:
    """The policies that the period's records name, in order of coming into force."""
    return table(
        POLICIES,
        [
            [
                each["digest"]["sha256"],
                each["name"],
                each["mode"],
                each["putInForce"],
                each["lastNamed"],
                each["decisions"],
            ]
            for each in predicate["policies"]
        ],
    )


def clauses(predicate: Mapping[str, Any]) -> bytes:
    """What became of each check of the contract, in its order."""
    contract = predicate["contract"]
    return table(
        CLAUSES,
        [
            [
                clause["id"],
                clause["promise"],
                clause.get("reference"),
                told["result"],
                check["check"],
                check["result"],
                "; ".join(
                    f"{key}: {value}" for key, value in check["evidence"].items()
                ),
            ]
            for clause, told in zip(
                contract["terms"]["clauses"], contract["clauses"], strict=True
            )
            for check in told["checks"]
        ],
    )


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A heading and rows as CSV, every cell defused."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(heading)
    lines.writerows([[_cell(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"  # OWASP, CSV injection
    return value
