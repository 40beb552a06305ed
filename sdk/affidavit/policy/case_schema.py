"""The JSON Schema of a policy's tests (draft 2020-12), for editors and other tools.

Made from the model that reads them, as that of policies is.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from affidavit.policy.cases import CasesFile
from affidavit.policy.schema import cleaned

TITLE = "affidavit policy tests"
FILE = "docs/schema/policy-test.schema.json"
"""Where it is published, from the repository's root."""
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_CALL: Mapping[str, Any] = {
    "purpose": "support.reply",
    "declares_no_purpose": True,
    "model": "gpt-5",
    "names_no_model": True,
    "endpoint": "responses",
    "base_url": "https://api.openai.com/v1",
    "provider": "azure",
    "project": "proj_support",
    "user": "customer-4711",
    "safety_identifier": "9f2c",
    "parameters": {"n": 2, "store": False},
    "texts": [{"role": "user", "text": "Where is my parcel?"}],
    "text": "Where is my parcel?",
    "findings": [
        {"kind": "dataset_generation", "score": 0.9, "activity": "self_instruct"}
    ],
}
_EXPECTED: Mapping[str, Any] = {
    "effect": "refuse",
    "decided_by": "openai-dataset-generation",
    "rules": ["openai-dataset-generation"],
    "reasons": [{"rule": "purpose.model", "message": "does not allow"}],
    "warnings": ["purpose.mismatch"],
    "shadow": ["many-samples-at-once"],
}
_CASE: Mapping[str, Any] = {
    "name": "a training set is refused",
    "use": ["training-set"],
    "call": {"purpose": "support.reply"},
    "at": "2026-11-23",
    "expect": {"effect": "refuse"},
}
_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "CasesFile": {
        "apiVersion": "affidavit/v1",
        "kind": "PolicyTest",
        "policy": "policy.yaml",
        "defaults": {"at": "2026-11-23", "call": {"endpoint": "responses"}},
        "fixtures": {"training-set": {"findings": _CALL["findings"]}},
        "cases": [_CASE],
        "tags": ["release"],
    },
    "CasePart": _CASE,
    "CallPart": _CALL,
    "Defaults": {"at": "2026-11-23", "call": {"model": "gpt-5"}},
    "Expected": _EXPECTED,
    "FoundFinding": _CALL["findings"][0],
    "ReasonPart": {
        "rule": "purpose.model",
        "message": "does not allow",
        "evidence": "parameter.n is 16",
        "clause": "openai-services-agreement/3.3(e)",
    },
    "Said": {"role": "user", "text": "Where is my parcel?"},
}


def schema() -> dict[str, Any]:
    """The schema of a test file."""
    _, made = models_json_schema(
        [(CasesFile, "validation")], ref_template="#/$defs/{model}"
    )
    return {
        "$schema": _DRAFT,
        "title": TITLE,
        "description": "Calls, and what a policy must say to each.",
        "$ref": "#/$defs/CasesFile",
        "$defs": {
            name: cleaned(part, _EXAMPLES.get(name, {}))
            for name, part in made["$defs"].items()
        },
    }


def text() -> str:
    """The schema as it is published: one property a line."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
