"""The sandbox as the real OpenAI clients see it, over real sockets."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from pydantic import BaseModel

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox import (
    Answer,
    Asked,
    Break,
    Headers,
    ReceivedRequest,
    Reply,
    Route,
    Sandbox,
)

QUESTION: Any = [{"role": "user", "content": "Where is parcel 12?"}]
ANSWER = "You wrote 4 words, beginning with “Where is parcel 12?”."


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[OpenAI]:
    with OpenAI(base_url=sandbox.base_url, api_key="sandbox", max_retries=0) as made:
        yield made


def ask(client: OpenAI, **headers: str) -> str | None:
    extra = {f"X-Sandbox-{name.replace('_', '-')}": v for name, v in headers.items()}
    completion = client.chat.completions.create(
        model="gpt-4o-mini", messages=QUESTION, extra_headers=extra
    )
    return completion.choices[0].message.content


def faithful(value: BaseModel) -> None:
    """The SDK builds objects without checking them; this checks one as strictly as its
    own types are written, whatever version of the SDK is installed."""
    type(value).model_validate(value.model_dump())


# Chat completions


def test_a_chat_completion_answers_the_question(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)

    faithful(completion)
    assert completion.choices[0].message.content == ANSWER
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "gpt-4o-mini-2024-07-18"
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == 6


def test_n_choices_differ(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model="gpt-4o-mini", messages=QUESTION, n=3
    )

    texts = [choice.message.content for choice in completion.choices]
    assert len(set(texts)) == 3


def test_tools_are_answered_in_text(client: OpenAI) -> None:
    completion = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=QUESTION,
        tools=[{"type": "function", "function": {"name": "find", "parameters": {}}}],
    )

    assert completion.choices[0].message.tool_calls is None
    assert completion.choices[0].message.content == ANSWER


def test_a_streamed_chat_says_the_same_and_counts_the_same(client: OpenAI) -> None:
    whole = client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, n=2)
    stream = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=QUESTION,
        n=2,
        stream=True,
        stream_options={"include_usage": True},
    )
    said = ["", ""]
    usage = None
    for chunk in stream:
        faithful(chunk)
        usage = chunk.usage
        for choice in chunk.choices:
            said[choice.index] += choice.delta.content or ""

    assert said == [choice.message.content for choice in whole.choices]
    assert usage == whole.usage


def test_the_sdks_own_stream_reader_reaches_a_final_completion(client: OpenAI) -> None:
    with client.chat.completions.stream(
        model="gpt-4o-mini", messages=QUESTION
    ) as stream:
        final = stream.get_final_completion()

    assert final.choices[0].message.content == ANSWER


class Parcel(BaseModel):
    name: str
    weight: float
    tags: list[str]


def test_structured_output_parses_into_the_callers_type(client: OpenAI) -> None:
    chat = client.chat.completions.parse(
        model="gpt-4o-mini", messages=QUESTION, response_format=Parcel
    )
    response = client.responses.parse(
        model="gpt-5", input="Where is parcel 12?", text_format=Parcel
    )

    assert chat.choices[0].message.parsed is not None
    assert chat.choices[0].message.parsed.name == ANSWER
    assert response.output_parsed == chat.choices[0].message.parsed


# Responses


def test_a_response_answers_the_question(client: OpenAI) -> None:
    response = client.responses.create(
        model="gpt-5", input="Where is parcel 12?", instructions="Be brief."
    )

    faithful(response)
    assert response.output_text == ANSWER
    assert response.instructions == "Be brief."
    assert response.usage is not None
    assert response.usage.input_tokens == 6 + 3


def test_a_streamed_response_has_all_events_in_order(client: OpenAI) -> None:
    events = list(
        client.responses.create(model="gpt-5", input="Where is parcel 12?", stream=True)
    )

    for event in events:
        faithful(event)
    kinds = [event.type for event in events]
    deltas = [e.delta for e in events if e.type == "response.output_text.delta"]
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.output_text == ANSWER == "".join(deltas)
    assert last.response.usage is not None
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [k for k in kinds if k != "response.output_text.delta"] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]


def test_the_sdks_own_stream_reader_reaches_a_final_response(client: OpenAI) -> None:
    with client.responses.stream(model="gpt-5", input="Where is parcel 12?") as stream:
        assert stream.get_final_response().output_text == ANSWER


# Embeddings and models


def test_embeddings_are_the_same_as_floats_and_as_base64(client: OpenAI) -> None:
    usual = client.embeddings.create(model="text-embedding-3-small", input="two words")
    floats = client.embeddings.create(
        model="text-embedding-3-small", input="two words", encoding_format="float"
    )

    faithful(usual)
    assert len(usual.data[0].embedding) == 1536
    assert usual.data[0].embedding == pytest.approx(floats.data[0].embedding)
    assert usual.usage == floats.usage


def test_embeddings_have_the_dimensions_asked_for(client: OpenAI) -> None:
    made = client.embeddings.create(
        model="text-embedding-3-large", input=["one", "two"], dimensions=8
    )

    assert [len(item.embedding) for item in made.data] == [8, 8]
    assert [item.index for item in made.data] == [0, 1]


def test_models_are_listed_and_described(client: OpenAI) -> None:
    listed = list(client.models.list())

    for model in listed:
        faithful(model)
    assert client.models.retrieve("gpt-5") in listed


# Async and Azure


async def test_the_async_client_gets_the_same_answers(sandbox: Sandbox) -> None:
    async with AsyncOpenAI(base_url=sandbox.base_url, api_key="sandbox") as client:
        chat = await client.chat.completions.create(model="gpt-5", messages=QUESTION)
        response = await client.responses.create(model="gpt-5", input="Hi")
        vectors = await client.embeddings.create(model="m", input="Hi", dimensions=4)
        models = [model.id async for model in client.models.list()]
        stream = await client.chat.completions.create(
            model="gpt-5", messages=QUESTION, stream=True
        )
        deltas = [chunk.choices[0].delta.content or "" async for chunk in stream]

    assert chat.choices[0].message.content == ANSWER == "".join(deltas)
    assert response.output_text.startswith("You wrote 1 word")
    assert len(vectors.data[0].embedding) == 4
    assert "gpt-5" in models


def test_azures_deployment_paths_answer(sandbox: Sandbox) -> None:
    with AzureOpenAI(
        azure_endpoint=sandbox.url, api_key="sandbox", api_version="2024-10-21"
    ) as client:
        chat = client.chat.completions.create(model="my-gpt", messages=QUESTION)
        vectors = client.embeddings.create(model="my-vectors", input="Hi")
        response = client.responses.create(model="my-gpt", input="Hi")

    assert chat.choices[0].message.content == ANSWER
    assert len(vectors.data[0].embedding) == 1536
    assert response.model == "my-gpt"
    first, second, third = sandbox.requests
    assert first.path == "/openai/deployments/my-gpt/chat/completions"
    assert first.query == {"api-version": "2024-10-21"}
    assert first.headers["Api-Key"] == "sandbox"
    assert second.path == "/openai/deployments/my-vectors/embeddings"
    assert third.path == "/openai/responses"


def test_azures_v1_path_answers(sandbox: Sandbox) -> None:
    with OpenAI(base_url=f"{sandbox.url}/openai/v1", api_key="sandbox") as client:
        assert ask(client) == ANSWER


# Errors, retries, delays


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("400", openai.BadRequestError),
        ("401", openai.AuthenticationError),
        ("403", openai.PermissionDeniedError),
        ("404", openai.NotFoundError),
        ("409", openai.ConflictError),
        ("422", openai.UnprocessableEntityError),
        ("429", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("503", openai.InternalServerError),
    ],
)
def test_a_status_asked_for_is_the_sdks_exception(
    client: OpenAI, status: str, error: type[openai.APIStatusError]
) -> None:
    with pytest.raises(error) as caught:
        ask(client, Status=status)

    assert caught.value.request_id is not None
    assert caught.value.request_id.startswith("req_")
    assert caught.value.type is not None


def test_the_sdk_retries_after_429_and_succeeds(sandbox: Sandbox) -> None:
    with OpenAI(base_url=sandbox.base_url, api_key="sandbox", max_retries=3) as client:
        said = ask(client, Status="429", Fail_Times="2", Retry_After="0.001")

    assert said == ANSWER
    tries = [r.headers["x-stainless-retry-count"] for r in sandbox.requests]
    assert tries == ["0", "1", "2"]


def test_tries_are_counted_by_idempotency_key_when_there_is_one(
    sandbox: Sandbox, client: OpenAI
) -> None:
    headers = {"X-Sandbox-Fail-Times": "1", "Idempotency-Key": "order 7"}

    def create() -> object:
        return client.chat.completions.create(
            model="m", messages=QUESTION, extra_headers=headers
        )

    with pytest.raises(openai.InternalServerError):
        create()
    create()
    assert sandbox.counts["chat.completions"] == 2


def test_a_delay_outlasts_the_clients_timeout(sandbox: Sandbox, client: OpenAI) -> None:
    with pytest.raises(openai.APITimeoutError):
        ask(client.with_options(timeout=0.05), Delay_Ms="5000")

    assert sandbox.counts["chat.completions"] == 1


@pytest.mark.parametrize("how", ["before-response", "reset", "mid-stream"])
def test_a_broken_connection_is_a_connection_error(client: OpenAI, how: str) -> None:
    with pytest.raises(openai.APIConnectionError):
        ask(client, Break=how)


def test_a_stream_that_breaks_has_said_something_first(client: OpenAI) -> None:
    stream = client.responses.create(
        model="gpt-5",
        input="Hi",
        stream=True,
        extra_headers={"X-Sandbox-Break": "mid-stream", "X-Sandbox-Chunks": "20"},
    )
    events: list[Any] = []
    # Which class it is depends on the SDK's version and its HTTP library.
    with pytest.raises(Exception, match=r"peer closed|incomplete|Connection error"):
        events.extend(stream)

    kinds = [event.type for event in events]
    assert kinds[0] == "response.created"
    assert kinds.count("response.output_text.delta") == 10
    assert "response.completed" not in kinds


def test_chunks_asked_for_are_the_deltas_that_come(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="m",
        messages=QUESTION,
        stream=True,
        extra_headers={"X-Sandbox-Chunks": "500"},
    )

    assert sum(1 for chunk in stream if chunk.choices[0].delta.content) == 500


def test_a_redirect_is_followed_to_the_other_sandbox(client: OpenAI) -> None:
    with Sandbox() as other:
        target = f"{other.base_url}/chat/completions"
        with pytest.raises(openai.AuthenticationError):
            # The SDK drops the credential on the way to another origin.
            ask(client, Redirect=target)

        assert [request.method for request in other.requests] == ["POST"]
        assert other.requests[0].json["messages"] == QUESTION


def test_a_header_that_the_sandbox_does_not_know_is_declined(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="x-sandbox-retry-afer"):
        ask(client, Retry_Afer="1")


def test_what_a_test_queues_holds_for_the_next_requests(
    sandbox: Sandbox, client: OpenAI
) -> None:
    sandbox.answer_next(status=503, times=2)
    sandbox.answer_next(text="Exactly this.")
    sandbox.answer_next(json={"id": "x", "choices": []})

    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            ask(client)
    assert ask(client) == "Exactly this."
    bare = client.chat.completions.create(model="m", messages=QUESTION)
    assert bare.choices == []
    assert bare.usage is None
    assert ask(client) == ANSWER


def test_instructions_that_cannot_be_are_refused_at_once(sandbox: Sandbox) -> None:
    with pytest.raises(SettingsInvalid, match="status must be from 400 to 599"):
        sandbox.answer_next(status=200)


# What arrived


def test_requests_are_remembered_as_they_came(sandbox: Sandbox, client: OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(model="m", messages=QUESTION)

    (request,) = sandbox.requests
    assert request.method == "POST"
    assert request.path == "/v1/chat/completions"
    assert request.endpoint == "chat.completions"
    assert request.json == {"model": "m", "messages": QUESTION}
    assert request.headers["AUTHORIZATION"] == "Bearer sandbox"
    assert request.request_id == raw.headers["x-request-id"]
    assert int(raw.headers["openai-processing-ms"]) >= 0
    assert "Bearer" not in repr(request)


def test_an_unknown_path_is_404_and_remembered(
    sandbox: Sandbox, client: OpenAI
) -> None:
    with pytest.raises(openai.NotFoundError, match="no endpoint at /v1/evals"):
        client.evals.list()

    assert sandbox.counts == {"other": 1}
    assert sandbox.counts["chat.completions"] == 0


def test_a_large_upload_is_kept_on_disk_with_its_size_and_digest(
    sandbox: Sandbox, client: OpenAI
) -> None:
    content = b"0123456789abcdef" * (3 << 16)
    file = client.files.create(file=("big.txt", content), purpose="user_data")

    (request,) = sandbox.requests
    (part,) = [each for each in request.parts if each.filename]
    assert (part.filename, part.blob.size) == ("big.txt", 3 << 20)
    assert part.blob.sha256 == sha256(content).hexdigest()
    assert request.body == b""
    assert request.held < 1000
    assert client.files.content(file.id).read() == content


def test_a_small_form_is_remembered_byte_for_byte(
    sandbox: Sandbox, client: OpenAI
) -> None:
    client.files.create(file=("a.txt", b"a parcel"), purpose="user_data")

    (request,) = sandbox.requests
    assert b"a parcel" in request.body
    assert [each.name for each in request.parts] == ["purpose", "file"]


def test_an_upload_over_the_limit_is_413() -> None:
    with (
        Sandbox(most_form_bytes=1000) as sandbox,
        OpenAI(base_url=sandbox.base_url, api_key="k", max_retries=0) as client,
        pytest.raises(openai.APIStatusError) as caught,
    ):
        client.files.create(file=("a.txt", b"x" * 1000), purpose="user_data")

    assert caught.value.status_code == 413


def test_a_download_that_breaks_is_cut_in_half(client: OpenAI) -> None:
    file = client.files.create(file=("a.txt", b"x" * 600_000), purpose="user_data")
    came: list[bytes] = []
    broken = {"X-Sandbox-Break": "mid-stream"}
    # Which class it is depends on the SDK's version and its HTTP library.
    wanted = r"peer closed|incomplete|Connection error"
    with (
        client.files.with_streaming_response.content(
            file.id, extra_headers=broken
        ) as response,
        pytest.raises(Exception, match=wanted),
    ):
        came.extend(response.iter_bytes())

    assert sum(map(len, came)) == 300_000


def test_ids_are_unique(sandbox: Sandbox, client: OpenAI) -> None:
    made = {
        client.chat.completions.create(model="m", messages=QUESTION).id
        for _ in range(20)
    }

    assert len(made) == 20
    assert len({request.request_id for request in sandbox.requests}) == 20


def test_memory_is_bounded_and_counts_are_not() -> None:
    with (
        Sandbox(remember=2) as sandbox,
        OpenAI(base_url=sandbox.base_url, api_key="k") as client,
    ):
        for _ in range(5):
            ask(client)

        assert len(sandbox.requests) == 2
        assert sandbox.counts["chat.completions"] == 5
        sandbox.clear()
        assert sandbox.requests == []
        assert sandbox.counts == {}


def test_a_watcher_sees_each_request_with_its_status() -> None:
    seen: list[tuple[str, int | None]] = []

    def watch(request: ReceivedRequest, status: int | None) -> None:
        seen.append((request.endpoint, status))

    with (
        Sandbox(watch=watch) as sandbox,
        OpenAI(base_url=sandbox.base_url, api_key="k", max_retries=0) as client,
    ):
        ask(client)
        sandbox.answer_next(break_at=Break.RESET)
        with pytest.raises(openai.APIConnectionError):
            ask(client)

    assert seen == [("chat.completions", 200), ("chat.completions", None)]


def test_a_test_may_add_an_endpoint() -> None:
    def files(asked: Asked) -> Reply:
        name = asked.values["file"].encode()
        return Answer(headers={"content-type": "text/plain"}, body=name)

    route = Route(
        method="GET",
        pattern="files/{file}/content",
        endpoint="files.content",
        answer=files,
    )
    with (
        Sandbox(routes=[route]) as sandbox,
        OpenAI(base_url=sandbox.base_url, api_key="k") as client,
    ):
        assert client.files.content("file-7").text == "file-7"
        assert sandbox.counts["files.content"] == 1


# Life and death


def test_closing_leaves_no_thread_though_clients_hold_connections() -> None:
    before = set(threading.enumerate())
    with Sandbox() as sandbox:
        client = OpenAI(base_url=sandbox.base_url, api_key="k", max_retries=0)
        ask(client)

    assert set(threading.enumerate()) == before
    with pytest.raises(openai.APIConnectionError):
        ask(client)
    client.close()
    assert len(sandbox.requests) == 1


def test_closing_does_not_wait_for_a_delay_to_pass() -> None:
    sandbox = Sandbox(watch=lambda _request, _status: arrived.set()).start()
    arrived = threading.Event()
    failures: list[Exception] = []

    def call() -> None:
        with OpenAI(base_url=sandbox.base_url, api_key="k", max_retries=0) as client:
            try:
                ask(client, Delay_Ms="60000")
            except openai.APIConnectionError as error:
                failures.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    assert arrived.wait(10)
    sandbox.close()
    caller.join(10)

    assert len(failures) == 1


def test_serve_forever_serves_until_closed() -> None:
    served = threading.Event()
    sandbox = Sandbox(watch=lambda _request, _status: served.set()).start()
    server = threading.Thread(target=sandbox.serve_forever)
    server.start()
    with OpenAI(base_url=sandbox.base_url, api_key="k") as client:
        assert ask(client) == ANSWER
    sandbox.close()
    server.join(10)

    assert not server.is_alive()
    assert served.is_set()


def test_a_port_that_is_taken_is_named_in_the_error(sandbox: Sandbox) -> None:
    with pytest.raises(SettingsInvalid, match=f"127.0.0.1:{sandbox.port}"):
        Sandbox(port=sandbox.port).start()


def test_a_sandbox_that_is_not_running_has_no_port() -> None:
    with pytest.raises(SettingsInvalid, match="with Sandbox"):
        _ = Sandbox().base_url


def test_a_running_sandbox_is_not_started_twice(sandbox: Sandbox) -> None:
    with pytest.raises(SettingsInvalid, match="running already"):
        sandbox.start()


def test_importing_the_sandbox_imports_no_client_and_no_terminal() -> None:
    program = (
        "import sys, affidavit.testing.sandbox\n"
        "heavy = {'openai', 'pydantic', 'click', 'rich', 'httpx', 'httpx2'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "\n"


def test_headers_are_found_in_any_case() -> None:
    headers = Headers([("X-One", "1"), ("x-one", "2")])

    assert headers["X-ONE"] == "1, 2"
    assert "x-One" in headers
