import pytest

from affidavit.testing.sandbox.http import Reply, json_answer
from affidavit.testing.sandbox.routes import (
    Asked,
    Match,
    Place,
    Route,
    Unrouted,
    find,
    locate,
)


def nothing(asked: Asked) -> Reply:
    return json_answer(asked.serial)


def a_route(method: str, pattern: str, *, in_deployments: bool = False) -> Route:
    return Route(
        method=method,
        pattern=pattern,
        endpoint=f"{method} {pattern}",
        answer=nothing,
        in_deployments=in_deployments,
    )


ROUTES = (
    a_route("POST", "chat/completions", in_deployments=True),
    a_route("POST", "files"),
    a_route("GET", "files"),
    a_route("GET", "files/{file}"),
)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/v1/files", Place(segments=("files",))),
        ("/openai/v1/files", Place(segments=("files",))),
        ("/openai/files", Place(segments=("files",), versioned_by_query=True)),
        (
            "/openai/deployments/my%2Fgpt/embeddings",
            Place(
                segments=("embeddings",), deployment="my/gpt", versioned_by_query=True
            ),
        ),
        ("/", None),
        ("/v2/files", None),
        ("v1/files", None),
    ],
)
def test_paths_are_read_in_each_providers_form(path: str, place: Place | None) -> None:
    assert locate(path) == place


def test_names_in_a_pattern_take_what_the_path_says() -> None:
    found = find(ROUTES, "GET", "/v1/files/a%20b")

    assert isinstance(found, Match)
    assert found.endpoint == "GET files/{file}"
    assert found.values == {"file": "a b"}


def test_the_method_chooses_between_routes_of_one_path() -> None:
    assert find(ROUTES, "GET", "/v1/files").endpoint == "GET files"
    assert find(ROUTES, "POST", "/v1/files").endpoint == "POST files"


def test_the_first_route_that_fits_wins() -> None:
    own = a_route("GET", "{anything}")

    assert find((own, *ROUTES), "GET", "/v1/files").endpoint == "GET {anything}"


@pytest.mark.parametrize(
    "path",
    ["/v1/nothing", "/v1/files/", "/v1/files/a/b", "/v1", "/files", "//v1/files", "*"],
)
def test_an_unknown_path_is_404(path: str) -> None:
    found = find(ROUTES, "GET", path)

    assert isinstance(found, Unrouted)
    assert found.declined("GET", path).answer.status == 404


def test_a_known_path_by_another_method_is_405_and_says_which() -> None:
    found = find(ROUTES, "DELETE", "/v1/files")

    assert isinstance(found, Unrouted)
    answer = found.declined("DELETE", "/v1/files").answer
    assert (answer.status, answer.headers["allow"]) == (405, "POST, GET")


def test_only_some_endpoints_are_below_deployments() -> None:
    chat = find(ROUTES, "POST", "/openai/deployments/d/chat/completions")
    files = find(ROUTES, "POST", "/openai/deployments/d/files")

    assert isinstance(chat, Match)
    assert isinstance(files, Unrouted)
