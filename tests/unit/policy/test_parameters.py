from datetime import date
from pathlib import Path

import pytest

from affidavit.clients._reading import parameters as reading
from affidavit.errors import Diagnostic
from affidavit.policy.check import check
from affidavit.policy.parameters import TYPES
from support.policies import PACK, SUPPORT, written

TODAY = date(2026, 11, 22)
RULES = "rules:\n  - {{id: r, effect: {}, message: m, {}: [{{parameter: {{{}}}}}]}}\n"


def told(
    directory: Path, wanted: str, effect: str = "deny", group: str = "any"
) -> tuple[Diagnostic, ...]:
    body = SUPPORT + RULES.format(effect, group, wanted)
    return check(written(directory, body), today=TODAY)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ('n: "more than 4"', ["P115"]),
        ("n: true", ["P115"]),
        ("n: 4", []),
        ('n: "> 4"', []),
        ('temperature: "> 0.5"', []),
        ("temperature: warm", ["P115"]),
        ("stream: 1", ["P115"]),
        ("stream: yes", ["P115"]),
        ("stream: true", []),
        ("voice: 1", ["P115"]),
        ("voice: true", ["P115"]),
        ("voice: alloy", []),
        ("logprobs: 5", []),
        ("of_our_own: what", ["P116"]),
    ],
)
def test_a_parameter_is_held_against_what_it_can_be(
    tmp_path: Path, wanted: str, expected: list[str]
) -> None:
    assert [each.rule for each in told(tmp_path, wanted, "warn")] == expected


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("max_output_token", "Did you mean max_output_tokens"),
        ("Store", "Did you mean store"),
        ("temprature", "Did you mean temperature"),
        ("max_*", "docs/policy.md lists"),
        ("metadata", "docs/policy.md lists"),
    ],
)
def test_a_parameter_that_no_call_shows_is_told_with_the_nearest(
    tmp_path: Path, name: str, remedy: str
) -> None:
    (found,) = told(tmp_path, f'n: 2, "{name}": 2')
    assert (found.rule, found.level) == ("P116", "warning")
    assert (found.line, found.column) == (10, 64)
    assert found.message == f"no call shows a parameter {name!r}: this never matches"
    assert (found.help or "").startswith(remedy)


@pytest.mark.parametrize("effect", ["deny", "review", "warn", "allow"])
@pytest.mark.parametrize("group", ["all", "any", "none"])
def test_it_is_told_whatever_the_rule_does(
    tmp_path: Path, effect: str, group: str
) -> None:
    assert [e.rule for e in told(tmp_path, "Store: true", effect, group)] == ["P116"]


def test_a_packs_parameters_are_its_authors_to_mend(tmp_path: Path) -> None:
    packed = PACK + RULES.format("deny", "any", "Store: true")
    (tmp_path / "terms.yaml").write_text(packed)
    policy = written(tmp_path, f"extends: [pack:terms]\n{SUPPORT}")
    assert check(policy, today=TODAY, packs=tmp_path) == ()
    found = check(tmp_path / "terms.yaml", today=TODAY)
    assert [each.rule for each in found] == ["P116"]


BODY = {
    "agent": {"n": 1},
    "audio": {"voice": "alloy"},
    "data_source": {"sampling_params": {"temperature": 1.0}},
    "expires_after": {"seconds": 1},
    "functions": [{}],
    "hyperparameters": {"n_epochs": 1, "batch_size": 1, "learning_rate_multiplier": 1},
    "include": ["message.output_text.logprobs"],
    "logit_bias": {"1": 1},
    "method": {"type": "dpo", "dpo": {"hyperparameters": {"n_epochs": 2}}},
    "modalities": ["text"],
    "models": ["a"],
    "output_expires_after": {"seconds": 1},
    "output_modalities": ["text"],
    "plugins": [{}],
    "prediction": {"type": "content"},
    "preset": "mail",
    "purpose": "batch",
    "reasoning": {"effort": "low"},
    "response_format": {"type": "text"},
    "sampling_params": {"top_p": 1},
    "session": {"audio": {"output": {"voice": "alloy"}}},
    "target": {"agent": {"seed": 1}},
    "text": {"format": {"type": "text"}, "verbosity": "low"},
    "tools": [{}],
    "voice": {"id": "alloy"},
    "web_search_options": {"a": 1},
}


def test_whatever_a_call_shows_is_a_parameter_that_rules_can_ask_for() -> None:
    assert BODY.keys() == reading._DEEPER
    shown = reading.parameters({**BODY, **dict.fromkeys(reading._PLAIN, 1)})
    assert shown.keys() | {"event"} == TYPES.keys()
