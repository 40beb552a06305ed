import pytest

from support.scanned import codes, facts, found, said

HEAD = "import affidavit\nfrom affidavit import OpenAI\n"
ASK = "responses.create(model='m')"


@pytest.mark.parametrize(
    "rest",
    [
        f"OpenAI(purpose='support.reply').{ASK}",
        f"OpenAI(**options).{ASK}",
        f"OpenAI(default_headers={{'X-Declared-Purpose': 'support.reply'}}).{ASK}",
        f"OpenAI(default_headers=headers).{ASK}",
        f"OpenAI().with_purpose('support.reply').{ASK}",
        f"OpenAI().with_options(purpose='support.reply').{ASK}",
        f"OpenAI().copy(purpose='support.reply').with_options(timeout=1).{ASK}",
        (
            "OpenAI().responses.create(extra_headers="
            "{'x-declared-purpose': 'support.reply'})"
        ),
        "OpenAI().responses.create(**more)",
        "OpenAI(purpose='support.reply').post('/x')",
        f"def f(c: OpenAI):\n    c.{ASK}",
        "c = OpenAI()\nc.close()\nc.responses\nc.base_url",
        "c = OpenAI()\nc.webhooks.unwrap(x)",
    ],
)
def test_a_call_or_its_client_may_declare(rest: str) -> None:
    assert codes(HEAD + rest) == []


@pytest.mark.parametrize(
    "rest",
    [
        f"OpenAI().{ASK}",
        f"OpenAI(purpose=None).{ASK}",
        f"OpenAI(default_headers={{'X-Other': 'a'}}).{ASK}",
        "H = {'X-Other': 'a'}\nOpenAI().responses.create(extra_headers=H)",
        f"OpenAI().with_options(timeout=1).{ASK}",
        "OpenAI().chat.completions.with_raw_response.create(model='m')",
        "OpenAI().with_streaming_response.chat.completions.create(model='m')",
        "OpenAI().chat.completions.stream(model='m')",
        "OpenAI().files.create(file=f, purpose='batch')",
        "OpenAI().models.list()",
        "OpenAI().post('/responses', cast_to=object)",
        "c = OpenAI()\nchat = c.chat.completions\nchat.create(model='m')",
        "import asyncio\nasyncio.to_thread(OpenAI().responses.create, model='m')",
        "from functools import partial\nask = partial(OpenAI().responses.create, a=1)",
    ],
)
def test_each_way_to_call_without_one_is_found(rest: str) -> None:
    assert codes(HEAD + rest) == ["C201"]


def test_a_stock_client_is_asked_once_it_is_governed() -> None:
    source = f"import openai\nopenai.OpenAI().{ASK}"
    assert codes(source) == ["C101"]
    assert codes(source, installed=True) == ["C201"]
    assert codes(f"import affidavit\naffidavit.install()\n{source}") == ["C201"]
    assert (
        codes(f"import affidavit\naffidavit.install('support.reply')\n{source}") == []
    )
    installed = "import affidavit\naffidavit.install(purpose='support.reply')\n"
    assert codes(installed + source) == []


def test_installing_with_a_purpose_is_not_for_our_own_clients() -> None:
    assert found(f"{HEAD}affidavit.install('support.reply')\nOpenAI().{ASK}") == [
        ("C201", 4)
    ]


@pytest.mark.parametrize(
    "rest",
    [
        "OpenAI(purpose='new.one')",
        "P = 'new.one'\nOpenAI(purpose=P)",
        "affidavit.purpose('new.one')",
        "from affidavit.purpose import purpose\npurpose(name='new.one')",
        "affidavit.install('new.one')",
        "x.with_purpose('new.one')",
        "x.with_options(purpose='new.one')",
        "OpenAI().copy(purpose='new.one')",
        "x.y(extra_headers={'x-declared-purpose': 'new.one'})",
    ],
)
def test_each_way_to_name_a_purpose_is_read(rest: str) -> None:
    named = facts(HEAD + rest).purposes
    assert [each.purpose for each in named] == ["new.one"]


def test_what_a_file_is_uploaded_for_is_no_purpose_of_ours() -> None:
    source = "c = OpenAI(purpose='support.reply')\nc.files.create(purpose='fine-tune')"
    assert [each.purpose for each in facts(HEAD + source).purposes] == ["support.reply"]


def test_a_purpose_that_is_put_together_is_not_guessed() -> None:
    assert facts(f"{HEAD}OpenAI(purpose=f'team.{{x}}')").purposes == ()


def test_the_caller_without_one_is_named() -> None:
    source = f"{HEAD}def f():\n    OpenAI().{ASK}\n\nf()"
    (told,) = said(source)
    assert told.line == 4
    assert "as called from line 6" in told.message
