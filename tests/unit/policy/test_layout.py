import pytest

from affidavit.policy.layout import Container, Scalar, comments, read

TEXT = """\
# head
a: 'x # y'  # beside a
b:
  # above c
  c: >-   # header
    folded # text

  # below c
d: [1, # one
    2]   # beside d
e:
-   # dash
  f: g

# end
"""


def test_a_comment_is_given_to_what_it_is_about() -> None:
    root = read(TEXT)
    a, b, d, e = root.items
    assert (a.lead, a.trail) == (["# head"], "  # beside a")
    assert isinstance(b.node, Container)
    assert b.node.items[0].lead == ["# above c"]
    assert b.node.tail == ["", "# below c"]
    assert isinstance(d.node, Container)
    assert [item.trail for item in d.node.items] == ["  # one", ""]
    assert d.trail == "   # beside d"
    assert isinstance(e.node, Container)
    assert isinstance(e.node.items[0].node, Container)
    assert e.node.items[0].node.items[0].lead == ["# dash"]
    assert root.tail == ["", "# end"]


def test_what_a_scalar_holds_is_no_comment() -> None:
    found = [comment for _, comment in comments(TEXT, read(TEXT))]
    assert len(found) == TEXT.count("#") - 3
    assert all(
        TEXT[at:].startswith(comment) for at, comment in comments(TEXT, read(TEXT))
    )


def test_scalars_keep_how_they_are_written() -> None:
    root = read(TEXT)
    first = root.items[0].node
    assert isinstance(first, Scalar)
    assert (first.raw, first.block) == ("'x # y'", False)


@pytest.mark.parametrize("text", ["plain\n", "[]\n"])
def test_a_document_without_items_has_none(text: str) -> None:
    assert read(text).items == []
