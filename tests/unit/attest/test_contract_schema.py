"""The published schema accepts what is read, and its checks are those there are."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from affidavit.attest.contract import parsed
from affidavit.attest.contract_model import Check
from affidavit.attest.contract_schema import (
    _CHECKS,
    _EXAMPLES,
    FILE,
    checks,
    draft,
    schema,
    text,
)

ROOT = Path(__file__).parents[3]


def test_the_published_schema_is_this_one() -> None:
    assert (ROOT / FILE).read_text(encoding="utf-8") == text()


def test_every_check_has_an_example_and_a_line_in_the_docs() -> None:
    names = [name for name, _ in checks()]
    formats = (ROOT / "docs/formats/statement.md").read_text(encoding="utf-8")

    assert names == list(Check.model_fields) == list(_CHECKS)
    assert [name for name in names if f"| `{name}` |" not in formats] == []


def test_a_first_contract_is_one_and_fits_the_schema() -> None:
    data = draft(
        name="acme",
        supplier='A "B": c',
        customer="d",
        every="month",
        first="2026-01-01",
    )
    made = parsed(data, "c.yaml").content

    assert made.parties[0].name == 'A "B": c'
    jsonschema.validate(
        YAML(typ="safe").load(data)
        | {"schedule": {"every": "month", "from": "2026-01-01"}},
        schema(),
    )


@pytest.mark.parametrize("check", sorted(set(_CHECKS) - {"policies_signed"}))
def test_examples_fit_the_schema(check: str) -> None:
    content = dict(_EXAMPLES["ContractFile"])
    content["clauses"] = [
        {"id": "1", "promise": "p", "checks": [{check: _CHECKS[check]}]}
    ]
    jsonschema.validate(content, schema())


def test_two_checks_in_one_item_do_not_fit_the_schema() -> None:
    content = dict(_EXAMPLES["ContractFile"])
    both: dict[str, object] = {"declared": {}, "recorded": {}}
    content["clauses"] = [{"id": "1", "promise": "p", "checks": [both]}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, schema())
