from typing import Any

import pytest

from affidavit import OpenAI
from affidavit.clients.errors import CallUngoverned
from affidavit.testing import MemoryGovernor
from support.http_client import Provider, completion, library

MESSAGES: Any = [{"role": "user", "content": "secret"}]


def redirect(location: str, status: int = 307) -> Any:
    return library.Response(status, headers={"location": location})


def provider(*answers: Any) -> Provider:
    left = list(answers)
    return Provider(lambda _: left.pop(0))


def client(provider: Provider, governor: MemoryGovernor, **arguments: Any) -> OpenAI:
    return OpenAI(
        api_key="sk-test",
        base_url="https://api.openai.com/v1",
        purpose="support",
        affidavit=governor,
        http_client=provider.client,
        max_retries=2,
        **arguments,
    )


def test_a_body_is_not_carried_to_another_host() -> None:
    governor = MemoryGovernor()
    there = provider(redirect("https://elsewhere.example/v1/chat/completions"))

    with pytest.raises(CallUngoverned, match=r"elsewhere\.example"):
        client(there, governor).chat.completions.create(model="m", messages=MESSAGES)

    assert [request.url.host for request in there.requests] == ["api.openai.com"]
    assert governor.outcomes[0].error == "CallUngoverned"


def test_a_body_follows_within_its_own_host() -> None:
    governor = MemoryGovernor()
    there = provider(redirect("/v2/chat/completions"), completion())

    answer = client(there, governor).chat.completions.with_raw_response.create(
        model="m", messages=MESSAGES
    )

    assert [request.url.path for request in there.requests] == [
        "/v1/chat/completions",
        "/v2/chat/completions",
    ]
    assert b"secret" in there.requests[1].content
    assert [past.status_code for past in answer.http_response.history] == [307]
    assert [attempt.status for attempt in governor.outcomes[0].attempts] == [307, 200]


def test_a_download_from_elsewhere_is_refused_too() -> None:
    there = provider(redirect("https://store.example/blob", 302))

    with pytest.raises(CallUngoverned, match=r"https://store\.example"):
        client(there, MemoryGovernor()).files.content("file-1")

    assert len(there.requests) == 1


def test_a_hop_to_an_origin_that_the_policy_lists_is_followed() -> None:
    governor = MemoryGovernor(origins=frozenset({"https://store.example"}))
    there = provider(
        redirect("https://store.example:443/blob", 302),
        library.Response(200, content=b"data"),
    )

    content = client(there, governor).files.content("file-1").read()

    assert content == b"data"
    headers = there.requests[1].headers
    assert "authorization" not in headers
    assert headers["x-declared-purpose"] == "support"


def test_another_port_is_another_origin() -> None:
    governor = MemoryGovernor(origins=frozenset({"https://store.example"}))
    there = provider(redirect("https://store.example:444/blob", 302))

    with pytest.raises(CallUngoverned, match=":444"):
        client(there, governor).files.content("file-1")


def test_a_client_that_follows_no_redirects_still_does_not() -> None:
    there = provider(redirect("/v2/chat/completions"))
    there.client.follow_redirects = False

    with pytest.raises(Exception, match="307"):
        client(there, MemoryGovernor()).chat.completions.create(
            model="m", messages=MESSAGES
        )
    assert len(there.requests) == 1


def test_a_circle_of_redirects_ends() -> None:
    there = Provider(lambda _: redirect("/v1/chat/completions"))
    with pytest.raises(Exception, match="307"):
        client(there, MemoryGovernor()).chat.completions.create(
            model="m", messages=MESSAGES
        )
    assert len(there.requests) == there.client.max_redirects + 1


def test_a_client_with_x509_workload_identity_follows_no_redirect() -> None:
    there = provider(redirect("/v2/chat/completions"))
    bound = client(there, MemoryGovernor())
    bound.workload_identity = {
        "type": "x509",
        "identity_provider_id": "idp",
        "service_account_id": "account",
    }
    with pytest.raises(Exception, match="307"):
        bound.chat.completions.create(model="m", messages=MESSAGES)
    assert len(there.requests) == 1


def test_a_refused_redirect_gives_its_connection_back() -> None:
    answered = redirect("https://elsewhere.example/v1/chat/completions")
    with pytest.raises(CallUngoverned):
        client(provider(answered), MemoryGovernor()).chat.completions.create(
            model="m", messages=MESSAGES, stream=True
        )

    assert answered.is_closed


def test_another_port_of_the_same_host_is_another_origin() -> None:
    there = provider(redirect("https://api.openai.com:9443/v1/chat/completions"))
    plain = client(there, MemoryGovernor()).with_options(
        base_url="http://api.openai.com:8080/v1"
    )

    with pytest.raises(CallUngoverned, match="9443"):
        plain.chat.completions.create(model="m", messages=MESSAGES)
