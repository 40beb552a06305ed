import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.blobs import IN_MEMORY
from affidavit.testing.sandbox.http import BodyUnreadable, Headers
from affidavit.testing.sandbox.multipart import boundary_of, read_form

END = b"--b--\r\n"


def part(content: bytes, disposition: str = 'form-data; name="a"') -> bytes:
    head = f"--b\r\nContent-Disposition: {disposition}\r\nContent-Type: text/x\r\n\r\n"
    return head.encode() + content + b"\r\n"


@given(
    st.lists(st.binary(max_size=40).filter(lambda content: b"\r\n--b" not in content)),
    st.integers(1, 50),
)
def test_parts_are_read_back_however_the_bytes_are_cut(
    contents: list[bytes], size: int
) -> None:
    body = b"".join(map(part, contents)) + END
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    form = read_form(pieces, b"b")

    assert [each.blob.read() for each in form.parts] == contents
    assert form.body == body


def test_a_file_has_its_name_and_its_type() -> None:
    body = part(b"x", 'form-data; name="f[]"; filename="a \\"b\\" %22c%22 ü.txt"') + END
    (file,) = read_form([body], b"b").parts

    assert (file.name, file.filename) == ("f[]", 'a "b" "c" ü.txt')
    assert (file.content_type, file.blob.size) == ("text/x", 1)


def test_a_field_is_no_file() -> None:
    (field,) = read_form([part(b"1") + END], b"b").parts

    assert field.filename is None


def test_what_comes_before_and_after_the_parts_means_nothing() -> None:
    body = b"preamble\r\n--b \t\r\n" + part(b"1")[5:] + END + b"epilogue"

    assert [each.blob.read() for each in read_form([body], b"b").parts] == [b"1"]


def test_a_large_form_is_kept_in_its_parts_only() -> None:
    form = read_form([part(b"x" * (IN_MEMORY + 1)), END], b"b")

    assert form.body == b""
    assert form.parts[0].blob.size == IN_MEMORY + 1
    assert form.parts[0].blob.held == 0


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "before the first boundary"),
        (part(b"1"), "before what follows|before the first|a part's content"),
        (b"--bx\r\n", "other than a line's end"),
        (b"--b\r\nContent-Disposition: form-data", "before a part's head"),
        (b"--b\r\n\r\n\r\n--b--", "no name"),
        (b"--b" + b" " * 20_000, "other than a line's end"),
        (b"--b\r\n" + b"X: y\r\n" * 5_000, "head is too long"),
        (b"--b\r\nX: \xff\r\n\r\n\r\n--b--", "not UTF-8"),
    ],
)
def test_a_form_that_is_not_well_formed_is_400(body: bytes, why: str) -> None:
    with pytest.raises(BodyUnreadable, match=why) as caught:
        read_form([body], b"b")

    assert caught.value.answer.status == 400
    assert caught.value.read == body


@pytest.mark.parametrize(
    ("kind", "boundary"),
    [
        ("multipart/form-data; boundary=abc", b"abc"),
        ('Multipart/Form-Data; charset=utf-8; Boundary="a b"', b"a b"),
        ("multipart/form-data", None),
        ("application/json; boundary=abc", None),
        ("", None),
    ],
)
def test_a_boundary_is_read_of_forms_only(kind: str, boundary: bytes | None) -> None:
    assert boundary_of(Headers([("Content-Type", kind)])) == boundary
