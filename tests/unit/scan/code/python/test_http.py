import pytest

from support.scanned import codes, found, said

URL = "'https://api.openai.com/v1/responses'"


@pytest.mark.parametrize(
    "source",
    [
        f"import requests\nrequests.post({URL})",
        f"import requests\ns = requests.Session()\ns.post({URL})",
        f"import requests\nrequests.request('POST', url={URL})",
        f"import httpx\nhttpx.post({URL})",
        "import httpx\nhttpx.Client(base_url='https://api.mistral.ai')",
        (
            f"import httpx\nasync def f():\n  async with httpx.AsyncClient() as c:\n"
            f"    await c.post({URL})"
        ),
        (
            "import aiohttp as a\nasync def f():\n async with a.ClientSession() as s:\n"
            f"  async with s.post({URL}) as r: ..."
        ),
        f"import urllib.request\nurllib.request.urlopen({URL})",
        f"from urllib.request import Request\nRequest({URL})",
        "import http.client\nhttp.client.HTTPSConnection('api.openai.com')",
        f"import urllib3\nurllib3.PoolManager().request('POST', {URL})",
        "import websockets\nwebsockets.connect('wss://api.openai.com/v1/realtime')",
        "import websocket\nwebsocket.create_connection('wss://api.openai.com/v1')",
        f"import subprocess\nsubprocess.run(['curl', {URL}])",
        "import os\nos.system('curl -s https://api.openai.com/v1/models | jq')",
        "import asyncio\nasyncio.create_subprocess_shell('wget https://api.openai.com')",
        "import socket\nsocket.create_connection(('api.openai.com', 443))",
        "import requests\nU = 'https://api.openai.com'\nrequests.get(U + '/v1')",
        "import requests\nU = 'api.openai.com'\nrequests.get(f'https://{U}/v1')",
        (
            "import os, requests\nU = os.environ.get('U', 'https://api.openai.com')\n"
            "requests.get(U)"
        ),
        "import requests\nrequests.get(f'https://{name}.openai.azure.com/')",
        (
            "import requests\nclass A:\n    U = 'https://api.openai.com'\n"
            "    def f(self): requests.get(self.U)"
        ),
    ],
)
def test_a_request_past_every_client_is_found_once(source: str) -> None:
    assert codes(source) == ["C103"]


def test_it_says_whom_it_would_reach() -> None:
    (told,) = said("import requests\nrequests.get('https://API.x.ai/v1')")
    assert told.message == "a request to api.x.ai (xai) past every client"


@pytest.mark.parametrize(
    "source",
    [
        "import requests\nrequests.get('https://example.com')",
        f"from affidavit import OpenAI\nOpenAI(base_url={URL})",
        f"from affidavit import OpenAI\nU = {URL}\nOpenAI().with_options(base_url=U)",
        (
            "from affidavit import AzureOpenAI\n"
            "AzureOpenAI(azure_endpoint='https://a.openai.azure.com')"
        ),
        f"def f():\n    {URL}",
        f"# see {URL}\nx = 1",
        "HOSTS = ['api.openai.com']",
        "import subprocess\nsubprocess.run(['echo', 'openai'])",
    ],
)
def test_what_goes_to_a_client_or_to_nobody_is_not(source: str) -> None:
    assert codes(source) == []


def test_an_address_that_nothing_known_takes_is_a_warning() -> None:
    source = f"import mine\nmine.send({URL})\nU = {URL}\n"
    assert found(source) == [("C106", 2), ("C106", 3)]
    assert {each.level for each in said(source)} == {"warning"}
