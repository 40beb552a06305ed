"""The provider's safety notices, as the sandbox serves them."""

from collections.abc import Iterator

import httpx
import pytest

from affidavit.testing import Sandbox
from affidavit.testing.sandbox import Declined
from support.incidents import SECRET

KEY = {"authorization": "Bearer k"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(clock=lambda: 1_795_420_000.5) as running:
        yield running


def asked(sandbox: Sandbox, where: str) -> httpx.Response:
    return httpx.get(f"{sandbox.base_url}/safety/{where}", headers=KEY)


def posted(sandbox: Sandbox, where: str, body: object) -> httpx.Response:
    return httpx.post(f"{sandbox.base_url}/safety/{where}", headers=KEY, json=body)


def test_a_case_is_served_as_it_was_issued(sandbox: Sandbox) -> None:
    case = sandbox.safety.issue_case("user-17", notice="deactivation", reason="why")
    told = asked(sandbox, f"cases/{case['id']}").json()

    assert told == case
    assert told["notice"] == {"type": "deactivation"}
    assert told["created_at"] == 1_795_420_000
    assert sandbox.counts["safety.cases.retrieve"] >= 1


def test_an_alert_is_served_as_it_was_issued(sandbox: Sandbox) -> None:
    alert = sandbox.safety.issue_alert(request_id="r", response_id="s", model="m")

    assert asked(sandbox, f"alerts/{alert['id']}").json() == alert


def test_another_process_makes_them_over_the_wire(sandbox: Sandbox) -> None:
    case = posted(sandbox, "cases", {"entity_identifier": "user-17"}).json()
    alert = posted(
        sandbox, "alerts", {"request_id": "r", "response_id": "s", "model": "m"}
    ).json()

    assert case["notice"] == {"type": "warning"}
    assert asked(sandbox, f"alerts/{alert['id']}").json()["error_type"] == "other"
    assert posted(sandbox, "cases", {}).status_code == 400
    assert posted(sandbox, "alerts", {"model": 7}).status_code == 400


def test_what_was_never_issued_is_not_there(sandbox: Sandbox) -> None:
    assert asked(sandbox, "cases/case_0").status_code == 404
    with pytest.raises(Declined):
        sandbox.safety.issue_case("user-17", notice="praise")


def test_an_event_is_signed_for_its_secret(sandbox: Sandbox) -> None:
    payload = sandbox.safety.event("safety.warning_issued", {"id": "case_1"})
    one = sandbox.safety.signed(payload, SECRET, webhook_id="wh_1")
    other = sandbox.safety.signed(payload, "another secret", webhook_id="wh_1")

    assert one["webhook-timestamp"] == "1795420000"
    assert one["webhook-signature"].startswith("v1,")
    assert one["webhook-signature"] != other["webhook-signature"]
