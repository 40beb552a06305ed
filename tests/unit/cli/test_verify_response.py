from pathlib import Path

import pytest

from affidavit.attest.challenge import respond
from support.cli import Ran, invoke
from support.sampled import Sampled, a_sampled


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("verify-response"))


def given(made: Sampled, folder: Path, *, bodies: bool = False) -> Path:
    asked = made.challenge(bodies=bodies)
    (folder / "challenge.json").write_bytes(asked.encode())
    (folder / "statement.dsse.json").write_bytes(made.envelope.encode())
    envelope = respond(made.reader, asked, made.trail.signer)
    (folder / "response.json").write_bytes(envelope.encode())
    return folder


def verify(made: Sampled, folder: Path, *more: str) -> Ran:
    return invoke(
        "verify", "response.json", "--key", str(made.trail.key), *more, cwd=folder
    )


BOTH = ("--challenge", "challenge.json", "--statement", "statement.dsse.json")


def test_the_answer_is_reported_to_people_and_programs(
    made: Sampled, tmp_path: Path
) -> None:
    folder = given(made, tmp_path)
    told = verify(made, folder, *BOTH, "--json")
    assert told.code == 0
    assert told.json["artefact"] == "response"
    assert told.json["decisions"] == 5
    assert "% of all decisions, at 99 %" in verify(made, folder, *BOTH).out


def test_a_changed_answer_is_invalid_with_the_same_fields(
    made: Sampled, tmp_path: Path
) -> None:
    folder = given(made, tmp_path)
    sound = verify(made, folder, *BOTH, "--json").json
    path = folder / "response.json"
    path.write_bytes(path.read_bytes().replace(b'"sig":"A', b'"sig":"B', 1))
    data = path.read_bytes()
    path.write_bytes(data[:20] + data[20:].replace(b"A", b"B", 1))
    told = verify(made, folder, *BOTH, "--json")
    assert told.code == 1
    assert told.json.keys() == sound.keys()
    assert "Problems:" in verify(made, folder, *BOTH).out


@pytest.mark.parametrize("more", [(), BOTH[:2], BOTH[2:]])
def test_without_what_was_asked_and_about_what_nothing_is_decided(
    more: tuple[str, ...], made: Sampled, tmp_path: Path
) -> None:
    ran = verify(made, given(made, tmp_path), *more)
    assert ran.code == 2
    assert "--challenge" in ran.err


def test_a_challenge_goes_with_a_response_only(made: Sampled, tmp_path: Path) -> None:
    folder = given(made, tmp_path)
    ran = invoke(
        "verify",
        "statement.dsse.json",
        "--challenge",
        "challenge.json",
        "--key",
        str(made.trail.key),
        cwd=folder,
    )
    assert ran.code == 2
