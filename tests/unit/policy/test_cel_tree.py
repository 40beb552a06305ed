from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.policy import cel
from affidavit.policy.cel_tree import Constant, Kind, Tree, dotted, parse, walk


def tree(expression: str) -> Tree:
    compiled = cel._checking().compile(expression, disable_check=True)
    return parse(compiled.serialize())


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("-7", -7),
        ("9223372036854775807", 2**63 - 1),
        ("7u", 7),
        ("-0.5", -0.5),
        ("'é\\n'", "é\n"),
        ("b'x'", b"x"),
        ("null", None),
    ],
)
def test_constants_are_read_as_they_are_written(written: str, value: Constant) -> None:
    (found,) = (node for node, _ in walk(tree(written)) if node.kind is Kind.CONSTANT)
    assert (found.value, type(found.value)) == (value, type(value))


def test_a_chain_of_selects_is_one_name_at_its_beginning() -> None:
    whole = tree("1 == 'é'.size() + a.b.c")
    chains = [chain for node, _ in walk(whole) if (chain := dotted(node))]
    assert chains[0] == ("a.b.c", 18)
    assert dotted(tree("f(a).b")) is None


def test_what_a_macro_binds_is_bound_within_it_alone() -> None:
    whole = tree("x.exists(x, x == y)")
    names = {(node.name, "x" in bound) for node, bound in walk(whole) if node.name}
    assert ("x", False) in names
    assert ("y", True) in names
    assert [n.kind for n, _ in walk(whole)].count(Kind.LOOP) == 1


def test_has_is_told_from_a_select() -> None:
    assert tree("has(a.b)").kind is Kind.TEST
    assert tree("a.b").kind is Kind.SELECT


def test_maps_are_looked_into() -> None:
    inside = [n.name for n, _ in walk(tree("{'a': b, c: 1}")) if n.kind is Kind.NAME]
    assert inside == ["b", "c"]


@given(st.binary(max_size=64))
def test_bytes_that_are_no_tree_are_malformed_or_an_empty_one(data: bytes) -> None:
    with suppress(Malformed):
        parse(data)


def test_a_tree_without_end_is_malformed() -> None:
    node = b""
    for _ in range(200):
        node = b"\x3a" + _size(b"\x0a" + _size(node)) if node else b"\x22\x03\x0a\x01x"
    with pytest.raises(Malformed, match="nested deeper"):
        parse(b"\x12" + _size(b"\x12" + _size(node)))


def _size(data: bytes) -> bytes:
    length, prefix = len(data), bytearray()
    while length >= 0x80:
        prefix.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*prefix, length]) + data
