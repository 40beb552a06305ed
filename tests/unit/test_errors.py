"""One tree of errors; each says what, which and what next, and has an exit code."""

import inspect
import pickle

import pytest

from affidavit import errors
from affidavit.errors import AffidavitError, Diagnostic, Invalid, Reason, Refused

EVERY = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, AffidavitError)
]
REASON = Reason(
    rule="no-competing",
    message="Output may not train a competitor.",
    clause="openai-services-agreement/3.3(e)",
    remedy="Ask legal.",
    where="policies/policy.yaml:12",
    evidence="finding is 0.9",
)


@pytest.mark.parametrize("kind", EVERY)
def test_every_error_is_ours_and_has_one_of_two_exit_codes(
    kind: type[AffidavitError],
) -> None:
    assert issubclass(kind, AffidavitError)
    assert kind.exit_code in (1, 2)
    assert kind.__name__ in (errors.__doc__ or "")


def test_invalid_evidence_and_refusals_are_violations_and_the_rest_is_not() -> None:
    ones = {kind for kind in EVERY if kind.exit_code == 1}

    invalid = {kind for kind in EVERY if issubclass(kind, Invalid)}
    assert ones == {Refused, errors.PolicyUntrusted, *invalid}


def test_a_refusal_names_rule_clause_place_evidence_remedy_and_record() -> None:
    other = Reason(rule="other", message="Also this.")
    refused = Refused([REASON, other], record_id="id-1")

    assert str(refused).splitlines() == [
        f"Call refused by {REASON}",
        "  evidence: finding is 0.9",
        "  remedy: Ask legal.",
        "  also: other: Also this.",
        "  record: id-1",
    ]
    assert str(REASON) == (
        "no-competing (openai-services-agreement/3.3(e)): "
        "Output may not train a competitor. [policies/policy.yaml:12]"
    )
    assert (refused.rule, refused.clause) == (REASON.rule, REASON.clause)
    assert (refused.reason, refused.remedy) == (REASON.message, REASON.remedy)


def test_a_diagnostic_reads_like_a_compilers() -> None:
    diagnostic = Diagnostic(
        path="p.yaml", line=3, column=7, rule="P001", message="No.", help="Try so."
    )

    assert str(diagnostic) == "p.yaml:3:7: error[P001]: No. Help: Try so."
    assert str(errors.PolicyInvalid([diagnostic, diagnostic])).count("P001") == 2


def test_a_broken_trail_knows_the_first_bad_record() -> None:
    assert errors.BrokenTrail("x", index=7).index == 7
    assert errors.BrokenTrail("x").index is None


def test_a_refusal_crosses_processes_whole() -> None:
    refused = pickle.loads(pickle.dumps(Refused([REASON], record_id="id-1")))

    assert isinstance(refused, Refused)
    assert (refused.reasons, refused.record_id) == ((REASON,), "id-1")
