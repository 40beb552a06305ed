"""A trail knows what was uploaded under it, wherever the records of that lie."""

import secrets
import time
from pathlib import Path

from affidavit import canonical
from affidavit.calls import File, Known, Reference
from affidavit.canonical import Json
from affidavit.trail import record as records
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import ID_BYTES, Kind, Labels, Record, new_id, stamp
from affidavit.trail.uploads import Uploads, described, known_of, referred
from support.live import a_directory, a_trail

LABELS = Labels(b"l" * 32)
DIGEST = "ab" * 32
FILE = File(
    purpose="batch",
    size=10,
    sha256=DIGEST,
    read=True,
    lines=2,
    models={"gpt-5": 2},
    endpoints={"responses": 2},
)


def decision(
    endpoint: str = "files.create", effect: str = "permit", file: File = FILE
) -> Record:
    at = time.time_ns() // 1_000_000
    body: dict[str, Json] = {"purpose": "nightly", "file": described(file)}
    return Record(
        kind=Kind.DECISION,
        id=new_id(at, secrets.token_bytes(ID_BYTES)),
        at=stamp(at),
        body=canonical.dumps(body),
        effect=effect,
        policy="ab" * 32,
        labels={"endpoint": LABELS.of("endpoint", endpoint)},
    )


def outcome(
    of: Record, response: str | None, effect: str = "complete", file: str | None = None
) -> Record:
    body: dict[str, Json] = {"attempts": [], "response": response, "file": file}
    return Record(
        kind=Kind.OUTCOME,
        id=of.id,
        at=of.at,
        body=canonical.dumps({key: value for key, value in body.items() if value}),
        effect=effect,
    )


def uploads(path: Path) -> Uploads:
    return Uploads(TrailReader(path), LABELS)


def test_a_file_is_described_as_it_is_read_back() -> None:
    body: dict[str, Json] = {"purpose": "nightly", "file": described(FILE)}
    parsed = canonical.loads(canonical.dumps(body))
    assert isinstance(parsed, dict)

    assert known_of("d-1", "permit", parsed) == Known(
        decision="d-1",
        effect="permit",
        purpose="nightly",
        use="batch",
        sha256=DIGEST,
        model="gpt-5",
        read=True,
    )


def test_a_body_that_says_nothing_of_a_file_names_no_model_and_was_not_read() -> None:
    known = known_of("d-1", "permit", {"purpose": None, "file": [1]})

    assert known == Known(decision="d-1", effect="permit", purpose=None)


def test_a_file_with_lines_that_nobody_could_read_counts_as_unread() -> None:
    file = File(purpose="evals", lines=3, malformed=1)
    said = described(file)

    assert (said["lines"], said["malformed"]) == (3, 1)
    assert not known_of("d-1", "permit", {"file": said}).read


def test_what_a_file_calls_itself_cannot_break_a_record() -> None:
    hostile = File(
        purpose="\ud800\n" * 200,
        models={f"m\u00e9\n{number}": number for number in range(100)},
        parts=(DIGEST,) * 1000,
    )
    said = described(hostile)

    assert len(canonical.dumps(said)) < 16_000
    assert said["part_count"] == 1000
    models = said["models"]
    assert isinstance(models, dict)
    assert "m??99" in models
    assert len(models) == 16


def test_references_tell_decision_effect_purpose_and_digest() -> None:
    known = known_of("d-1", "observed", {"purpose": "p", "file": described(FILE)})

    assert referred([Reference(id="file-1", known=known), Reference(id="x\n")]) == [
        {
            "file": "file-1",
            "decision": "d-1",
            "effect": "observed",
            "purpose": "p",
            "sha256": DIGEST,
        },
        {"file": "x?", "decision": None},
    ]
    assert len(referred([Reference(id="f")] * 100)) == 16


def test_an_upload_is_found_in_the_tree_and_in_the_wal(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    found = uploads(path)
    for name in ("file-1", "file-2"):
        made = decision()
        trail.append(made, owes_outcome=True)
        trail.note(outcome(made, name))
        if name == "file-1":
            trail.seal()
    trail._writer.flush()

    for name in ("file-2", "file-1"):
        known = found.find(name)
        assert known is not None
        assert (known.sha256, known.purpose) == (DIGEST, "nightly")
    assert found.find("file-3") is None
    trail.close()
    assert found.find("file-2") is not None


def test_decision_and_outcome_may_lie_on_either_side_of_the_tree(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    trail, found, made = a_trail(path), uploads(path), decision()
    trail.append(made, owes_outcome=True)
    trail.seal()
    assert found.find("file-1") is None

    trail.note(outcome(made, "file-1"))
    trail._writer.flush()
    assert found.find("file-1") is not None
    trail.close()
    assert found.find("file-1") is not None
    assert uploads(path).find("file-1") is not None


def test_what_came_since_is_read_and_nothing_twice(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    found = uploads(path)
    for number in range(120):
        made = decision("responses" if number % 3 else "files.create")
        trail.append(made, owes_outcome=True)
        trail.note(outcome(made, f"id-{number}"))
        if number % 30 == 0:
            trail.seal()
            assert found.find("nobody") is None
    trail.close()

    assert [found.find(f"id-{n}") is not None for n in range(120)] == [
        n % 3 == 0 for n in range(120)
    ]


def test_an_upload_that_never_left_or_failed_names_nothing(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    refused, failed, unnamed = decision(effect="refuse"), decision(), decision()
    for made in (refused, failed, unnamed):
        trail.append(made)
    trail.note(outcome(failed, "file-1", effect="error"))
    trail.note(outcome(unnamed, None))
    trail.close()

    assert uploads(path).find("file-1") is None


def test_an_upload_in_parts_is_known_by_its_file(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    made = decision("uploads.complete")
    trail.append(made, owes_outcome=True)
    trail.note(outcome(made, "upload_1", file="file-1"))
    trail.close()

    assert uploads(path).find("file-1") == uploads(path).find("upload_1")
    assert uploads(path).find("file-1") is not None


def test_what_this_process_uploaded_is_known_without_a_search(tmp_path: Path) -> None:
    found, made = uploads(tmp_path / "nowhere"), decision()
    found.learn(made, outcome(made, "file-1"))
    found.learn(decision("responses"), outcome(made, "resp_1"))

    known = found.find("file-1")
    assert known is not None
    assert known.decision == made.id
    assert "resp_1" not in found._known


def test_records_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    trail.append(
        records.fresh(
            Kind.HEARTBEAT,
            {"work": LABELS.of("endpoint", "files.create")},
            clock=time.time_ns,
            randomness=secrets.token_bytes,
        )
    )
    trail.close()

    assert uploads(path).find("file-1") is None
