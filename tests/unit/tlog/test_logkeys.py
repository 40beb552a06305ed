"""Pinned keys of one log: which signed, and what is lacking."""

import pytest

from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint, sign
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.mldsa import MlDsaKey, sign_head
from affidavit.tlog.note import VerifierKey, parse_note, sign_note

ORIGIN = "acme.example/trail"
OLD, NEW = (Ed25519Signer.from_seed(each * 32) for each in (b"o", b"n"))
SECOND = MlDsaSigner.from_seed(b"s" * 32)
OLD_KEY, NEW_KEY = (VerifierKey(ORIGIN, each.verifier) for each in (OLD, NEW))
ML_DSA = MlDsaKey(ORIGIN, SECOND.verifier)
HEAD = Checkpoint(ORIGIN, 7, b"r" * 32)
BOTH = LogKeys((OLD_KEY, NEW_KEY))


def with_second(note: bytes, head: Checkpoint = HEAD) -> bytes:
    line = sign_head(head, SECOND, time=1)
    return parse_note(note).with_signatures(line).encode()


def test_any_of_the_pinned_keys_opens_a_head_and_is_named() -> None:
    for signer, key in ((OLD, OLD_KEY), (NEW, NEW_KEY)):
        head = BOTH.signed(sign(HEAD, signer))

        assert (head.checkpoint, head.by) == (HEAD, (key,))
        assert open_checkpoint(sign(HEAD, signer), BOTH) == HEAD


def test_a_head_that_none_of_them_signed_is_refused() -> None:
    other = Ed25519Signer.from_seed(b"x" * 32)

    with pytest.raises(SignatureInvalid, match="no trusted key"):
        BOTH.signed(sign(HEAD, other))


def test_a_pinned_ml_dsa_key_must_have_signed_too() -> None:
    pinned = LogKeys((OLD_KEY,), (ML_DSA,))
    whole = with_second(sign(HEAD, OLD))

    assert pinned.signed(whole).ml_dsa == (ML_DSA,)
    assert open_checkpoint(whole, pinned) == HEAD
    with pytest.raises(SignatureInvalid, match="no line by the pinned ML-DSA-44"):
        open_checkpoint(sign(HEAD, OLD), pinned)


def test_a_bad_ml_dsa_line_is_refused_where_its_key_is_pinned_alone() -> None:
    other = Checkpoint(ORIGIN, 8, b"q" * 32)
    bad = with_second(sign(HEAD, OLD), other)

    with pytest.raises(SignatureInvalid, match="does not cover"):
        LogKeys((OLD_KEY,), (ML_DSA,)).signed(bad)
    assert LogKeys((OLD_KEY,)).signed(bad).checkpoint == HEAD


def test_an_ml_dsa_line_alone_opens_nothing() -> None:
    stranger = Ed25519Signer.from_seed(b"x" * 32)
    note = with_second(sign(HEAD, stranger))

    with pytest.raises(SignatureInvalid, match="no Ed25519 key"):
        LogKeys((OLD_KEY,), (ML_DSA,)).signed(note)


def test_a_log_signs_its_own_origin_only() -> None:
    foreign = Checkpoint("acme.example/other", 7, b"r" * 32)

    with pytest.raises(SignatureInvalid, match="its own origin only"):
        BOTH.signed(sign_note(foreign.text, [(ORIGIN, OLD)]))


def test_keys_are_read_as_text_of_either_kind() -> None:
    read = LogKeys.parse([str(OLD_KEY), str(ML_DSA), str(NEW_KEY), str(OLD_KEY)])

    assert read == LogKeys((OLD_KEY, NEW_KEY), (ML_DSA,))
    assert LogKeys.of(OLD_KEY) == LogKeys((OLD_KEY,))
    assert LogKeys.of(read) is read
    assert read.verifiers == (OLD.verifier, NEW.verifier)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [str(ML_DSA)],
        ["nonsense"],
        [str(OLD_KEY), str(VerifierKey("acme.example/other", NEW.verifier))],
    ],
)
def test_keys_that_decide_nothing_together_are_refused(texts: list[str]) -> None:
    with pytest.raises(KeyUnusable):
        LogKeys.parse(texts)
