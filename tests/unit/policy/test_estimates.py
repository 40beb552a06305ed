"""Tokens of text that nobody counted."""

from affidavit.calls import Text
from affidavit.policy import estimates


def test_four_letters_are_a_token_and_so_is_one_wide_character() -> None:
    def tokens(value: str) -> int:
        return estimates.of_texts([Text(role="user", value=value)])

    assert tokens("") == 0
    assert tokens("four") == 1
    assert tokens("fours") == 2
    assert tokens("漢字") == 2
    assert tokens("漢字 four") == 2 + 2
