"""A counterparty's draw is answered with what it drew, or it shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from affidavit import dsse
from affidavit.attest.challenge import (
    PAYLOAD_TYPE,
    Answered,
    Challenge,
    Response,
    checked_reason,
    is_challenge,
    is_response,
    respond,
    verify_response,
)
from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    Malformed,
    SignatureInvalid,
    TrailMismatch,
)
from affidavit.keys import Ed25519Signer
from support.sampled import Sampled, a_sampled, response_in, without


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("challenge"))


def answer(
    made: Sampled, challenge: Challenge, withheld: str | None = None
) -> Response:
    envelope = respond(made.reader, challenge, made.trail.signer, withheld=withheld)
    return response_in(envelope)


def verified(made: Sampled, challenge: Challenge, response: Response) -> Answered:
    data = dsse.sign(PAYLOAD_TYPE, response.payload(), [made.trail.signer]).encode()
    assert is_response(data)
    return verify_response(
        data, challenge=challenge, told=made.told, key=made.trail.key
    )


def test_a_challenge_is_read_as_it_is_written(made: Sampled) -> None:
    asked = made.challenge(bodies=True)
    assert Challenge.parse(asked.encode()) == asked
    assert is_challenge(asked.encode())
    assert not is_challenge(b"{}")
    assert not is_challenge(b"?")
    assert not is_response(b"?")
    assert len(asked.digest) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v": 1'),
        (b'"v":1', b'"v":2'),
        (b'"bodies":false', b'"bodies":0'),
        (b'"from":"2026', b'"from":"3026'),
        (b'"nonce":"', b'"nonce":"A'),
        (b'"size":', b'"size":"11111111111111111111x","size":'),
    ],
)
def test_what_is_no_challenge_is_refused(old: bytes, new: bytes, made: Sampled) -> None:
    data = made.challenge().encode()
    assert old in data
    with pytest.raises(Malformed):
        Challenge.parse(data.replace(old, new))
    with pytest.raises(Malformed):
        Challenge.parse(data * 1_000)
    with pytest.raises(Malformed):
        Challenge.parse(b"{}")


def test_the_answer_holds_and_says_what_was_found(made: Sampled) -> None:
    asked = made.challenge()
    found = verified(made, asked, answer(made, asked))
    assert (found.looked.decisions, found.looked.problems) == (5, ())
    assert (found.withheld, found.pruned) == (None, 0)


def test_another_nonce_draws_others(made: Sampled) -> None:
    asked = made.challenge()
    other = replace(asked, nonce=bytes(32))
    assert answer(made, asked).shown != answer(made, other).shown


def test_bodies_are_shown_where_they_are_asked_for(made: Sampled) -> None:
    asked = made.challenge(bodies=True)
    response = answer(made, asked)
    assert response.shown.embodied
    assert verified(made, asked, response).looked.bodies == 5


def test_bodies_may_be_withheld_for_a_reason_that_is_signed(made: Sampled) -> None:
    asked = made.challenge(bodies=True)
    response = answer(made, asked, "names of customers")
    assert not response.shown.embodied
    assert verified(made, asked, response).withheld == "names of customers"
    with pytest.raises(BrokenTrail, match="neither shows them nor"):
        verified(made, asked, replace(response, withheld=None))
    with pytest.raises(BrokenTrail, match="says are withheld"):
        verified(made, asked, replace(answer(made, asked), withheld="no reason"))
    plain = made.challenge()
    own = answer(made, plain, "unasked")
    assert own.withheld is None
    with pytest.raises(BrokenTrail, match="what nobody asked for"):
        verified(made, plain, replace(own, withheld="no reason"))


def test_a_record_that_is_left_out_shows(made: Sampled) -> None:
    asked = made.challenge()
    response = answer(made, asked)
    for place in range(len(response.shown.records)):
        with pytest.raises((BrokenTrail, Malformed)):
            verified(
                made, asked, replace(response, shown=without(response.shown, place))
            )


def test_the_answer_to_another_challenge_shows(made: Sampled) -> None:
    asked, other = made.challenge(), made.challenge(wanted=6)
    response = answer(made, other)
    with pytest.raises(BrokenTrail, match="another challenge"):
        verified(made, asked, response)
    with pytest.raises(BrokenTrail):
        verified(made, asked, replace(response, challenge=asked.digest))


def test_a_challenge_about_another_statement_is_refused(made: Sampled) -> None:
    asked = made.challenge()
    strange = replace(asked, statement="00" * 32)
    with pytest.raises(BrokenTrail, match="another statement"):
        verified(made, strange, answer(made, strange))


def test_an_answer_that_another_key_signed_is_refused(made: Sampled) -> None:
    asked = made.challenge()
    other = Ed25519Signer.from_seed(b"o" * 32)
    data = respond(made.reader, asked, other).encode()
    with pytest.raises(SignatureInvalid):
        verify_response(data, challenge=asked, told=made.told, key=made.trail.key)


def test_an_envelope_of_another_kind_is_no_answer(made: Sampled) -> None:
    asked = made.challenge()
    data = dsse.sign("text/plain", b"{}", [made.trail.signer]).encode()
    with pytest.raises(Malformed, match="no response"):
        verify_response(data, challenge=asked, told=made.told, key=made.trail.key)
    with pytest.raises(Malformed, match="not a response"):
        Response.parse(b"{}")
    spaced = answer(made, asked).payload().replace(b'"v":1', b'"v":2')
    with pytest.raises(Malformed):
        Response.parse(spaced)


def test_another_trail_does_not_answer(made: Sampled) -> None:
    asked = made.challenge()
    strange = replace(asked.head, origin="other.example/t")
    with pytest.raises(TrailMismatch, match=r"other\.example"):
        respond(made.reader, replace(asked, head=strange), made.trail.signer)
    rewritten = replace(asked.head, root=bytes(32))
    with pytest.raises(TrailMismatch, match="have another"):
        respond(made.reader, replace(asked, head=rewritten), made.trail.signer)


def test_without_a_section_the_whole_tree_is_drawn_from(tmp_path: Path) -> None:
    bare = a_sampled(tmp_path, calls=4, wanted=None)
    asked = bare.challenge()
    assert (asked.span.first, asked.span.end) == (0, bare.told.head.size)
    assert verified(bare, asked, answer(bare, asked)).looked.decisions == 4


def test_no_reason_is_no_reason() -> None:
    assert checked_reason(" law ") == "law"
    for text in ("  ", "x" * 1_001):
        with pytest.raises(Incomplete):
            checked_reason(text)


def test_a_reason_may_be_as_long_as_is_said() -> None:
    assert len(checked_reason("x" * 1_000)) == 1_000


def test_pruned_bodies_are_counted(made: Sampled) -> None:
    asked = made.challenge(bodies=True)
    response = answer(made, asked)
    gone = [replace(each, salted=None) for each in response.shown.records]
    shown = replace(response.shown, records=tuple(gone))
    found = verified(made, asked, replace(response, shown=shown))
    assert found.pruned == len(gone)
    assert verified(made, asked, response).pruned == 0
