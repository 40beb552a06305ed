from affidavit.scan.data import rows

NESTED = {
    "id": 7,
    "messages": [{"role": "user", "content": "hi"}, {"content": ["a", {"b": "c"}]}],
    "score": 1.5,
    "tags": None,
}


def test_every_text_is_found_in_its_order() -> None:
    assert rows.texts(NESTED) == ["user", "hi", "a", "c"]
    assert rows.texts("alone") == ["alone"]
    assert rows.texts(3) == []


def test_each_text_has_its_place() -> None:
    assert list(rows.places(NESTED)) == [
        ("messages[0].role", "user"),
        ("messages[0].content", "hi"),
        ("messages[1].content[0]", "a"),
        ("messages[1].content[1].b", "c"),
    ]
    assert list(rows.places("alone")) == [("", "alone")]


def test_a_row_is_called_what_it_calls_itself() -> None:
    assert rows.name(NESTED) == "7"
    assert rows.name({"uuid": "x" * 500}) == "x" * rows.MOST_NAME
    assert rows.name({"id": True}) is None
    assert rows.name(["id"]) is None
