"""Calls and rule cases for tests of `affidavit.detect`."""

from collections.abc import Sequence

import pytest

from affidavit.calls import Call, Text
from affidavit.detect.match import Evidence, Matcher
from affidavit.detect.passage import Passage, join
from affidavit.detect.rule import Rule


def call_of(*texts: str | tuple[str, str]) -> Call:
    """A call with these texts: a plain one is the user's, else (role, text)."""
    pairs = [("user", text) if isinstance(text, str) else text for text in texts]
    return Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        texts=tuple(Text(role=role, value=value) for role, value in pairs),
    )


def evidence_of(rules: Sequence[Rule], *texts: str) -> list[Evidence]:
    """All that `rules` find in `texts`, as a detector seeks it."""
    call = call_of(*texts)
    folded, matcher = join(call.texts), Matcher(rules)
    hits = matcher.hits(folded)
    if hits is None:
        return []
    return list(matcher.evidence(Passage(call.texts, folded), hits))


def fires(rule: Rule, prompt: str) -> bool:
    """Whether `rule` alone finds anything in `prompt`."""
    return bool(evidence_of((rule,), prompt))


def matching(rules: Sequence[Rule]) -> pytest.MarkDecorator:
    """Every prompt in which one of `rules` says that it fires."""
    cases = [
        pytest.param(r, m, id=f"{r.id}-{m[:24]}") for r in rules for m in r.matches
    ]
    return pytest.mark.parametrize(("rule", "prompt"), cases)


def ignoring(rules: Sequence[Rule]) -> pytest.MarkDecorator:
    """Every look-alike of which one of `rules` says that it does not fire."""
    cases = [
        pytest.param(r, m, id=f"{r.id}-{m[:24]}") for r in rules for m in r.ignores
    ]
    return pytest.mark.parametrize(("rule", "prompt"), cases)
