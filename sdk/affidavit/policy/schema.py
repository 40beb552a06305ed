"""The JSON Schema of policies and packs (draft 2020-12), for editors and other tools.

Made from the models that read a policy, so that the two never differ in a field. What
pydantic cannot know is added here: forms that a validator holds, examples for
completion, and that a field which may be left out may not be null. It accepts no less
than `model` does; what spans fields or files only `policy check` can tell.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from affidavit.policy.model import PackFile, PolicyFile

TITLE = "affidavit policy"
FILE = "docs/schema/policy.schema.json"
"""Where it is published, from the repository's root."""
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PURPOSE = r"^[a-z0-9]([a-z0-9_.-]{0,126}[a-z0-9])?$"
_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "PolicyFile": {
        "apiVersion": "affidavit/v1",
        "kind": "Policy",
        "name": "acme",
        "mode": "observe",
        "extends": ["pack:openai-services-agreement"],
        "origins": ["https://api.openai.com"],
        "require_signature": True,
        "owners": {
            "*": ["legal@acme.example"],
            "support@acme.example": ["ana@acme.example", "bo@acme.example"],
        },
        "purposes": {
            "support.reply": {
                "owner": "support@acme.example",
                "models": ["gpt-5*"],
                "endpoints": ["responses", "chat.completions"],
            }
        },
        "rules": [
            {
                "id": "one-answer",
                "effect": "deny",
                "level": "waivable",
                "any": [{"parameter": {"n": "> 1"}}],
                "message": "One answer is enough.",
            }
        ],
        "waivers": [
            {
                "rule": "one-answer",
                "purpose": "support.reply",
                "approved_by": ["dpo@acme.example"],
                "ticket": "LEGAL-91",
                "expires": "2027-03-31",
            }
        ],
        "final": ["purposes"],
        "prices": [{"models": ["gpt-5*"], "input": 1.25, "output": 10}],
    },
    "PackFile": {
        "apiVersion": "affidavit/v1",
        "kind": "Pack",
        "name": "acme-terms",
        "provider": "openai",
        "source": "Services Agreement, effective 2026-01-01",
        "reviewed": "2026-11-22",
        "rules": [
            {
                "id": "no-training-sets",
                "effect": "deny",
                "all": [{"finding": {"dataset_generation": ">= 0.8"}}],
                "message": "Output may not be used to develop a competing model.",
            }
        ],
    },
    "Purpose": {
        "budget": {"requests": "50000/day", "output_tokens": "20M/day"},
        "obligations": {"store": False, "output_tokens": 2000},
        "description": "Draft replies to tickets; an agent reviews each one",
        "owner": "support@acme.example",
        "models": ["gpt-5*", "o4*"],
        "endpoints": ["responses", "chat.completions"],
        "expires": "2027-03-31",
        "activities": ["conversation", "summarisation"],
        "trains_model": {"kind": "classifier", "distributed": False},
        "evaluates_model": {"competing": False},
        "data": ["customer_pii"],
        "approval": {
            "by": ["dpo@acme.example"],
            "ticket": "LEGAL-88",
            "date": "2026-11-22",
        },
        "final": ["models", "endpoints", "expires"],
    },
    "Approval": {
        "by": ["dpo@acme.example"],
        "ticket": "LEGAL-88",
        "date": "2026-11-22",
    },
    "Rule": {
        "id": "customer-data-needs-safety-id",
        "clause": "openai-services-agreement/3.3(e)",
        "effect": "deny",
        "level": "waivable",
        "any": [{"model": "gpt-4*"}],
        "all": [{"data": "customer_pii", "safety_id": "absent"}],
        "none": [{"trains_model": {"within_provider": True}}],
        "message": "Calls with customers' data say on whose behalf they are made.",
        "remedy": "Pass safety_identifier with a hashed user id.",
        "owner": "dpo@acme.example",
        "severity": "high",
        "final": True,
        "waivable_below": True,
        "review": True,
        "obligations": {"n": 1},
    },
    "Condition": {
        "purpose": "support.*",
        "model": ["gpt-5*"],
        "endpoint": "chat.completions",
        "provider": "openai",
        "host": "*.openai.azure.com",
        "finding": {"dataset_generation": ">= 0.8"},
        "activity": "self_instruct",
        "parameter": {"n": "> 1", "logprobs": True},
        "trains_model": {"kind": ["generative", "reward"]},
        "evaluates_model": {"competing": True},
        "data": "customer_pii",
        "safety_id": "absent",
        "subject": "present",
        "when": "request.parameters.n != null && request.parameters.n > 4",
    },
    "Budget": {
        "requests": ["100/minute", "50000/day"],
        "input_tokens": "100M/month",
        "output_tokens": "20M/day",
        "tokens": "120M/month",
        "cost": "200/day",
        "per": "subject",
        "models": ["gpt-5*"],
        "endpoints": ["responses"],
    },
    "Price": {
        "models": ["gpt-5*"],
        "input": 1.25,
        "output": 10,
        "request": "0.01",
    },
    "Obligations": {
        "tag": {"team": "support"},
        "store": False,
        "n": 1,
        "output_tokens": 2000,
        "top_logprobs": 0,
        "logprobs": False,
    },
    "TrainsModel": {
        "kind": "classifier",
        "distributed": False,
        "competing": False,
        "within_provider": True,
    },
    "EvaluatesModel": {"competing": True},
    "TrainsModelTest": {
        "kind": ["generative", "reward"],
        "distributed": True,
        "competing": True,
        "within_provider": True,
    },
    "EvaluatesModelTest": {"competing": True},
    "Waiver": {
        "rule": "one-answer",
        "purpose": "support.reply",
        "approved_by": ["dpo@acme.example"],
        "ticket": "LEGAL-91",
        "expires": "2027-03-31",
    },
}


def schema() -> dict[str, Any]:
    """The schema of a file: of a pack where `kind` says so, else of a policy."""
    models: list[tuple[type[BaseModel], Any]] = [
        (PolicyFile, "validation"),
        (PackFile, "validation"),
    ]
    _, made = models_json_schema(models, ref_template="#/$defs/{model}")
    parts = {name: _part(name, part) for name, part in made["$defs"].items()}
    for name in ("Rule", "PackRule"):
        parts[name]["anyOf"] = [{"required": [key]} for key in ("any", "all", "none")]
    parts["Condition"]["minProperties"] = 1
    budget = parts["Purpose"]["properties"]["budget"]
    listed = {key: budget.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    budget["anyOf"] = [listed["items"], listed]
    purpose = parts["Purpose"]["properties"]
    fields = [field for field in purpose if field != "final"]
    purpose["final"]["anyOf"][1]["items"] = {"enum": fields}
    names = parts["PolicyFile"]["properties"]["purposes"]
    names["propertyNames"] = {"pattern": _PURPOSE}
    return {
        "$schema": _DRAFT,
        "title": TITLE,
        "description": "What an organisation uses AI providers for, and what it does "
        "not: a policy, or a pack of a provider's terms.",
        "if": {"properties": {"kind": {"const": "Pack"}}, "required": ["kind"]},
        "then": {"$ref": "#/$defs/PackFile"},
        "else": {"$ref": "#/$defs/PolicyFile"},
        "$defs": parts,
    }


def text() -> str:
    """The schema as it is published: one property a line."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _part(name: str, part: Mapping[str, Any]) -> dict[str, Any]:
    return cleaned(part, _EXAMPLES.get("Rule" if name == "PackRule" else name, {}))


def cleaned(part: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """A part's schema as editors read it best, with an example of each field."""
    clean: dict[str, Any] = _without_noise(part)
    for key, field in clean.get("properties", {}).items():
        if key in examples:
            field["examples"] = [examples[key]]
    return clean


def _without_noise(value: Any) -> Any:
    """Without null, and without titles that only repeat a field's name."""
    if isinstance(value, list):
        return [_without_noise(each) for each in value]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {
        key: {name: _without_noise(each) for name, each in below.items()}
        if key == "properties"
        else _without_noise(below)
        for key, below in value.items()
        if key != "title" and not (key == "default" and below is None)
    }
    if made.get("format") == "date":
        made["pattern"] = _DAY
    pattern = made.get("pattern")
    if isinstance(pattern, str) and not pattern.startswith("^"):
        made["pattern"] = f"^{pattern}$"  # a schema's pattern may match anywhere
    description = made.get("description")
    if isinstance(description, str):
        made["description"] = re.sub(r"\s+", " ", description)
    return _without_null(made)


def _without_null(value: dict[str, Any]) -> dict[str, Any]:
    choices = value.get("anyOf", ())
    kept = [each for each in choices if each != {"type": "null"}]
    if len(kept) == len(choices):
        return value
    rest = {key: each for key, each in value.items() if key != "anyOf"}
    return {**kept[0], **rest} if len(kept) == 1 else {**rest, "anyOf": kept}
