import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from affidavit.errors import PolicyInvalid
from affidavit.policy import fmt
from affidavit.policy.fmt import difference, formatted
from affidavit.policy.loader import load
from affidavit.policy.report import Report
from affidavit.policy.source import parse, plain
from support.policies import HEAD, POLICIES, written

SHIPPED = sorted(POLICIES.rglob("*.yaml"))
SHUFFLED = """\
# the file
# header
rules:   # all of them
- message: >-  # folded
      Two lines
      of one text.

      And a # sign.
  # about none
  none: [{trains_model: {distributed: false,
                         kind: classifier}}]
  effect: deny
  any:
  - parameter: {n: "> 8",   # too many
      stream: true}
    model: [ "gpt-*" ,'o1' ]
  id: two
  # below two

# between


- {id: one, message: "a
    b", effect: warn, all: [{model: x}]}
purposes:
    support.reply:
        endpoints: [responses]
        owner: a@acme.example   # asks
        # models: all
        models: ["*"]
        # expires: 2027-03-31
    # crm.sync:
    #   owner: nobody
name: acme
kind: Policy
# last
apiVersion: affidavit/v1
# the end
"""
LAID_OUT = """\
# the file
# header
# last
apiVersion: affidavit/v1
kind: Policy
name: acme
purposes:
  support.reply:
    owner: a@acme.example   # asks
    # models: all
    models: ["*"]
    endpoints: [responses]
    # expires: 2027-03-31
  # crm.sync:
  #   owner: nobody
rules:   # all of them
  - id: two
    effect: deny
    any:
      - parameter:
          n: "> 8"   # too many
          stream: true
        model: ["gpt-*", 'o1']
    # about none
    none: [{trains_model: {kind: classifier, distributed: false}}]
    message: >-  # folded
      Two lines
      of one text.

      And a # sign.
    # below two

  # between

  - id: one
    effect: warn
    all: [{model: x}]
    message: "a
      b"
# the end
"""


def laid_out(text: str) -> str:
    return formatted(text.encode(), "p.yaml").decode()


def meaning(text: str) -> object:
    root = parse(text.encode(), Report(""))
    return None if root is None else plain(root)


def comments(text: str) -> list[str]:
    return sorted(re.findall(r"# ?c\d+", text))


def test_a_policy_is_laid_out_with_every_comment_beside_what_it_is_about() -> None:
    assert laid_out(SHUFFLED) == LAID_OUT


def test_what_is_laid_out_stays_as_it_is() -> None:
    assert laid_out(LAID_OUT) == LAID_OUT


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_shipped_files_are_in_the_layout(file: Path) -> None:
    assert formatted(file.read_bytes(), str(file)) == file.read_bytes()


def test_the_digest_is_the_same_after_as_before(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(SHUFFLED)
    before = load(file).digest
    file.write_bytes(formatted(file.read_bytes(), str(file)))
    assert load(file).digest == before
    assert file.read_text() != SHUFFLED


EDITS = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.integers(0, 8),
        st.sampled_from(("own", "own", "trail", "blank", "blanks")),
    ),
    max_size=12,
)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    lines = text.splitlines()
    for number, (at, column, kind) in enumerate(edits):
        place = at % len(lines)
        match kind:
            case "own":
                lines.insert(place, " " * column + f"# c{number}")
            case "trail":
                lines[place] += " " * (1 + column) + f"# c{number}"
            case _:
                lines[place:place] = [""] * (1 if kind == "blank" else 3)
    return "\n".join(lines) + "\n"


@given(st.sampled_from([SHUFFLED, LAID_OUT, *(f.read_text() for f in SHIPPED)]), EDITS)
def test_comments_and_gaps_anywhere_change_no_meaning_and_none_is_lost(
    text: str, edits: list[tuple[int, int, str]]
) -> None:
    """And the layout of a layout is itself, whatever it was made from."""
    messy = edited(text, edits)
    assume(meaning(messy) == meaning(text))
    clean = laid_out(messy)
    assert meaning(clean) == meaning(messy)
    assert comments(clean) == comments(messy)
    assert laid_out(clean) == clean


@given(st.permutations([*HEAD.splitlines(keepends=True), "mode: observe\n"]))
def test_keys_stand_in_one_order_however_they_were_written(lines: list[str]) -> None:
    assert laid_out("".join(lines)) == HEAD + "mode: observe\n"


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("extends:\n- a.yaml\n", "extends:\n  - a.yaml\n"),
        ("extends: [ ]\n", None),
        ("rules: []\n", "rules: []\n"),
        (
            "extends: [a.yaml, # why\n  b.yaml]\n",
            "extends:\n  - a.yaml  # why\n  - b.yaml\n",
        ),
        ("purposes: {? a.b : {owner: x}}\n", "purposes: {a.b: {owner: x}}\n"),
        (
            "purposes: {z.z: {owner: x}, a.a: {owner: y}}\n",
            "purposes: {z.z: {owner: x}, a.a: {owner: y}}\n",
        ),
        ("'mode': enforce\n", "'mode': enforce\n"),
        ("mode:   # c\n   enforce\n", "mode: enforce   # c\n"),
        ("mode: # c\n   enforce  # d\n", "# c\nmode: enforce  # d\n"),
        ("purposes:\n  a.b:\n    description: |2\n       x\n", None),
        ("purposes:\n  a.b:\n    description: |+\n      x\n\n\n", None),
        (
            "purposes:\n  a.b:\n      description: |-\n         x\n          y\n",
            "purposes:\n  a.b:\n    description: |-\n      x\n       y\n",
        ),
        (f"extends: [{'x' * 60}.yaml, {'y' * 60}.yaml]\n", None.__class__),
    ],
)
def test_each_way_of_writing_has_its_layout(body: str, result: object) -> None:
    if result is None:
        with pytest.raises(PolicyInvalid):
            laid_out(HEAD + body)
    elif isinstance(result, str):
        assert laid_out(HEAD + body) == HEAD + result
    else:
        assert "extends:\n  - xxx" in laid_out(HEAD + body)


def test_line_ends_and_byte_order_marks_of_other_systems_go() -> None:
    data = b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode()
    assert formatted(data, "p").decode() == HEAD


@pytest.mark.parametrize("text", ["", "a: [", HEAD + "modle: x\n", "kind: Nothing\n"])
def test_what_is_no_valid_policy_is_not_laid_out(text: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        laid_out(text)
    assert caught.value.diagnostics


def test_a_file_in_one_line_in_brackets_is_opened(tmp_path: Path) -> None:
    text = "{name: acme, kind: Policy, apiVersion: affidavit/v1}\n"
    assert laid_out(text) == HEAD
    assert written(tmp_path, "").read_text() == HEAD


def test_a_difference_is_a_unified_diff() -> None:
    told = difference(b"a\nb", b"a\nc\n", "p.yaml")
    assert told.startswith("--- p.yaml (as it is)\n+++ p.yaml (formatted)\n")
    assert told.endswith("-b\n+c\n")
    assert difference(b"a\n", b"a\n", "p") == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: acme", "name: acmee"),
        ("  # ours", ""),
        (
            "  a.b: {owner: x}\n  c.d: {owner: y}\n",
            "  c.d: {owner: y}\n  a.b: {owner: x}\n",
        ),
        ("id: one", "id: uno"),
        ("  a.b: {owner: x}", "  a.b: {owner:   x}"),
        ("kind: Policy", "kind: ["),
    ],
)
def test_a_layout_that_changed_anything_would_not_be_given_back(
    old: str, new: str
) -> None:
    """What no formatting does so far is staged: the last line of defence holds."""
    before = (
        f"{HEAD}purposes:\n  a.b: {{owner: x}}\n  c.d: {{owner: y}}\n"
        "rules:\n  - id: one  # ours\n    effect: warn\n    any: [{model: x}]\n"
        "    message: m\n"
    )
    report = Report("p.yaml")
    root = parse(before.encode(), report)
    assert root is not None
    content = fmt._content(root, report)
    assert content is not None
    fmt._keep(before, before, content, report)
    with pytest.raises(PolicyInvalid) as caught:
        fmt._keep(before, before.replace(old, new), content, report)
    assert "without a change to what it says" in str(caught.value)
