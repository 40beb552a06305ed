import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.endpoints import (
    CONNECTIONS,
    ENDPOINTS,
    GENERATING,
    NAMES,
    WEBSOCKETS,
    named,
)
from support.openai_routes import handshakes, routes, spelled


def test_every_route_that_the_installed_openai_sends_has_a_name() -> None:
    assert len(routes()) > 250
    nameless = [
        route
        for route in routes()
        if named(*route.replace("{}", "x-1").split()) is None
    ]
    assert nameless == []


def test_a_name_is_what_a_user_of_the_sdk_writes_or_its_short_form() -> None:
    short = {
        "audio.speech.create": "audio.speech",
        "audio.transcriptions.create": "audio.transcriptions",
        "audio.translations.create": "audio.translations",
        "chat.completions.create": "chat.completions",
        "completions.create": "completions",
        "decisions.create": "decisions",
        "embeddings.create": "embeddings",
        "images.create_variation": "images.variations",
        "images.edit": "images.edits",
        "images.generate": "images.generations",
        "moderations.create": "moderations",
        "responses.create": "responses",
        "videos.create": "videos",
        "videos.edit": "videos.edits",
        "videos.extend": "videos.extensions",
    }
    for route in routes():
        written = spelled(route)
        expected = {short.get(name, name) for name in written}
        assert ENDPOINTS[route] in expected, route


def test_every_handshake_of_the_installed_openai_has_a_name() -> None:
    assert handshakes() <= CONNECTIONS
    assert {"responses.connect", "realtime.connect"} <= handshakes()


@pytest.mark.parametrize(("pattern", "name"), ENDPOINTS.items())
def test_each_endpoint_of_the_table_is_found_by_its_path(
    pattern: str, name: str
) -> None:
    method, path = pattern.split(" ")
    assert named(method.lower(), path.replace("{}", "x-1")) == name


def test_no_handshake_bears_the_name_of_a_rest_endpoint() -> None:
    assert set(WEBSOCKETS.values()) == CONNECTIONS
    assert CONNECTIONS.isdisjoint(ENDPOINTS.values())
    assert CONNECTIONS | set(ENDPOINTS.values()) == NAMES


def test_what_generates_is_known_and_reading_or_deleting_is_not_of_it() -> None:
    assert GENERATING <= NAMES
    assert {"chat.completions", "responses", "batches.create"} <= GENERATING
    assert CONNECTIONS <= GENERATING
    quiet = (".list", ".retrieve", ".delete", ".cancel", ".content")
    assert not [name for name in GENERATING if name.endswith(quiet)]
    assert not [name for name in GENERATING if name.startswith("admin.")]


def test_a_literal_segment_beats_a_placeholder() -> None:
    assert named("POST", "/responses/compact") == "responses.compact"
    assert named("POST", "/threads/runs") == "threads.create_and_run"


def test_both_majors_of_openai_are_understood() -> None:
    for path in ("/evals/e/runs/r", "/evals/e/runs/r/cancel"):
        assert named("POST", path) == "evals.runs.cancel"


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
