import pytest

from support.scanned import codes, found, said


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("from openai import OpenAI\nOpenAI()", 2),
        ("import openai\nopenai.AsyncAzureOpenAI()", 2),
        ("import openai\nopenai.Client()", 2),
        ("from openai.lib.azure import AzureOpenAI\nAzureOpenAI()", 2),
        ("from openai import OpenAI\nclass A(OpenAI): ...", 2),
        (
            "from openai import OpenAI\nfrom functools import partial\npartial(OpenAI)",
            3,
        ),
        ("from openai import OpenAI\nwith OpenAI() as c: ...", 2),
        (
            (
                "try:\n    from affidavit import OpenAI\nexcept ImportError:\n"
                "    from openai import OpenAI\nOpenAI()"
            ),
            5,
        ),
    ],
)
def test_a_client_that_nothing_governs_is_found(source: str, line: int) -> None:
    assert found(source) == [("C101", line)]


def test_a_bound_class_is_told_once_where_it_is_bound() -> None:
    source = """
        from functools import partial
        from openai import OpenAI
        make = partial(OpenAI, api_key="x")
        make()
        make()
    """
    assert found(source) == [("C101", 3)]


def test_a_class_that_was_derived_is_told_once() -> None:
    assert found("from openai import OpenAI\nclass A(OpenAI): ...\nA()") == [
        ("C101", 2),
        ("C101", 3),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "from affidavit import OpenAI\nOpenAI()",
        "import affidavit\naffidavit.AzureOpenAI()",
        "from openai import OpenAI\ndef f(c: OpenAI) -> OpenAI: return c",
        "from openai import OpenAI\nisinstance(x, OpenAI)",
        "from openai import APIError\nraise APIError()",
        "import openai\nopenai.types.Completion()",
        "from mine import OpenAI\nOpenAI()",
        "class OpenAI: ...\nOpenAI()",
        "import affidavit, openai\naffidavit.install('support.reply')\nopenai.OpenAI()",
    ],
)
def test_what_is_governed_or_makes_no_client_is_not(source: str) -> None:
    assert codes(source) == []


@pytest.mark.parametrize(
    "line",
    [
        "openai.chat.completions.create(model='m')",
        "openai.responses.create(model='m')",
        "openai.ChatCompletion.create(model='m')",
        "openai.api_key = 'x'",
        "openai.base_url = 'x'",
    ],
)
def test_the_modules_own_client_is_found(line: str) -> None:
    assert found(f"import openai\n{line}") == [("C102", 2)]
    assert found(f"import openai as o\n{line.replace('openai', 'o')}") == [("C102", 2)]
    assert codes(f"import openai\n{line}", installed=True) == []


def test_other_attributes_of_the_module_are_not() -> None:
    assert codes("import openai\nopenai.log = 1\nopenai.pagination.x()") == []


def test_the_remedy_names_the_class_to_take() -> None:
    (told,) = said("from openai import AsyncClient\nAsyncClient()")
    assert told.help is not None
    assert "from affidavit import AsyncOpenAI" in told.help
