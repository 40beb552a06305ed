import json
from hashlib import sha256
from pathlib import Path

import pytest

from affidavit.calls import Call
from affidavit.wiring import Governor, Settings
from support.cli import Ran, invoke
from support.project import a_call, a_project, an_outcome

REQUEST = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Häh?"}]}
CALL: Call = a_call(
    content=json.dumps(
        REQUEST, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
)
ANSWER = b'{"id":"chatcmpl-1"}'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture
def identifier(settings: Settings) -> str:
    with Governor(settings=settings) as governor:
        verdict = governor.consider(CALL)
        governor.commit(verdict)
        answer = an_outcome(output_digest=sha256(ANSWER).digest())
        governor.conclude(verdict, answer)
    return verdict.id


def opened(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("trail", "open", *arguments, cwd=cwd)


def test_a_record_is_shown_with_the_key_of_its_content(
    identifier: str, tmp_path: Path
) -> None:
    told = opened(identifier, "--json", cwd=tmp_path).json
    assert told["body"]["purpose"] == "support.reply"
    assert (told["part"], told["matches"]) == ("request", None)
    assert told["content_key"] in opened(identifier, cwd=tmp_path).out


def test_the_request_that_was_decided_on_matches_however_it_is_spelled(
    identifier: str, tmp_path: Path
) -> None:
    (tmp_path / "request.json").write_text(json.dumps(REQUEST, indent=2))
    read = opened(identifier, "--content", "request.json", cwd=tmp_path)
    assert (read.code, "This is the content." in read.out) == (0, True)


def test_another_request_does_not(identifier: str, tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(json.dumps(REQUEST | {"n": 2}))
    read = opened(identifier, "--content", "request.json", cwd=tmp_path)
    assert (read.code, "This is not the content." in read.out) == (1, True)


def test_an_auditor_checks_the_answer_with_one_revealed_key(
    identifier: str, settings: Settings, tmp_path: Path
) -> None:
    key = opened(identifier, "--outcome", "--json", cwd=tmp_path).json["content_key"]
    (tmp_path / "answer").write_bytes(ANSWER)
    for secret in (settings.key, settings.trail.with_name("trail.secret")):
        secret.unlink()
    check = (identifier, "--outcome", "--content", "answer", "--content-key", key)
    assert opened(*check, cwd=tmp_path).code == 0

    (tmp_path / "answer").write_bytes(ANSWER + b" ")
    assert opened(*check, cwd=tmp_path).code == 1


def test_the_key_of_the_request_does_not_open_the_answer(
    identifier: str, tmp_path: Path
) -> None:
    key = opened(identifier, "--json", cwd=tmp_path).json["content_key"]
    (tmp_path / "answer").write_bytes(ANSWER)
    check = (identifier, "--outcome", "--content", "answer", "--content-key", key)
    assert opened(*check, cwd=tmp_path).code == 1


@pytest.mark.parametrize("key", ["short", "not base64url!", "A" * 44])
def test_a_key_that_is_none_is_a_usage_error(
    identifier: str, tmp_path: Path, key: str
) -> None:
    assert opened(identifier, "--content-key", key, cwd=tmp_path).code == 2


@pytest.mark.parametrize("content", [None, b"not json"])
def test_content_that_cannot_be_read_is_not_enough(
    identifier: str, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "request.json").write_bytes(content)
    read = opened(identifier, "--content", "request.json", cwd=tmp_path)
    assert read.code == 2
    assert "request.json" in read.err
