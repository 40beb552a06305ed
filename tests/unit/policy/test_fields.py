from datetime import date
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from affidavit.policy import fields
from support.policies import SUPPORT, in_force, refused


def test_a_date_is_read_as_it_is_written() -> None:
    days = TypeAdapter(fields.Day)
    assert days.validate_json('"2027-03-31"') == date(2027, 3, 31)
    assert days.dump_json(date(2027, 3, 31)) == b'"2027-03-31"'


@pytest.mark.parametrize(
    "day",
    ['"2027-3-31"', '"2027-02-30"', '"20270331"', '"2027-W13-3"', "5", "true"],
)
def test_a_date_has_one_spelling(day: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(fields.Day).validate_json(day)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('">=0.80"', ">= 0.8"),
        ('">  1"', "> 1"),
        ('"json"', "json"),
        ("4", 4),
        ("true", True),
    ],
)
def test_a_parameter_keeps_its_type_and_a_comparison_its_spelling(
    text: str, kept: object
) -> None:
    read = TypeAdapter(fields.ParameterTest).validate_json(text)
    assert (type(read), read) == (type(kept), kept)


@pytest.mark.parametrize("text", ["0.5", "null", "[]", "{}", '"=> 1"', '"> x"'])
def test_what_no_parameter_can_equal_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(fields.ParameterTest).validate_json(text)


@pytest.mark.parametrize(
    "text",
    [
        *('">= 80"', '"> -1"', '"0.8"', "0.8"),
        *('"> 1"', '"> 1.0"', '"< 0"', '"== 0.0005"', '"<= 1.5"'),
    ],
)
def test_a_score_is_compared_with_a_score(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(fields.ScoreTest).validate_json(text, strict=True)


@pytest.mark.parametrize("text", ["> 0.999", ">= 1", "< 0.001", "<= 0", "== 1"])
def test_a_score_at_the_end_is_still_one(text: str) -> None:
    assert TypeAdapter(fields.ScoreTest).validate_python(text) == text


CONDITION = "rules:\n  - {{id: r, effect: deny, message: m, any: [{{{}}}]}}\n"


@pytest.mark.parametrize(
    "condition",
    [
        "model: ' gpt-4'",
        "model: [gpt-5, 'gpt-4 ']",
        "endpoint: 'responses '",
        "activity: ' self_instruct'",
        "host: 'api.openai.com '",
        "data: ' customer_pii'",
        "model: '\u00a0gpt-4'",
        "parameter: {service_tier: 'flex '}",
    ],
)
def test_a_name_with_a_blank_at_an_end_is_refused(
    tmp_path: Path, condition: str
) -> None:
    (found,) = refused(tmp_path, SUPPORT + CONDITION.format(condition))
    assert (found.rule, found.line) == ("P012", 10)
    assert "has a blank at an end" in found.message


def test_a_blank_that_is_meant_can_be_written(tmp_path: Path) -> None:
    in_force(tmp_path, SUPPORT + CONDITION.format("model: ['[ ]gpt-4', 'a model']"))
    (found,) = refused(tmp_path, SUPPORT.replace('"gpt-5*"', '"gpt-5* "'))
    assert found.rule == "P012"


@pytest.mark.parametrize(
    ("host", "helped"),
    [
        ("https://api.openai.com/v1", "Write the host alone: api.openai.com."),
        ("https://", "Write the host alone: api.openai.com."),
        ("*.gateway.example:8443", "Write the host alone: *.gateway.example."),
    ],
)
def test_what_is_more_than_a_host_is_refused(
    tmp_path: Path, host: str, helped: str
) -> None:
    (found,) = refused(tmp_path, SUPPORT + CONDITION.format(f"host: '{host}'"))
    assert found.rule == "P012"
    assert "is more than a host: this would never match" in found.message
    assert helped in (found.help or "")
    in_force(tmp_path, SUPPORT + CONDITION.format("host: ['*.openai.com', '::1']"))


def test_a_message_is_never_read_as_a_template() -> None:
    error = fields.wrong("{braces} and {0}")
    assert error.message() == "{braces} and {0}"


def test_a_rule_s_name_holds_no_dot_so_that_built_in_reasons_stay_apart() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(fields.RuleId).validate_python("purpose.unknown")


@pytest.mark.parametrize(
    "origin",
    ["https://a.example", "http://127.0.0.1:8080", "https://[::1]:8443"],
)
def test_an_origin_has_one_spelling(tmp_path: Path, origin: str) -> None:
    policy = in_force(tmp_path, f"origins: ['{origin}']\n" + SUPPORT)
    assert policy.origins == frozenset({origin})


@pytest.mark.parametrize(
    "origin",
    [
        "a.example",
        "https://A.example",
        "https://a.example/",
        "https://a.example/v1",
        "https://a.example:443",
        "http://a.example:80",
        "https://user@a.example",
        "https://a.example:",
        "wss://a.example",
        "",
    ],
)
def test_any_other_spelling_of_an_origin_is_refused(
    tmp_path: Path, origin: str
) -> None:
    (found,) = refused(tmp_path, f"origins: ['{origin}']\n" + SUPPORT)
    assert found.rule == "P012"
    assert "origin" in found.message
