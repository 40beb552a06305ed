"""Who may sign is said apart from the policy, exactly, or not at all."""

import pytest

from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.keys import Ed25519Signer
from affidavit.policy.trust import Trust
from affidavit.tlog.note import VerifierKey

LEGAL = VerifierKey("legal", Ed25519Signer.from_seed(b"l" * 32).verifier)
DPO = VerifierKey("dpo", Ed25519Signer.from_seed(b"d" * 32).verifier)
ALIAS = VerifierKey("alias", LEGAL.verifier)


def parsed(text: str) -> Trust:
    return Trust.parse(text.encode(), "trust.toml")


def test_keys_and_threshold_are_read() -> None:
    trust = parsed(f'threshold = 2\nkeys = ["{LEGAL}", "{DPO}"]')
    assert trust == Trust(keys=(LEGAL, DPO), threshold=2)
    assert trust.named([DPO.verifier.key_id, "unknown"]) == ("dpo",)
    assert parsed(f'keys = ["{LEGAL}"]').threshold == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "keys = []",
        "keys = [1]",
        'keys = ["nobody"]',
        f'keys = "{LEGAL}"',
        f'keys = ["{LEGAL}"]\nthreshold = 0',
        f'keys = ["{LEGAL}"]\nthreshold = true',
        f'keys = ["{LEGAL}"]\nthreshold = 2',
        f'keys = ["{LEGAL}"]\nsigners = 1',
        "keys = [",
        "\udc80",
    ],
)
def test_what_does_not_say_who_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"trust.toml: does not say who"):
        Trust.parse(text.encode("utf-8", "surrogateescape"), "trust.toml")


def test_one_key_under_two_names_is_one_signer() -> None:
    with pytest.raises(KeyUnusable, match="threshold of 2"):
        Trust(keys=(LEGAL, ALIAS), threshold=2)
