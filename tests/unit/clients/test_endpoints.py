import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._endpoints import ENDPOINTS, named


@pytest.mark.parametrize(("pattern", "name"), ENDPOINTS.items())
def test_each_endpoint_of_the_table_is_found_by_its_path(
    pattern: str, name: str
) -> None:
    method, path = pattern.split(" ")
    assert named(method.lower(), path.replace("{}", "x-1")) == name


def test_a_literal_segment_beats_a_placeholder() -> None:
    assert named("POST", "/responses/compact") == "responses.compact"


@pytest.mark.parametrize(
    "path",
    [
        "/chat",
        "/chat/completions/",  # a slash more is the same resource
        "/chat/completions/x/y",
        "/chat%2Fcompletions",
        "/chat/completions/..",
        "/models/../chat/completions",
        "/{}",
    ],
)
def test_a_path_that_leads_elsewhere_has_no_name(path: str) -> None:
    expected = "chat.completions" if path == "/chat/completions/" else None
    assert named("POST", path) == expected


def test_a_dot_segment_is_no_identifier() -> None:
    assert named("GET", "/models/..") is None
    assert named("GET", "/models/") == "models.list"


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_path_is_named_or_not_and_nothing_is_raised(path: str, method: str) -> None:
    assert named(method, path) in {*ENDPOINTS.values(), None}
