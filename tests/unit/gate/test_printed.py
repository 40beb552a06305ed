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


def test_texts_that_follow_are_counted() -> None:
    assert printed.told((), KEY, follow=700) == {"follow": 700}


def test_portions_tell_every_text_once_with_all_its_values() -> None:
    texts = [prose(60 + 7 * (seed % 40), seed) for seed in range(700)]
    texts[3] = texts[650] = "short"
    at, told, short = 0, list[str](), 0
    while at < len(texts):
        part = printed.portion(texts, at, KEY)
        assert part.end > at
        assert len(canonical.dumps({"fingerprints": part.fingerprints})) < (
            MAX_BODY_BYTES - 256
        )
        outputs = part.fingerprints.get("outputs", [])
        assert isinstance(outputs, list)
        told += map(str, outputs)
        short += int(str(part.fingerprints.get("short", 0)))
        at = part.end

    assert short == 2
    assert told == [
        canonical.text(of(text, KEY).encode()) for text in texts if text != "short"
    ]


def test_a_portion_has_room_for_the_longest_text() -> None:
    texts = [prose(40_000, 1), prose(40_000, 2), prose(40_000, 3), prose(40_000, 4)]
    part = printed.portion(texts, 0, KEY)

    assert 1 <= part.end < 4
    assert len(canonical.dumps(part.fingerprints)) < MAX_BODY_BYTES - 256


def test_a_portion_of_short_texts_counts_them() -> None:
    part = printed.portion(["Yes."] * 1000, 0, KEY)

    assert part == printed.Portion(
        {"short": printed.MOST_AT_ONCE}, printed.MOST_AT_ONCE
    )
    assert printed.portion([], 0, KEY) == printed.Portion({}, 0)
