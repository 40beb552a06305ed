"""Records the system calls of a scenario once, then loses the power at random moments.

    python blackouts.py SCENARIO DIRECTORY COUNT SEED

Prints one JSON line a loss: the call after which it came, how it treated what was not
synced, and what is wrong with the trail that the next process makes of the rest.
"""

import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from support.crashing import judging
from support.crashing.injecting import judged, misbehaved, traced
from support.crashing.powerloss import OPTIONS, Disk, File, Loss, Mood, Node
from support.crashing.saying import say
from support.crashing.scenarios import SCENARIOS, found, told
from support.crashing.stracing import SystemCall, calls


class Recording:
    """The calls of one run of a scenario, and the trail as it stood before."""

    def __init__(self, name: str, directory: Path) -> None:
        self._scratch, self._template = directory, directory / "template"
        self._path = directory / "work"
        found(SCENARIOS[name], self._template)
        self._before = judging.recorded(self._template)
        shutil.copytree(self._template, self._path)
        ended = traced(SCENARIOS[name], self._path, OPTIONS, directory)
        if wrong := [*misbehaved(ended, "", self._path)]:
            raise SystemExit(f"with the power on: {wrong} {ended.said}")
        self._calls: Sequence[SystemCall] = tuple(calls(ended.log))
        *_, last = self._replay()
        if not set(ended.lines) <= set(last.told):
            raise SystemExit("what was told is not what was recorded")

    def __len__(self) -> int:
        return len(self._calls)

    def _replay(self) -> Iterator[Disk]:
        """The disk after each call."""
        disk = Disk(self._path, self._template)

        def seen(name: str, node: Node) -> None:
            # Whoever reads a checkpoint sees it from the moment that it has its name.
            if name == "checkpoint" and isinstance(node, File):
                with suppress(Malformed):
                    head = Checkpoint.parse(parse_note(node.live).text)
                    disk.told.append(f"head {head.size} {head.root.hex()}")

        disk.on_name = seen
        for call in self._calls:
            disk.apply(call)
            yield disk

    def lose(self, count: int, chance: random.Random) -> Iterator[dict[str, object]]:
        """Lose the power `count` times, each time from the beginning; what came of
        it.
        """
        moments = Counter(chance.choices(range(len(self._calls)), k=count))
        for at, disk in enumerate(self._replay()):
            for _ in range(moments[at]):
                mood = chance.choices(list(Mood), (2, 1, 3, 6))[0]
                yield self._lose(at, disk, Loss(mood, chance))

    def _lose(self, at: int, disk: Disk, loss: Loss) -> dict[str, object]:
        into = self._scratch / "lost"
        shutil.rmtree(into, ignore_errors=True)
        disk.lose_power(loss, into)
        problems = judged(into, disk.told, self._before, self._scratch)
        return {
            "after": f"{at}: {self._calls[at].name}",
            "mood": loss.mood.value,
            "acknowledged": len(told(disk.told, "ack")),
            "recoveries": len([*(into / "trail/recovered").glob("*")]),
            "problems": problems,
        }


def main() -> None:
    """Lose the power COUNT times."""
    name, directory, count, seed = sys.argv[1:]
    recording = Recording(name, Path(directory))
    say({"calls": len(recording)})
    for each in recording.lose(int(count), random.Random(int(seed))):
        say(each)


if __name__ == "__main__":
    main()
