from affidavit.detect.reading.field import Field


def test_each_field_has_a_letter_of_its_own() -> None:
    assert len({field.value for field in Field}) == len(Field)
    assert all(len(field.value) == 1 for field in Field)
