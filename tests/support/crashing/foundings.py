"""Loses the power while a trail is founded, and founds it again.

    python foundings.py KILLED DIRECTORY MOMENTS SEED

What `affidavit init` does is recorded with strace, a first record is written, and the
power is lost in each mood after each of MOMENTS: `syncs`, what made something durable
or was told; `calls`, every call; `last`, the end of it. Founding again must then come
to its end, keep what was told of, and leave a trail that opens and verifies. Prints one
JSON line a loss.

KILLED says when a first founding was killed before, for one recording each (separated
by commas): `never`; at the N-th change of a directory; or as soon as a file has its
name. Where a trail is in its place by then, the program that writes to it does not ask
how it came there.
"""

import os
import random
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from affidavit.errors import AffidavitError
from affidavit.policy.loader import load
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.trail import Trail
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.founding import found
from affidavit.wiring.keyring import load_identity
from support import live
from support.crashing.injecting import forked, heard, misbehaved, traced
from support.crashing.powerloss import OPTIONS, Disk, Loss, Mood
from support.crashing.saying import say
from support.crashing.scenarios import Scenario, Tell, told
from support.crashing.stracing import SystemCall, calls

NEVER = "never"
SYNCS = {"fsync", "fdatasync", "pwritev2"}
MOODS = (Mood.NOTHING, Mood.ANYHOW)
"""At the end: with the power on, and up to some moment, it was seen before."""
_CHANGES = {"os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir"}


def settings_of(directory: Path) -> Settings:
    """The key in a folder of its own: making the secret's name durable says nothing of
    the key's.
    """
    key = directory / "keys" / "key.pem"
    return read_settings(environ={}, directory=directory, key=key)


def begin(directory: Path, tell: Tell) -> None:
    """What `affidavit init` does, and what it has then said."""
    founded = found(settings_of(directory), directory=directory)
    tell("founded", str(founded.identity.verifier))


def write(directory: Path, tell: Tell) -> None:
    """One record, acknowledged."""
    trail, decision = opened(directory), live.a_record()
    trail.append(decision)
    tell("ack", decision.id)


def opened(directory: Path) -> Trail:
    """The trail, for writing; sealed only when somebody says so."""
    settings = settings_of(directory)
    return Trail(
        settings.trail,
        load_identity(settings),
        first_record=live.a_policy_record,
        checkpoint_seconds=3600,
    )


def scenario(killed: str) -> Scenario:
    """Founding, killed before or not."""

    def act(directory: Path, tell: Tell) -> None:
        if killed != NEVER and _killed(killed, directory, tell):
            tell("killed")
        if not settings_of(directory).trail.exists():
            begin(directory, tell)
        write(directory, tell)

    return Scenario(act, lambda directory: (directory / "keys").mkdir(parents=True))


def _killed(when: str, directory: Path, tell: Tell) -> bool:
    child = os.fork()
    if child == 0:
        _doom(when, directory)
        begin(directory, tell)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in {0, -signal.SIGKILL}, ended
    return ended != 0


def _doom(when: str, directory: Path) -> None:
    """Be killed before the next change of a directory, once the time has come."""
    left = int(when) if when.isdecimal() else 0
    awaited = None if when.isdecimal() else directory / when

    def seen(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if name not in _CHANGES and not _opens_directory(name, arguments):
            return
        if left == 0 and (awaited is None or os.access(awaited, os.F_OK)):
            os.kill(os.getpid(), signal.SIGKILL)
        left = max(0, left - 1)

    sys.addaudithook(seen)


def _opens_directory(name: str, arguments: tuple[object, ...]) -> bool:
    """Its sync comes next."""
    flags = arguments[2] if name == "open" else 0
    return isinstance(flags, int) and bool(flags & os.O_DIRECTORY)


class Recording:
    """The calls of one founding."""

    def __init__(self, killed: str, directory: Path) -> None:
        self._scratch, self._template = directory, directory / "template"
        self._path = directory / "work"
        for each in (self._template, self._path):
            shutil.rmtree(each, ignore_errors=True)
        made = scenario(killed)
        made.prepare(self._template)
        shutil.copytree(self._template, self._path)
        ended = traced(made, self._path, OPTIONS, directory)
        if wrong := [*misbehaved(ended, "", self._path)]:
            raise SystemExit(f"with the power on: {wrong} {ended.said}")
        self.killed = "killed" in ended.lines
        self._calls: Sequence[SystemCall] = tuple(calls(ended.log))

    def lose(self, moments: str, chance: random.Random) -> Iterator[dict[str, object]]:
        """Lose the power after each of `moments`, in each mood; what came of it."""
        disk = Disk(self._path, self._template)
        for number, call in enumerate(self._calls):
            said = len(disk.told)
            disk.apply(call)
            last = number == len(self._calls) - 1
            told_of = call.name in SYNCS or said < len(disk.told)
            if not {"last": last, "syncs": told_of, "calls": True}[moments]:
                continue
            for mood in MOODS if last else Mood:
                into = self._scratch / "lost"
                shutil.rmtree(into, ignore_errors=True)
                disk.lose_power(Loss(mood, chance), into)
                yield {
                    "after": f"{number}: {call.name}",
                    "mood": mood.value,
                    "told": len(disk.told),
                    "problems": judged(into, disk.told, self._scratch),
                }


def judged(directory: Path, lines: Sequence[str], scratch: Path) -> list[str]:
    """What another process finds that founds there again."""

    def act(tell: Tell) -> None:
        for each in problems(directory, lines):
            tell("problem", each)

    child, pipe = forked(act, scratch / "judge")
    hung, said = heard(pipe)
    if hung:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(pipe)
    failed = ["founding again hung"] if hung else []
    failed += [each for each in said if each.startswith(("raised", "refused"))]
    return failed + told(said, "problem") + told(said, "thread")


def problems(directory: Path, lines: Sequence[str]) -> Iterator[str]:
    """What is wrong when it is founded again after `lines` were said."""
    settings = settings_of(directory)
    try:
        founded = found(settings, directory=directory)
    except AffidavitError as error:
        yield f"founding again was refused: {type(error).__name__} {error}"
        return
    for vkey in told(lines, "founded"):
        if vkey != str(founded.identity.verifier):
            yield f"the trail of {vkey} was told of, and is gone"
        if founded.made:
            yield f"what was told of as founded was made anew: {founded.made}"
    yield from _left(settings, directory)
    yield from _unfit(settings, directory, told(lines, "ack"))


def _left(settings: Settings, directory: Path) -> Iterator[str]:
    load(settings.policy)
    ignored = settings.trail.parent / ".gitignore"
    if not (ignored.is_file() and ignored.read_text().endswith("*\n")):
        yield "git does not ignore the folder of keys and trail"
    for each in directory.rglob("*.new*"):
        if not each.is_relative_to(settings.trail):
            yield f"{each.relative_to(directory)} was left"
    for each in (settings.key, settings.trail.with_name("trail.secret")):
        if each.stat().st_mode & 0o077:
            yield f"{each} is open to others"


def _unfit(settings: Settings, directory: Path, acks: Sequence[str]) -> Iterator[str]:
    before = _report(settings)
    if before.verdict is not Verdict.VALID:
        yield f"founded again, it is {before.verdict}: {before.problems}"
    trail = opened(directory)
    trail.append(live.a_record(Kind.HEARTBEAT))
    trail.close()
    after = _report(settings)
    if after.verdict is not Verdict.VALID or after.pending:
        yield f"written again, it is {after.verdict}: {after.problems}"
    there = {each.entry.id for each in TrailReader(settings.trail).records()}
    if lost := set(acks) - there:
        yield f"acknowledged and lost: {sorted(lost)}"


def _report(settings: Settings) -> TrailReport:
    identity = load_identity(settings)
    return verify_trail(
        TrailReader(settings.trail),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )


def main() -> None:
    """Lose the power. KILLED as `every FIRST STRIDE` stands for all its numbers from
    FIRST on, in strides.
    """
    killed, where, moments, seed = sys.argv[1:]
    chance, directory = random.Random(int(seed)), Path(where)
    warm(directory / "warm")
    for each in _each(killed):
        recording = Recording(each, directory)
        for lost in recording.lose(moments, chance):
            say({"killed": each, **lost})
        if each.isdecimal() and not recording.killed:
            return


def _each(killed: str) -> Iterable[str]:
    word, *numbers = killed.split(" ")
    if word == "every":
        return map(str, count(*map(int, numbers)))
    return killed.split(",")


def warm(directory: Path) -> None:
    """Import here, once, what every child would import."""
    (directory / "keys").mkdir(parents=True)
    tell = Tell(os.open(os.devnull, os.O_WRONLY))
    begin(directory, tell)
    assert list(problems(directory, [])) == []


if __name__ == "__main__":
    main()
