"""A policy is signed when enough trusted keys signed it as it is, and not else."""

from datetime import date
from pathlib import Path

import pytest

from affidavit import dsse
from affidavit.errors import Malformed, PolicyUntrusted
from affidavit.keys import Ed25519Signer
from affidavit.policy.loader import Policy, load
from affidavit.policy.signature import (
    PAYLOAD_TYPE,
    Signed,
    SignedPolicy,
    sign,
    signed,
    verify,
)
from affidavit.policy.trust import Trust
from affidavit.tlog.note import VerifierKey
from support.policies import HEAD, SUPPORT, in_force, written

LEGAL = Ed25519Signer.from_seed(b"l" * 32)
DPO = Ed25519Signer.from_seed(b"d" * 32)
MALLORY = Ed25519Signer.from_seed(b"m" * 32)
TODAY = date(2026, 11, 23)


def trust(*signers: Ed25519Signer, threshold: int = 1) -> Trust:
    keys = tuple(
        VerifierKey(f"signer{number}", each.verifier)
        for number, each in enumerate(signers)
    )
    return Trust(keys=keys, threshold=threshold)


def verified(
    policy: Policy, data: bytes | None, who: Trust, today: date = TODAY
) -> SignedPolicy:
    return verify(policy, data, who, today=today, where="p.dsse.json")


def test_a_signed_policy_gives_evidence_of_who_signed(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    data = sign(policy, [LEGAL, DPO]).encode()
    found = verified(policy, data, trust(LEGAL, DPO, threshold=2))
    assert found.signers == ("signer0", "signer1")
    assert (found.digest, found.changed) == (policy.digest, ())


def test_an_unsigned_policy_is_refused_with_whom_to_ask(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    with pytest.raises(PolicyUntrusted) as caught:
        verified(policy, None, trust(LEGAL, DPO, threshold=2))
    told = str(caught.value)
    assert "is not signed (nothing at p.dsse.json)" in told
    assert "Ask 2 of signer0, signer1" in told
    assert "affidavit policy sign" in told


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gpt-5*", "gpt-*"),
        ("support@acme.example", "mallory@acme.example"),
        ("name: acme\n", "name: acme\nmode: observe\n"),
    ],
)
def test_a_signature_does_not_outlive_a_change(
    tmp_path: Path, old: str, new: str
) -> None:
    policy = in_force(tmp_path, SUPPORT)
    data = sign(policy, [LEGAL]).encode()
    file = tmp_path / "policy.yaml"
    file.write_text((HEAD + SUPPORT).replace(old, new))
    with pytest.raises(PolicyUntrusted, match=r"stale: since then policy.yaml changed"):
        verified(load(file), data, trust(LEGAL))


def test_a_change_in_an_extended_file_is_a_change(tmp_path: Path) -> None:
    base = written(tmp_path, "rules: []\n", name="layers/base.yaml")
    policy = in_force(tmp_path, f"extends: [layers/base.yaml]\n{SUPPORT}")
    data = sign(policy, [LEGAL]).encode()
    rule = "rules: [{id: r, effect: warn, message: m, any: [{model: o1}]}]\n"
    base.write_text(HEAD + rule)
    with pytest.raises(PolicyUntrusted, match=r"since then layers/base.yaml changed"):
        verified(load(tmp_path / "policy.yaml"), data, trust(LEGAL))


def test_comments_and_another_folder_change_nothing(tmp_path: Path) -> None:
    policy = in_force(tmp_path / "one", SUPPORT)
    data = sign(policy, [LEGAL]).encode()
    other = in_force(tmp_path / "two", f"# a comment\n{SUPPORT}")
    assert verified(other, data, trust(LEGAL)).changed == ("policy.yaml",)


@pytest.mark.parametrize(
    ("signers", "who"),
    [
        ([MALLORY], trust(LEGAL)),
        ([LEGAL, MALLORY], trust(LEGAL, DPO, threshold=2)),
    ],
)
def test_too_few_trusted_signatures_are_none(
    tmp_path: Path, signers: list[Ed25519Signer], who: Trust
) -> None:
    policy = in_force(tmp_path, SUPPORT)
    with pytest.raises(PolicyUntrusted, match="is no sufficient signature"):
        verified(policy, sign(policy, signers).encode(), who)


def test_a_signature_ends_after_its_last_day(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    data = sign(policy, [LEGAL], expires=TODAY).encode()
    assert verified(policy, data, trust(LEGAL)).expires == TODAY
    with pytest.raises(PolicyUntrusted, match="was valid until 2026-11-23"):
        verified(policy, data, trust(LEGAL), date(2026, 11, 24))


def test_signatures_add_up_while_the_policy_is_the_same(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT)
    first = sign(policy, [LEGAL], expires=TODAY).encode()
    both = sign(policy, [DPO], before=first + b"\n")
    again = sign(policy, [DPO], before=both.encode())
    assert both == again
    assert verified(policy, both.encode(), trust(LEGAL, DPO, threshold=2)).expires
    fresh = sign(policy, [DPO], expires=date(2027, 1, 1), before=both.encode())
    assert len(fresh.signatures) == 1
    other = in_force(tmp_path, SUPPORT.replace("gpt-5*", "o1"))
    assert len(sign(other, [DPO], before=first).signatures) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        dsse.sign("text/plain", b"{}", [LEGAL]).encode(),
        dsse.sign(PAYLOAD_TYPE, b"{}", [LEGAL]).encode(),
        dsse.sign(
            PAYLOAD_TYPE, b'{"digest":"d","files":[1],"name":"n","v":1}', [LEGAL]
        ).encode(),
        dsse.sign(
            PAYLOAD_TYPE,
            b'{"digest":"d","expires":"x","files":[],"name":"n","v":1}',
            [LEGAL],
        ).encode(),
        dsse.sign(
            PAYLOAD_TYPE,
            b'{"digest":"d","expires":"20261123","files":[],"name":"n","v":1}',
            [LEGAL],
        ).encode(),
        dsse.sign(
            PAYLOAD_TYPE,
            b'{"digest":"d","files":[],"more":1,"name":"n","v":1}',
            [LEGAL],
        ).encode(),
    ],
)
def test_what_is_no_policys_signature_is_refused_and_not_added_to(
    tmp_path: Path, data: bytes
) -> None:
    policy = in_force(tmp_path, SUPPORT)
    with pytest.raises(PolicyUntrusted, match="is no sufficient signature"):
        verified(policy, data, trust(LEGAL))
    with pytest.raises(Malformed):
        sign(policy, [LEGAL], before=data)


def test_a_payload_is_read_as_it_is_printed(tmp_path: Path) -> None:
    said = signed(in_force(tmp_path, SUPPORT), expires=TODAY)
    assert Signed.parse(said.encode()) == said
    assert list(said.files) == ["policy.yaml"]


def test_a_difference_of_many_files_is_cut_and_one_of_none_is_said(
    tmp_path: Path,
) -> None:
    policy = in_force(tmp_path, SUPPORT)
    said = signed(policy)
    for files, told in (
        ({f"f{i}": "x" for i in range(9)}, "and 5 more changed"),
        (dict(said.files), "it is for another policy than acme"),
    ):
        old = Signed(name="n", digest="d", files=files, expires=None)
        data = dsse.sign(PAYLOAD_TYPE, old.encode(), [LEGAL]).encode()
        with pytest.raises(PolicyUntrusted, match=told):
            verified(policy, data, trust(LEGAL))
