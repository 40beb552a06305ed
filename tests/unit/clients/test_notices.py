"""Safety notices through the SDK: fetched by governed calls, verified as it does."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit import Governor, OpenAI
from affidavit.clients.notices import Webhooks, fetch
from affidavit.errors import Incomplete, Malformed, SettingsInvalid, SignatureInvalid
from affidavit.testing import Sandbox
from affidavit.trail.notices import MAX_DOCUMENT_BYTES, Form
from affidavit.trail.reader import TrailReader
from affidavit.wiring import read_settings
from affidavit.wiring.founding import found
from support.incidents import POLICY, SECRET, an_event


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def governor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Governor]:
    directory: Path = tmp_path_factory.mktemp("notices")
    (directory / "policies").mkdir()
    (directory / "policies" / "policy.yaml").write_text(POLICY)
    settings = read_settings(environ={}, directory=directory)
    found(settings, directory=directory, observe=False)
    with Governor(settings=settings) as running:
        yield running


def client(sandbox: Sandbox, governor: Governor, purpose: str) -> OpenAI:
    return OpenAI(
        api_key="k",
        base_url=sandbox.base_url,
        purpose=purpose,
        affidavit=governor,
        max_retries=0,
    )


def test_a_notice_is_fetched_by_a_recorded_call(
    sandbox: Sandbox, governor: Governor
) -> None:
    asking = client(sandbox, governor, "notices.read")
    case = sandbox.safety.issue_case("user-17")
    alert = sandbox.safety.issue_alert(request_id="r", response_id="s", model="m")

    assert b'"user-17"' in fetch(asking, Form.CASE, str(case["id"]))
    assert b'"safety.alert"' in fetch(asking, Form.ALERT, str(alert["id"]))
    governor.flush()
    endpoints = [
        each.body.get("endpoint")
        for each in TrailReader(governor.trail.path).pending()
        if each.body is not None and each.entry.effect == "permit"
    ]
    assert "safety.cases.retrieve" in endpoints


def test_what_the_provider_does_not_give_is_told(
    sandbox: Sandbox, governor: Governor
) -> None:
    with pytest.raises(Incomplete, match="could not be fetched"):
        fetch(client(sandbox, governor, "notices.read"), Form.CASE, "../secret")
    assert sandbox.requests[-1].path == "/v1/safety/cases/..%2Fsecret"


def test_what_the_policy_refuses_is_not_fetched(
    sandbox: Sandbox, governor: Governor
) -> None:
    before = len(sandbox.requests)
    with pytest.raises(Incomplete, match="policy does not let it"):
        fetch(client(sandbox, governor, "support.reply"), Form.CASE, "case_1")
    assert len(sandbox.requests) == before


def test_an_answer_without_bounds_is_refused(
    sandbox: Sandbox, governor: Governor
) -> None:
    sandbox.answer_next(json={"reason": "x" * MAX_DOCUMENT_BYTES})

    with pytest.raises(Malformed, match="more than any notice"):
        fetch(client(sandbox, governor, "notices.read"), Form.CASE, "case_1")


def test_a_delivery_verifies_as_the_sdk_verifies_it(sandbox: Sandbox) -> None:
    payload = an_event()

    Webhooks(SECRET).verify(payload, sandbox.safety.signed(payload, SECRET))
    Webhooks("0123456789abcdef").verify(
        payload, sandbox.safety.signed(payload, "0123456789abcdef")
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "é"},
        {"webhook-timestamp": "soon"},
        {"webhook-id": "other"},
    ],
)
def test_any_other_does_not(sandbox: Sandbox, changes: dict[str, str]) -> None:
    payload = an_event()
    headers = {**sandbox.safety.signed(payload, SECRET), **changes}

    with pytest.raises(SignatureInvalid):
        Webhooks(SECRET).verify(payload, headers)


def test_a_delivery_without_headers_or_text_does_not(sandbox: Sandbox) -> None:
    with pytest.raises(SignatureInvalid):
        Webhooks(SECRET).verify(an_event(), {})
    payload = b"\xff"
    with pytest.raises(SignatureInvalid):
        Webhooks(SECRET).verify(payload, sandbox.safety.signed(payload, SECRET))


def test_an_old_delivery_is_a_replay() -> None:
    payload = an_event()
    with Sandbox(clock=lambda: time.time() - 400) as late:
        headers = late.safety.signed(payload, SECRET)

    with pytest.raises(SignatureInvalid, match="too old"):
        Webhooks(SECRET).verify(payload, headers)
    Webhooks(SECRET, max_age=600).verify(payload, headers)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short"])
def test_a_secret_that_is_none_verifies_nothing(secret: str) -> None:
    with pytest.raises(SettingsInvalid, match="too short"):
        Webhooks(secret)


def test_a_secret_that_was_mistyped_is_told_of(sandbox: Sandbox) -> None:
    payload = an_event()

    with pytest.raises(SettingsInvalid, match="not what the provider showed"):
        Webhooks("whsec_" + "a" * 17).verify(
            payload, sandbox.safety.signed(payload, SECRET)
        )
