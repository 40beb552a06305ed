"""Tree heads: three exact lines, and only the log's own key speaks for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Invalid, Malformed, SignatureInvalid
from affidavit.tlog import checkpoint, merkle, note
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import VerifierKey
from support import vectors
from support.mutations import damaged

LOG = vectors.key("log")
KEY = VerifierKey.parse(LOG.vkey)
ROOT = bytes(range(32))
CONTROLS = "".join(map(chr, range(32)))
line = st.text(
    st.characters(codec="utf-8", exclude_characters=CONTROLS),
    min_size=1,
    max_size=20,
)
checkpoints = st.builds(
    Checkpoint,
    line,
    st.integers(1, merkle.MAX_SIZE),
    st.binary(min_size=32, max_size=32),
    st.lists(line, max_size=3).map(tuple),
)


def test_the_checkpoint_of_the_vectors_opens_and_is_printed_again() -> None:
    data = vectors.log_file("checkpoint.old")

    opened = checkpoint.open_checkpoint(data, KEY)

    assert (opened.origin, opened.size) == (LOG.name, 46_666)
    assert checkpoint.sign(opened, LOG.signer) == data


def test_the_root_of_the_vectors_is_signed_exactly_as_published() -> None:
    head = Checkpoint.parse(
        f"{LOG.name}\n{vectors.LOG_SIZE}\n{vectors.LOG_ROOT_BASE64}\n"
    )

    signed = checkpoint.sign(head, LOG.signer)

    assert signed == b"\n".join(vectors.log_file("checkpoint").split(b"\n")[:5]) + b"\n"


@given(head=checkpoints)
def test_a_checkpoint_is_read_back(head: Checkpoint) -> None:
    assert Checkpoint.parse(head.text) == head


@given(head=checkpoints, data=st.data())
def test_a_damaged_checkpoint_is_refused_or_prints_as_it_was_read(
    head: Checkpoint, data: st.DataObject
) -> None:
    bad = data.draw(damaged(head.text.encode())).decode("utf-8", "replace")

    try:
        read = Checkpoint.parse(bad)
    except Malformed:
        return
    assert read.text == bad


@given(data=st.data())
def test_a_damaged_signed_checkpoint_is_refused(data: st.DataObject) -> None:
    signed = checkpoint.sign(Checkpoint(LOG.name, 7, ROOT), LOG.signer)

    with pytest.raises(Invalid):
        checkpoint.open_checkpoint(data.draw(damaged(signed)), KEY)


B64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        f"origin\n7\n{B64}",
        f"\n7\n{B64}\n",
        f"origin\n07\n{B64}\n",
        f"origin\n+7\n{B64}\n",
        f"origin\n-7\n{B64}\n",
        f"origin\n 7\n{B64}\n",
        f"origin\n٧\n{B64}\n",
        f"origin\n7_0\n{B64}\n",
        f"origin\n9223372036854775808\n{B64}\n",
        f"origin\n{'9' * 5000}\n{B64}\n",
        f"origin\n0\n{B64}\n",
        f"origin\n7\n{B64[:-1]}\n",
        f"origin\n7\n{B64[:-2]}9=\n",
        f"origin\n7\n{B64}{B64}\n",
        "origin\n7\nAAAA\n",
        f"origin\n7\n{B64}\n\n",
        f"origin\n7\n{B64}\n\nmore\n",
        f"origin\r\n7\n{B64}\n",
    ],
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_the_empty_tree_and_extension_lines_are_carried() -> None:
    empty = Checkpoint(LOG.name, 0, merkle.EMPTY_ROOT, ("an extension",))

    opened = checkpoint.open_checkpoint(checkpoint.sign(empty, LOG.signer), KEY)

    assert opened == empty
    assert opened.text.endswith("\nan extension\n")


def test_a_log_speaks_for_its_own_origin_only() -> None:
    head = Checkpoint("example.com/another", 7, ROOT)
    signed = note.sign_note(head.text, [(LOG.name, LOG.signer)])

    with pytest.raises(SignatureInvalid, match="signs its own origin only"):
        checkpoint.open_checkpoint(signed, KEY)


def test_a_checkpoint_by_another_key_of_that_name_is_refused() -> None:
    head = Checkpoint(LOG.name, 7, ROOT)
    signed = checkpoint.sign(head, vectors.key("witness").signer)

    with pytest.raises(SignatureInvalid):
        checkpoint.open_checkpoint(signed, KEY)


def test_a_signed_text_that_is_no_checkpoint_is_malformed() -> None:
    signed = note.sign_note("anything\n", [(LOG.name, LOG.signer)])

    with pytest.raises(Malformed):
        checkpoint.open_checkpoint(signed, KEY)
