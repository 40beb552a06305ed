"""A deferred call says where its files come from; anything odd is a finding."""

from dataclasses import replace

from affidavit.calls import Known, Reference
from affidavit.detect.provenance import provenance
from support.project import a_call

KNOWN = Known(decision="d-1", effect="permit", purpose="support.reply", read=True)


def found(*references: Reference) -> list[tuple[str, str, tuple[str, ...]]]:
    call = a_call(endpoint="batches.create", refers=references)
    findings = provenance(call)
    assert {finding.score for finding in findings} <= {1.0}
    return [(each.kind, each.activity, each.rules) for each in findings]


def test_a_call_that_refers_to_nothing_has_no_finding() -> None:
    assert provenance(a_call()) == ()


def test_a_file_that_was_read_for_the_same_purpose_is_no_finding() -> None:
    assert found(Reference(id="file-1", known=KNOWN)) == []


def test_files_that_the_trail_does_not_know_are_one_finding_that_names_them() -> None:
    names = [f"file-{number}" for number in range(20)]

    assert found(*(Reference(id=name) for name in names)) == [
        ("ungoverned_file", "unknown_file", tuple(names[:8]))
    ]


def test_a_file_that_left_because_nothing_was_enforced_is_not_governed() -> None:
    observed = replace(KNOWN, effect="observed")

    assert found(Reference(id="file-1", known=observed)) == [
        ("ungoverned_file", "observed_file", ("file-1",))
    ]


def test_a_file_whose_lines_nobody_read_is_not_governed() -> None:
    unread = replace(KNOWN, read=False)

    assert found(Reference(id="file-1", known=unread)) == [
        ("ungoverned_file", "unread_file", ("file-1",))
    ]


def test_a_file_that_was_uploaded_for_another_purpose_is_a_mismatch() -> None:
    other = replace(KNOWN, purpose="search.index")

    assert found(Reference(id="file-1", known=other)) == [
        ("purpose_mismatch", "file_of_another_purpose", ("file-1",))
    ]
