"""What came after a tree head, and what it is worth."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.attest import sample, sample_anchor
from affidavit.attest.sample_anchor import Stamped, Standing, parse, pick, standing
from affidavit.errors import Malformed, SignatureInvalid
from affidavit.tlog.note import parse_note
from affidavit.tlog.witness import WitnessKey, cosign
from affidavit.trail.anchors import KeptHead
from affidavit.verify import stamps
from affidavit.verify.anchors import Pins
from affidavit.verify.stamps import Authorities
from support.anchors import WITNESS, an_authority
from support.sampled import Sampled, a_sampled

KEY = WitnessKey.parse(WITNESS.vkey)
NOON = int(datetime(2026, 3, 4, 12, tzinfo=UTC).timestamp())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("anchor"), calls=5)


def seen(made: Sampled, *times: int) -> KeptHead:
    lines = [cosign(made.told.head, KEY.name, WITNESS.signer, time=it) for it in times]
    note = parse_note(made.told.checkpoint).with_signatures(*lines)
    return KeptHead(name="seen", cosigned=note.encode())


def test_the_earliest_cosignature_is_picked_and_held(made: Sampled) -> None:
    found = pick([seen(made, NOON + 5), seen(made, NOON)], [], note(made), [KEY])
    assert isinstance(found, sample_anchor.Cosigned)
    assert found.time == NOON
    assert parse(found.as_json()) == found
    assert WITNESS.name in found.named
    signature = made.envelope.signatures[0].signature
    pinned = Pins(witnesses=(KEY,))
    assert standing(found, made.told, pinned, signature) is Standing.HELD
    assert standing(found, made.told, Pins(), signature) is Standing.UNPINNED
    assert standing(found, made.told, None, signature) is Standing.UNPINNED
    assert standing(None, made.told, pinned, signature) is Standing.NONE


def note(made: Sampled) -> bytes:
    return made.told.checkpoint


def test_what_nobody_vouches_for_is_no_anchor(made: Sampled) -> None:
    other = KeptHead(name="none")
    broken = KeptHead(name="broken", cosigned=b"no note")
    forged = cosign(made.told.head, KEY.name, made.trail.signer, time=NOON)
    lines = parse_note(note(made)).with_signatures(forged).encode()
    wrong = KeptHead(name="forged", cosigned=lines)
    assert pick([other, broken, wrong], [b"no stamp"], note(made), [KEY]) is None
    assert pick([seen(made, NOON)], [], note(made), []) is None
    smaller = a_note_of_another_head(made)
    assert pick([seen(made, NOON)], [], smaller, [KEY]) is None


def a_note_of_another_head(made: Sampled) -> bytes:
    return note(made).replace(b"\n%d\n" % made.told.head.size, b"\n1\n", 1)


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "dice"},
        [],
        {
            "kind": "cosignature",
            "witness": "w",
            "id": "zzzzzzzz",
            "time": 1,
            "signature": "A" * 86,
        },
        {
            "kind": "cosignature",
            "witness": "w",
            "id": "00000000",
            "time": 1,
            "signature": "AA",
        },
        {
            "kind": "cosignature",
            "witness": "w",
            "id": "AAAAAAAA",
            "time": 1,
            "signature": "A" * 86,
        },
        {"kind": "timestamp", "over": "signature", "response": "?", "signature": ""},
        {"kind": "timestamp", "over": "signature", "response": "", "signature": ""},
    ],
)
def test_what_is_no_anchor_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        parse(value)  # type: ignore[arg-type]  # on purpose


def test_a_time_stamp_decides_by_its_signature_alone(
    made: Sampled, tmp_path: Path
) -> None:
    authority = an_authority(tmp_path)
    signature = made.envelope.signatures[0].signature
    response = authority.reply(stamps.ask(signature).body)
    found = pick([], [response], note(made), [KEY])
    assert isinstance(found, Stamped)
    assert found.over == "signature"
    assert parse(found.as_json()) == found
    pinned = Pins(authorities=(Authorities.load(authority.ca),))
    assert standing(found, made.told, pinned, signature) is Standing.HELD
    assert standing(found, made.told, Pins(), signature) is Standing.UNPINNED
    with pytest.raises(SignatureInvalid):
        standing(found, made.told, pinned, b"another signature")
    # What nobody signs may stand in another order: the draw stays.
    reordered = Stamped(over="signature", response=stamps.in_der_order(response))
    assert reordered.signature == found.signature
    assert len(found.signature) >= 64
    drawn = sample.seeded(made.told, found)
    assert drawn == sample.seeded(made.told, reordered)

    over = stamps.ask(note(made)).body
    kept = KeptHead(
        name="kept", checkpoint=note(made), stamps=(("a.tsr", authority.reply(over)),)
    )
    first = pick([kept], [response], note(made), [KEY])
    assert isinstance(first, Stamped)
    assert first.over == "checkpoint"
    assert standing(first, made.told, pinned, signature) is Standing.HELD
