"""`affidavit trail key revoke`."""

from pathlib import Path

from support.cli import invoke
from support.project import a_project


def test_a_retired_key_is_revoked_with_a_reason_that_verifiers_see(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    old = invoke("trail", "key", cwd=tmp_path).out.strip()
    invoke("trail", "key", "rotate", cwd=tmp_path)
    done = invoke(
        "trail", "key", "revoke", old, "--reason", "left", "--json", cwd=tmp_path
    )

    assert (done.code, done.json) == (0, {"key": old, "reason": "left", "record": 2})
    assert "revoked by record 2: left" in invoke("trail", "verify", cwd=tmp_path).out


def test_the_key_in_force_and_unknown_ones_are_refused(tmp_path: Path) -> None:
    a_project(tmp_path)
    own = invoke("trail", "key", cwd=tmp_path).out.strip()

    for key, said in ((own, "Rotate first"), ("00000000", "no key of this trail")):
        failed = invoke("trail", "key", "revoke", key, "--reason", "r", cwd=tmp_path)
        assert failed.code == 2
        assert said in failed.err
    assert invoke("trail", "key", "revoke", own, cwd=tmp_path).code == 2


def test_a_second_key_is_revoked_and_its_file_removed(tmp_path: Path) -> None:
    a_project(tmp_path)
    invoke("trail", "key", "add-ml-dsa", cwd=tmp_path)
    second = invoke("trail", "key", "--ml-dsa", cwd=tmp_path).out.split("+")[1]
    done = invoke("trail", "key", "revoke", second, "--reason", "r", cwd=tmp_path)

    assert done.code == 0
    assert not (tmp_path / ".affidavit/key.mldsa.pem").exists()
    assert invoke("trail", "verify", cwd=tmp_path).code == 0
