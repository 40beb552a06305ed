"""What strace(1) writes down, parsed; only what the crash tests ask for.

One line a system call, as `strace -f -y` prints it; a call that another thread's line
cut in two comes as one, where it ended.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+|\?|0x[0-9a-f]+)(.*)$", re.DOTALL)
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"^<\.\.\. \w+ resumed>(.*)$")


@dataclass(frozen=True, slots=True)
class SystemCall:
    """One call that came back, or at which its process ended (`result` is None)."""

    thread: int
    name: str
    arguments: str
    """As printed."""
    result: int | None
    rest: str
    """What stands behind the result: the file it opened, the error's name, and
    `(INJECTED)`."""

    @property
    def injected(self) -> bool:
        """Whether strace answered instead of the system."""
        return "INJECTED" in self.rest


def calls(text: str) -> Iterator[SystemCall]:
    """The calls in the order in which they ended."""
    begun: dict[int, str] = {}
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        thread, said = int(found[1]), found[2]
        if said.endswith(_UNFINISHED):
            begun[thread] = said.removesuffix(_UNFINISHED)
            continue
        if resumed := _RESUMED.match(said):
            said = begun.pop(thread, "") + resumed[1]
        if made := _CALL.match(said):
            yield _call(thread, made)


def _call(thread: int, made: "re.Match[str]") -> SystemCall:
    name, arguments, result, rest = made.groups()
    value = None if result == "?" else int(result, 0)
    return SystemCall(thread, name, arguments, value, rest)


@dataclass(frozen=True, slots=True)
class Target:
    """The `nth` call of `name` within its thread, from 1: what strace counts."""

    name: str
    nth: int


def targets(text: str, path: str, most: int) -> list[Target]:
    """The first `most` calls that name `path` or something below it."""
    seen: dict[tuple[int, str], int] = {}
    found: dict[Target, None] = {}
    for each in calls(text):
        key = each.thread, each.name
        seen[key] = seen.get(key, 0) + 1
        if path in each.arguments or path in each.rest:
            found.setdefault(Target(each.name, seen[key]))
    return list(found)[:most]


FAULTS: Mapping[str, str] = {
    "EIO": "error=EIO",
    "ENOSPC": "error=ENOSPC",
    "EDQUOT": "error=EDQUOT",
    "SIGKILL": "signal=KILL",
}
