"""What is deferred is governed when it is sent, and only what was inspected leaves."""

import asyncio
import hashlib
import io
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import AsyncOpenAI, OpenAI
from affidavit.calls import Call, Known, Line, Text
from affidavit.clients._files import chunks as _chunks
from affidavit.clients._files.uploads import may_wait
from affidavit.clients.errors import CallUngoverned, CallUnrecorded, PolicyDenied
from affidavit.errors import Reason, TrailUnavailable
from affidavit.testing import MemoryGovernor
from support.governed import async_client, openai_client
from support.project import DATASET_REQUEST
from support.uploads import FileProvider, OnlyOnce, a_batch, batch_line

BATCH = a_batch()
WINDOW: Any = "24h"


def no_datasets(call: Call) -> tuple[Reason, ...]:
    if Text(role="user", value=DATASET_REQUEST) in call.texts:
        return (Reason(rule="no-datasets", message="a data set"),)
    return ()


@pytest.fixture
def provider() -> FileProvider:
    return FileProvider()


@pytest.fixture
def governor() -> MemoryGovernor:
    return MemoryGovernor(no_datasets)


@pytest.fixture
def client(provider: FileProvider, governor: MemoryGovernor) -> OpenAI:
    return openai_client(provider, governor)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def last_call(governor: MemoryGovernor) -> Call:
    return governor.decisions[-1].call


@pytest.mark.parametrize("kind", ["bytes", "tuple", "memory", "stream", "path"])
def test_a_batch_is_sent_as_it_was_inspected_whatever_it_comes_as(
    client: OpenAI,
    provider: FileProvider,
    governor: MemoryGovernor,
    kind: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_bytes(BATCH)
    made: dict[str, Any] = {
        "bytes": BATCH,
        "tuple": ("b.jsonl", BATCH),
        "memory": io.BytesIO(BATCH),
        "stream": OnlyOnce(BATCH),
        "path": path,
    }
    client.files.create(file=made[kind], purpose="batch")

    assert provider.fields == [{"purpose": b"batch", "file": BATCH}]
    file = last_call(governor).file
    assert file is not None
    assert (file.size, file.sha256) == (len(BATCH), digest(BATCH))
    assert (file.lines, file.models) == (5, {"gpt-4o-mini": 5})
    assert last_call(governor).model == "gpt-4o-mini"
    assert last_call(governor).unread == {}


def test_a_batch_with_one_refused_line_never_leaves(
    client: OpenAI, provider: FileProvider, governor: MemoryGovernor
) -> None:
    file = io.BytesIO(a_batch(dataset=3))
    file.seek(9)

    with pytest.raises(PolicyDenied) as caught:
        client.files.create(file=file, purpose="batch")

    assert caught.value.rule == "no-datasets"
    assert provider.requests == []
    assert governor.decisions[-1].refused
    assert file.tell() == 9


async def test_an_async_client_inspects_without_holding_up_its_loop(
    provider: FileProvider, governor: MemoryGovernor
) -> None:
    threads: list[int] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            threads.append(threading.get_ident())
            return super().read(size)

    client: AsyncOpenAI = async_client(provider, governor)
    await client.files.create(file=Watched(BATCH), purpose="batch")
    with pytest.raises(PolicyDenied):
        await client.files.create(file=a_batch(dataset=3), purpose="batch")

    assert provider.fields == [{"purpose": b"batch", "file": BATCH}]
    assert threads[0] != threading.get_ident()
    assert last_call(governor).purpose == "born"


async def test_an_async_call_that_is_cancelled_meanwhile_sends_nothing(
    provider: FileProvider, governor: MemoryGovernor
) -> None:
    waiting, go = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            waiting.set()
            go.wait(10)
            return super().read(size)

    task = asyncio.ensure_future(
        async_client(provider, governor).files.create(file=Slow(BATCH), purpose="batch")
    )
    await asyncio.to_thread(waiting.wait, 10)
    task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert provider.requests == []


def test_the_callers_options_are_left_as_they_are(
    client: OpenAI, provider: FileProvider
) -> None:
    stream: Any = OnlyOnce(BATCH)
    files = {"file": ("b.jsonl", stream)}
    client.post(
        "/files",
        cast_to=object,
        body={"purpose": "batch"},
        files=files,
        options={"headers": {"Content-Type": "multipart/form-data"}},
    )

    assert isinstance(files["file"][1], OnlyOnce)
    assert provider.fields[0]["file"] == BATCH


def test_a_try_that_failed_is_followed_by_the_same_bytes(
    provider: FileProvider, governor: MemoryGovernor
) -> None:
    provider.failures = iter([500, 429])
    client = openai_client(provider, governor, max_retries=2)

    client.files.create(file=io.BytesIO(BATCH), purpose="batch")

    assert [each["file"] for each in provider.fields] == [BATCH] * 3
    assert len(governor.decisions) == 1


def test_what_the_sdk_would_not_send_twice_is_never_sent_otherwise(
    provider: FileProvider, governor: MemoryGovernor
) -> None:
    """openai 3 tries a stream once; openai 2 again, and would send nothing of it."""
    provider.failures = iter([500])
    client = openai_client(provider, governor, max_retries=2)

    stream: Any = OnlyOnce(BATCH)
    with suppress(openai.InternalServerError):
        client.files.create(file=stream, purpose="batch")

    tries = 1 if openai.__version__ >= "3" else 2
    assert [each["file"] for each in provider.fields] == [BATCH] * tries


def test_a_file_that_changes_after_it_was_inspected_never_arrives_whole(
    provider: FileProvider, tmp_path: Path
) -> None:
    path = tmp_path / "batch.jsonl"
    path.write_bytes(BATCH)

    class Swapping(MemoryGovernor):
        def commit(self, verdict: Any) -> None:
            super().commit(verdict)
            path.write_bytes(a_batch(dataset=3)[: len(BATCH)])

    governor = Swapping()
    client = openai_client(provider, governor, max_retries=2)
    with path.open("rb") as file, pytest.raises(CallUngoverned, match="inspected"):
        client.files.create(file=file, purpose="batch")

    assert provider.fields == []
    (outcome,) = governor.outcomes
    assert outcome.error == "CallUngoverned"
    assert len(outcome.attempts) <= 1


def test_a_decision_that_cannot_be_recorded_leaves_the_file_where_it_stood(
    provider: FileProvider,
) -> None:
    client = openai_client(provider, MemoryGovernor(records=False))
    file = io.BytesIO(BATCH)

    with pytest.raises(CallUnrecorded):
        client.files.create(file=file, purpose="batch")

    assert file.tell() == 0


def test_what_reading_a_file_raises_reaches_its_owner(
    client: OpenAI, provider: FileProvider, governor: MemoryGovernor
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        client.files.create(file=Broken(BATCH), purpose="batch")
    assert provider.requests == []
    assert governor.decisions == []


def test_a_file_in_text_mode_is_refused_by_the_sdk_itself(
    client: OpenAI, provider: FileProvider
) -> None:
    with pytest.raises(TypeError):
        client.files.create(file=io.StringIO("x"), purpose="batch")  # type: ignore[arg-type]  # what stock raises for
    upload = client.uploads.create(
        bytes=1, filename="f", mime_type="text/jsonl", purpose="batch"
    )
    with pytest.raises(TypeError):
        client.uploads.parts.create(upload.id, data=io.StringIO("x"))  # type: ignore[arg-type]  # the same
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{}\n", "method"),
        (BATCH + b"nonsense", "line 6: it is not JSON"),
        (b"\x1f\x8b\x08compressed", "it is not JSON"),
    ],
)
def test_a_batch_with_a_line_that_nobody_can_read_is_refused(
    client: OpenAI, provider: FileProvider, data: bytes, said: str
) -> None:
    with pytest.raises(PolicyDenied, match=said) as caught:
        client.files.create(file=data, purpose="batch")

    assert caught.value.rule == "file.unreadable"
    assert provider.requests == []


def test_a_file_to_train_on_is_read_like_a_call(
    client: OpenAI, provider: FileProvider, governor: MemoryGovernor
) -> None:
    good = b'{"messages": [{"role": "user", "content": "hi"}]}\n'
    bad = good.replace(b"hi", DATASET_REQUEST.encode())
    client.files.create(file=good, purpose="fine-tune")
    file = last_call(governor).file
    assert file is not None
    assert (file.lines, file.read, file.models) == (1, True, {})

    with pytest.raises(PolicyDenied, match="a data set"):
        client.files.create(file=good + bad, purpose="fine-tune")
    assert len(provider.requests) == 1


def test_other_files_are_named_by_digest_and_counted_unread(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    client.files.create(file=a_batch(dataset=3), purpose="user_data")
    call = last_call(governor)

    assert call.file is not None
    assert call.file.sha256 == digest(a_batch(dataset=3))
    assert not call.file.read
    assert call.unread["files"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"content": b"--b\r\nwhatever"},
        {"content": iter([b"--b", b"\r\n"])},
        {"files": [("file", BATCH), ("file", BATCH)]},
        {"files": [("file", BATCH), ("purpose", (None, b"batch"))]},
        {"files": [("other", BATCH)]},
        {"body": {"purpose": "batch"}},
    ],
    ids=["bytes", "stream", "two files", "two purposes", "another name", "no file"],
)
def test_an_upload_that_is_not_spelled_as_the_sdk_spells_it_is_refused(
    client: OpenAI, provider: FileProvider, arguments: dict[str, Any]
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    with pytest.raises(PolicyDenied, match=r"file\.unreadable"):
        client.post("/files", cast_to=object, options={"headers": headers}, **arguments)
    assert provider.requests == []


def chunked(
    client: OpenAI, *parts: bytes, purpose: Any = "batch"
) -> tuple[str, list[str]]:
    upload = client.uploads.create(
        bytes=sum(map(len, parts)),
        filename="b.jsonl",
        mime_type="text/jsonl",
        purpose=purpose,
    )
    made = [client.uploads.parts.create(upload.id, data=part) for part in parts]
    return upload.id, [part.id for part in made]


def test_a_file_in_parts_is_read_across_them(
    client: OpenAI, provider: FileProvider, governor: MemoryGovernor
) -> None:
    data = BATCH.rstrip(b"\n")
    upload = client.uploads.upload_file_chunked(
        file=data,
        filename="b.jsonl",
        bytes=len(data),
        mime_type="text/jsonl",
        purpose="batch",
        part_size=100,
    )
    call = last_call(governor)

    assert b"".join(each["data"] for each in provider.fields) == data
    assert upload.file is not None
    assert governor.outcomes[-1].file_id == upload.file.id
    assert call.file is not None
    assert (call.file.sha256, call.file.size) == (digest(data), len(data))
    assert (call.file.lines, call.file.read) == (5, True)
    assert call.model == "gpt-4o-mini"
    assert call.file.parts == tuple(
        digest(data[at : at + 100]) for at in range(0, len(data), 100)
    )
    lines = [d.call.file.lines for d in governor.decisions[1:-1] if d.call.file]
    assert sum(lines) == 4  # the last one has no newline: it ends with the file
    assert _chunks.of(governor).find(upload.id) is None


def test_the_part_that_completes_a_refused_line_never_leaves(
    client: OpenAI, provider: FileProvider
) -> None:
    data = a_batch(dataset=3)
    middle = data.index(DATASET_REQUEST.encode()) + 10

    with pytest.raises(PolicyDenied, match="a data set"):
        chunked(client, data[:middle], data[middle:])

    assert [each["data"] for each in provider.fields] == [data[:middle]]


def test_the_end_of_an_upload_is_refused_when_its_last_line_is(
    client: OpenAI, provider: FileProvider
) -> None:
    name, parts = chunked(client, batch_line(1), batch_line(2, DATASET_REQUEST)[:-1])

    with pytest.raises(PolicyDenied, match="a data set"):
        client.uploads.complete(name, part_ids=parts)
    assert not provider.paths[-1].endswith("/complete")


@pytest.mark.parametrize("order", [[1, 0], [0], [0, 1, 1]])
def test_parts_put_together_otherwise_than_inspected_are_refused(
    client: OpenAI, provider: FileProvider, order: list[int]
) -> None:
    name, parts = chunked(client, batch_line(1), batch_line(2))

    with pytest.raises(PolicyDenied, match="another order than they were inspected"):
        client.uploads.complete(name, part_ids=[parts[at] for at in order])
    assert not provider.paths[-1].endswith("/complete")
    client.uploads.complete(name, part_ids=parts)


def test_a_part_that_was_not_inspected_is_refused(client: OpenAI) -> None:
    name, parts = chunked(client, batch_line(1))

    with pytest.raises(PolicyDenied, match="'part_strange' was not inspected"):
        client.uploads.complete(name, part_ids=[*parts, "part_strange"])


def test_a_part_that_failed_may_be_sent_again(
    client: OpenAI, provider: FileProvider
) -> None:
    name, parts = chunked(client, BATCH[:100])
    provider.failures = iter([500])
    with pytest.raises(openai.InternalServerError):
        client.uploads.parts.create(name, data=BATCH[100:])
    again = client.uploads.parts.create(name, data=BATCH[100:])

    client.uploads.complete(name, part_ids=[*parts, again.id])


def test_parts_that_are_sent_at_once_are_refused_in_the_end(
    provider: FileProvider, governor: MemoryGovernor
) -> None:
    client = openai_client(provider, governor)
    name, _ = chunked(client)
    inside: list[str] = []

    class Meanwhile(MemoryGovernor):
        def commit(self, verdict: Any) -> None:
            governor.commit(verdict)

        def conclude(self, verdict: Any, outcome: Any) -> None:
            if not inside:
                inside.append(client.uploads.parts.create(name, data=batch_line(2)).id)
            governor.conclude(verdict, outcome)

    overheard = Meanwhile()
    _chunks._of_governors[overheard] = _chunks.of(governor)
    other = openai_client(provider, overheard)
    first = other.uploads.parts.create(name, data=batch_line(1))

    with pytest.raises(PolicyDenied, match="others were on their way"):
        client.uploads.complete(name, part_ids=[first.id, *inside])


def test_parts_of_other_files_may_come_in_any_order(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    name, parts = chunked(client, b"one", b"two", purpose="assistants")
    client.uploads.complete(name, part_ids=list(reversed(parts)))
    file = last_call(governor).file

    assert file is not None
    assert file.parts == (digest(b"two"), digest(b"one"))
    assert file.sha256 is None


def restarted(governor: MemoryGovernor) -> None:
    """As if another process went on: the trail is there, the memory is not."""
    _chunks._of_governors.pop(governor)


def test_another_process_cannot_go_on_with_lines_that_it_did_not_read(
    client: OpenAI, provider: FileProvider, governor: MemoryGovernor
) -> None:
    name, parts = chunked(client, BATCH[:100])
    restarted(governor)

    with pytest.raises(PolicyDenied, match="did not begin the upload"):
        client.uploads.parts.create(name, data=BATCH[100:])
    with pytest.raises(PolicyDenied, match="did not begin the upload"):
        client.uploads.complete(name, part_ids=parts)
    assert len(provider.requests) == 2


def test_another_process_may_complete_a_file_that_nobody_reads(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    name, parts = chunked(client, b"one", purpose="assistants")
    restarted(governor)
    more = client.uploads.parts.create(name, data=io.BytesIO(b"two"))
    client.uploads.complete(name, part_ids=[*parts, more.id, "part_strange"])
    call = last_call(governor)

    assert call.file is not None
    assert call.file.parts == (digest(b"one"), digest(b"two"), "unknown")
    assert [(each.id, each.known is None) for each in call.refers] == [
        (name, False),
        ("part_strange", True),
    ]


def test_a_part_of_an_upload_that_nobody_knows_refers_to_it(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    client.uploads.parts.create("upload_strange", data=b"x")
    (reference,) = last_call(governor).refers

    assert reference.id == "upload_strange"
    assert reference.known is None
    with pytest.raises(PolicyDenied, match="named `data`"):
        client.post(
            "/uploads/upload_strange/parts",
            cast_to=object,
            files=[("file", b"x")],
            options={"headers": {"Content-Type": "multipart/form-data"}},
        )


def test_a_cancelled_upload_is_forgotten(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    name, _ = chunked(client, b"one")
    client.uploads.cancel(name)

    assert _chunks.of(governor).find(name) is None


def test_a_batch_names_the_decision_on_its_file_and_asks_for_its_model(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    file = client.files.create(file=BATCH, purpose="batch")
    client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window=WINDOW,
    )
    call = last_call(governor)
    (reference,) = call.refers

    assert call.model == "gpt-4o-mini"
    assert reference == reference.__class__(
        id=file.id,
        known=Known(
            decision=governor.decisions[0].id,
            effect="permit",
            purpose="born",
            use="batch",
            sha256=digest(BATCH),
            model="gpt-4o-mini",
            read=True,
        ),
    )


def test_every_call_that_works_on_files_names_them(
    client: OpenAI, governor: MemoryGovernor
) -> None:
    client.fine_tuning.jobs.create(
        model="gpt-4o-mini", training_file="file-a", validation_file="file-b"
    )
    assert [each.id for each in last_call(governor).refers] == ["file-a", "file-b"]
    assert last_call(governor).model == "gpt-4o-mini"

    source: Any = {"type": "jsonl", "source": {"type": "file_id", "id": "file-c"}}
    client.evals.runs.create("eval_1", data_source=source)
    assert [each.id for each in last_call(governor).refers] == ["file-c"]
    inline: Any = {"type": "jsonl", "source": {"type": "file_content", "content": []}}
    client.evals.runs.create("eval_1", data_source=inline)
    assert last_call(governor).refers == ()
    client.batches.create(
        input_file_id="file-d",
        endpoint="/v1/chat/completions",
        completion_window=WINDOW,
    )
    assert last_call(governor).model is None


def test_a_batch_whose_body_nobody_can_read_is_refused(
    client: OpenAI, provider: FileProvider
) -> None:
    with pytest.raises(PolicyDenied, match="spelled out by the caller"):
        client.post("/batches", cast_to=object, content=b"not JSON")
    assert provider.requests == []


def test_a_trail_that_cannot_be_searched_lets_nothing_leave(
    provider: FileProvider,
) -> None:
    class Unsearchable(MemoryGovernor):
        def known(self, name: str) -> Known | None:
            raise TrailUnavailable("the disk")

    client = openai_client(provider, Unsearchable())
    with pytest.raises(CallUngoverned, match=r"'file-1'.*the disk"):
        client.batches.create(
            input_file_id="file-1",
            endpoint="/v1/chat/completions",
            completion_window=WINDOW,
        )
    assert provider.requests == []


def test_lines_are_inspected_as_the_file_is_read_and_not_after(
    provider: FileProvider,
) -> None:
    taken: list[int] = []

    class Counting(MemoryGovernor):
        def inspect(self, lines: Any) -> Any:
            def counted() -> Any:
                for line in lines:
                    assert isinstance(line, Line)
                    taken.append(file.tell())
                    yield line

            return super().inspect(counted())

    file = io.BytesIO(a_batch(5000))
    openai_client(provider, Counting()).files.create(file=file, purpose="batch")

    assert taken[0] < len(a_batch(5000)) == taken[-1]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/files", True),
        ("/uploads/u/parts", True),
        ("/batches", True),
        ("/fine_tuning/jobs", True),
        ("/evals/e/runs", True),
        ("https://api.openai.com/v1/files?x=1", True),
        ("/chat/completions", False),
        ("/responses", False),
    ],
)
def test_only_calls_that_may_read_files_leave_the_event_loop(
    url: str, *, expected: bool
) -> None:
    options: Any = type("Options", (), {"url": url})
    assert may_wait(options) is expected
