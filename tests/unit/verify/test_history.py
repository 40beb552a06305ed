"""Claims about earlier sizes are held against a growing tree."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from affidavit.tlog.merkle import leaf_hashes, root_of
from affidavit.verify.history import Claim, History, against
from affidavit.verify.report import Fault, Problems

LEAVES = leaf_hashes(b"%d" % index for index in range(700))


def claim(size: int, *, leaves: Sequence[bytes] = LEAVES) -> Claim:
    return Claim(size=size, root=root_of(leaves[:size]), by=f"somebody saw at {size}")


def held(
    claims: Sequence[Claim], size: int, *, missing: int | None = None
) -> list[str]:
    """What is found of a tree of `size` in bundles of 256; and what is not checked."""
    problems = Problems()
    history = History(claims, problems)
    history.head(size)
    for first in range(0, size, 256):
        if first != missing:
            at = first

            def root(count: int, at: int = at) -> bytes:
                return root_of(LEAVES[: at + count])

            history.bundle(first, min(256, size - first), root)
    history.settle(size)
    assert all(each.fault is Fault.HISTORY for each in problems.kept)
    return [str(each) for each in problems.kept] + [str(history.unchecked)]


@given(st.lists(st.integers(0, 700), max_size=8), st.integers(1, 700))
def test_true_claims_up_to_the_trees_size_contradict_nothing(
    sizes: list[int], size: int
) -> None:
    assert held([claim(min(each, size)) for each in sizes], size) == ["0"]


def test_the_first_contradiction_is_named_with_where_the_change_lies() -> None:
    rewritten = [*LEAVES[:300], *leaf_hashes([b"x"] * 400)]
    claims = [
        claim(650, leaves=rewritten),
        claim(512, leaves=rewritten),
        claim(300),
        claim(10),
    ]

    problem, unchecked = held(claims, 700)

    assert problem.startswith(
        "the first 512 records are not those that somebody saw at"
    )
    assert "in records 300 to 511" in problem
    assert "1 more anchor says so" in problem
    assert unchecked == "0"


def test_without_a_claim_that_holds_the_change_lies_anywhere_before() -> None:
    other = leaf_hashes([b"x"] * 100)

    problem, _ = held([claim(100, leaves=other)], 700)

    assert "in records 0 to 99" in problem
    assert "more anchor" not in problem


def test_a_larger_claim_tells_that_the_end_was_cut_off() -> None:
    problem, _ = held([claim(600), claim(700), claim(650)], 600)

    assert problem.startswith("there were 700 records that somebody saw at 700, now")
    assert "600: the end was cut off. 1 more anchor says so" in problem


def test_claims_about_missing_records_are_counted_and_not_judged() -> None:
    other = leaf_hashes([b"x"] * 300)

    assert held([claim(300, leaves=other), claim(10)], 700, missing=256) == ["1"]
    assert held([claim(600)], 700, missing=512) == ["1"]


def test_a_claim_that_ends_where_a_missing_bundle_ends_is_not_checked() -> None:
    assert held([claim(256)], 700, missing=0) == ["1"]


def test_claims_within_what_was_proved_before_count_as_checked_and_as_held() -> None:
    problems = Problems()
    history = History([claim(200), claim(256), claim(600)], problems)
    history.head(700)

    assert [each.size for each in history.within(256)] == [200, 256]
    history.proved(256)
    history.bundle(256, 256, lambda count: root_of(LEAVES[: 256 + count]))
    history.bundle(512, 188, lambda _: bytes(32))
    history.settle(700)

    assert history.unchecked == 0
    assert "the change lies in records 256 to 599" in str(problems.kept[0])


def test_nothing_proved_before_means_that_a_change_may_lie_anywhere() -> None:
    problems = Problems()
    history = History([claim(256)], problems)
    history.proved(0)
    history.bundle(0, 256, lambda _: bytes(32))
    history.settle(256)

    assert "The change lies in records 0 to 255. If nothing" in str(problems.kept[0])


def test_a_single_claim_against_a_whole_tree() -> None:
    def proved(size: int, root: bytes) -> bool:
        return root == root_of(LEAVES[:size])

    assert against(claim(700), 700, proved) is None
    cut = against(claim(700), 699, proved)
    rewritten = against(Claim(size=9, root=bytes(32), by="somebody"), 700, proved)

    assert "the end was cut off. Keep the evidence" in str(cut)
    assert "The change lies in records 0 to 8. If nothing else" in str(rewritten)
