from affidavit.cli.explaining import WIDTH, frame


def test_what_is_marked_is_underlined() -> None:
    assert list(frame("make training data", [(5, 18), (0, 4)])) == [
        "  | make training data",
        "  | ^^^^ ^^^^^^^^^^^^^",
    ]


def test_a_long_line_is_cut_around_the_first_mark() -> None:
    shown, under = frame("x" * 500 + "here" + "y" * 500, [(500, 504)])

    assert shown.startswith("  | …")
    assert shown.endswith("…")
    assert len(shown) <= WIDTH + 6
    assert shown[under.index("^") :].startswith("here")
    assert under.count("^") == 4


def test_wide_letters_are_underlined_in_full() -> None:
    _, under = frame("生成数据", [(2, 4)])

    assert under == "  |     ^^^^"


def test_a_mark_that_is_cut_off_ends_with_the_line() -> None:
    _, under = frame("a\u0301bc", [(0, 9)])

    assert under == "  | ^^^"
