"""What a witness is sent, and every answer of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.note import parse_note
from affidavit.tlog.submission import (
    MAX_SUBMISSION_BYTES,
    Accepted,
    Refusal,
    Signed,
    Status,
    Submission,
    authenticate,
    decide,
    print_size,
    read_size,
)
from support.anchors import KEY, LOG, WITNESS, Log
from support.mutations import damaged

TRUST = {LOG.name: [KEY]}
ONE, OTHER = Log(70), Log(70, history="another")


def asked(body: bytes, seen: Checkpoint | None = None) -> Accepted | Refusal:
    signed = authenticate(body, TRUST)
    return signed if isinstance(signed, Refusal) else decide(signed, seen)


def status(body: bytes, seen: Checkpoint | None = None) -> Status:
    answer = asked(body, seen)
    assert isinstance(answer, Refusal), answer
    return answer.status


@given(st.integers(1, 70), st.integers(1, 70))
def test_a_submission_survives_printing_and_reading(one: int, other: int) -> None:
    old, new = sorted((one, other))
    body = ONE.body(old, new)

    parsed = Submission.parse(body)

    assert parsed.encode() == body
    assert (parsed.old, parsed.hashes) == (old, ONE.prove(old, new))
    assert parsed.checkpoint == ONE.note(new)


@given(st.data())
def test_what_is_read_is_what_is_printed(data: st.DataObject) -> None:
    body = data.draw(damaged(ONE.body(3, 7)))
    try:
        parsed = Submission.parse(body)
    except Malformed:
        return
    assert parsed.encode() == body


@given(st.binary(max_size=300))
def test_garbage_is_malformed_and_nothing_else(body: bytes) -> None:
    assert status(body) is Status.MALFORMED


@given(st.integers(1, 70), st.integers(0, 69))
def test_a_head_that_extends_what_was_seen_is_accepted(new: int, start: int) -> None:
    old = min(start, new)
    seen = ONE.head(old) if old else None

    accepted = asked(ONE.body(old, new), seen)

    assert isinstance(accepted, Accepted)
    assert accepted.checkpoint == ONE.head(new)
    assert accepted.note.encode() == ONE.note(new)


def test_the_same_head_again_is_accepted() -> None:
    assert isinstance(asked(ONE.body(7, 7), ONE.head(7)), Accepted)


@pytest.mark.parametrize(
    "head",
    [
        "old 07\n",
        "old -1\n",
        "old +1\n",
        "old\n",
        "older 1\n",
        "old 9223372036854775808\n",
    ],
)
def test_an_old_size_in_another_form_is_400(head: str) -> None:
    assert status(head.encode() + b"\n" + ONE.note(7)) is Status.MALFORMED


def test_an_old_size_beyond_the_checkpoint_is_400() -> None:
    body = Submission(8, (), ONE.note(7)).encode()

    assert status(body, ONE.head(8)) is Status.MALFORMED


def test_more_hashes_than_any_proof_has_is_400() -> None:
    body = b"old 1\n" + b"A" * 43 + b"=\n"
    body = b"old 1\n" + (b"A" * 43 + b"=\n") * 64 + b"\n" + ONE.note(7)

    assert status(body) is Status.MALFORMED


def test_a_body_longer_than_any_submission_is_400() -> None:
    assert status(b"old 0\n\n" + b"x" * MAX_SUBMISSION_BYTES) is Status.MALFORMED


def test_a_checkpoint_that_is_none_is_400() -> None:
    text = f"{LOG.name}\nseven\nroot\n"
    from affidavit.tlog.note import sign_note

    body = b"old 0\n\n" + sign_note(text, [(LOG.name, LOG.signer)])

    assert status(body) is Status.MALFORMED


def test_an_unknown_origin_is_404_whoever_signed() -> None:
    head = Checkpoint("other.example/log", 7, ONE.head(7).root)
    body = Submission(0, (), sign(head, LOG.signer)).encode()

    assert status(body) is Status.UNKNOWN


def test_another_key_under_the_right_origin_is_403() -> None:
    body = Submission(0, (), sign(ONE.head(7), WITNESS.signer)).encode()

    assert status(body) is Status.UNTRUSTED


def test_a_trusted_keys_line_that_does_not_verify_is_403() -> None:
    note = parse_note(OTHER.note(7))
    forged = ONE.note(7).split(b"\n\n")[0] + b"\n\n" + note.signatures[0].line.encode()

    assert status(b"old 0\n\n" + forged) is Status.UNTRUSTED


def test_lines_of_unknown_keys_are_ignored_and_not_kept() -> None:
    both = parse_note(ONE.note(7)).with_signatures(
        parse_note(
            sign(Checkpoint("x", 7, ONE.head(7).root), WITNESS.signer)
        ).signatures[0]
    )
    accepted = asked(Submission(0, (), both.encode()).encode())

    assert isinstance(accepted, Accepted)
    assert accepted.note.encode() == ONE.note(7)


@pytest.mark.parametrize(("old", "seen"), [(0, 5), (4, 5), (6, 5), (3, 0)])
def test_another_old_size_than_the_witness_has_is_409_with_its_size(
    old: int, seen: int
) -> None:
    answer = asked(ONE.body(old, 7), ONE.head(seen) if seen else None)

    assert isinstance(answer, Refusal)
    assert (answer.status, answer.size) == (Status.CONFLICT, seen)


def test_a_proof_that_does_not_verify_is_422() -> None:
    assert status(OTHER.body(5, 7), ONE.head(5)) is Status.INCONSISTENT
    short = Submission(5, ONE.prove(5, 7)[:-1], ONE.note(7)).encode()
    assert status(short, ONE.head(5)) is Status.INCONSISTENT


def test_a_proof_from_nothing_that_is_not_empty_is_422() -> None:
    body = Submission(0, (b"h" * 32,), ONE.note(7)).encode()

    assert status(body) is Status.INCONSISTENT


def test_another_root_of_the_same_size_is_422_and_proves_misbehaviour() -> None:
    answer = asked(OTHER.body(7, 7), ONE.head(7))

    assert isinstance(answer, Refusal)
    assert answer.status is Status.INCONSISTENT
    assert answer.signed == OTHER.head(7)


def test_a_wrong_proof_alone_proves_nothing_about_the_log() -> None:
    answer = asked(OTHER.body(5, 7), ONE.head(5))

    assert isinstance(answer, Refusal)
    assert answer.signed is None


def test_an_empty_tree_with_another_root_is_422() -> None:
    from affidavit.tlog.note import sign_note

    root = Log(1).note(1).split(b"\n")[2].decode()
    text = f"{LOG.name}\n0\n{root}\n"
    body = b"old 0\n\n" + sign_note(text, [(LOG.name, LOG.signer)])

    assert status(body) is Status.INCONSISTENT


def test_the_empty_tree_is_accepted() -> None:
    assert isinstance(asked(ONE.body(0, 0)), Accepted)


def test_nothing_is_decided_before_the_signature_is_checked() -> None:
    assert isinstance(authenticate(ONE.body(0, 7), TRUST), Signed)
    assert status(Submission(0, (), sign(ONE.head(7), WITNESS.signer)).encode()) is (
        Status.UNTRUSTED
    )


@given(st.integers(0, (1 << 63) - 1))
def test_a_size_survives_printing_and_reading(size: int) -> None:
    assert read_size(print_size(size)) == size


@pytest.mark.parametrize(
    "body", [b"", b"7", b"07\n", b"7\n\n", b" 7\n", b"-1\n", b"x\n"]
)
def test_a_size_in_another_form_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_size(body)


@pytest.mark.parametrize(
    ("old", "hashes", "note"),
    [
        (-1, (), b""),
        (1, (b"short",), b""),
        (1, (b"h" * 32,) * 64, b""),
        (1, (), b"x" * ((1 << 20) + 1)),
    ],
)
def test_a_submission_that_cannot_be_is_not_made(
    old: int, hashes: tuple[bytes, ...], note: bytes
) -> None:
    with pytest.raises(Malformed):
        Submission(old, hashes, note)
