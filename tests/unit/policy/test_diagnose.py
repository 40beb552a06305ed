from pathlib import Path

import pytest

from affidavit.errors import PolicyInvalid
from affidavit.policy.diagnose import MOST
from affidavit.policy.loader import load
from support.policies import SUPPORT, only, refused

RULE = "rules:\n  - id: a\n    effect: deny\n    message: m\n    any: [{model: x}]\n"


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("purpose: {}\n", ("P010", 1, 1), "Did you mean purposes"),
        ("purposes:\n  a:\n    modles: [x]\n", ("P010", 3, 5), "Did you mean models"),
        ("purposes:\n  a: {ownr: x}\n", ("P010", 2, 7), "Did you mean owner"),
        (
            (
                "purposes:\n  a:\n    trains_model: {kind: other, distributd: true, "
                "distributed: true}\n"
            ),
            ("P010", 3, 33),
            "Did you mean distributed",
        ),
        (RULE.replace("{model: x}", "{modle: x}"), ("P010", 5, 12), "model"),
        (RULE.replace("deny", "denny"), ("P012", 3, 13), "Did you mean deny"),
        (RULE.replace("id: a", "id: A_b"), ("P012", 2, 9), "small letters"),
        (RULE.replace("    message: m\n", ""), ("P011", 2, 5), "`message` is missing"),
        (RULE.replace("[{model: x}]", "{model: x}"), ("P012", 5, 10), "must be a list"),
        (RULE.replace("[{model: x}]", "[]"), ("P012", 5, 10), "must not be empty"),
        (RULE.replace("{model: x}", "{}"), ("P012", 5, 11), "every call"),
        (
            RULE.replace("{model: x}", "{provider: opena}"),
            ("P012", 5, 22),
            "Did you mean openai",
        ),
        (RULE.replace("message: m", "message: 5"), ("P012", 4, 14), "in quotes"),
        (
            "purposes:\n  a:\n    evaluates_model: {competing: no}\n",
            ("P012", 3, 34),
            "`no`",
        ),
        ("purposes:\n  A b: {}\n", ("P012", 2, 3), "cannot be a purpose"),
        ("purposes:\n  a: {expires: 2027-13-01}\n", ("P012", 2, 16), "2027-03-31"),
        ("purposes:\n  a: {models: gpt-5}\n", ("P012", 2, 15), "Write [gpt-5]"),
        ("mode: watch\n", ("P012", 1, 7), "enforce, observe"),
    ],
)
def test_what_is_wrong_is_placed_and_answered(
    tmp_path: Path, body: str, place: tuple[str, int, int], words: str
) -> None:
    diagnostics = refused(tmp_path, body)
    assert only(diagnostics) == place
    assert words in str(diagnostics[0])


def test_every_error_is_reported_at_once(tmp_path: Path) -> None:
    body = "mode: watch\nextend: [pack:x]\n" + RULE.replace("deny", "denny")
    assert [d.rule for d in refused(tmp_path, body)] == ["P012", "P010", "P012"]


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("- a\n")
    with pytest.raises(PolicyInvalid, match="must be a mapping"):
        load(file)


def test_a_name_that_is_close_to_nothing_gets_the_list(tmp_path: Path) -> None:
    (diagnostic,) = refused(tmp_path, SUPPORT + "    zzz: 1\n")
    assert diagnostic.help is not None
    assert diagnostic.help.startswith("Known here: description, owner, models")


def test_the_number_of_errors_shown_is_bounded(tmp_path: Path) -> None:
    fields = "".join(f"x{number}: 1\n" for number in range(MOST + 50))
    diagnostics = refused(tmp_path, fields)
    assert len(diagnostics) == MOST + 1
    assert "50 more errors" in diagnostics[0].message
