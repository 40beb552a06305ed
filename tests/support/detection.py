"""Calls and rule cases for tests of `affidavit.detect`."""

from collections.abc import Sequence

import pytest

from affidavit.calls import Call, Text
from affidavit.detect.match import Evidence, Matcher, R
from affidavit.detect.passage import Passage, join
from affidavit.detect.rule import Rule
from affidavit.detect.signs.sign import Sign


def call_of(*texts: str | tuple[str, str]) -> Call:
    """A call with these texts: a plain one is the user's, else (role, text)."""
    pairs = [("user", text) if isinstance(text, str) else text for text in texts]
    return Call(
        endpoint="chat.completions",
        provider="openai",
        host="api.openai.com",
        texts=tuple(Text(role=role, value=value) for role, value in pairs),
    )


def evidence_of(rules: Sequence[R], *texts: str) -> list[Evidence[R]]:
    """All that `rules` find in `texts`, as a detector seeks it."""
    call = call_of(*texts)
    folded, matcher = join(call.texts), Matcher(rules)
    seen = matcher.look(folded)
    if seen is None:
        return []
    return list(matcher.evidence(Passage(call.texts, folded), seen))


def bears(sign: Sign, prompt: str) -> bool:
    """Whether `sign` is seen in `prompt`."""
    return bool(evidence_of((sign,), prompt))


def bearing(signs: Sequence[Sign]) -> pytest.MarkDecorator:
    """Every prompt that one of `signs` says bears it."""
    cases = [
        pytest.param(s, m, id=f"{s.id}-{m[:24]}") for s in signs for m in s.matches
    ]
    return pytest.mark.parametrize(("sign", "prompt"), cases)


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
