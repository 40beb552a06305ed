import os
from pathlib import Path

import pytest

from affidavit import dsse
from affidavit.attest.challenge import PAYLOAD_TYPE
from affidavit.cli.artefacts import What, told_apart
from affidavit.errors import Incomplete
from affidavit.keys import Ed25519Signer
from support.handed import Handed, handed_over


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    made = handed_over(tmp_path_factory.mktemp("handed"))
    made.countersigned("--out", "vsa.json")
    answer = dsse.sign(PAYLOAD_TYPE, b"{}", [Ed25519Signer.from_seed(b"k" * 32)])
    (made.path / "response.json").write_bytes(answer.encode())
    return made


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("now", What.STATEMENT),
        ("now/statement.dsse.json", What.STATEMENT),
        ("now/certificate.html", What.STATEMENT),
        ("now/statement.sigstore.json", What.STATEMENT),
        ("response.json", What.RESPONSE),
        ("now/since.consistency", What.CONSISTENCY),
        ("copy", What.TRAIL),
        ("vsa.json", What.SUMMARY),
        ("acme.vkey", What.STATEMENT),
    ],
)
def test_artefacts_are_told_apart_by_how_they_begin(
    handed: Handed, name: str, what: What
) -> None:
    assert told_apart(handed.path / name)[0] is what


def test_what_is_nothing_is_taken_for_a_statement_which_says_best_what_it_is_not(
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert told_apart(empty)[0] is What.STATEMENT


def test_a_path_where_nothing_is_is_said_to_be_that(tmp_path: Path) -> None:
    looped = tmp_path / "looped"
    looped.symlink_to(tmp_path / "x")
    for path in (tmp_path / "nowhere", looped):
        with pytest.raises(Incomplete, match=f"{path.name}: nothing is there"):
            told_apart(path)


@pytest.mark.parametrize("name", ["pipe", "zeros"])
def test_a_pipe_or_a_device_is_refused_and_not_read(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    with pytest.raises(Incomplete, match="neither a file nor a folder"):
        told_apart(tmp_path / name)
