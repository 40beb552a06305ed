from affidavit.calls import Text
from affidavit.clients._sockets.context import Context


def a_text(value: str) -> tuple[Text, ...]:
    return (Text(role="user", value=value),)


def values(context: Context) -> list[str]:
    return [text.value for text in context.joined(a_text("now"))]


def test_what_was_told_comes_before_what_is_asked() -> None:
    context = Context()
    assert values(context) == ["now"]
    context.add(b"1", a_text("one"), {"images": 1})
    context.add(b"2", a_text("two"), {"images": 1, "audio": 2})
    assert values(context) == ["one", "two", "now"]
    assert context.unread({"images": 1}) == {"images": 3, "audio": 2}
    assert context.told == 2


def test_a_decision_starts_a_new_digest_and_keeps_the_conversation() -> None:
    context, empty = Context(), Context().digest
    context.add(b"1", a_text("one"), {"images": 1, "audio": 2})
    assert context.digest != empty
    context.decided()
    assert (context.told, context.digest) == (0, empty)
    assert values(context) == ["one", "now"]
    assert context.unread({}) == {"images": 1}  # audio is heard once


def test_memory_is_bounded_and_what_fell_out_is_counted() -> None:
    context = Context(most_bytes=1000)
    for number in range(100):
        context.add(b"x", a_text(f"text {number}"), {})
    kept = values(context)
    assert kept[-2:] == ["text 99", "now"]
    assert len(kept) < 10
    assert context.unread({}) == {"history": 101 - len(kept)}


def test_of_one_text_that_is_too_long_the_end_is_kept() -> None:
    context = Context(most_bytes=200)
    context.add(b"x", a_text("a" * 500 + "end"), {})
    [kept, _] = values(context)
    assert kept.endswith("aend")
    assert len(kept) < 200
    assert context.unread({"history": 1}) == {"history": 2}
