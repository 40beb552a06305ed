from collections.abc import Iterator
from hashlib import md5

import openai
import pytest
from openai import OpenAI

from support.sandboxed import a_client, faithful

CONTENT = b"0123456789"


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def begun(client: OpenAI, size: int = len(CONTENT)) -> str:
    upload = client.uploads.create(
        bytes=size, filename="a.jsonl", mime_type="text/jsonl", purpose="batch"
    )
    assert faithful(upload).status == "pending"
    return upload.id


def parts(client: OpenAI, upload: str) -> list[str]:
    made = [
        client.uploads.parts.create(upload, data=CONTENT[at : at + 4])
        for at in (0, 4, 8)
    ]
    return [faithful(part).id for part in made]


def test_parts_become_a_file_in_the_order_named(client: OpenAI) -> None:
    upload = begun(client)
    ids = parts(client, upload)
    digest = md5(CONTENT, usedforsecurity=False).hexdigest()
    done = faithful(client.uploads.complete(upload, part_ids=ids, md5=digest))

    assert (done.status, done.file is not None) == ("completed", True)
    assert done.file is not None
    assert client.files.content(done.file.id).read() == CONTENT


def test_a_file_is_uploaded_in_chunks(client: OpenAI) -> None:
    done = client.uploads.upload_file_chunked(
        file=CONTENT,
        filename="a.txt",
        bytes=len(CONTENT),
        mime_type="text/plain",
        purpose="user_data",
        part_size=3,
    )

    assert done.file is not None
    assert client.files.content(done.file.id).read() == CONTENT


def test_a_settled_upload_takes_nothing_more(client: OpenAI) -> None:
    upload = begun(client)
    assert faithful(client.uploads.cancel(upload)).status == "cancelled"

    with pytest.raises(openai.BadRequestError, match="cancelled already"):
        parts(client, upload)


def test_parts_that_do_not_make_up_the_file_are_400(client: OpenAI) -> None:
    upload = begun(client)
    ids = parts(client, upload)

    with pytest.raises(openai.BadRequestError, match="have 4 bytes together"):
        client.uploads.complete(upload, part_ids=ids[:1])
    with pytest.raises(openai.BadRequestError, match="MD5"):
        client.uploads.complete(upload, part_ids=ids, md5="0")
    with pytest.raises(openai.BadRequestError, match="ids of this upload's parts"):
        client.uploads.complete(upload, part_ids=["part_of_another"])


@pytest.mark.parametrize("left_out", ["bytes", "filename", "mime_type", "purpose"])
def test_what_is_required_is_400_without(client: OpenAI, left_out: str) -> None:
    body = {"bytes": 1, "filename": "a", "mime_type": "b", "purpose": "batch"}
    del body[left_out]

    with pytest.raises(openai.BadRequestError, match=left_out):
        client.post("/uploads", body=body, cast_to=object)


def test_part_ids_are_a_list(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="part_ids"):
        client.post(f"/uploads/{begun(client)}/complete", body={}, cast_to=object)
