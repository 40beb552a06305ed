"""The JSON Schema of contract files (draft 2020-12), and a first contract as text.

Made from the model that reads them, as that of policies is.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic.json_schema import models_json_schema

from affidavit.attest.contract_model import Check, ContractFile
from affidavit.policy.schema import cleaned

TITLE = "affidavit contract"
FILE = "docs/schema/contract.schema.json"
"""Where it is published, from the repository's root."""
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CHECKS: Mapping[str, Any] = {
    "no_observed": {},
    "no_use": {"purposes": ["training.*"]},
    "only_use": {"models": ["gpt-5*"]},
    "declared": {},
    "calls": {"at_most": 100_000},
    "no_activity": {"activities": ["training_data"], "score": "0.8"},
    "refusals": {"rules": ["openai-*"], "at_most": 0},
    "enforced": {},
    "whole_period": {},
    "recorded": {},
    "concluded": {"unknown_at_most": 0},
    "longest_gap": {"at_most": "24h"},
    "anchored": {"within": "24h", "witnesses": 1},
    "policies_signed": {"keys": ["legal@acme.example+1a2b3c4d+AQ…"], "threshold": 1},
    "retention": {"months": 6},
    "coverage": {"at_least": "99.5"},
    "no_open_incident": {},
}
_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "ContractFile": {
        "apiVersion": "affidavit/v1",
        "kind": "Contract",
        "name": "acme-globex",
        "title": "Data processing agreement 4711",
        "reference": "DPA 4711, signed 2026-01-01",
        "parties": [{"role": "customer", "name": "Globex SE"}],
        "scope": {"purposes": ["support.*"]},
        "exclusions": {"projects": ["proj_internal"]},
        "schedule": {"every": "quarter", "from": "2026-01-01"},
        "clauses": [
            {
                "id": "4.1",
                "promise": "No answer is used to train a model.",
                "checks": [{"no_use": {"purposes": ["training.*"]}}],
            }
        ],
        "signatories": [{"name": "Ana Lee", "title": "Data protection officer"}],
        "threshold": 1,
    },
    "Party": {"role": "supplier", "name": "Acme Ltd", "contact": "dpo@acme.example"},
    "Calls": {
        "purposes": ["support.*"],
        "models": ["gpt-5*"],
        "projects": ["proj_support"],
    },
    "Use": {
        "purposes": ["training.*"],
        "models": ["gpt-5*"],
        "endpoints": ["responses"],
    },
    "Clause": {
        "id": "4.1",
        "promise": "No answer is used to train a model.",
        "reference": "annex 2, section 4.1",
        "checks": [{"no_observed": {}}],
    },
    "Schedule": {"every": "month", "from": "2026-01-01", "until": "2026-12-31"},
    "Signatory": {
        "name": "Ana Lee",
        "title": "Data protection officer",
        "party": "Acme Ltd",
        "key": "ana@acme.example+1a2b3c4d+AQ…",
    },
    "Check": _CHECKS,
}


def schema() -> dict[str, Any]:
    """The schema of a contract file."""
    _, made = models_json_schema(
        [(ContractFile, "validation")], ref_template="#/$defs/{model}"
    )
    parts = {
        name: cleaned(part, _EXAMPLES.get(name, {}))
        for name, part in made["$defs"].items()
    }
    parts["Check"] |= {"minProperties": 1, "maxProperties": 1}
    parts["Use"]["minProperties"] = 1
    return {
        "$schema": _DRAFT,
        "title": TITLE,
        "description": "Promises about the use of AI providers, and what shows that "
        "they were kept.",
        "$ref": "#/$defs/ContractFile",
        "$defs": parts,
    }


def text() -> str:
    """The schema as it is published: one property a line."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def checks() -> Sequence[tuple[str, str]]:
    """Every check, with what it says."""
    fields = Check.model_fields.items()
    return [(name, field.description or "") for name, field in fields]


DRAFT = """\
# yaml-language-server: $schema=./contract.schema.json
# The schema beside it: affidavit contract schema > contract.schema.json
# Every check: docs/contracts.md, or affidavit contract check --list
apiVersion: affidavit/v1
kind: Contract
name: {name}
parties:
  - role: supplier
    name: {supplier}
  - role: customer
    name: {customer}
schedule:
  every: {every}
  from: {first}
clauses:
  - id: "1"
    promise: Every call is decided by a policy in force before it leaves.
    checks:
      - recorded: {{}}
      - enforced: {{}}
      - no_observed: {{}}
  - id: "2"
    promise: Every call is made for a purpose that was declared.
    checks:
      - declared: {{}}
  - id: "3"
    promise: What was done is kept for six months.
    checks:
      - retention: {{months: 6}}
"""
"""A first contract; its promises are those that most make."""


def draft(*, name: str, supplier: str, customer: str, every: str, first: str) -> bytes:
    """A first contract file, to be gone on with."""
    return DRAFT.format(
        name=name,
        supplier=json.dumps(supplier, ensure_ascii=False),
        customer=json.dumps(customer, ensure_ascii=False),
        every=every,
        first=first,
    ).encode()
