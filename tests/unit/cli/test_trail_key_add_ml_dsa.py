"""`affidavit trail key add-ml-dsa`."""

from pathlib import Path

from affidavit.tlog.mldsa import MlDsaKey
from support.cli import invoke
from support.project import a_project


def test_every_checkpoint_bears_a_second_line_that_a_verifier_may_demand(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    first = invoke("trail", "key", cwd=tmp_path).out.strip()
    assert invoke("trail", "key", "--ml-dsa", cwd=tmp_path).code == 2
    told = invoke("trail", "key", "add-ml-dsa", "--json", cwd=tmp_path).json
    second = invoke("trail", "key", "--ml-dsa", cwd=tmp_path).out.strip()
    verify = ("trail", "verify", ".affidavit/trail", "--key", first, "--key", second)

    assert told["vkey"] == second == str(MlDsaKey.parse(second))
    assert invoke(*verify, cwd=tmp_path).code == 0
    checkpoint = tmp_path / ".affidavit/trail/checkpoint"
    lines = checkpoint.read_text().splitlines(keepends=True)
    checkpoint.write_text("".join(lines[:-1]))
    bare = invoke(*verify, cwd=tmp_path)
    assert bare.code == 1
    assert "no line by the pinned ML-DSA-44 key" in bare.out


def test_there_is_one_second_key(tmp_path: Path) -> None:
    a_project(tmp_path)
    assert invoke("trail", "key", "add-ml-dsa", cwd=tmp_path).code == 0
    again = invoke("trail", "key", "add-ml-dsa", cwd=tmp_path)

    assert again.code == 2
    assert "already" in again.err
    assert invoke("trail", "key", "--ml-dsa", "--pem", cwd=tmp_path).code == 2
