from collections.abc import Iterable

import pytest

from affidavit import endpoints
from affidavit.policy.known import endpoint_meant, is_endpoint
from affidavit.policy.nearest import suggestion


@pytest.mark.parametrize("name", sorted(endpoints.NAMES))
def test_every_endpoint_is_one(name: str) -> None:
    assert is_endpoint(name)
    assert is_endpoint(f"{name[:4]}*")


@pytest.mark.parametrize(
    ("pattern", "known"),
    [
        ("other:POST /new/thing", True),
        ("OTHER:post /new/*", True),
        ("o*:*", True),
        ("other*", True),
        ("*/new/thing", False),
        ("*:*", True),
        ("othr:POST /new/thing", False),
        ("https://api.openai.com/v1/responses", False),
        ("POST:/responses", False),
        ("response", False),
        ("respones*", False),
    ],
)
def test_a_path_without_a_name_is_an_endpoint_as_it_is_spelt(
    pattern: str, *, known: bool
) -> None:
    assert is_endpoint(pattern) is known


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("responses.create", "Did you mean responses?"),
        ("chat.completions.create", "Did you mean chat.completions?"),
        ("images.generate", "Did you mean images.generations?"),
        ("files", "Did you mean files.create?"),
        ("zzz", "Write it as the SDK does"),
    ],
)
def test_a_name_of_the_sdk_is_led_to_the_shorter_one(name: str, meant: str) -> None:
    assert endpoint_meant(name, suggestion).startswith(meant)


def test_where_nobody_looks_for_near_names_there_is_still_something_to_do() -> None:
    def none(_name: str, _among: Iterable[str]) -> str | None:
        return None

    assert endpoint_meant("embedings", none).startswith("Write it as the SDK does")
