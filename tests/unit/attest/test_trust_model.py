"""What a trust file may say, field by field."""

import json
from datetime import timedelta

import pytest
from pydantic import ValidationError

from affidavit.attest.trust_model import TrustFile, age_of
from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey
from support.anchors import WITNESS

KEY = str(VerifierKey("acme.example/t", Ed25519Signer.from_seed(b"k" * 32).verifier))
LEAST = {"apiVersion": "affidavit/v1", "kind": "Trust", "keys": [KEY]}


def read(**more: object) -> TrustFile:
    return TrustFile.model_validate_json(json.dumps(LEAST | more))


def test_every_field_is_taken() -> None:
    found = read(
        officers=[KEY],
        threshold=1,
        auditors=[KEY],
        witnesses=[WITNESS.vkey],
        quorum=1,
        authorities=["tsa.pem"],
        checkpoint="kept",
        minimum_size=7,
        max_age="35d",
        policies=["ab" * 32],
        parties=["Acme Ltd"],
        contract="contract.yaml",
        since="september",
        sample=True,
    )
    assert None not in [getattr(found, name) for name in TrustFile.model_fields]


@pytest.mark.parametrize(
    "more",
    [
        {"keys": []},
        {"keys": ["acme"]},
        {"keys": [WITNESS.vkey]},
        {"keys": [f" {KEY}"]},
        {"officers": [WITNESS.vkey]},
        {"witnesses": [KEY]},
        {"witnesses": ["nobody"]},
        {"threshold": 0},
        {"policies": ["AB" * 32]},
        {"policies": ["ab"]},
        {"witnesses": [f"{WITNESS.vkey} "]},
        {"keys": [f"{KEY} "]},
        {"max_age": "a month"},
        {"max_age": "0s"},
        {"max_age": "1y"},
        {"max_age": "1000000d"},
        {"minimum_size": -1},
        {"checkpoint": ""},
        {"sample": "yes"},
        {"unknown": 1},
        {"kind": "Contract"},
    ],
)
def test_what_would_not_be_demanded_as_meant_is_refused(
    more: dict[str, object],
) -> None:
    with pytest.raises(ValidationError):
        read(**more)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("1s", timedelta(seconds=1)),
        ("90m", timedelta(minutes=90)),
        ("24h", timedelta(hours=24)),
        ("35d", timedelta(days=35)),
        ("5w", timedelta(weeks=5)),
        ("1y", None),
    ],
)
def test_an_age_is_a_number_and_a_unit(text: str, age: timedelta | None) -> None:
    assert age_of(text) == age
