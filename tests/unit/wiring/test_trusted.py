"""The settings decide that a policy must be signed; its author cannot decide less."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from affidavit.errors import PolicyUntrusted, SettingsInvalid
from affidavit.keys import Ed25519Signer
from affidavit.policy.loader import load
from affidavit.policy.signature import sign
from affidavit.tlog.note import VerifierKey
from affidavit.wiring import Governor, Settings
from affidavit.wiring.trusted import demand, envelope_place, read_envelope, read_trust
from support.policies import SUPPORT, in_force
from support.project import a_call, a_project

LEGAL = Ed25519Signer.from_seed(b"l" * 32)
TODAY = date(2026, 11, 23)


def trusting(settings: Settings, folder: Path) -> Settings:
    """The settings with a trust file that names LEGAL."""
    file = folder / "trust.toml"
    file.write_text(f'keys = ["{VerifierKey("legal", LEGAL.verifier)}"]\n')
    return replace(settings, policy_trust=file)


def signed(settings: Settings) -> None:
    policy = load(settings.policy)
    envelope_place(policy).write_bytes(sign(policy, [LEGAL]).encode())


def test_where_nobody_asks_nothing_is_demanded(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    assert demand(load(settings.policy), settings, today=TODAY) is None


def test_an_unsigned_policy_builds_no_governor(tmp_path: Path) -> None:
    settings = trusting(a_project(tmp_path), tmp_path)
    with pytest.raises(PolicyUntrusted, match="is not signed"):
        Governor(settings=settings)


def test_a_signed_one_does_until_it_changes(tmp_path: Path) -> None:
    settings = trusting(a_project(tmp_path), tmp_path)
    signed(settings)
    with Governor(settings=settings) as governor:
        file = settings.policy / "policy.yaml"
        file.write_text(file.read_text().replace("support.reply", "support.replies"))
        with pytest.raises(PolicyUntrusted, match="stale"):
            governor.reload()
        verdict = governor.consider(a_call())
        assert not verdict.refused  # the one that was signed is still in force
    with pytest.raises(PolicyUntrusted, match="stale"):
        Governor(settings=settings)


def test_a_policy_can_ask_for_a_signature_and_not_for_whose(tmp_path: Path) -> None:
    settings = a_project(tmp_path / "project")
    policy = in_force(tmp_path, f"require_signature: true\n{SUPPORT}")
    with pytest.raises(PolicyUntrusted, match="AFFIDAVIT_POLICY_TRUST"):
        demand(policy, settings, today=TODAY)


def test_leaving_the_field_out_does_not_lift_what_the_settings_want(
    tmp_path: Path,
) -> None:
    settings = trusting(a_project(tmp_path / "project"), tmp_path)
    for body in (SUPPORT, f"require_signature: false\n{SUPPORT}"):
        with pytest.raises(PolicyUntrusted):
            demand(in_force(tmp_path, body), settings, today=TODAY)


def test_an_extended_file_asks_for_all(tmp_path: Path) -> None:
    body = "extends: [base.yaml]\n" + SUPPORT
    (tmp_path / "base.yaml").write_text(
        "apiVersion: affidavit/v1\nkind: Policy\nname: base\nrequire_signature: true\n"
    )
    signed_base = in_force(tmp_path, body)
    assert signed_base.require_signature
    (tmp_path / "base.yaml").write_text(
        "apiVersion: affidavit/v1\nkind: Policy\nname: base\n"
    )
    free = in_force(tmp_path, body)
    assert not free.require_signature
    assert free.digest != signed_base.digest


def test_a_trust_file_that_cannot_be_read_trusts_nobody(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="cannot be read"):
        read_trust(tmp_path / "none.toml")
    (tmp_path / "big.toml").write_bytes(b"#" * (64 << 10) + b"#")
    with pytest.raises(SettingsInvalid, match="larger"):
        read_trust(tmp_path / "big.toml")


def test_signatures_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    assert read_envelope(tmp_path / "none") is None
    with pytest.raises(PolicyUntrusted, match="cannot be read"):
        read_envelope(tmp_path)
    (tmp_path / "big").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(PolicyUntrusted, match="larger"):
        read_envelope(tmp_path / "big")
