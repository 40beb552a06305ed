from affidavit import canonical
from affidavit.fingerprint import Fingerprint, Key, of
from affidavit.gate import printed
from affidavit.trail.record import MAX_BODY_BYTES
from support.printed import prose

KEY = Key(b"k" * 32)


def test_each_long_text_has_its_fingerprint_and_short_ones_are_counted() -> None:
    told = printed.told([prose(40, 1), "Yes.", prose(50, 2)], KEY)

    assert told == {
        "outputs": [
            canonical.text(of(prose(size, seed), KEY).encode())
            for size, seed in ((40, 1), (50, 2))
        ],
        "short": 1,
    }


def test_a_body_that_nobody_could_read_is_said_to_be_unread() -> None:
    assert printed.told(None, KEY) == {"unread": True}


def test_an_answer_without_text_leaves_an_empty_object() -> None:
    assert printed.told((), KEY) == {}


def test_however_much_is_said_it_fits_into_a_body() -> None:
    many = [prose(2000, seed) for seed in range(printed.MOST_TEXTS)]
    told = printed.told([*many, "one more", "and one"], KEY)

    assert told["omitted"] == 2
    outputs = told["outputs"]
    assert isinstance(outputs, list)
    assert len(outputs) == printed.MOST_TEXTS
    assert len(canonical.dumps(told)) < MAX_BODY_BYTES - 16_384
    kept = Fingerprint.decode(canonical.untext(str(outputs[0])))
    assert len(kept.values) >= 30
