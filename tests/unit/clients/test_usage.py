"""Usage is fetched whole, page by page, by calls that are governed themselves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from affidavit import Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.clients.usage import KINDS, LATER, fetch
from affidavit.errors import Incomplete
from affidavit.testing import Sandbox
from affidavit.testing.sandbox import Asked, Declined
from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import route
from affidavit.wiring import read_settings
from affidavit.wiring.founding import found

DAY = 86_400
START = 1_790_035_200
POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: house
purposes:
  usage.read:
    owner: compliance@acme.example
    models: ["*"]
    endpoints: ["admin.organization.*"]
"""


@pytest.fixture
def governor(tmp_path: Path) -> Iterator[Governor]:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text(POLICY)
    settings = read_settings(environ={}, directory=tmp_path)
    found(settings, directory=tmp_path, observe=False)
    with Governor(settings=settings) as opened:
        yield opened


def client(sandbox: Sandbox, governor: Governor, **more: Any) -> OpenAI:
    arguments = {"purpose": "usage.read", "max_retries": 0, **more}
    return OpenAI(
        base_url=sandbox.base_url, api_key="admin", affidavit=governor, **arguments
    )


def test_every_kind_and_every_page_is_fetched(governor: Governor) -> None:
    with Sandbox() as sandbox:
        pages = list(fetch(client(sandbox, governor), START, START + 40 * DAY))
        asked = sandbox.requests
    names = [page.name for page in pages]
    for kind in (*KINDS, *LATER, "costs"):
        assert {f"{kind}-0001.json", f"{kind}-0002.json"} <= set(names)
    assert len(names) == len(set(names)) == len(asked)
    assert all(
        request.headers["x-declared-purpose"] == "usage.read" for request in asked
    )
    assert asked[0].query["group_by[]"] == "project_id,api_key_id,model,batch"
    assert len(orjson.loads(pages[0].data)["data"]) == 31


def lacking(asked: Asked) -> Reply:
    raise Declined(404, "no such use here")


def test_a_kind_that_the_provider_does_not_have_is_no_error(
    governor: Governor,
) -> None:
    gone = [route(f"GET organization/usage/{kind}", "gone", lacking) for kind in LATER]
    with Sandbox(routes=gone) as sandbox:
        names = [page.name for page in fetch(client(sandbox, governor), START, START)]
    assert not any(name.startswith(LATER) for name in names)


def test_a_kind_that_every_provider_has_is_not_passed_over(governor: Governor) -> None:
    gone = [route("GET organization/usage/images", "gone", lacking)]
    with Sandbox(routes=gone) as sandbox, pytest.raises(Incomplete):
        list(fetch(client(sandbox, governor), START, START + DAY))


def endless(asked: Asked) -> Reply:
    return json_answer({"object": "page", "data": [], "next_page": "again"})


def test_pages_without_end_are_given_up(
    governor: Governor, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = [route("GET organization/usage/completions", "again", endless)]
    with Sandbox(routes=again) as sandbox, pytest.raises(Incomplete, match="pages"):
        list(fetch(client(sandbox, governor), START, START + DAY, most_pages=3))


def test_the_policy_decides_about_it_as_about_any_call(governor: Governor) -> None:
    with Sandbox() as sandbox:
        stranger = client(sandbox, governor, purpose="unheard.of")
        with pytest.raises(PolicyDenied):
            list(fetch(stranger, START, START + DAY))
        assert sandbox.requests == []
