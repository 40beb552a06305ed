from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy.nearest import bare, nearest, shown, suggestion


def test_the_nearest_name_comes_first() -> None:
    assert nearest("suport.reply", ["crm.sync", "support.reply"]) == ("support.reply",)


def test_nothing_is_suggested_when_nothing_comes_close() -> None:
    assert suggestion("zzz", ["support.reply"]) is None


def test_the_order_of_candidates_does_not_matter() -> None:
    names = ["support.a", "support.b", "support.c", "support.d"]
    assert nearest("support.x", names) == nearest("support.x", reversed(names))


@given(st.text() | st.text(alphabet=st.characters(categories=["Cs", "Cc"])))
def test_what_is_shown_can_be_recorded_and_forges_no_line(text: str) -> None:
    for written in (shown(text), bare(text)):
        written.encode("utf-8")
        assert written.isprintable()


def test_a_long_name_is_cut() -> None:
    assert len(shown("a" * 1_000_000)) < 200
    assert len(bare("a" * 1_000_000)) < 200
