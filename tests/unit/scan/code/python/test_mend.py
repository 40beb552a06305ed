import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.scan.code.python.mend import mend_file, mended
from support.scanned import codes

CASES = {
    "from openai import OpenAI\n": "from affidavit import OpenAI\n",
    "from openai import OpenAI as C  #\n": "from affidavit import OpenAI as C  #\n",
    "from openai import Client\n": "from affidavit import OpenAI as Client\n",
    "from openai import (\n    AsyncOpenAI,  # kept\n    OpenAI,\n)\n": (
        "from affidavit import (\n    AsyncOpenAI,  # kept\n    OpenAI,\n)\n"
    ),
    "from openai import APIError, OpenAI\n": (
        "from affidavit import OpenAI\nfrom openai import APIError\n"
    ),
    "if x:\n    from openai import OpenAI, APIError\n": (
        "if x:\n    from affidavit import OpenAI\n    from openai import APIError\n"
    ),
    "from openai.lib.azure import AzureOpenAI\n": "from affidavit import AzureOpenAI\n",
    "import openai\nopenai.OpenAI()\n": "import affidavit\naffidavit.OpenAI()\n",
    "import openai as o\nc = o.OpenAI()  # é\nd = o.Client()\n": (
        "import affidavit\nc = affidavit.OpenAI()  # é\nd = affidavit.OpenAI()\n"
    ),
    "import openai\nclass A(openai.OpenAI): ...\nraise openai.APIError\n": (
        "import affidavit\nimport openai\nclass A(affidavit.OpenAI): ...\n"
        "raise openai.APIError\n"
    ),
    "x = 'é'; c = 1\nimport openai\ny = 'é', openai.OpenAI()\n": (
        "x = 'é'; c = 1\nimport affidavit\ny = 'é', affidavit.OpenAI()\n"
    ),
    "import openai\r\nc = openai.OpenAI()\r\nopenai.x\r\n": (
        "import affidavit\r\nimport openai\r\nc = affidavit.OpenAI()\r\nopenai.x\r\n"
    ),
}
LEFT = [
    "from openai import *\nOpenAI()\n",
    "from openai import OpenAI\nisinstance(x, OpenAI)\nOpenAI()\n",
    "import os; from openai import OpenAI\nOpenAI()\n",
    "from openai import OpenAI; OpenAI()\n",
    "from openai import (\n    OpenAI,  # a\n    APIError,  # b\n)\nOpenAI()\n",
    "import openai, os\nopenai.OpenAI()\n",
    "from mine import OpenAI\nOpenAI()\n",
    "affidavit = 1\nimport openai\nopenai.OpenAI()\n",
    "import typing\nif typing.TYPE_CHECKING:\n    from openai import OpenAI\n",
    "def (",
    "",
]


@pytest.mark.parametrize(("before", "after"), CASES.items())
def test_the_governed_client_is_imported_and_nothing_else_changes(
    before: str, after: str
) -> None:
    assert mended(before.encode()).decode() == after


@pytest.mark.parametrize("source", [*CASES.values(), *LEFT])
def test_what_is_mended_or_in_doubt_is_left(source: str) -> None:
    assert mended(source.encode()) == source.encode()


@given(st.lists(st.sampled_from([*CASES, *LEFT]), max_size=4).map("".join))
@settings(max_examples=60)
def test_mending_twice_is_mending_once(source: str) -> None:
    once = mended(source.encode())
    assert mended(once) == once
    before = codes(source, installed=False).count("C101")
    assert codes(once).count("C101") <= before


def test_a_file_keeps_its_encoding_its_mode_and_its_link(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    text = "# coding: latin-1\nfrom openai import OpenAI  # é\n"
    file.write_bytes(text.encode("latin-1"))
    file.chmod(0o755)
    (tmp_path / "link.py").symlink_to(file)
    assert mend_file(tmp_path / "link.py")
    assert (tmp_path / "link.py").is_symlink()
    assert file.read_bytes() == text.replace("openai", "affidavit").encode("latin-1")
    assert os.stat(file).st_mode & 0o777 == 0o755
    assert not mend_file(file)


def test_a_mark_of_order_stays() -> None:
    assert mended(b"\xef\xbb\xbffrom openai import OpenAI\n") == (
        b"\xef\xbb\xbffrom affidavit import OpenAI\n"
    )


def test_what_is_no_python_file_is_left(tmp_path: Path) -> None:
    notebook = tmp_path / "a.ipynb"
    notebook.write_text("from openai import OpenAI")
    assert not mend_file(notebook)
    assert not mend_file(tmp_path / "gone.py")
    large = tmp_path / "large.py"
    large.write_bytes(b"from openai import OpenAI\n" + b"#" * (2 * 1024 * 1024))
    assert not mend_file(large)
