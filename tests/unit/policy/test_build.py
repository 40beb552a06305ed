import re
from datetime import date
from pathlib import Path

import pytest

from affidavit.errors import PolicyInvalid
from affidavit.policy.build import MOST_PAIRS, UNCONFIRMED
from affidavit.policy.loader import load
from support.policies import HEAD, PACK, SUPPORT, a_call, decided, in_force, written

RULE = (
    "rules:\n  - id: a\n    effect: deny\n    message: m\n    any: [{model: gpt-4}]\n"
)


def digest(directory: Path, body: str) -> str:
    return in_force(directory, body).digest


def test_the_digest_is_a_sha256(tmp_path: Path) -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest(tmp_path, SUPPORT + RULE))


def test_formatting_comments_and_defaults_do_not_change_the_digest(
    tmp_path: Path,
) -> None:
    plain = digest(tmp_path, SUPPORT + RULE)
    other = (
        "rules:\n  - {message: 'm', any: [{model: [gpt-4]}], effect: deny, id: a, "
        "level: hard}  # a comment\nmode: enforce\n" + SUPPORT
    )
    assert digest(tmp_path, other) == plain


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gpt-5*", "gpt-5"),
        ("effect: deny", "effect: review"),
        ("message: m", "message: n"),
        ("owner: support@acme.example", "owner: crm@acme.example"),
        ("purposes:", "mode: observe\npurposes:"),
        ("purposes:", "origins: [https://api.openai.com]\npurposes:"),
        ("model: gpt-4", "host: gpt-4"),
    ],
)
def test_whatever_decides_or_is_said_changes_the_digest(
    tmp_path: Path, old: str, new: str
) -> None:
    body = SUPPORT + RULE
    assert old in body
    assert digest(tmp_path, body.replace(old, new)) != digest(tmp_path, body)


def test_what_is_extended_is_in_the_digest(tmp_path: Path) -> None:
    file = written(tmp_path, "extends: [pack:terms]\n")
    digests = set()
    for text in (
        PACK + RULE,
        PACK + RULE.replace("gpt-4", "gpt-3"),
        PACK + RULE + "# c\n",
    ):
        (tmp_path / "terms.yaml").write_text(text)
        digests.add(load(file, packs=tmp_path).digest)
    assert len(digests) == 2


def test_whose_terms_a_rule_rests_on_is_in_the_digest(tmp_path: Path) -> None:
    other = RULE.replace("id: a", "id: b")
    second = PACK.replace("name: terms", "name: more").replace("openai", "anthropic")
    file = written(tmp_path, "extends: [pack:terms, pack:more]\n")
    digests = set()
    moved = RULE.replace("id: a", "id: c").removeprefix("rules:\n")
    for first, last in ((RULE + moved, other), (RULE, "rules:\n" + moved + other[7:])):
        (tmp_path / "terms.yaml").write_text(PACK + first)
        (tmp_path / "more.yaml").write_text(second + last)
        policy = load(file, packs=tmp_path)
        assert [rule.id for rule in policy.rules] == ["a", "c", "b"]
        digests.add(policy.digest)
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("provider", "call", "refused"),
    [
        ("openai", {}, True),
        ("openai", {"provider": "azure", "model": "gpt-4"}, True),
        ("openai", {"provider": "other"}, True),
        ("openai", {"provider": "anthropic"}, False),
        ("anthropic", {}, False),
        ("anthropic", {"provider": "openrouter", "model": "anthropic/x"}, True),
        ("any", {"provider": "anthropic"}, True),
    ],
)
def test_a_pack_s_rules_hold_where_its_terms_do(
    tmp_path: Path, provider: str, call: dict[str, str], *, refused: bool
) -> None:
    pack = PACK.replace("provider: openai", f"provider: {provider}")
    rule = RULE.replace("{model: gpt-4}", "{host: '*'}")
    (tmp_path / "terms.yaml").write_text(pack + rule)
    file = written(tmp_path, f"extends: [pack:terms]\n{SUPPORT}")
    policy = load(file, packs=tmp_path)
    decision = decided(policy, a_call(**call))
    assert ("a" in {reason.rule for reason in decision.reasons}) is refused


def test_a_pack_of_nobody_s_terms_is_refused(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(PACK.replace("openai", "opneai") + RULE)
    file = written(tmp_path, "extends: [pack:terms]\n")
    with pytest.raises(PolicyInvalid) as caught:
        load(file, packs=tmp_path)
    (found,) = caught.value.diagnostics
    assert (found.rule, found.line, found.column) == ("P012", 4, 11)
    assert "Did you mean openai" in (found.help or "")


def test_sources_tell_bytes_apart_that_the_digest_does_not(tmp_path: Path) -> None:
    first = in_force(tmp_path, SUPPORT)
    second = in_force(tmp_path, SUPPORT + "# a comment\n")
    assert first.digest == second.digest
    assert first.sources != second.sources


def test_the_policy_holds_what_the_file_says(tmp_path: Path) -> None:
    policy = in_force(
        tmp_path,
        "mode: observe\npurposes:\n  research.x:\n    description: d\n"
        "    expires: 2027-03-31\n    data: [pii]\n"
        "    trains_model: {kind: classifier, distributed: false}\n"
        "    evaluates_model: {competing: false}\n",
    )
    purpose = policy.purposes["research.x"]
    assert (policy.name, policy.mode) == ("acme", "observe")
    assert (purpose.expires, purpose.data) == (date(2027, 3, 31), frozenset({"pii"}))
    assert purpose.trains_model is not None
    assert purpose.trains_model.competing is None
    assert purpose.where == f"{tmp_path}/policy.yaml:{HEAD.count(chr(10)) + 3}"


def test_an_unconfirmed_rule_says_so_when_it_decides(tmp_path: Path) -> None:
    text = PACK + RULE.replace("message: m", "message: m\n    review: true")
    (tmp_path / "terms.yaml").write_text(text)
    file = written(tmp_path, f"extends: [pack:terms]\n{SUPPORT}")
    decision = decided(load(file, packs=tmp_path), a_call(model="gpt-4"))
    assert decision.reasons[0].message == f"m {UNCONFIRMED}"


def test_the_purposes_in_force_cannot_be_changed(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    with pytest.raises(TypeError):
        policy.purposes["x"] = policy.purposes["support.reply"]  # type: ignore[index]  # the promise


def test_a_policy_of_many_rules_and_purposes_decides_alike(tmp_path: Path) -> None:
    purposes = "".join(f"  p.x{n}: {{}}\n" for n in range(MOST_PAIRS // 100))
    rules = "rules:\n" + "".join(
        f"  - {{id: r{n}, effect: deny, message: m, any: [{{model: gpt-5-mini}}]}}\n"
        for n in range(101)
    )
    small, large = (
        in_force(tmp_path, body + rules) for body in (SUPPORT, SUPPORT + purposes)
    )
    assert small.applicable
    assert not large.applicable
    found = [decided(policy, a_call()) for policy in (small, large)]
    first, second = ([r.rule for r in decision.reasons] for decision in found)
    assert first == second
