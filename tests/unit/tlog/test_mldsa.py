"""ML-DSA-44 lines: the specification's bytes, judged by another implementation."""

import struct

import pytest
from dilithium_py.ml_dsa import ML_DSA_44  # type: ignore[import-untyped]  # has none
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.errors import KeyUnusable, Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.mldsa import MlDsaKey, sign_head
from affidavit.tlog.note import VerifierKey, open_note, parse_note

ORIGIN = "acme.example/trail"
FIRST = Ed25519Signer.from_seed(b"f" * 32)
SECOND = MlDsaSigner.from_seed(b"s" * 32)
KEY = MlDsaKey(ORIGIN, SECOND.verifier)
HEAD = Checkpoint(ORIGIN, 70_000, b"r" * 32)
TIME = 1_700_000_000


def a_note(head: Checkpoint = HEAD) -> bytes:
    note = parse_note(sign(head, FIRST))
    return note.with_signatures(sign_head(head, SECOND, time=TIME)).encode()


def test_the_line_is_over_the_bytes_that_the_specification_names() -> None:
    line = sign_head(HEAD, SECOND, time=TIME)
    # c2sp.org/tlog-cosignature: start 0 and end the size, for a whole tree.
    name = ORIGIN.encode()
    message = b"subtree/v1\n\x00" + bytes([len(name)]) + name + struct.pack(">Q", TIME)
    message += bytes([len(name)]) + name + struct.pack(">QQ", 0, 70_000) + b"r" * 32

    assert line.signature[:8] == struct.pack(">Q", TIME)
    assert ML_DSA_44.verify(SECOND.verifier.public, message, line.signature[8:])


def test_both_lines_verify_and_either_kind_of_verifier_reads_past_the_other() -> None:
    plain = VerifierKey(ORIGIN, FIRST.verifier)

    assert len(open_note(a_note(), [plain, KEY]).verified) == 2
    assert len(open_note(a_note(), [plain]).unverified) == 1
    assert len(open_note(a_note(), [KEY]).unverified) == 1


def test_a_line_of_another_head_is_refused() -> None:
    other = Checkpoint(ORIGIN, 70_001, b"r" * 32)
    line = sign_head(other, SECOND, time=TIME)
    swapped = parse_note(sign(HEAD, FIRST)).with_signatures(line).encode()

    with pytest.raises(SignatureInvalid, match="does not cover"):
        open_note(swapped, [KEY])


@pytest.mark.parametrize(
    "signature",
    [b"", b"x" * 2427, b"\xff" * 8 + b"x" * 2420, struct.pack(">Q", 1) + b"x" * 2420],
)
def test_what_is_no_line_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        KEY.verify(signature, HEAD.text.encode())


def test_only_checkpoints_are_signed_over() -> None:
    signature = sign_head(HEAD, SECOND, time=TIME).signature

    for text in (b"no checkpoint\n", b"\xff\n"):
        with pytest.raises(SignatureInvalid, match="signs no checkpoint"):
            KEY.verify(signature, text)


def test_a_verifier_key_reads_back_and_no_other_text_does() -> None:
    text = str(KEY)

    assert MlDsaKey.parse(text) == KEY
    assert text.startswith(f"{ORIGIN}+{KEY.key_id.hex()}+B")
    for bad in (text[:-4], text + "A", text.replace("acme", "emca"), "a+b+c"):
        with pytest.raises(KeyUnusable):
            MlDsaKey.parse(bad)


@pytest.mark.parametrize("time", [-1, 1 << 63])
def test_no_head_is_signed_at_an_impossible_time(time: int) -> None:
    with pytest.raises(Malformed):
        sign_head(HEAD, SECOND, time=time)


def test_a_name_that_its_length_byte_cannot_count_is_refused() -> None:
    with pytest.raises(Malformed, match="256 bytes"):
        sign_head(Checkpoint("o" * 256, 1, b"r" * 32), SECOND, time=1)


@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 1 << 40),
    st.integers(0, (1 << 63) - 1),
    st.binary(min_size=32, max_size=32),
)
def test_any_head_is_signed_and_verified(size: int, time: int, root: bytes) -> None:
    head = Checkpoint(ORIGIN, size + 1, root)

    KEY.verify(sign_head(head, SECOND, time=time).signature, head.text.encode())
