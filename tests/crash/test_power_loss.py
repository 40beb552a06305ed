"""The power goes at any moment: what was committed is there, what was seen holds.

The calls of a run are recorded with strace; from them follows what a disk may hold,
under a model that is weaker than any file system's (tests/support/crashing/powerloss).
"""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.crashing.powerloss import SECTOR, Disk, File, Loss, Mood
from support.crashing.saying import say
from support.crashing.scenarios import SCENARIOS
from support.crashing.stracing import SystemCall
from support.crashing.workers import WORKERS, bad, results

FEW = {"rotate": 10, "integrate": 10}
LOSSES = 300


def lost(
    directory: Path, scenario: str, count: int, workers: int = 1
) -> list[dict[str, Any]]:
    shares = []
    for number in range(workers):
        (directory / str(number)).mkdir()
        where = str(directory / str(number))
        shares.append([scenario, where, str(count // workers), str(number)])
    return [each for each in results("blackouts.py", shares) if "mood" in each]


@pytest.mark.parametrize("scenario", FEW)
def test_some_power_losses_lose_nothing(tmp_path: Path, scenario: str) -> None:
    found = lost(tmp_path, scenario, FEW[scenario])
    assert len(found) == FEW[scenario]
    assert bad(found) == []


@pytest.mark.soak
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_power_loss_loses_anything(tmp_path: Path, scenario: str) -> None:
    found = lost(tmp_path, scenario, LOSSES, WORKERS)
    say(f"{scenario}: {len(found)} losses, {Counter(e['mood'] for e in found)}")
    assert len(found) == LOSSES
    assert bad(found) == []


def founded_again(
    directory: Path, killed: str, moments: str, number: int = 0
) -> list[dict[str, Any]]:
    share = [killed, str(directory), moments, str(number)]
    return results("foundings.py", [share])


def test_a_founding_that_was_told_of_or_is_begun_again_is_whole(tmp_path: Path) -> None:
    """Killed with the folder, the key or the trail in its place; then the power."""
    places = ("never", ".affidavit", "keys/key.pem", ".affidavit/trail")
    found = founded_again(tmp_path, ",".join(places), "last")
    assert {each["killed"] for each in found} == set(places)
    assert bad(found) == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("killed", "moments"),
    [
        ("never", "calls"),
        (".affidavit", "syncs"),
        ("keys/key.pem", "syncs"),
        (".affidavit/trail", "syncs"),
        ("every 0 1", "last"),
    ],
)
def test_a_power_loss_at_any_moment_of_a_founding_leaves_it_to_be_finished(
    tmp_path: Path, killed: str, moments: str
) -> None:
    found = founded_again(tmp_path, killed, moments)
    say(f"{killed}: {len(found)} losses, {Counter(e['mood'] for e in found)}")
    assert len(found) > 50
    assert bad(found) == []


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text.encode())


def call(name: str, *arguments: str) -> SystemCall:
    return SystemCall(1, name, ", ".join(arguments), 0, "")


class Typed:
    """A disk, and the calls that a program would make."""

    def __init__(self, tmp_path: Path) -> None:
        (tmp_path / "held").mkdir()
        self._tmp_path, self._lost = tmp_path, 0
        self.disk = Disk(Path("/t"), tmp_path / "held")

    def make(self, name: str) -> None:
        at = f"AT_FDCWD<{hexed('/')}>"
        self.disk.apply(
            call("openat", at, f'"{hexed(name)}"', "O_RDWR|O_CREAT", "0600")
        )

    def put(self, name: str, text: str, offset: int = 0) -> None:
        data, size = f'"{hexed(text)}"', str(len(text))
        fd = f"3<{hexed(name)}>"
        self.disk.apply(call("pwrite64", fd, data, size, str(offset)))

    def sync(self, name: str) -> None:
        self.disk.apply(call("fsync", f"3<{hexed(name)}>"))

    def rename(self, old: str, new: str) -> None:
        self.disk.apply(call("rename", f'"{hexed(old)}"', f'"{hexed(new)}"'))

    def link(self, old: str, new: str) -> None:
        self.disk.apply(call("link", f'"{hexed(old)}"', f'"{hexed(new)}"'))

    def left(self, mood: Mood, seed: int = 0) -> dict[str, str]:
        self._lost += 1
        into = self._tmp_path / str(self._lost)
        self.disk.lose_power(Loss(mood, random.Random(seed)), into)
        return {each.name: each.read_text() for each in into.iterdir()}


def test_what_was_synced_and_named_survives_and_nothing_else(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    typed.make("/t/a")
    typed.put("/t/a", "synced")
    typed.sync("/t/a")
    assert typed.left(Mood.NOTHING) == {}, "syncing a file says nothing of its name"
    typed.sync("/t")
    typed.put("/t/a", "more", offset=6)
    typed.make("/t/b")
    assert typed.left(Mood.NOTHING) == {"a": "synced"}
    assert typed.left(Mood.EVERYTHING) == {"a": "syncedmore", "b": ""}


def test_a_rename_that_was_not_synced_may_keep_either_file(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    for name, text in (("/t/a", "old"), ("/t/a.new", "new")):
        typed.make(name)
        typed.put(name, text)
        typed.sync(name)
    typed.sync("/t")
    typed.rename("/t/a.new", "/t/a")
    seen = [typed.left(Mood.ANYHOW, seed) for seed in range(20)]
    assert {str(each) for each in seen} == {
        str({"a": "new"}),
        str({"a": "old", "a.new": "new"}),
    } or {each["a"] for each in seen} == {"old", "new"}


def test_sectors_that_were_not_synced_survive_each_for_itself() -> None:
    file = File(b"-" * 4 * SECTOR)
    file.put(b"x" * 4 * SECTOR, 0)
    seen = set()
    for seed in range(100):
        data = file.after(Loss(Mood.ANYHOW, random.Random(seed)))
        sectors = [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
        assert all(len(set(each)) == 1 for each in sectors), "a sector is whole"
        seen.add("".join(chr(each[0]) for each in sectors))
    assert {"x-x-", "-x-x"} <= seen


def test_two_names_of_a_file_stay_two_names_of_it(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    typed.make("/t/a")
    typed.put("/t/a", "text")
    typed.link("/t/a", "/t/b")
    assert typed.left(Mood.EVERYTHING) == {"a": "text", "b": "text"}
    assert (tmp_path / "1" / "a").samefile(tmp_path / "1" / "b")


def test_a_call_that_the_model_does_not_know_is_refused(tmp_path: Path) -> None:
    typed = Typed(tmp_path)
    with pytest.raises(NotImplementedError, match="sync_file_range"):
        typed.disk.apply(call("sync_file_range", f"3<{hexed('/t/a')}>", "0", "1", "7"))
