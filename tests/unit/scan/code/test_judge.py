from datetime import date

import pytest

from affidavit.errors import Diagnostic, SettingsInvalid
from affidavit.scan.code.facts import Facts, Finding, Spot
from affidavit.scan.code.judge import Terms, chosen, in_file, judge
from affidavit.scan.code.rules import Rule
from support.scanned import TODAY, codes, said

CALL = """
    from affidavit import OpenAI
    client = OpenAI({purpose})
    client.responses.create(model="gpt-5")
"""


def test_an_unknown_purpose_is_told_with_the_nearest() -> None:
    (told,) = said(CALL.format(purpose='purpose="support.replay"'))
    assert (told.rule, told.line, told.column) == ("C203", 2, 25)
    assert told.message == "the policy does not know the purpose 'support.replay'"
    assert told.help == "Did you mean support.reply?"


def test_a_purpose_expires_after_its_last_day() -> None:
    source = CALL.format(purpose='purpose="crm.sync"')
    assert codes(source, today=date(2026, 11, 21)) == []
    assert codes(source, today=date(2026, 11, 22)) == ["C204"]


def test_without_a_policy_no_purpose_is_unknown() -> None:
    assert codes(CALL.format(purpose='purpose="anything"'), purposes=None) == []


def test_a_purpose_of_the_settings_reaches_every_call() -> None:
    assert codes(CALL.format(purpose="")) == ["C201"]
    assert codes(CALL.format(purpose=""), default_purpose=True) == []


def test_under_install_stock_clients_need_a_purpose_and_nothing_else() -> None:
    stock = CALL.replace("affidavit", "openai").format(purpose="")
    assert codes(stock) == ["C101"]
    assert codes(stock, installed=True) == ["C201"]


def test_rules_are_chosen_by_the_beginnings_of_their_ids() -> None:
    assert chosen((), ()) == frozenset(Rule)
    assert chosen(("C3", "C101"), ()) == {Rule.KEY_IN_SOURCE, Rule.UNGOVERNED_CLIENT}
    assert Rule.OTHER_SDK not in chosen(("C1",), ("C104",))


@pytest.mark.parametrize("code", ["X", "C9", "c101", "C1011"])
def test_what_begins_no_rule_is_refused(code: str) -> None:
    with pytest.raises(SettingsInvalid, match="no rule of the code scan"):
        chosen((), (code,))


def test_a_file_that_was_not_judged_is_said_whatever_is_ignored() -> None:
    assert codes("openai(", rules=chosen(("C3",), ())) == ["C001"]
    assert codes("openai(", rules=chosen((), ("C0",))) == ["C001"]


def test_diagnostics_are_in_order_and_none_twice() -> None:
    late = Finding(rule=Rule.OTHER_SDK, at=Spot(9, 1), message="m")
    early = Finding(rule=Rule.RAW_HTTP, at=Spot(2, 5), message="m")
    facts = Facts(findings=(late, early, late))
    told = judge("a.py", facts, Terms(today=TODAY)).diagnostics
    assert [each.line for each in told] == [2, 9]
    assert [each.level for each in told] == ["error", "error"]


def test_a_notebooks_cell_is_part_of_the_place_and_goes_into_words() -> None:
    facts = Facts(
        findings=(Finding(rule=Rule.OTHER_SDK, at=Spot(4, 2, 3), message="m"),)
    )
    (told,) = judge("a.ipynb", facts, Terms(today=TODAY)).diagnostics
    assert str(told) == "a.ipynb:cell 3:4:2: error[C104]: m"
    plain = in_file(told)
    assert str(plain) == "a.ipynb:1:1: error[C104]: cell 3, line 4: m"
    assert in_file(plain) == plain


def test_nothing_is_quickly_judged() -> None:
    assert judge("a.py", Facts(), Terms(today=TODAY)).diagnostics == ()
    assert isinstance(said("import groq")[0], Diagnostic)
