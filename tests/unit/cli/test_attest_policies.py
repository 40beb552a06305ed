import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from affidavit.attest.policies import signed_digest
from affidavit.cli import attest_policies
from affidavit.policy.loader import load
from support.cli import invoke
from support.policies import SUPPORT, written


def told(**files: bytes) -> dict[str, Any]:
    named = [
        {"path": name, "sha256": sha256(data).hexdigest()}
        for name, data in files.items()
    ]
    return {"policyFiles": [{"digest": {"sha256": "ab" * 32}, "files": named}]}


def committed(folder: Path, *names: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (
        ("init", "-q"),
        ("add", *names),
        (*identity, "commit", "-q", "-m", "policy"),
    ):
        subprocess.run(["git", *command], cwd=folder, check=True)


def test_bytes_are_found_in_place_and_then_in_the_history(tmp_path: Path) -> None:
    policy = tmp_path / "p.yaml"
    policy.write_bytes(b"old: 1\n")
    committed(tmp_path, "p.yaml")
    policy.write_bytes(b"new: 1\n")
    files = told(**{"p.yaml": b"old: 1\n"})["policyFiles"][0]["files"]
    files += told(**{"p.yaml": b"new: 1\n", "gone.yaml": b"x"})["policyFiles"][0][
        "files"
    ]
    predicate = told()
    predicate["policyFiles"][0]["files"] = files
    found = attest_policies.find(predicate, policy, ())
    assert sorted(found.files.values()) == [b"new: 1\n", b"old: 1\n"]


def test_packs_are_found_where_they_are_installed(tmp_path: Path) -> None:
    from affidavit.policy.loader import locate_packs

    pack = next(locate_packs().glob("openai-*.yaml"))
    predicate = told(**{f"pack:{pack.stem}": pack.read_bytes()})
    found = attest_policies.find(predicate, tmp_path, ())
    assert list(found.files.values()) == [pack.read_bytes()]
    assert attest_policies.find(told(**{"pack:none": b""}), tmp_path, ()).files == {}


def test_signatures_are_found_beside_the_policy_and_in_the_history(
    tmp_path: Path,
) -> None:
    written(tmp_path, SUPPORT)
    assert attest_policies.signatures(tmp_path) == ()
    sign = ("policy", "sign", "policy.yaml", "--signing-key", "me.pem", "--new-key")
    assert invoke(*sign, cwd=tmp_path).code == 0
    (only,) = attest_policies.signatures(tmp_path)
    digest = load(tmp_path / "policy.yaml").digest.removeprefix("sha256:")
    assert signed_digest(only) == digest
    committed(tmp_path, "policy.yaml", "policy.yaml.dsse.json")
    (tmp_path / "policy.yaml.dsse.json").write_text("{}")
    assert attest_policies.signatures(tmp_path / "policy.yaml") == (only,)


def test_without_a_repository_nothing_is_found_and_nothing_fails(
    tmp_path: Path,
) -> None:
    predicate = told(**{"p.yaml": b"x"})
    assert attest_policies.find(predicate, tmp_path / "no" / "p.yaml", ()).files == {}
