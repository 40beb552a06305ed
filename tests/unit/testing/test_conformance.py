import openai
import pytest

from affidavit.clients.errors import CallUngoverned
from affidavit.testing import MemoryGovernor, conformance_classes
from support.http_client import Provider


def test_the_classes_need_no_settings_and_keep_their_names() -> None:
    classes = conformance_classes()
    assert list(classes) == ["OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI"]
    for name, kind in classes.items():
        assert kind.__name__ == name
        assert issubclass(kind, getattr(openai, name))


def test_a_call_is_governed_and_declares_a_purpose() -> None:
    provider = Provider()
    client = conformance_classes()["OpenAI"](api_key="sk", http_client=provider.client)
    client.post("/x", body={}, cast_to=object)
    assert provider.requests[0].headers["x-declared-purpose"] == "conformance"


def test_only_these_classes_send_behind_the_request_loop() -> None:
    provider = Provider()
    request = provider.client.build_request("GET", "https://api.openai.com/v1/models")
    kind = conformance_classes()["OpenAI"]
    kind(api_key="sk", http_client=provider.client)._send_request(request, stream=False)
    governed = kind.__mro__[1](
        api_key="sk", affidavit=MemoryGovernor(), http_client=provider.client
    )
    with pytest.raises(CallUngoverned):
        governed._send_request(request, stream=False)
    assert len(provider.requests) == 1
