"""Who signs next: the state's word, and the record that must stand behind it."""

from pathlib import Path

import pytest

from affidavit import canonical
from affidavit.errors import Invalid, KeyUnusable, TrailMismatch
from affidavit.keys import Ed25519Signer
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.state import State
from affidavit.trail.storage import Storage
from affidavit.trail.succession import key_record, renewed, signs, superseded
from support.rotated import NEW, OLD, SECOND, KeyBuilder, a_rotated_trail

STRANGER = Ed25519Signer.from_seed(b"x" * 32)


def a_state(key: object = None, second: object = None) -> State:
    return State(
        origin=OLD.origin,
        size=1,
        root=b"r" * 32,
        key=None if key is None else str(key),
        second=None if second is None else str(second),
    )


def test_the_first_key_signs_until_the_state_names_another() -> None:
    assert signs(a_state(), OLD)
    assert signs(a_state(OLD.verifier), OLD)
    assert not signs(a_state(NEW.verifier), OLD)


def test_where_there_is_a_second_key_both_must_be_at_hand() -> None:
    both = Identity(OLD.signer, OLD.secrets, SECOND)

    assert signs(a_state(second=both.ml_dsa), both)
    assert not signs(a_state(second=both.ml_dsa), OLD)
    message = str(superseded(a_state(second=both.ml_dsa), OLD))
    assert "key.mldsa.pem" in message
    assert len(message) < 600


def test_the_record_is_read_from_the_tree_and_nothing_else_passes_for_one(
    tmp_path: Path,
) -> None:
    path = a_rotated_trail(tmp_path)
    storage = Storage(path, NEW)
    size = storage.checkpoint().size
    index = storage.state().size - 4

    said = key_record(storage.read, index, size).statement
    assert (said.by, said.key) == (OLD.verifier, NEW.verifier)
    for other in (0, index - 1):
        with pytest.raises(Invalid):
            key_record(storage.read, other, size)


def a_takeover(path: Path, *, possession: Ed25519Signer) -> None:
    """Somebody else's tree, whose last record claims that NEW takes over."""
    builder = KeyBuilder(path, origin=OLD.origin, seed=b"x" * 32)
    builder.genesis()
    assert isinstance(NEW.signer, Ed25519Signer)
    builder.handed_over(STRANGER, NEW.signer, possession=possession)
    builder.write(sealed=1, in_tree=2)
    state = canonical.loads((path / "state").read_bytes())
    assert isinstance(state, dict)
    (path / "state").write_bytes(canonical.dumps({**state, "key": str(NEW.verifier)}))


def test_a_key_goes_on_only_with_a_tree_that_it_said_itself_it_takes_over(
    tmp_path: Path,
) -> None:
    assert isinstance(NEW.signer, Ed25519Signer)
    a_takeover(tmp_path / "own", possession=NEW.signer)
    a_takeover(tmp_path / "forged", possession=STRANGER)

    assert Storage(tmp_path / "own", NEW).state().size == 2
    with pytest.raises(TrailMismatch):
        Storage(tmp_path / "forged", NEW).checkpoint()


def test_keys_are_read_again_only_if_they_are_others_of_the_same_trail() -> None:
    def failing() -> Identity:
        raise KeyUnusable("gone")

    other = Identity(NEW.signer, Secrets("acme.example/other", b"s" * 32))

    def asked(answer: Identity) -> Identity | None:
        return renewed(Identity(OLD.signer, OLD.secrets, renewed=lambda: answer))

    assert asked(NEW) is NEW
    assert asked(OLD) is None
    assert asked(other) is None
    assert renewed(OLD) is None
    assert renewed(Identity(OLD.signer, OLD.secrets, renewed=failing)) is None
