from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful, uploaded


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def test_a_file_is_kept_with_its_content(client: OpenAI) -> None:
    file = faithful(uploaded(client, b"parcel 12\n", purpose="user_data"))

    assert (file.bytes, file.filename, file.status) == (10, "file.jsonl", "processed")
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).read() == b"parcel 12\n"
    assert client.files.wait_for_processing(file.id) == file


def test_files_are_listed_by_purpose_page_by_page(client: OpenAI) -> None:
    made = [uploaded(client, b"x", purpose="batch") for _ in range(3)]
    uploaded(client, b"x", purpose="evals")
    listed = list(client.files.list(purpose="batch", limit=1))

    assert [file.id for file in listed] == [file.id for file in reversed(made)]
    assert len(list(client.files.list())) == 4


def test_a_deleted_file_is_gone(client: OpenAI) -> None:
    file = uploaded(client, b"x")

    assert faithful(client.files.delete(file.id)).deleted
    with pytest.raises(openai.NotFoundError, match=file.id):
        client.files.content(file.id)


def test_a_purpose_that_files_do_not_have_is_400(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="one of assistants"):
        uploaded(client, b"x", purpose="poetry")  # type: ignore[arg-type]  # on purpose


def test_a_request_without_a_file_is_400(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="'file' must be a file"):
        client.post("/files", body={"purpose": "batch"}, cast_to=object)
