from typing import Any

import pytest

from affidavit.fingerprint import Key
from affidavit.scan.data.rows import Row
from affidavit.scan.data.seek import Hit, Kind, Trail, batches, seek
from support.data_scan import OUTPUTS, a_trail
from support.printed import edited, prose

TRAIL = a_trail(OUTPUTS)


def sought(value: Any, *trails: Trail) -> list[Hit]:
    return seek([Row(5, value, 100)], trails or (TRAIL,))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (OUTPUTS[3], Kind.EXACT),
        ("> " + OUTPUTS[3].upper().replace(" ", "\n"), Kind.EXACT),
        (edited(OUTPUTS[3], 0.15), Kind.EDITED),
        (f"{prose(150, 900)} {OUTPUTS[3]} {prose(150, 901)}", Kind.EMBEDDED),
        (" ".join(OUTPUTS[3].split()[10:45]), Kind.EXCERPT),
    ],
)
def test_a_copy_is_found_and_called_by_its_kind(value: str, kind: Kind) -> None:
    (hit,) = sought({"id": "r", "chat": [{"text": "hello"}, {"text": value}]})

    assert (hit.row, hit.name, hit.place) == (5, "r", "chat[1].text")
    assert (hit.kind, hit.output, hit.trail) == (kind, 3, 0)


def test_unrelated_rows_are_not_found() -> None:
    rows = [Row(at, prose(150, 5000 + at), 900) for at in range(200)]

    assert seek(rows, (TRAIL,)) == []
    assert seek([Row(1, None, 0), Row(2, {"a": 3}, 5)], (TRAIL,)) == []


def test_what_stands_in_several_texts_is_found_in_the_row() -> None:
    words = OUTPUTS[9].split()
    pieces = [" ".join(words[at : at + 8]) for at in range(0, 48, 8)]
    (hit,) = sought({"pieces": pieces})

    assert hit.place in ("*", *(f"pieces[{at}]" for at in range(len(pieces))))
    assert hit.output == 9


def test_boilerplate_is_told_apart() -> None:
    shared = prose(35, 77)
    outputs = [f"{shared} {prose(90, 600 + at)}" for at in range(30)]
    trail = a_trail(outputs)
    (hit,) = sought(f"{shared} {prose(90, 4444)}", trail)

    assert hit.kind is Kind.BOILERPLATE
    assert sought(outputs[3], trail)[0].kind is Kind.EXACT


def test_an_output_that_was_given_many_times_is_still_a_copy() -> None:
    trail = a_trail([edited(OUTPUTS[0], 0.02, seed) for seed in range(60)])
    (hit,) = sought(edited(OUTPUTS[0], 0.1), trail)

    assert hit.kind is Kind.EDITED


def test_each_trail_is_asked_with_its_own_key() -> None:
    other = a_trail([prose(60, 3000)], Key(b"o" * 32))
    (hit,) = sought(prose(60, 3000), TRAIL, other)

    assert (hit.trail, hit.output, hit.kind) == (1, 0, Kind.EXACT)


def test_texts_of_other_scripts_are_found_beside_plain_ones() -> None:
    chinese = "".join(chr(0x4E00 + (each * 7919) % 5000) for each in range(120))
    trail = a_trail([chinese, OUTPUTS[1]])
    hits = seek([Row(1, chinese, 9), Row(2, OUTPUTS[1], 9)], (trail,))

    assert [(hit.row, hit.kind) for hit in hits] == [(1, Kind.EXACT), (2, Kind.EXACT)]


def test_batches_are_bounded_by_rows_and_by_bytes() -> None:
    rows = [Row(at, "", 10) for at in range(25)]

    assert [len(each) for each in batches(rows, most=10, size=1000)] == [10, 10, 5]
    assert [len(each) for each in batches(rows, most=10, size=40)] == [4] * 6 + [1]


FRAME = "one of the main reasons for {} is that the {} has not {} {} slowly"


def framed(*slots: str, after: int) -> str:
    return f"{FRAME.format(*slots)} {prose(28, after)}"


def test_a_frame_with_one_word_alike_is_boilerplate() -> None:
    trail = a_trail([framed("pluma", "kor", "sten", "vadea", after=800)])
    other = framed("pluma", "chall", "grume", "moror", after=801)
    more = framed("pluma", "kor", "grume", "moror", after=802)

    assert [hit.kind for hit in sought(other, trail)] == [Kind.BOILERPLATE]
    assert [hit.kind for hit in sought(more, trail)] == [Kind.EDITED]


def test_a_second_output_is_tried_where_the_likeliest_shares_a_frame() -> None:
    words = prose(33, 810).split()
    row = f"{FRAME.format('pluma', 'chall', 'grume', 'moror')} {' '.join(words[:11])}"
    trail = a_trail(
        [framed("pluma", "kor", "sten", "vadea", after=811), " ".join(words)]
    )
    (hit,) = sought(f"{row} {prose(20, 812)}", trail)

    assert hit.output == 1
    assert hit.kind is not Kind.BOILERPLATE
