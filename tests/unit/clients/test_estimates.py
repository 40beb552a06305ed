from hypothesis import given
from hypothesis import strategies as st

from affidavit.calls import Text
from affidavit.clients import _estimates


def test_four_letters_and_one_wide_character_are_about_a_token() -> None:
    texts = (Text(role="user", value="eight ch"), Text(role="user", value="你好, you"))
    assert _estimates.of_texts(texts) == 2 + 2 + 2


@given(st.lists(st.text()))
def test_an_estimate_is_never_more_than_the_characters(values: list[str]) -> None:
    texts = [Text(role="user", value=value) for value in values]
    assert 0 <= _estimates.of_texts(texts) <= sum(map(len, values))


def test_the_events_that_frame_a_stream_are_no_tokens() -> None:
    assert [_estimates.of_events(count) for count in (0, 1, 2, 12)] == [0, 0, 0, 10]
