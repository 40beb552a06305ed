"""What was verified before is not read again, and nothing else is taken on trust."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.errors import Incomplete, Malformed, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.memory import Memory, Verified
from support import trails
from support.trails import a_trail


class Verifier:
    """Somebody who verifies one trail again and again."""

    def __init__(self, path: Path, *, calls: int = 150) -> None:
        self.trail = a_trail(path / "trail", calls=calls)
        self.memory = Memory(path / "memory")

    def verified(self, memory: Memory | None = None, **given: object) -> TrailReport:
        memory = memory or self.memory
        with memory.held():
            return verify_trail(
                TrailReader(self.trail.path),
                key=self.trail.key,
                now=self.trail.clock,
                memory=memory,
                **given,  # type: ignore[arg-type]  # the keywords of verify_trail
            )

    def grown(self, calls: int = 30) -> "Verifier":
        """The trail with more calls."""
        self.trail.calls(calls)
        self.trail.write()
        return self

    def kept(self) -> Verified:
        return Verified.parse((self.memory.path / "memory").read_bytes())


@pytest.fixture
def verifier(tmp_path: Path) -> Verifier:
    verifier = Verifier(tmp_path)
    verifier.trail.write()
    first = verifier.verified()
    assert (first.verdict, first.verified_before) == (Verdict.VALID, None)
    assert first.records_checked == 302
    assert any("nothing is kept" in each for each in first.notes)
    return verifier


def faults(report: TrailReport) -> set[tuple[Fault, int | None]]:
    return {(each.fault, each.index) for each in report.problems}


def test_only_what_is_new_is_looked_at(verifier: Verifier) -> None:
    report = verifier.grown().verified()
    whole = verifier.verified(Memory(verifier.memory.path / "other"))

    assert report.records_checked == 60
    before = report.verified_before
    assert before is not None
    assert before.size == 302
    assert any("Records 0 to 301 were verified at" in each for each in report.unchecked)
    for field in ("verdict", "size", "root", "writers", "first_at", "last_at"):
        assert getattr(report, field) == getattr(whole, field)


@pytest.mark.parametrize("more", [0, 1, 105, 106, 107, 361, 362, 363])
def test_growth_over_any_edge_is_followed(verifier: Verifier, more: int) -> None:
    """302 + 210 = 512 and 302 + 722 = 1024 are edges of bundles."""
    for _ in range(2):
        report = verifier.grown(more).verified()

        assert report.problems == ()
        assert report.records_checked == 2 * more


def test_calls_that_were_open_may_end(verifier: Verifier) -> None:
    made = verifier.trail.decision()
    verifier.trail.write()
    assert verifier.verified().unknown_outcomes == (made.id,)
    verifier.trail.outcome(made)

    report = verifier.grown(1).verified()

    assert (report.problems, report.unknown_outcomes) == ((), ())


def test_a_copy_of_an_old_record_is_named(verifier: Verifier) -> None:
    copied = verifier.trail.records[30]
    made = verifier.trail.add("heartbeat", {"work": "idle"})
    made.fields["id"] = copied.id
    verifier.trail.outcome(copied)

    report = verifier.grown().verified()

    assert faults(report) == {(Fault.DUPLICATE, 302), (Fault.OUTCOME, 303)}


def test_a_gap_and_a_policy_of_nobody_are_named(verifier: Verifier) -> None:
    verifier.trail.decision(effect="refuse", policy="0" * 64)
    verifier.trail.decision(effect="refuse")
    del verifier.trail.records[-1]

    report = verifier.grown(1).verified()

    assert faults(report) == {(Fault.POLICY, 302), (Fault.SEQUENCE, 303)}


def test_nothing_is_kept_of_what_does_not_hold(verifier: Verifier) -> None:
    kept = verifier.kept()
    verifier.trail.decision(effect="invented")

    assert verifier.grown().verified().verdict is Verdict.INVALID
    assert verifier.kept() == kept


def test_a_rewrite_by_the_key_holder_shows(verifier: Verifier) -> None:
    verifier.trail.records[20].fields["effect"] = "observed"
    verifier.trail.records[21].fields["effect"] = "error"

    report = verifier.grown().verified()

    # It is read whole, to name what was changed as far as that can be.
    assert {each.fault for each in report.problems} == {Fault.HISTORY}
    assert (report.verified_before, report.records_checked) == (None, 362)


def test_an_edit_of_what_is_new_is_named_by_a_whole_reading(
    verifier: Verifier,
) -> None:
    verifier.grown()
    entries = [made.entry for made in verifier.trail.records[256:]]
    entries[-1] = entries[-1].replace(b'"complete"', b'"abandoned"')
    trails.write_entries(verifier.trail.path, 1, entries)

    report = verifier.verified()

    assert (Fault.ENTRY, 361) in faults(report)
    assert any("the tree does not hold" in each for each in report.notes)


@pytest.mark.parametrize("size", [301, 302])
def test_another_or_a_shorter_trail_shows_and_is_read_whole(
    verifier: Verifier, size: int
) -> None:
    verifier.trail.records[20].fields["effect"] = "abandoned"
    verifier.trail.write(sealed=size, in_tree=size)

    report = verifier.verified()

    assert Fault.HISTORY in {each.fault for each in report.problems}
    assert report.verified_before is None


def test_a_change_of_an_old_file_does_not_show_and_that_is_said(
    verifier: Verifier,
) -> None:
    (verifier.trail.path / "body/000").unlink()

    report = verifier.grown().verified()

    assert report.verdict is Verdict.VALID
    assert any("their files would not show" in each for each in report.unchecked)


def test_older_checkpoints_are_proved_from_tiles(verifier: Verifier) -> None:
    older = verifier.trail.write(sealed=100, sign=False)
    other = trails.checkpoint(
        verifier.trail.origin, 100, bytes(32), verifier.trail.signer
    )
    report = verifier.grown().verified(older=older)
    contradicted = verifier.verified(older=other)

    assert (report.problems, report.records_checked) == ((), 60)
    assert faults(contradicted) == {(Fault.HISTORY, None)}
    assert contradicted.verified_before is None


def test_anchors_of_old_sizes_need_no_second_reading(verifier: Verifier) -> None:
    report = verifier.grown().verified(pins=Pins())

    assert report.verified_before is not None


def test_an_outcome_before_its_decision_is_not_kept(verifier: Verifier) -> None:
    made = verifier.trail.decision()
    verifier.trail.policy("child")
    verifier.trail.outcome(made, writer="child")
    first = verifier.trail.records
    first[-3], first[-2], first[-1] = first[-2], first[-1], first[-3]
    verifier.trail.write(sealed=304, in_tree=305)

    assert verifier.verified().problems == ()
    assert verifier.kept().size == 302


def test_records_that_were_pending_are_looked_at_once_sealed(
    verifier: Verifier,
) -> None:
    verifier.trail.calls(5)
    verifier.trail.write(sealed=304, in_tree=306)
    pending = verifier.verified()
    verifier.trail.write()
    report = verifier.verified()

    assert (pending.records_checked, pending.problems) == (10, ())
    assert (report.records_checked, report.problems) == (8, ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tool": "0.0.0"}, "another key or version"),
        ({"key": "acme.example+00000000+AAAA"}, "another key or version"),
        ({"root": bytes(32)}, "canonical form"),
    ],
)
def test_what_does_not_serve_is_not_used(
    change: dict[str, object], words: str, verifier: Verifier
) -> None:
    other = replace(verifier.kept(), **change)  # type: ignore[arg-type]  # its fields
    (verifier.memory.path / "memory").write_bytes(other.print())

    report = verifier.verified()

    assert report.verified_before is None
    assert any(words in each for each in report.notes)


@pytest.mark.parametrize("data", [b"", b"[]", b'{"v":1}', b'{"v":2}', b"\xff"])
def test_a_damaged_memory_is_not_used_and_mended(
    data: bytes, verifier: Verifier
) -> None:
    (verifier.memory.path / "memory").write_bytes(data)

    assert verifier.verified().verified_before is None
    assert verifier.verified().verified_before is not None


def test_ids_that_are_short_or_gone_make_it_useless(verifier: Verifier) -> None:
    (ids,) = verifier.memory.path.glob("ids.*")
    ids.write_bytes(ids.read_bytes()[:-1])
    assert verifier.verified().verified_before is None
    (ids,) = verifier.memory.path.glob("ids.*")
    ids.unlink()
    assert verifier.verified().verified_before is None


def test_a_name_that_leads_elsewhere_is_none(verifier: Verifier) -> None:
    other = replace(verifier.kept(), ids=(("../ids.0", 1),))
    (verifier.memory.path / "memory").write_bytes(other.print())

    assert any("no file of ids" in each for each in verifier.verified().notes)


def test_a_memory_that_cannot_be_read_is_the_disks_fault(verifier: Verifier) -> None:
    (verifier.memory.path / "memory").unlink()
    (verifier.memory.path / "memory").mkdir()

    with pytest.raises(TrailUnavailable, match="verified whole"):
        verifier.verified()


def test_two_at_once_are_one_too_many(verifier: Verifier) -> None:
    with (
        verifier.memory.held(),
        pytest.raises(Incomplete, match="under way"),
        Memory(verifier.memory.path).held(),
    ):
        pass


def test_few_files_of_ids_stay(verifier: Verifier) -> None:
    for _ in range(12):
        assert verifier.grown(3).verified().problems == ()
    kept = verifier.kept()
    files = {each.name for each in verifier.memory.path.glob("ids.*")}

    assert files == {name for name, _ in kept.ids}
    assert len(files) <= 5
    assert sum(count for _, count in kept.ids) == 152 + 12 * 3


def test_nobody_else_can_read_or_write_it(verifier: Verifier) -> None:
    modes = {each.stat().st_mode & 0o777 for each in verifier.memory.path.iterdir()}

    assert modes == {0o600}
    assert verifier.memory.path.stat().st_mode & 0o777 == 0o700


def test_it_reads_exactly_what_it_prints(verifier: Verifier) -> None:
    verifier.trail.add("recovery", {"wal": "w"})
    verifier.trail.decision()
    verifier.grown(1).verified()
    data = (verifier.memory.path / "memory").read_bytes()

    assert Verified.parse(data).print() == data
    with pytest.raises(Malformed):
        Verified.parse(data.replace(b'"size":', b'"size": '))
    with pytest.raises(Malformed):
        Verified.parse(data.replace(b'"v":1', b'"v":1,"x":0'))


def test_it_is_recalled_for_its_own_key(verifier: Verifier) -> None:
    kept = verifier.kept()
    head = Checkpoint(verifier.trail.origin, kept.size, kept.root)
    with ExitStack() as files:
        found = verifier.memory.recall(str(verifier.trail.key), head, files)

        assert not isinstance(found, str)
    assert kept.key == str(verifier.trail.key)
