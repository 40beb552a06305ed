import pytest

from affidavit.policy.layout import read
from affidavit.policy.printing import WIDTH, printed

LONG = "x" * (WIDTH - len("a: [, b]") + 1)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a:   {b:  1 ,c: [ x,y ]}\n", "a: {b: 1, c: [x, y]}\n"),
        ("a:\n- b\n-   - c\n    - d\n", "a:\n  - b\n  - - c\n    - d\n"),
        ("a: {b: {c: 1, # why\n  d: 2}}\n", "a:\n  b:\n    c: 1  # why\n    d: 2\n"),
        ("a:\n\n\n    b: 1\n\n\n\n    c: 2\n", "a:\n  b: 1\n\n  c: 2\n"),
        ("\n\na: 1\n\n\n", "a: 1\n"),
        ("a: |\n   x\n\n\n     y\n\nb: 1\n", "a: |\n  x\n\n\n    y\n\nb: 1\n"),
        ("a: 'x\n\n\n      y'\n", "a: 'x\n\n\n  y'\n"),
        ("- # c\n  a: 1\n", "# c\n- a: 1\n"),
        ("- # c\n  a: 1 # d\n  b: 2\n", "# c\n- a: 1  # d\n  b: 2\n"),
        (f"a: [{LONG}, b]\n", f"a:\n  - {LONG}\n  - b\n"),
        (f"a: [{LONG[1:]}, b]\n", f"a: [{LONG[1:]}, b]\n"),
        ("a: {}\nb: []\n", "a: {}\nb: []\n"),
        ("- {a: 1, # x\n  b: 2} # y\n", "# y\n- a: 1  # x\n  b: 2\n"),
    ],
)
def test_a_text_has_one_layout_and_keeps_it(text: str, result: str) -> None:
    assert printed(read(text)) == result
    assert printed(read(result)) == result
