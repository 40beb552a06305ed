"""The names of findings are those that detectors give."""

from affidavit.calls import Call, Known, Reference
from affidavit.detect import activities
from affidavit.detect.content import KIND
from affidavit.detect.provenance import provenance
from affidavit.detect.rules import RULES
from affidavit.detect.signs import SIGNS
from affidavit.findings import Activity, Kind


def test_every_activity_is_one_that_some_rule_recognises() -> None:
    said = {rule.activity for rule in (*RULES, *activities.RULES)}
    signed = {sign.activity for sign in SIGNS}

    assert (said | signed) - {None} == set(Activity)


def test_the_detectors_kind_is_a_known_one() -> None:
    assert Kind(KIND) is Kind.DATASET_GENERATION


def test_where_a_file_comes_from_is_told_by_known_kinds() -> None:
    call = Call(
        endpoint="batches.create",
        provider="openai",
        host="api.openai.com",
        purpose="a",
        refers=(
            Reference(id="file-1"),
            Reference(id="file-2", known=Known(decision="d", effect="x", purpose="b")),
        ),
    )

    assert {Kind(finding.kind) for finding in provenance(call)} == {
        Kind.UNGOVERNED_FILE,
        Kind.PURPOSE_MISMATCH,
    }
