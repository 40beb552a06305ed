"""Every attack, and what happens when each is carried out on copies of one trail.

What a verifier with more than the key must find is not written down with the attack: it
follows from the files, before and after. A checkpoint over n records tells exactly when
the first n are others or fewer, a minimum size when there are fewer, an age when the
newest record is older.
"""

import shutil
import struct
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from affidavit.errors import Incomplete
from affidavit.verify import TrailReport, Verdict
from support.attacks import (
    anchored,
    clocks,
    cloudtrail,
    history,
    journald,
    pruned,
    resealed,
    rotated,
    sealed,
    unsealed,
)
from support.attacks.ground import Ground, Kept
from support.attacks.subject import Subject, at_of, pruned_in, verified
from support.attacks.terms import Attack, Held, Mark, Said, Unsuited

FAMILIES: Mapping[str, Sequence[Attack]] = {
    "Sealed records, without the key": sealed.ATTACKS,
    "Sealed records, with the key": resealed.ATTACKS,
    "Whole histories": history.ATTACKS,
    "Records not sealed yet": unsealed.ATTACKS,
    "Bodies that are gone": pruned.ATTACKS,
    "Keys that were handed over": rotated.ATTACKS,
    "Evidence": anchored.ATTACKS,
    "Clocks": clocks.ATTACKS,
    "As journald failed": journald.ATTACKS,
    "As CloudTrail failed": cloudtrail.ATTACKS,
}
ATTACKS = tuple(each for some in FAMILIES.values() for each in some)
OUTSIDE = (Held.OLDER, Held.EARLIER, Held.WITNESS, Held.STAMP, Held.SIZE, Held.AGE)
AHEAD = timedelta(minutes=10)
"""A record dated later than this beyond the present says nothing about its age."""


class UnfitTrail(Exception):
    """The trail does not verify as it is: attacks on it would prove nothing."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verification: what it said, and the report, if there was one."""

    said: Said
    report: TrailReport | None
    why: str = ""

    @property
    def first(self) -> str:
        """The first bad record, or the first problem, in few words."""
        bad = self.report.first_bad if self.report else None
        if bad is None:
            return ""
        if bad.index is None:
            return bad.id or bad.fault.value
        return f"{bad.index} {bad.id}" if bad.id else str(bad.index)


@dataclass(frozen=True, slots=True)
class Result:
    """One attack carried out: who said what, and what was not as it must be."""

    attack: Attack
    judged: Mapping[Held, Judgement]
    wrong: list[str] = field(default_factory=list)


def carry_out(
    subject: Subject, attack: Attack, holding: Sequence[Held] = OUTSIDE
) -> Result:
    """Attack a copy, and verify it with everything that a verifier may hold.

    `Unsuited` when this trail gives no occasion.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = copied(subject, Path(folder))
        ground = subject.ground(path)
        _ = ground.records
        mark = attack.perform(ground)
        after = _after(path)
        wrong: list[str] = []
        judged = {}
        for held in _held(subject, attack, holding):
            judgement = judged[held] = judge(subject, path, held, attack, mark)
            wrong += _compared(subject, attack, mark, held, judgement, after)
        return Result(attack, judged, wrong)


def copied(subject: Subject, folder: Path) -> Path:
    """A copy to attack."""
    path = folder / "trail"
    shutil.copytree(subject.path, path, ignore=shutil.ignore_patterns("*.lock"))
    (path / "wal").mkdir(exist_ok=True)
    return path


def _held(subject: Subject, attack: Attack, holding: Sequence[Held]) -> Iterator[Held]:
    wanted: Iterable[Held] = (attack.judge, Held.SECRET, *holding)
    return (each for each in wanted if subject.holds(each))


def judge(
    subject: Subject, path: Path, held: Held, attack: Attack, mark: Mark
) -> Judgement:
    """What a verifier who holds `held` is told of the trail at `path`."""
    try:
        report = verified(subject, path, held)
    except Incomplete as error:
        return Judgement(Said.UNDECIDED, None, str(error))
    return Judgement(_said(report, mark, _admissions(attack, held)), report)


def _admissions(attack: Attack, held: Held) -> tuple[str, ...]:
    """What the report must say, one of these, of an attack that it does not find."""
    if attack.said is Said.OUT_OF_REACH and held in {attack.judge, Held.SECRET}:
        return (attack.admits,)
    return ("would not show", "goes on to the present was not checked")


def _said(report: TrailReport, mark: Mark, admissions: tuple[str, ...]) -> Said:
    match report.verdict:
        case Verdict.INCOMPLETE:
            return Said.UNDECIDED
        case Verdict.VALID:
            if mark.text and any(mark.text in each for each in report.notes):
                return Said.NOTED
            if report.anchors is not None and report.anchors.covered == report.size:
                return Said.ON_TRUST
            told = " ".join(report.unchecked)
            admitted = any(each in told for each in admissions)
            return Said.OUT_OF_REACH if admitted else Said.MISSED
        case Verdict.INVALID:
            bad = report.first_bad
            named = bad is not None and (bad.index is not None or bad.id is not None)
            return Said.NAMED if named else Said.FOUND


def _after(path: Path) -> list[Kept] | None:
    """The records after the attack, None where they cannot be had."""
    try:
        return Ground(path).records
    except (OSError, ValueError, LookupError, struct.error):
        return None


def tells(subject: Subject, held: Held, after: Sequence[Kept]) -> bool:
    """Whether what is held contradicts the records that are there now."""
    before = subject.before.records
    size = len(before) // 2 if held is Held.EARLIER else len(before)
    match held:
        case Held.OLDER | Held.EARLIER | Held.WITNESS | Held.STAMP:
            now = [each.entry for each in after[:size]]
            return now != [each.entry for each in before[:size]]
        case Held.SIZE:
            return len(after) < size
        case Held.AGE:
            then = subject.before.newest
            return all(at < then or at > then + AHEAD for at in map(at_of, after))
        case _:
            return False


def betrayed(subject: Subject, after: Sequence[Kept] | None) -> bool:
    """Whether this trail tells by itself what on others takes something that was kept:
    records before a handover of keys are others, or those are gone that explained why
    bodies are.
    """
    before = subject.before
    if after is None:
        return False
    now = [each.entry for each in after[: before.bound]]
    unbound = now != [each.entry for each in before.records[: before.bound]]
    explained = any(b'"kind":"pruning"' in each.entry for each in after)
    return unbound or (before.pruned and not explained and pruned_in(after))


def expected(
    subject: Subject, attack: Attack, held: Held, after: Sequence[Kept] | None
) -> bool:
    """Whether a verifier who holds `held` must be told: anything but a clean bill."""
    if betrayed(subject, after):
        return True
    if held is attack.judge or held is Held.SECRET:
        said = attack.with_secret if held is Held.SECRET else attack.said
        if held is Held.SECRET and attack.judge is Held.PINS:
            return False
        return not (said or attack.said).clean
    if attack.judge is Held.KEY and not attack.said.clean:
        return True
    return after is not None and tells(subject, held, after)


def _compared(
    subject: Subject,
    attack: Attack,
    mark: Mark,
    held: Held,
    judgement: Judgement,
    after: Sequence[Kept] | None,
) -> list[str]:
    """What is not as it must be, as sentences."""
    wrong = []
    said, where = judgement.said, f"{attack.name}, held: {held.value}"
    must = expected(subject, attack, held, after)
    if said.clean is must or said is Said.MISSED:
        told = judgement.report.problems if judgement.report else judgement.why
        wrong.append(f"{where}: {said.value}, {told}")
    wanted = attack.said
    if held is Held.SECRET and attack.judge is Held.KEY:
        wanted = attack.with_secret or attack.said
    elif held is not attack.judge:
        return wrong
    if attack.judge is Held.PINS and held is Held.SECRET:
        return wrong
    if betrayed(subject, after):
        return wrong
    if said is not wanted:
        wrong.append(f"{where}: {said.value}, must be {wanted.value}")
    if judgement.report is not None and not wanted.clean:
        wrong += [f"{where}: {each}" for each in _misses(judgement.report, mark)]
    return wrong


def _misses(report: TrailReport, mark: Mark) -> Iterator[str]:
    """What a report does not say of the mark that was left."""
    if report.verdict is not Verdict.INVALID:
        return
    bad = report.first_bad
    assert bad is not None
    if (bad.index, bad.id) != (mark.index, mark.id):
        yield f"named {bad.index} {bad.id}, not {mark.index} {mark.id}"
    found = {(each.fault.value, each.index) for each in report.problems}
    if not mark.faults <= found or (mark.only and mark.faults != found):
        yield f"found {sorted(found, key=str)}, not {sorted(mark.faults, key=str)}"
    if mark.text and not any(mark.text in str(each) for each in report.problems):
        yield f"{mark.text!r} is in no problem"


def check_untouched(subject: Subject) -> None:
    """`UnfitTrail` unless the trail verifies as it is, whoever looks."""
    for held in (Held.KEY, Held.SECRET, *OUTSIDE):
        if not subject.holds(held):
            continue
        report = verified(subject, subject.path, held)
        if report.problems:
            raise UnfitTrail(
                f"{subject.path}: does not verify with {held.value}: "
                f"{report.problems[0]}"
            )


__all__ = ["ATTACKS", "FAMILIES", "Result", "Subject", "Unsuited", "carry_out"]
