"""`key` records: nine signed lines, which hold for one place upon one tree alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from affidavit import canonical
from affidavit.errors import Invalid, Malformed, SettingsInvalid
from affidavit.keys import Ed25519Signer
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey
from affidavit.trail.keyrecord import (
    Action,
    KeyStatement,
    checked_reason,
    verify_key_record,
)

ORIGIN = "acme.example/trail"
OLD, NEW = (Ed25519Signer.from_seed(each * 32) for each in (b"o", b"n"))
SECOND = MlDsaSigner.from_seed(b"s" * 32)
AT = "2026-11-22T12:00:00.000Z"


def rotation(**changes: Any) -> KeyStatement:
    statement = KeyStatement(
        action=Action.ROTATE,
        origin=ORIGIN,
        by=VerifierKey(ORIGIN, OLD.verifier),
        key=VerifierKey(ORIGIN, NEW.verifier),
        at=AT,
        size=7,
        root=b"r" * 32,
    )
    return replace(statement, **changes)


def addition() -> KeyStatement:
    return rotation(action=Action.ADD, key=MlDsaKey(ORIGIN, SECOND.verifier))


def revocation() -> KeyStatement:
    return rotation(action=Action.REVOKE, reason="laptop stolen")


def body_of(said: KeyStatement, prove: Any = NEW) -> bytes:
    possession = None if prove is None else prove.sign(said.message)
    return canonical.dumps(said.body(OLD.sign(said.message), possession))


def test_what_is_signed_is_nine_lines_that_anybody_can_write_down() -> None:
    old, new = rotation().by, rotation().key

    assert rotation().message.decode() == (
        f"affidavit-key/1\nrotate\n{ORIGIN}\n{old}\n{new}\n{AT}\n7\n"
        "cnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n\n"
    )


@pytest.mark.parametrize(
    ("said", "prove"),
    [(rotation(), NEW), (addition(), SECOND), (revocation(), None)],
)
def test_a_record_reads_back_as_what_was_said(said: KeyStatement, prove: Any) -> None:
    found = verify_key_record(body_of(said, prove), index=7, at=AT)

    assert found.statement == said


@pytest.mark.parametrize(("index", "at"), [(8, AT), (7, AT.replace("12:", "13:"))])
def test_a_record_holds_at_its_own_place_and_time_alone(index: int, at: str) -> None:
    with pytest.raises(Invalid):
        verify_key_record(body_of(rotation()), index=index, at=at)


ATTACKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "another root": lambda body: body.update(root="00" * 32),
    "another next key": lambda body: body.update(
        key=str(VerifierKey(ORIGIN, Ed25519Signer.from_seed(b"x" * 32).verifier))
    ),
    "the keys exchanged": lambda body: body.update(by=body["key"], key=body["by"]),
    "no signature": lambda body: body.pop("signature"),
    "no possession": lambda body: body.pop("possession"),
    "the signatures exchanged": lambda body: body.update(
        signature=body["possession"], possession=body["signature"]
    ),
    "another trail": lambda body: body.update(origin="acme.example/other"),
    "another action": lambda body: body.update(action="revoke", reason="r"),
    "an unknown action": lambda body: body.update(action="bless"),
    "a reason that is no text": lambda body: body.update(reason=7),
    "a size that is no number": lambda body: body.update(size=True),
    "a root that is none": lambda body: body.update(root="r"),
    "a key that is none": lambda body: body.update(key="k"),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_no_changed_record_holds(attack: Callable[[dict[str, Any]], None]) -> None:
    body = canonical.loads(body_of(rotation()))
    assert isinstance(body, dict)
    attack(body)

    with pytest.raises(Invalid):
        verify_key_record(canonical.dumps(body), index=7, at=AT)


def test_what_is_no_object_is_no_key_record() -> None:
    with pytest.raises(Malformed):
        verify_key_record(b"[]", index=7, at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 0},
        {"root": b"short"},
        {"origin": "acme.example/other"},
        {"key": VerifierKey(ORIGIN, OLD.verifier)},
        {"key": MlDsaKey(ORIGIN, SECOND.verifier)},
        {"action": Action.ADD},
        {"action": Action.REVOKE},
        {"reason": "no rotation has one"},
    ],
)
def test_what_makes_no_sense_cannot_be_said(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        rotation(**changes)


@pytest.mark.parametrize("reason", ["two\nlines", "x" * 301, "bell\a"])
def test_a_reason_is_one_line(reason: str) -> None:
    with pytest.raises(SettingsInvalid):
        checked_reason(reason)
