from pathlib import Path

import pytest

from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.check import check
from affidavit.policy.engine import Effect
from affidavit.policy.loader import load
from support.policies import NOON, PACK, a_call, decided, written

UPPER = """\
purposes:
  support.reply:
    owner: support@acme.example
    models: ["gpt-5*", "o4*"]
    endpoints: [responses, chat.completions]
    activities: [conversation]
    data: [pii, tickets]
    expires: 2027-06-30
"""
RULE = """\
rules:
  - id: few
    effect: {effect}
    level: {level}
    message: m
    any: [{{parameter: {{n: "{n}"}}}}]
"""


def rule(effect: str = "review", level: str = "waivable", n: str = "> 4") -> str:
    return RULE.format(effect=effect, level=level, n=n)


def final(text: str) -> str:
    return text + "    final: true\n"


def layered(directory: Path, lower: str, *uppers: str) -> Path:
    """A service's policy over its team's over the organisation's, lowest first."""
    for depth, upper in enumerate(uppers):
        above = f"layer{depth + 1}.yaml" if depth + 1 < len(uppers) else None
        extends = f"extends: [{above}]\n" if above else ""
        written(directory, extends + upper, name=f"layer{depth}.yaml")
    return written(directory, f"extends: [layer0.yaml]\n{lower}")


def loosened(file: Path) -> Diagnostic:
    with pytest.raises(PolicyInvalid) as caught:
        load(file)
    (found,) = caught.value.diagnostics
    assert (found.rule, found.path) == ("P026", str(file))
    assert "layer" in found.message
    assert ".yaml:" in found.message  # both places are named
    return found


def test_a_lower_layer_replaces_a_purpose_field_by_field(tmp_path: Path) -> None:
    team = 'purposes:\n  support.reply: {models: ["gpt-5*"], expires: 2027-01-01}\n'
    service = "purposes:\n  support.reply: {endpoints: [embeddings]}\n"
    policy = load(layered(tmp_path, service, team, UPPER))
    purpose = policy.purposes["support.reply"]
    assert (str(purpose.models), str(purpose.endpoints)) == ("gpt-5*", "embeddings")
    assert (purpose.owner, str(purpose.expires)) == (
        "support@acme.example",
        "2027-01-01",
    )
    assert purpose.where.endswith("policy.yaml:6")


def test_a_lower_layer_replaces_a_rule_as_a_whole(tmp_path: Path) -> None:
    policy = load(layered(tmp_path, rule("warn", "hard", "> 9"), UPPER + rule()))
    assert [each.id for each in policy.rules] == ["few"]
    assert decided(policy, a_call(parameters={"n": 5})).effect is Effect.PERMIT


@pytest.mark.parametrize(
    "fields",
    [
        'models: ["gpt-5-mini", o4]',
        "endpoints: [responses]",
        "expires: 2027-06-29",
        "data: [tickets]",
        "activities: [conversation]",
        "owner: support@acme.example",
        "budget: {requests: 5/day}",
    ],
)
def test_what_is_final_can_be_narrowed(tmp_path: Path, fields: str) -> None:
    lower = f"purposes:\n  support.reply: {{{fields}}}\n"
    load(layered(tmp_path, lower, final(UPPER)))


@pytest.mark.parametrize(
    "fields",
    [
        'models: ["gpt-*"]',
        "endpoints: [responses, embeddings]",
        "expires: 2027-07-01",
        "data: [pii, health]",
        "activities: [conversation, distillation]",
        "owner: somebody@acme.example",
        "evaluates_model: {competing: true}",
    ],
)
@pytest.mark.parametrize("between", [True, False])
def test_what_is_final_cannot_be_widened(
    tmp_path: Path,
    fields: str,
    between: bool,  # noqa: FBT001 - whether a layer lies between
) -> None:
    lower = f"purposes:\n  support.reply: {{{fields}}}\n"
    layers = [rule(), final(UPPER)] if between else [final(UPPER)]
    found = loosened(layered(tmp_path, lower, *layers))
    assert f"`{fields.partition(':')[0]}` of purpose support.reply is final" in (
        found.message
    )


def test_what_a_layer_between_makes_final_holds_below_it(tmp_path: Path) -> None:
    team = 'purposes:\n  support.reply: {models: ["gpt-5*"], final: [models]}\n'
    service = 'purposes:\n  support.reply: {models: ["o4*"]}\n'
    loosened(layered(tmp_path, service, team, UPPER))


def test_only_the_fields_that_are_named_are_final(tmp_path: Path) -> None:
    lower = "purposes:\n  support.reply: {expires: 2028-01-01}\n"
    load(layered(tmp_path, lower, UPPER + "    final: [models]\n"))


def test_a_final_field_names_a_field(tmp_path: Path) -> None:
    with pytest.raises(PolicyInvalid, match=r"no field of a purpose.*models"):
        load(written(tmp_path, UPPER + "    final: [modles]\n"))


@pytest.mark.parametrize(
    "lower",
    [
        rule("deny", "hard", "> 2"),
        rule("review", "waivable", "> 4"),
        rule("deny", "waivable", ">= 4").replace("any", "all"),
    ],
)
def test_a_final_rule_can_be_tightened(tmp_path: Path, lower: str) -> None:
    load(layered(tmp_path, lower, UPPER + final(rule())))


@pytest.mark.parametrize(
    ("lower", "why"),
    [
        (rule("warn", "hard"), "effect warn instead of review"),
        (rule("review", "shadow"), "is shadow instead of waivable"),
        (rule("review", "hard", "> 5"), "match all"),
        (rule() + "    none: [{model: x}]\n", "match all"),
        (final(rule()) + "    waivable_below: true\n", "waived by lower layers"),
    ],
)
def test_a_final_rule_cannot_be_loosened(tmp_path: Path, lower: str, why: str) -> None:
    assert why in loosened(layered(tmp_path, lower, UPPER + final(rule()))).message


@pytest.mark.parametrize(("n", "tighter"), [("< 2", True), ("< 5", False)])
def test_a_final_permission_can_only_permit_less(
    tmp_path: Path,
    n: str,
    tighter: bool,  # noqa: FBT001 - the answer
) -> None:
    file = layered(
        tmp_path, rule("allow", "hard", n), UPPER + final(rule("allow", "hard", "< 4"))
    )
    if tighter:
        load(file)
    else:
        assert "permit more" in loosened(file).message


@pytest.mark.parametrize(
    ("lower", "refused"),
    [(rule("deny", "hard", "> 3"), False), (rule("warn", "hard", "> 3"), True)],
)
def test_a_packs_rule_is_final(
    tmp_path: Path,
    lower: str,
    refused: bool,  # noqa: FBT001 - the answer
) -> None:
    (tmp_path / "terms.yaml").write_text(PACK + rule("deny"))
    file = written(tmp_path, f"extends: [pack:terms]\n{UPPER}{lower}")
    found = [d.rule for d in check(file, today=NOON.date(), packs=tmp_path)]
    assert ("P026" in found) is refused


def waiver(directory: Path, upper: str) -> Path:
    lower = (
        "waivers:\n  - {rule: few, purpose: support.reply, approved_by: [d],"
        " ticket: T, expires: 2027-01-01}\n"
    )
    return layered(directory, lower, UPPER + upper)


def test_a_final_rule_is_waived_only_where_it_says_so(tmp_path: Path) -> None:
    assert "cannot waive" in loosened(waiver(tmp_path, final(rule()))).message
    for upper in (rule(), final(rule()) + "    waivable_below: true\n"):
        policy = load(waiver(tmp_path, upper))
        call = a_call(parameters={"n": 5})
        assert decided(policy, call).effect is Effect.PERMIT


def test_a_rule_below_does_not_fill_in_a_final_purposes_lists(tmp_path: Path) -> None:
    upper = "purposes:\n  crm.sync: {owner: o, models: [x], final: true}\n"
    allow = (
        "rules:\n  - {id: r, effect: allow, message: m, all: [{purpose: %s, model: x}]}"
    )
    found = loosened(layered(tmp_path, f"{UPPER}{allow % 'crm.*'}\n", upper))
    assert "leaves out endpoints" in found.message
    load(layered(tmp_path, f"{UPPER}{allow % 'support.*'}\n", upper))


def test_purposes_can_be_closed(tmp_path: Path) -> None:
    upper = f"final: [purposes]\n{UPPER}"
    new = "purposes:\n  crm.sync: {owner: o}\n"
    assert "purpose crm.sync is new" in loosened(layered(tmp_path, new, upper)).message
    load(layered(tmp_path, new, UPPER))
    load(
        layered(tmp_path, "purposes:\n  support.reply: {expires: 2027-01-01}\n", upper)
    )


def test_a_file_that_two_extend_is_above_both(tmp_path: Path) -> None:
    """However the one that is read first came to name it."""
    written(tmp_path, UPPER + final(rule()), name="organisation.yaml")
    lower = f"extends: [organisation.yaml]\n{rule('warn', 'hard')}"
    written(tmp_path, lower, name="team.yaml")
    for order in ("organisation.yaml, team.yaml", "team.yaml, organisation.yaml"):
        with pytest.raises(PolicyInvalid, match="P026"):
            load(written(tmp_path, f"extends: [{order}]\n"))


def test_the_digest_is_of_what_is_in_force_and_not_of_the_layers(
    tmp_path: Path,
) -> None:
    narrow = UPPER.replace('"gpt-5*", "o4*"', '"gpt-5*"')
    lower = 'purposes:\n  support.reply: {models: ["gpt-5*"]}\n'
    one = load(layered(tmp_path, lower, UPPER + rule()))
    whole = load(written(tmp_path, narrow + rule(), name="whole.yaml"))
    assert one.digest == whole.digest
