"""Names of files and policies follow from records."""

from affidavit.canonical import Json
from affidavit.trail.record import Entry, Kind
from affidavit.verify.dossier.parts import (
    notice_file,
    policies_of,
    policy_file,
    sources,
)


def test_a_policys_files_are_those_of_its_record() -> None:
    listed: Json = [{"path": "a", "sha256": "sha256:ab"}, {"path": "b"}, 3]

    assert list(sources({"sources": listed})) == ["ab"]
    assert list(sources({})) == []
    assert policy_file("ab") == "policies/ab.yaml"
    assert notice_file(1) == "incident/notice-1.json"


def test_policies_are_those_of_decisions() -> None:
    def entry(policy: str | None) -> Entry:
        return Entry(
            kind=Kind.DECISION, id="i", at="t", writer="w", seq=0, body="b",
            effect=None, policy=policy, labels={},
        )  # fmt: skip

    assert policies_of([entry("p"), entry(None), entry("p")]) == {"p"}
