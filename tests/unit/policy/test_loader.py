import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.engine import Effect, decide
from affidavit.policy.loader import Policy, load, locate_packs
from support.policies import POLICIES, a_call, a_finding

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STARTER = (POLICIES / "starter.yaml").read_text(encoding="utf-8")
EVERYTHING = """\
apiVersion: affidavit/v1
kind: Policy
name: everything
mode: observe
extends: [pack:openai-services-agreement]
purposes:
  a.b:
    description: d
    owner: o
    models: ["gpt-5*"]
    endpoints: [responses]
    expires: 2027-03-31
    activities: [chat]
    trains_model: {kind: classifier, distributed: false, competing: false}
    evaluates_model: {competing: false}
    data: [pii]
rules:
  - id: r
    clause: x/1
    effect: deny
    level: waivable
    severity: low
    all:
      - {purpose: a.b, model: x, endpoint: files.create, provider: azure, host: x}
      - {finding: {purpose_mismatch: ">= 0.5"}, activity: distillation}
      - {parameter: {n: "> 1", s: x, b: true}}
    any:
      - {trains_model: {kind: other}, evaluates_model: {}, data: x}
    none:
      - {safety_id: absent, subject: present}
    message: m
    remedy: r
waivers:
  - {rule: r, purpose: a.b, approved_by: [x], ticket: T, expires: 2026-12-31}
"""


def test_the_packs_are_found_in_a_checkout() -> None:
    assert locate_packs() == POLICIES


@pytest.mark.parametrize(
    ("purpose", "model", "endpoint"),
    [
        ("support.reply", "gpt-4o-mini", "chat.completions"),
        ("support.reply", "gpt-5", "chat.completions"),
        ("support.reply", "gpt-5", "responses"),
        ("support.reply", "o3-mini", "responses"),
        ("search.index", "text-embedding-3-small", "embeddings"),
    ],
)
def test_the_starter_permits_what_a_newcomer_tries(
    purpose: str, model: str, endpoint: str
) -> None:
    policy = load(POLICIES / "starter.yaml")
    call = a_call(purpose=purpose, model=model, endpoint=endpoint)
    decision = decide(policy, call, (), now=NOW)
    assert decision.effect is Effect.PERMIT
    assert (decision.warnings, decision.shadow) == ((), ())


def test_the_directory_of_policies_is_one_policy_and_its_packs() -> None:
    assert load(POLICIES).name == "starter"


def uncommented(marker: str) -> str:
    """The starter with the commented part that begins at `marker` in force."""
    lines = STARTER.splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip() == f"# {marker}")
    for i in range(start, len(lines)):
        if not lines[i].strip().startswith("#"):
            break
        lines[i] = lines[i].replace("# ", "", 1)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "marker", ["research.intent-classifier:", "- id: customer-data-needs-safety-id"]
)
def test_what_the_starter_suggests_in_comments_is_valid(
    tmp_path: Path, marker: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(uncommented(marker), encoding="utf-8")
    before, after = load(POLICIES / "starter.yaml"), load(file)
    added = len(after.rules) + len(after.purposes)
    assert added == len(before.rules) + len(before.purposes) + 1


def with_purpose(directory: Path, declared: str) -> Policy:
    file = directory / "policy.yaml"
    file.write_text(
        "apiVersion: affidavit/v1\nkind: Policy\nname: x\n"
        "extends: [pack:openai-services-agreement]\npurposes:\n"
        '  lab.x: {models: ["gpt-*"], endpoints: [responses], ' + declared + "}\n"
    )
    return load(file)


PERMIT, REFUSE, REVIEW = Effect.PERMIT, Effect.REFUSE, Effect.REVIEW


@pytest.mark.parametrize(
    ("declared", "generates", "effect", "rule"),
    [
        ("owner: x", False, PERMIT, None),
        ("owner: x", True, REFUSE, "openai-dataset-generation"),
        ("trains_model: {kind: classifier, distributed: false}", True, PERMIT, None),
        ("trains_model: {kind: embedding, distributed: false}", True, PERMIT, None),
        (
            "trains_model: {kind: classifier, distributed: true}",
            True,
            REFUSE,
            "openai-dataset-generation",
        ),
        (
            "trains_model: {kind: classifier, distributed: true}",
            False,
            REVIEW,
            "openai-trained-model-unclear",
        ),
        (
            "trains_model: {kind: classifier, distributed: true, competing: false}",
            False,
            PERMIT,
            None,
        ),
        (
            "trains_model: {kind: classifier, distributed: true, competing: true}",
            False,
            REFUSE,
            "openai-trains-competing-model",
        ),
        (
            "trains_model: {kind: generative, distributed: false}",
            False,
            REFUSE,
            "openai-trains-competing-model",
        ),
        (
            "trains_model: {kind: generative, distributed: false, competing: false}",
            False,
            REFUSE,
            "openai-trains-competing-model",
        ),
        (
            "trains_model: {kind: other, distributed: true, within_provider: true}",
            True,
            PERMIT,
            None,
        ),
        (
            "trains_model: {kind: reward, distributed: false}",
            False,
            REFUSE,
            "openai-trains-competing-model",
        ),
        (
            "trains_model: {kind: other, distributed: false}",
            False,
            REVIEW,
            "openai-trained-model-unclear",
        ),
        (
            "evaluates_model: {competing: true}",
            False,
            REFUSE,
            "openai-evaluates-competing-model",
        ),
        ("evaluates_model: {competing: false}", False, PERMIT, None),
    ],
)
def test_the_pack_decides_as_the_terms_say(
    tmp_path: Path, declared: str, effect: Effect, rule: str | None, *, generates: bool
) -> None:
    policy = with_purpose(tmp_path, declared)
    findings = (a_finding(score=0.8),) if generates else ()
    decision = decide(policy, a_call(purpose="lab.x"), findings, now=NOW)
    assert decision.effect is effect
    assert rule is None or decision.reasons[0].rule == rule
    if effect is not PERMIT:
        assert (decision.reasons[0].clause or "").startswith(
            "openai-services-agreement/"
        )


@pytest.mark.parametrize("provider", ["azure", "other"])
def test_the_pack_holds_behind_every_host(tmp_path: Path, provider: str) -> None:
    policy = with_purpose(tmp_path, "owner: x")
    call = a_call(purpose="lab.x", provider=provider, host="gateway.acme.example")
    assert decide(policy, call, (a_finding(),), now=NOW).effect is REFUSE


def test_what_the_starters_pack_denies_is_hard_and_has_a_remedy() -> None:
    for rule in load(POLICIES / "starter.yaml").rules:
        if rule.where.startswith("pack:"):
            assert rule.level.value == "hard" or rule.effect.value != "deny"
            assert rule.clause
            assert rule.remedy


def test_the_engine_costs_neither_pydantic_nor_yaml() -> None:
    code = (
        "import sys, affidavit.policy.engine, affidavit.policy.loader;"
        "heavy = {'pydantic', 'ruamel', 'ruamel.yaml', 'openai'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def mutated(text: str, draw: st.DrawFn) -> str:
    """One edit of the kind that a slip of hand or a bad merge makes."""
    lines = text.splitlines(keepends=True)
    at = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(["drop", "twice", "indent", "swap", "cut", "put"])):
        case "drop":
            del lines[at]
        case "twice":
            lines.insert(at, lines[at])
        case "indent":
            lines[at] = " " * draw(st.integers(1, 3)) + lines[at]
        case "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        case "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))] + "\n"
        case _:
            column = draw(st.integers(0, len(lines[at])))
            noise = draw(
                st.sampled_from(list("[]{}:,-#&*!|>'\"%@`~?\\\t\0\n1e"))
                | st.sampled_from(["null", "true", "9" * 30, ".nan", "\u202e", "<<: "])
                | st.text(max_size=4)
            )
            lines[at] = lines[at][:column] + noise + lines[at][column:]
    return "".join(lines)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from([EVERYTHING, STARTER]))
    for _ in range(draw(st.integers(1, 4))):
        if text.strip():
            text = mutated(text, draw)
    return text


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(mutations())
def test_an_edited_policy_is_in_force_or_refused_with_positions(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    found: tuple[Diagnostic, ...] = ()
    try:
        policy = load(file)
    except PolicyInvalid as error:
        found = error.diagnostics
    else:
        # Whatever is left of it still decides every call.
        assert decide(policy, a_call(purpose="a.b"), (a_finding(),), now=NOW).reasons
        return
    assert found
    for diagnostic in found:
        assert diagnostic.level == "error"
        assert 1 <= diagnostic.line <= text.count("\n") + 2
        assert diagnostic.column >= 1
        str(diagnostic).encode("utf-8")


def keys(text: str) -> Iterator[str]:
    for line in text.splitlines():
        name = line.strip().removeprefix("- ").partition(":")[0]
        if name.isidentifier():
            yield name


@pytest.mark.parametrize("key", sorted(set(keys(EVERYTHING))))
def test_no_key_of_a_policy_can_be_misspelt_unnoticed(tmp_path: Path, key: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(EVERYTHING)
    assert load(file).mode == "observe"
    file.write_text(EVERYTHING.replace(f"{key}:", f"{key}x:", 1))
    with pytest.raises(PolicyInvalid):
        load(file)
