"""The stock client at a sandbox, and a strict reading of what it was answered."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import orjson
from openai import OpenAI
from openai.types import FileObject, FilePurpose
from pydantic import BaseModel

from affidavit.testing.sandbox import Sandbox

T = TypeVar("T", bound=BaseModel)


@contextmanager
def a_client() -> Iterator[OpenAI]:
    """A client whose sandbox is its own."""
    with (
        Sandbox() as sandbox,
        OpenAI(base_url=sandbox.base_url, api_key="k", max_retries=0) as client,
    ):
        yield client


def faithful(value: T) -> T:
    """`value`, which the SDK does not check, if its own types accept it strictly."""
    type(value).model_validate(value.model_dump())
    return value


def uploaded(
    client: OpenAI, content: bytes, *, purpose: FilePurpose = "batch"
) -> FileObject:
    """A file of the client's sandbox."""
    return client.files.create(file=("file.jsonl", content), purpose=purpose)


def lines(*values: object) -> bytes:
    """JSON lines."""
    return b"".join(orjson.dumps(value) + b"\n" for value in values)
