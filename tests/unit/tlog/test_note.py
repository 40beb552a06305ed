"""Signed notes: what is printed is read back, and nothing else is believed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Invalid, KeyUnusable, Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer, Verifier
from affidavit.tlog import note
from affidavit.tlog.note import NoteSignature, VerifierKey
from affidavit.tlog.witness import WitnessKey
from support import vectors
from support.mutations import damaged

SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq"
    "6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
LOG = vectors.key("log")
KEY = VerifierKey(LOG.name, LOG.signer.verifier)

CONTROLS = "".join(map(chr, range(32)))
lines = st.text(st.characters(codec="utf-8", exclude_characters=CONTROLS))
texts = st.lists(lines, min_size=1, max_size=4).map(lambda all_: "\n".join(all_) + "\n")
names = st.text(
    st.characters(
        exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc"), exclude_characters="+"
    ),
    min_size=1,
    max_size=12,
)


def a_signer(number: int) -> Ed25519Signer:
    return Ed25519Signer.from_seed(bytes([number]) * 32)


def a_note(text: str = "text\n") -> bytes:
    return note.sign_note(text, [(LOG.name, LOG.signer)])


def test_the_note_of_the_specification_verifies() -> None:
    key = VerifierKey.parse(SPEC_VKEY)

    opened = note.open_note(SPEC_NOTE, [key])

    assert opened.text == "This is an example message.\n"
    assert [signature.name for signature in opened.verified] == ["example.com/foo"]
    assert str(key) == SPEC_VKEY
    assert key.key_id.hex() == "530d903a"


def test_the_keys_of_the_vectors_are_printed_as_published() -> None:
    witness = vectors.key("witness")

    assert str(KEY) == LOG.vkey
    assert VerifierKey.parse(LOG.vkey) == KEY
    assert str(WitnessKey(witness.name, witness.signer.verifier)) == witness.vkey


@given(text=texts, name=names)
def test_a_signed_note_opens_to_its_text(text: str, name: str) -> None:
    data = note.sign_note(text, [(name, LOG.signer)])

    opened = note.open_note(data, [VerifierKey(name, LOG.signer.verifier)])

    assert (opened.text, opened.unverified) == (text, ())
    assert note.parse_note(data).encode() == data


@given(data=st.data())
def test_a_damaged_note_is_refused_or_is_signed_as_it_stands(
    data: st.DataObject,
) -> None:
    bad = data.draw(damaged(note.sign_note("one\n\ntwo\n", [(LOG.name, LOG.signer)])))

    with pytest.raises(Invalid):
        note.open_note(bad, [KEY])
    try:
        parsed = note.parse_note(bad)
    except Malformed:
        return
    assert parsed.encode() == bad


@given(name=names, data=st.data())
def test_a_damaged_vkey_is_refused(name: str, data: st.DataObject) -> None:
    text = str(VerifierKey(name, LOG.signer.verifier))
    assert VerifierKey.parse(text).name == name
    bad = data.draw(damaged(text.encode())).decode("utf-8", "replace")

    with pytest.raises(KeyUnusable):
        VerifierKey.parse(bad)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        "name+00000000+",
        LOG.vkey.replace("dc389258", "DC389258"),
        LOG.vkey + "\n",
        vectors.key("witness").vkey,
        "a b" + note.print_vkey("ab", note.SignatureType.ED25519, b"k" * 32)[2:],
        note.print_vkey("a b", note.SignatureType.ED25519, b"k" * 32),
        note.print_vkey("short", note.SignatureType.ED25519, b"k" * 31),
    ],
)
def test_what_is_no_ed25519_vkey_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\n", "a\u2003b", "a\x00", "\ud800"]
)
def test_a_name_that_no_line_can_carry_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        note.sign_note("text\n", [(name, LOG.signer)])


@pytest.mark.parametrize(
    "text", ["", "no newline", "tab\t\n", "bell\x07\n", "\ud800\n"]
)
def test_a_text_that_no_note_can_carry_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        note.sign_note(text, [(LOG.name, LOG.signer)])


def test_a_note_by_nobody_is_refused() -> None:
    with pytest.raises(Malformed):
        note.sign_note("text\n", [])
    with pytest.raises(Malformed):
        note.parse_note(b"text\n\n")


GOOD_LINE = a_note().decode().split("\n")[2]


@pytest.mark.parametrize(
    "line",
    [
        GOOD_LINE[1:],
        GOOD_LINE[2:],
        GOOD_LINE[:-2] + chr(ord(GOOD_LINE[-2]) + 1) + "=",
        GOOD_LINE.replace("— ", "- "),
        GOOD_LINE.replace("— ", "—  "),
        GOOD_LINE + " ",
        GOOD_LINE.rstrip("="),
        GOOD_LINE.replace(" 3DiS", " 3D-S"),
        "— name ",
        "— name",
        "— name AAAA",
        "— name AAAAAA==",
        "—  AAAAAAAA",
        GOOD_LINE + "\r",
    ],
)
def test_a_line_that_is_no_signature_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        note.parse_note(f"text\n\n{line}\n".encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        a_note()[:-1],
        a_note() + b"more\n",
        a_note() + b"\n",
        b"\xff" + a_note(),
        b"\x00" + a_note(),
        a_note().replace(b"\n", b"\r\n"),
        b"x" * note.MAX_NOTE_BYTES + a_note(),
    ],
)
def test_bytes_that_are_no_note_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        note.parse_note(data)


def test_a_torn_note_is_refused_wherever_it_tears() -> None:
    whole = a_note("one\n\ntwo\n")

    for end in range(len(whole)):
        with pytest.raises(Malformed):
            note.parse_note(whole[:end])


def test_the_text_ends_at_the_last_blank_line() -> None:
    parsed = note.parse_note(a_note("one\n\n\n"))

    assert parsed.text == "one\n\n\n"


def test_lines_of_unknown_keys_are_set_aside() -> None:
    data = note.sign_note("text\n", [(LOG.name, LOG.signer), ("other", a_signer(1))])

    opened = note.open_note(data, [KEY])

    assert [signature.name for signature in opened.verified] == [LOG.name]
    assert [signature.name for signature in opened.unverified] == ["other"]


def test_a_key_sharing_only_the_name_is_unknown() -> None:
    data = note.sign_note("text\n", [(LOG.name, a_signer(1))])

    with pytest.raises(SignatureInvalid, match="no trusted key signed this note"):
        note.open_note(data, [KEY])


def test_a_failing_line_of_a_known_key_rejects_the_note_beside_a_good_one() -> None:
    data = note.sign_note("text\n", [(LOG.name, LOG.signer), ("other", a_signer(1))])
    other = VerifierKey("other", a_signer(1).verifier)
    forged = NoteSignature("other", other.key_id, b"x" * 64)
    good = note.parse_note(data).signatures[0]
    bad = note.Note("text\n", (good, forged)).encode()

    assert note.open_note(bad, [KEY]).unverified == (forged,)
    with pytest.raises(SignatureInvalid, match="does not cover this text"):
        note.open_note(bad, [KEY, other])


@pytest.mark.parametrize("length", [1, 63, 65])
def test_a_signature_of_the_wrong_length_is_refused(length: int) -> None:
    bad = note.Note("text\n", (NoteSignature(LOG.name, KEY.key_id, b"x" * length),))

    with pytest.raises(SignatureInvalid):
        note.open_note(bad.encode(), [KEY])


def test_a_key_that_signed_twice_counts_once_and_both_lines_are_checked() -> None:
    line = note.parse_note(a_note()).signatures[0]
    forged = NoteSignature(LOG.name, KEY.key_id, b"x" * 64)

    twice = note.Note("text\n", (line, line)).encode()
    assert note.open_note(twice, [KEY]).verified == (line,)
    with pytest.raises(SignatureInvalid):
        note.open_note(note.Note("text\n", (line, forged)).encode(), [KEY])


@pytest.mark.parametrize("count", [16, note.MAX_SIGNATURES])
def test_many_signatures_are_accepted(count: int) -> None:
    signers = [(f"key{number}", a_signer(number)) for number in range(count)]
    keys = [VerifierKey(name, signer.verifier) for name, signer in signers]

    opened = note.open_note(note.sign_note("text\n", signers), keys)

    assert len(opened.verified) == count


def test_one_signature_too_many_is_refused() -> None:
    signers = [(f"key{number}", a_signer(number)) for number in range(101)]

    with pytest.raises(Malformed):
        note.sign_note("text\n", signers)
    with pytest.raises(Malformed, match="more than 100"):
        note.parse_note(a_note() + f"{GOOD_LINE}\n".encode() * 100)


class Collision:
    """A trusted key whose name and key ID equal another's."""

    name, key_id = KEY.name, KEY.key_id

    def verify(self, signature: bytes, text: bytes) -> None:
        raise SignatureInvalid("never")


def test_two_trusted_keys_that_cannot_be_told_apart_are_refused() -> None:
    assert note.open_note(a_note(), [KEY, KEY]).text == "text\n"
    with pytest.raises(KeyUnusable, match="two different trusted keys"):
        note.open_note(a_note(), [KEY, Collision()])


def test_nothing_opens_without_a_trusted_key() -> None:
    with pytest.raises(SignatureInvalid, match="Trusted: nobody"):
        note.open_note(a_note(), [])


def test_lines_are_added_behind_and_never_twice() -> None:
    first = note.parse_note(a_note())
    line = NoteSignature("other", b"abcd", b"sig")

    merged = first.with_signatures(line, line, *first.signatures)

    assert merged.signatures == (*first.signatures, line)
    assert base64.b64encode(b"abcdsig").decode() in line.line


def test_a_note_too_large_to_read_is_not_written() -> None:
    with pytest.raises(Malformed, match="exceeds"):
        note.sign_note("x" * note.MAX_NOTE_BYTES + "\n", [(LOG.name, LOG.signer)])


def test_the_key_id_tells_key_name_and_type_apart() -> None:
    public = Verifier(b"k" * 32).public
    ids = {
        note.key_id(name, kind, key)
        for name in ("a", "b")
        for kind in note.SignatureType
        for key in (public, b"j" * 32)
    }

    assert len(ids) == 12
