from datetime import date

import pytest

from affidavit.policy import draft
from affidavit.policy.draft import Trains, Wish
from affidavit.policy.fmt import formatted
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import ModelKind
from support.comparing import TODAY

WISH = Wish(
    name="support.reply",
    owner="a@b.example",
    description="Replies: drafts",
    models=("gpt-5*",),
    endpoints=("responses",),
    expires=date(2027, 11, 23),
    data=("customer_pii",),
    trains=Trains(kind=ModelKind.CLASSIFIER, distributed=False, competing=False),
)


def test_a_draft_is_a_policy_in_the_one_layout() -> None:
    text = draft.policy_text(
        "acme", [WISH], ["openai-services-agreement"], mode="enforce"
    )
    laid_out = formatted(text.encode(), "p")

    assert formatted(laid_out, "p") == laid_out
    assert b"# The last valid day" in laid_out
    assert b"trains_model: {kind: classifier" in laid_out


def test_a_draft_that_only_observes_does_not_say_that_it_enforces() -> None:
    text = draft.policy_text("acme", [WISH], [], mode="observe")
    head = " ".join(text.partition("apiVersion:")[0].replace("#", "").split())

    assert head.count("not leave") == 1
    assert "is refused, and does not leave unless `mode` is observe." in head


@pytest.mark.parametrize(
    "pattern", ["gpt-5*", "*", "gpt-*", "claude-*", "o4-mini", "[ab]x"]
)
def test_an_example_uses_a_model_that_the_purpose_lists(pattern: str) -> None:
    wish = Wish(
        **{**{f: getattr(WISH, f) for f in Wish.__slots__}, "models": (pattern,)}
    )
    _, call, _ = next(draft.calls(wish, TODAY))

    assert pattern == "[ab]x" or Globs((pattern,)).match(call["model"])


def test_an_example_is_made_of_the_day_after_the_last() -> None:
    days = {what: day for what, _, day in draft.calls(WISH, TODAY)}

    assert days["support.reply after its last day"] == date(2027, 11, 24)
