from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from affidavit import canonical, dsse
from affidavit.dsse import Envelope
from affidavit.errors import Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.scan.data import statement
from affidavit.scan.data.statement import check, is_scan, sign
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.checkpoint import sign as sign_head
from affidavit.tlog.note import VerifierKey
from affidavit.trail.identity import Identity, Secrets
from support.data_scan import a_report

ORIGIN = "acme.example/trail"
SIGNER = Ed25519Signer.from_seed(b"s" * 32)
OTHER = Ed25519Signer.from_seed(b"o" * 32)
IDENTITY = Identity(SIGNER, Secrets(ORIGIN, b"x" * 32))
KEY = IDENTITY.verifier


def signed(**changes: Any) -> bytes:
    report = a_report(kinds={"edited": 1}, **changes)
    head = Checkpoint(ORIGIN, 12, bytes.fromhex("ab" * 32))
    note = sign_head(head, SIGNER)
    trail = report.trails[0]._replace(checkpoint=note.decode())
    return sign(report._replace(trails=[trail]), IDENTITY).encode()


def altered(change: Callable[[Any], None]) -> bytes:
    payload: Any = canonical.loads(Envelope.parse(signed()).payload)
    change(payload)
    return dsse.sign(
        statement.PAYLOAD_TYPE, canonical.dumps(payload), [SIGNER]
    ).encode()


def test_a_statement_says_what_its_report_says() -> None:
    found = check(signed(), key=KEY)

    assert found.valid
    assert found.claims == "FOUND"
    assert found.predicate["settings"]["gramWords"] == 5
    assert found.predicate["rows"]["edited"] == 1
    assert found.predicate["tool"].startswith("affidavit/")
    assert len(found.unchecked) == 3


def test_only_the_pinned_key_counts() -> None:
    with pytest.raises(SignatureInvalid):
        check(signed(), key=VerifierKey(ORIGIN, OTHER.verifier))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda it: it["predicate"].update(verdict="NONE FOUND"), "verdict"),
        (lambda it: it["predicate"].update(claim=["All is well."]), "claim"),
        (lambda it: it["predicate"].update(doesNotProve=[]), "doesNotProve"),
        (lambda it: it["predicate"]["rows"].update(edited=0), "rows"),
        (lambda it: it["predicate"]["data"].update(digest="00"), "data"),
        (lambda it: it["subject"].pop(), "subject"),
        (lambda it: it["predicate"]["trails"][0].update(size=11), "tree head"),
        (lambda it: it["predicate"]["trails"][0].update(checkpoint="x"), "tree head"),
    ],
)
def test_a_statement_that_contradicts_itself_is_found(
    change: Callable[[Any], None], named: str
) -> None:
    found = check(altered(change), key=KEY)

    assert not found.valid
    assert any(named in problem for problem in found.problems)


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(predicateType="other"),
        lambda it: it["predicate"].pop("recall"),
        lambda it: it["predicate"].update(recall=3),
        lambda it: it["predicate"]["trails"][0].pop("counts"),
        lambda it: it["predicate"]["data"].update(files=[3]),
    ],
)
def test_what_is_no_such_statement_is_refused(change: Callable[[Any], None]) -> None:
    with pytest.raises(Malformed):
        check(altered(change), key=KEY)


def test_trails_of_others_are_said_to_be_unchecked() -> None:
    data = altered(lambda it: it["predicate"]["trails"][0].update(origin="x.example"))
    found = check(data, key=KEY)

    assert any("x.example was not checked" in each for each in found.unchecked)


def test_data_is_held_against_the_digests(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"other data")
    found = check(signed(), key=KEY, files=[path])

    assert len(found.problems) == 2
    assert check(signed(), key=KEY, files=[]).problems


def test_a_scan_of_nothing_is_not_stated() -> None:
    report = a_report()

    with pytest.raises(Malformed):
        sign(report._replace(files=[report.files[0]._replace(sha256=None)]), IDENTITY)


def test_a_statement_is_recognised() -> None:
    assert is_scan(signed())
    assert not is_scan(b'{"payload":')
    assert not is_scan(altered(lambda it: it.update(predicateType="other")))


def test_the_data_s_digest_does_not_depend_on_the_order() -> None:
    file = a_report().files[0]
    files = [file, file._replace(name="b", sha256="00" * 32)]

    assert statement.dataset_digest(files) == statement.dataset_digest(files[::-1])
