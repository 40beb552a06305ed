"""What follows an outcome: every text of a long file, whatever comes in between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from affidavit.calls import Outcome
from affidavit.fingerprint import Key, of
from affidavit.scan.data.recorded import Recorded
from affidavit.trail.identity import load_secrets, secret_path
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import Verdict, verify_trail
from affidavit.wiring import Governor, Settings
from affidavit.wiring.keyring import load_identity
from support.forked import ended, forked
from support.printed import prose
from support.project import a_call, a_project, an_outcome

LINES = 1_100
"""More than two further records have room for."""
TEXTS = [prose(34, seed) for seed in range(60)]


def a_file(lines: int = LINES) -> Outcome:
    said = tuple(f"{TEXTS[at % 60]} number {at}" for at in range(lines))
    return an_outcome(said=said, output_bytes=sum(map(len, said)))


def recorded(settings: Settings) -> Recorded:
    found = Recorded(Key(load_secrets(secret_path(settings.trail)).fingerprint))
    reader = TrailReader(settings.trail)
    bodies = dict(reader.bodies())
    for index, entry in reader.entries():
        found.visit(index, entry, bodies[index])
    return found


def conclude(governor: Governor, outcome: Outcome, *, soon: bool = True) -> str:
    verdict = governor.consider(a_call())
    governor.commit(verdict)
    if soon:
        governor.conclude_soon(verdict, lambda: outcome)
    else:
        governor.conclude(verdict, outcome)
    return verdict.id


def kinds(settings: Settings) -> list[Kind]:
    return [each.entry.kind for each in TrailReader(settings.trail).records()]


def test_every_line_of_a_file_is_found_again_after_closing(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        identifier = conclude(governor, a_file())
    found = recorded(settings)

    assert found.counts.outputs == LINES
    assert found.counts.missing == 0
    assert set(found.names) == {identifier}
    assert kinds(settings).count(Kind.ADDENDUM) > 2
    last = of(f"{TEXTS[(LINES - 1) % 60]} number {LINES - 1}", found.key).encode()
    assert found.prints.endswith(last)


def test_the_trail_with_what_follows_is_valid(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        conclude(governor, a_file())
    identity = load_identity(settings)
    report = verify_trail(
        TrailReader(settings.trail), key=identity.verifier, now=datetime.now(UTC)
    )

    assert report.verdict is Verdict.VALID


def test_an_answer_that_fits_stays_in_one_record(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        conclude(governor, a_file(64))

    assert recorded(settings).counts.outputs == 64
    assert Kind.ADDENDUM not in kinds(settings)


def test_without_fingerprints_nothing_follows(tmp_path: Path) -> None:
    settings = replace(a_project(tmp_path), fingerprint_outputs=False)
    with Governor(settings=settings) as governor:
        conclude(governor, a_file())

    assert recorded(settings).counts.unprinted == 1
    assert Kind.ADDENDUM not in kinds(settings)


def after_a_child(settings: Settings, ends: Callable[[Governor], None]) -> Recorded:
    """What is there after a process concluded a file and was gone."""

    def live() -> None:
        governor = Governor(settings=settings)
        conclude(governor, a_file(), soon=False)
        ends(governor)

    ended(forked(live))
    with Governor(settings=settings) as governor:
        conclude(governor, an_outcome(said=()))
    return recorded(settings)


def test_a_flush_writes_all_that_follows(tmp_path: Path) -> None:
    found = after_a_child(a_project(tmp_path), Governor.flush)

    assert found.counts.outputs == LINES
    assert found.counts.omitted == 0


def test_what_a_killed_process_did_not_tell_is_counted(tmp_path: Path) -> None:
    found = after_a_child(a_project(tmp_path), lambda each: each.trail.flush())

    assert found.counts.outputs + found.counts.omitted == LINES
    assert found.counts.omitted > 0


def test_a_forked_child_leaves_its_parents_files_alone(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        conclude(governor, a_file())
        ended(forked(governor.flush))

    assert recorded(settings).counts.outputs == LINES
