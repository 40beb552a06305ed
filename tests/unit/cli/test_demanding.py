"""Demands on the command line: whose keys, how many, and of what."""

from pathlib import Path

import pytest

from support.handed import CONTRACT, Handed, handed_over


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return handed_over(tmp_path_factory.mktemp("handed"))


def test_the_statement_before_and_the_contract_are_held_against_ones_own(
    handed: Handed,
) -> None:
    asked = ("--since", "before", "--contract", "contract.yaml")
    told = handed.verify("now", *asked)
    assert told.code == 0
    assert "which you kept" in told.out
    assert "contract   met, by these figures" in told.out
    assert handed.verify("before", "--since", "now").code == 2
    assert handed.verify("before", "--contract", "contract.yaml").code == 1


def test_the_signatories_of_ones_own_contract_must_have_signed(
    handed: Handed, tmp_path: Path
) -> None:
    key = (handed.path / "acme.vkey").read_text().strip()
    signatories = f"signatories: [{{name: Ana, key: {key}}}]\n"
    own = tmp_path / "own.yaml"
    own.write_text(CONTRACT + signatories)
    told = handed.verify("now", "--contract", own)
    # Another file than the statement is about, although the trail's own key signed.
    assert told.code == 1
    assert "1 officers signed, 1 had to" in told.out
    assert "not the file that the statement is about" in told.out
    told = handed.verify("now", "--contract", own, "--threshold", "2")
    assert told.code == 2


def test_a_threshold_of_nobody_is_a_usage_error(handed: Handed) -> None:
    told = handed.verify("now", "--threshold", "2")
    assert told.code == 2
    assert "--threshold needs an --officer" in told.err
    assert handed.verify("now", "--officer", "nobody.vkey").code == 2
    assert handed.verify("now", "--since", "contract.yaml").code == 1
