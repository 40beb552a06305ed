from types import MappingProxyType

from affidavit.clients._reading.shapes import inside, items, strings


def test_what_keys_lead_to_is_found_and_else_nothing() -> None:
    value = {"a": MappingProxyType({"b": 1}), "c": [1]}
    assert inside(value, "a", "b") == 1
    assert inside(value, "c", "b") is None
    assert inside(value, "x", "b") is None
    assert inside(None, "a") is None


def test_only_objects_of_a_list_are_items() -> None:
    assert items([{"a": 1}, "b", None, ({},)]) == [{"a": 1}]
    assert items({"a": 1}) == ()
    assert items("abc") == ()


def test_texts_are_found_at_any_depth_in_their_order() -> None:
    value = {"id": "x", "a": ["one", {"b": "two", "id": "y"}], "c": ("three", 4)}
    assert list(strings(value, but=frozenset({"id"}))) == ["one", "two", "three"]
    deep: object = "deepest"
    for _ in range(5000):
        deep = [deep]
    assert list(strings(deep)) == ["deepest"]
