import pytest

from affidavit.detect.reading.compound import compounds


def test_each_first_part_stands_with_each_second_one() -> None:
    made = compounds("oak | ash", "leaf | twig*")

    assert made.literals == ("oak leaf", "oak twig*", "ash leaf", "ash twig*")


def test_an_empty_part_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        compounds("oak | ", "leaf")
