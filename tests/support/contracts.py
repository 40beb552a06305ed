"""Contracts, and statements that are held against one."""

import json
from typing import Any

from affidavit.attest.contract import Contract, parsed
from affidavit.attest.since import Since
from affidavit.attest.statement import Asked, build_statement
from affidavit.attest.tally import Period
from affidavit.dsse import Envelope
from affidavit.trail.reader import TrailReader
from support.statements import LATER, MONTH, identity_of
from support.trails import Builder, Made, canonical

HEAD = """\
apiVersion: affidavit/v1
kind: Contract
name: acme-globex
parties:
  - {role: supplier, name: Acme Ltd}
"""
KEPT = "no_observed: {}"


def text(*checks: str, more: str = "") -> bytes:
    """A contract of one clause for each check, numbered from 1."""
    clauses = "".join(
        f'  - id: "{number}"\n    promise: Promise {number}.\n'
        f"    checks:\n      - {check}\n"
        for number, check in enumerate(checks or (KEPT,), 1)
    )
    return f"{HEAD}{more}clauses:\n{clauses}".encode()


def contract(*checks: str, more: str = "") -> Contract:
    return parsed(text(*checks, more=more), "contract.yaml")


def promised(
    trail: Builder,
    promises: Contract | None = None,
    *,
    period: Period = MONTH,
    since: Since | None = None,
    envelopes: tuple[Envelope, ...] = (),
) -> Envelope:
    """A statement about the trail, held against a contract."""
    asked = Asked(since=since, contract=promises, envelopes=envelopes)
    reader = TrailReader(trail.path)
    return build_statement(reader, identity_of(trail), period, now=LATER, asked=asked)


def decision(
    trail: Builder,
    purpose: str | None = "support.reply",
    model: str = "gpt-5",
    *,
    effect: str = "permit",
    project: str | None = None,
    **body: Any,
) -> Made:
    """A decision with more in its body, and perhaps of a project."""
    made = trail.decision(purpose, model, effect=effect)
    if project is not None:
        made.fields["labels"]["project"] = trail.label("project", project)
        body["project"] = project
    made.body = canonical(json.loads(made.body) | body)
    return made


def finding(activity: str, score: str = "0.900") -> dict[str, Any]:
    return {
        "kind": "dataset_generation",
        "score": score,
        "activity": activity,
        "rules": [],
        "detector": "test",
    }
