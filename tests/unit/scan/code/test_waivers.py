import pytest

from affidavit.scan.code import waivers
from affidavit.scan.code.facts import Spot, Waiver
from support.scanned import codes, found

AT = Spot(3, 1)


@pytest.mark.parametrize(
    ("comment", "waived", "reason", "target"),
    [
        ("# affidavit: allow C101 -- why not", ("C101",), "why not", 3),
        ("#affidavit: allow C101,C104  --  x", ("C101", "C104"), "x", 3),
        ("// affidavit: allow C101 C104 -- a -- b", ("C101", "C104"), "a -- b", 3),
        ("/* affidavit: allow C101 -- a */", ("C101",), "a", 3),
        ("# affidavit: allow-file C104 -- all of it", ("C104",), "all of it", 0),
        ("# affidavit: allow C101", ("C101",), "", 3),
        ("# affidavit: allow C101 --", ("C101",), "", 3),
        ("# affidavit: allow", (), "", 3),
    ],
)
def test_a_waiver_is_rules_and_a_reason(
    comment: str, waived: tuple[str, ...], reason: str, target: int
) -> None:
    assert waivers.read(comment, AT, 3) == Waiver(
        at=AT, codes=waived, reason=reason, target=target
    )


@pytest.mark.parametrize(
    "comment", ["# affidavit", "# affidavit: see docs", "# noqa: C101", "# allow C101"]
)
def test_other_comments_are_none(comment: str) -> None:
    assert waivers.read(comment, AT, 3) is None


@pytest.mark.parametrize(
    "source",
    [
        "import groq  # affidavit: allow C104 -- r",
        "# affidavit: allow C104 -- r\nimport groq",
        "# affidavit: allow C104 -- r\n\n# more\nimport groq",
        "from groq import (\n    Groq,  # affidavit: allow C104 -- r\n)",
        "# affidavit: allow-file C104 -- r\nx = 1\nimport groq",
    ],
)
def test_a_waiver_stands_on_the_line_or_alone_above_it(source: str) -> None:
    assert codes(source) == []


def test_a_waiver_elsewhere_sets_nothing_aside_and_is_said() -> None:
    source = "import groq\nx = 1  # affidavit: allow C104 -- r\n"
    assert found(source) == [("C104", 1), ("C402", 2)]


def test_a_waiver_in_a_text_is_no_waiver() -> None:
    assert codes('import groq; x = "# affidavit: allow C104 -- r"') == ["C104"]


def test_what_says_that_a_file_was_not_judged_cannot_be_waived() -> None:
    assert codes("import groq  # affidavit: allow C104, C001 -- r") == ["C403"]
    assert codes("import groq  # affidavit: allow C104, X1 -- r") == ["C403"]
    assert codes("import groq  # affidavit: allow -- r") == ["C104", "C403"]


def test_a_waiver_for_a_rule_that_was_not_asked_for_may_be_needed() -> None:
    from affidavit.scan.code.judge import chosen

    source = "import groq  # affidavit: allow C104 -- r\n"
    assert codes(source, rules=chosen((), ("C104",))) == []
    assert codes(source, rules=chosen(("C4",), ())) == []


def test_a_waiver_for_purposes_may_be_needed_where_there_is_no_policy() -> None:
    source = """
        from affidavit import OpenAI
        c = OpenAI(purpose="new.one")  # affidavit: allow C203 -- approved, LEGAL-7
    """
    assert codes(source) == []
    assert codes(source, purposes=None) == []
    assert codes(source, purposes={"new.one": None}) == ["C402"]
