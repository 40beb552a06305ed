import pytest

from affidavit.errors import Diagnostic
from affidavit.policy.mend import mended
from support.policies import HEAD

WAIVERS = """\
rules: []   # none yet

# Approved by the DPO.
waivers:
  # LEGAL-1
  - rule: a
    purpose: p.q   # ours
    expires: 2026-01-01

  # LEGAL-2
  - {rule: b, purpose: p.q,
     expires: 2027-01-01}
  # the end
mode: enforce
"""
BODY = (HEAD + WAIVERS).encode()


def found(line: int, column: int = 5, rule: str = "P101") -> Diagnostic:
    return Diagnostic(
        path="p", line=line + 3, column=column, rule=rule, message="m", level="warning"
    )


def test_a_waiver_is_taken_out_and_every_other_line_stays() -> None:
    text = mended(BODY, [found(8, 14)])
    left = WAIVERS.splitlines(keepends=True)
    del left[5:8]
    assert text == (HEAD + "".join(left)).encode()


def test_the_key_goes_with_the_last_waiver_and_comments_stay() -> None:
    text = mended(BODY, [found(6, rule="P105"), found(12, 15)])
    assert text is not None
    said = text.decode()
    assert "waivers:" not in said
    assert "LEGAL-1" in said
    assert "# the end\nmode: enforce\n" in said


@pytest.mark.parametrize(
    "diagnostics", [[], [found(6, rule="P104")], [found(1)], [found(-2)]]
)
def test_what_is_no_waivers_finding_changes_nothing(
    diagnostics: list[Diagnostic],
) -> None:
    assert mended(BODY, diagnostics) is None


def test_a_list_on_one_line_is_left_to_its_author() -> None:
    body = "waivers: [{rule: a, expires: 2026-01-01}, {rule: b}]\n"
    assert mended((HEAD + body).encode(), [found(1, 30)]) is None


def test_what_cannot_be_read_is_not_mended() -> None:
    assert mended(b"waivers: [", [found(1)]) is None
    assert mended(b"- a\n", [found(-2, 3)]) is None
