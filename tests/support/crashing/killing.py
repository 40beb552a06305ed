"""Keeps eight processes writing to one trail and kills them at random, `kill -9`.

    python killing.py DIRECTORY KILLS SEED

Each that is killed is followed by another. Prints one JSON line with what was made and
what is wrong with the trail afterwards.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from support.crashing import judging
from support.crashing.injecting import judged
from support.crashing.saying import say
from support.crashing.scenarios import Scenario, Tell, found, live_on, told

PROCESSES = 8
LONGEST_SECONDS = 0.12
"""Between two kills."""


def begun(directory: Path, told_in: Path) -> int:
    """A process that writes until it is killed."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            file = os.open(told_in, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            live_on(directory, Tell(file))
        except BaseException as error:  # noqa: BLE001 - told, not swallowed
            sys.stderr.write(f"{error!r}\n")
            status = 71
        finally:
            os._exit(status)
    return child


def main() -> None:
    """Kill, and judge."""
    directory, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance, work = random.Random(seed), directory / "work"
    found(Scenario(live_on), work)
    before = judging.recorded(work)
    files = [directory / f"told-{number}" for number in range(kills + PROCESSES)]
    living = [begun(work, files[number]) for number in range(PROCESSES)]
    ended: list[int] = []
    for number in range(PROCESSES, kills + PROCESSES):
        time.sleep(chance.uniform(0, LONGEST_SECONDS))
        place = chance.randrange(PROCESSES)
        ended.append(killed(living[place]))
        living[place] = begun(work, files[number])
    ended += map(killed, living)
    # Each process's whole lines: a kill may cut the last.
    texts = [each.read_text() for each in files if each.exists()]
    lines = [line for text in texts for line in text.split("\n")[:-1]]
    problems = judged(work, lines, before, directory)
    if wrong := [each for each in ended if each != -signal.SIGKILL]:
        problems.append(f"processes ended by themselves: {wrong}")
    counts = {word: len(told(lines, word)) for word in ("begin", "ack", "head")}
    say({"kills": len(ended), **counts, "problems": problems})


def killed(child: int) -> int:
    """Kill it; how it ended."""
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
