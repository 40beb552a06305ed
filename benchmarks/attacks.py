"""What tamper evidence is worth: attacks on us and on other packages, in one run.

    make bench-attacks          (or: .venv-peers/bin/python benchmarks/attacks.py)

Every package writes records as its documentation says, with the strongest of what it
offers; its log is attacked as somebody would who has read its source; its own
verification answers, once alone and, where it takes such a thing, once with what was
kept elsewhere before the attack. Then processes are killed, run side by side, and leave
torn writes. No cell is written down: each is what happened. `--json` for programs.

    found #7            invalid, and record 7 is named (what a log cannot tell: #-)
    noted               valid, with a warning
    not found, said so  valid, and the answer says that this could not be seen
    not found           valid, not a word
    ·  +kept            with a checkpoint, anchor or head that was kept elsewhere
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from peers.terms import Answer, NotOffered, Verdict  # noqa: E402 - needs the path above

RECORDS = 12
VICTIM = 6
CROWD = 100
"""Records that each of two processes writes; about as many before one is killed."""
KILLS = 5
"""How often: where a kill strikes is chance."""
PATIENCE_SECONDS = 60.0
PEERS = {
    "affidavit": ("peers.ours", "Affidavit"),
    "llm-audit-trail": ("peers.llm_audit_trail", "LlmAuditTrail"),
    "halo-record": ("peers.halo_record", "HaloRecord"),
    "aiauditlog": ("peers.aiauditlog", "AiAuditLog"),
    "cloakllm": ("peers.cloakllm", "CloakLlm"),
}
ROWS = {
    "edit": "edit a record",
    "delete": "delete a record",
    "insert": "insert an invented record",
    "swap": "swap two records",
    "duplicate": "put a record in twice",
    "replay": "replay a record of another log",
    "drop": "drop the last 3, files only",
    "drop-key": "drop the last 3, key holder",
    "older": "put an older copy back",
    "torn": "tear the last record",
    "rewrite-no-key": "rewrite the whole log, files only",
    "rewrite-key": "rewrite the whole log, key holder",
    "backdate": "date a record back, key holder",
}
CRASHES = {
    "torn-continue": "a write torn by a crash, then go on",
    "two": "two processes at once",
    "killed": f"{KILLS} times kill -9, then go on",
}
Lines = list[str]


def peer(name: str, folder: Path) -> Any:
    """A package's adapter, writing in `folder`."""
    module, kind = PEERS[name]
    return getattr(import_module(module), kind)(folder)


ON_LINES: dict[str, Callable[[Lines, Lines], Lines]] = {
    "edit": lambda own, _: _with(own, VICTIM, [_told(own, "gpt-4")], drop=1),
    "delete": lambda own, _: _with(own, VICTIM, [], drop=1),
    "insert": lambda own, _: _with(own, VICTIM, [_told(own, "gpt-6")], drop=0),
    "swap": lambda own, _: _with(own, VICTIM, own[VICTIM : VICTIM + 2][::-1], drop=2),
    "duplicate": lambda own, _: _with(own, VICTIM + 1, [own[VICTIM]], drop=0),
    "replay": lambda own, other: _with(own, VICTIM, [other[VICTIM]], drop=1),
    "drop": lambda own, _: own[:-3],
    "older": lambda own, _: own[: len(own) // 2],
    "torn": lambda own, _: [*own[:-1], own[-1][: len(own[-1]) // 2]],
}
"""What somebody with an editor does to a file of records; `other` is another log's."""


def _with(lines: Lines, at: int, instead: Lines, *, drop: int) -> Lines:
    return [*lines[:at], *instead, *lines[at + drop :]]


def _told(lines: Lines, model: str) -> str:
    """The victim's line, naming another model."""
    return lines[VICTIM].replace("gpt-5", model)


def with_hashing(attack: str, package: Any) -> None:
    """What somebody does who makes the hashes anew."""

    def change(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        match attack:
            case "drop-key":
                return records[:-3]
            case "backdate":
                for name in package.time_field():
                    records[VICTIM][name] = _an_hour_before(records[VICTIM][name])
                return records
            case _:
                told = json.dumps(records[VICTIM]).replace("gpt-5", "gpt-4")
                return [*records[:VICTIM], json.loads(told), *records[VICTIM + 1 :]]

    package.rewrite(change, with_key=attack != "rewrite-no-key")


def _an_hour_before(text: str) -> str:
    hour = text.index("T") + 1
    day = text[: hour - 1]
    number = int(text[hour : hour + 2])
    if not number:
        return "2020" + day[4:] + text[hour - 1 :]
    return f"{text[:hour]}{number - 1:02d}{text[hour + 2 :]}"


def attacked(package: Any, attack: str, other: Any) -> None:
    """Carry `attack` out on a package's log."""
    if hasattr(package, "ground"):
        ours = import_module("peers.ours")
        ours.ATTACKS[attack](package.ground())
    elif attack in {"drop-key", "rewrite-no-key", "rewrite-key", "backdate"}:
        with_hashing(attack, package)
    else:
        lines = package.log.read_text("utf-8").splitlines(keepends=True)
        foreign = other.log.read_text("utf-8").splitlines(keepends=True)
        package.log.write_text("".join(ON_LINES[attack](lines, foreign)), "utf-8")


@dataclass(frozen=True)
class Cell:
    """One attack on one package."""

    alone: Answer
    kept: Answer | None

    @property
    def text(self) -> str:
        """For the table."""
        if self.kept is None or self.alone.verdict is Verdict.FOUND:
            return self.alone.text
        return f"{self.alone.text}; {self.kept.text} +kept"


def asked(package: Any, kept: Any = None) -> Answer:
    """The package's answer, whatever it does."""
    try:
        answer: Answer = package.verify(kept)
    except Exception as error:  # noqa: BLE001 - anything it raises is its answer
        return Answer(Verdict.BROKEN, None, f"{type(error).__name__}: {error}")
    return answer


def attack_cell(name: str, attack: str, folder: Path) -> Cell:
    """Write, keep, attack, verify."""
    package, other = peer(name, folder / "log"), peer(name, folder / "other")
    for number in range(RECORDS):
        package.append(number)
        other.append(number + 1000)
    try:
        kept = package.keep()
    except NotOffered:
        kept = None
    for each in (package, other):
        getattr(each, "close", lambda: None)()
    sound = asked(package, kept)
    if sound.verdict in {Verdict.FOUND, Verdict.BROKEN}:
        raise RuntimeError(f"{name} does not accept its own log: {sound}")
    attacked(package, attack, other)
    return Cell(asked(package), None if kept is None else asked(package, kept))


def told_cell(name: str, attack: str, folder: Path) -> str:
    """The same, for the table."""
    return attack_cell(name, attack, folder).text


@contextmanager
def writing(
    name: str, log: Path, first: int, count: int, *, writers: int = 1
) -> Iterator[list[Any]]:
    """Processes that write `count` records each and tell what is acknowledged.

    All of them are ready before any begins.
    """
    command = [sys.executable, __file__, "--child", name, str(log)]
    started = [
        subprocess.Popen(
            [*command, str(first), str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(writers)
    ]
    try:
        for each in started:
            each.stdout.readline()
        for each in started:
            each.stdin.write("go\n")
            each.stdin.flush()
        yield started
    finally:
        for each in started:
            each.kill()
            each.communicate()


def child(name: str, folder: Path, first: int, count: int) -> None:
    """What such a process runs."""
    package = peer(name, folder)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, first + count):
        print(package.append(number), flush=True)
    getattr(package, "close", lambda: None)()


def crash_cell(name: str, what: str, folder: Path) -> str:
    """What is left of a log after a crash, in words."""
    log = folder / "log"
    peer(name, log)
    try:
        acknowledged = CRASHING[what](name, log)
    except Stuck as reason:
        return str(reason)
    return left(name, log, acknowledged)


class Stuck(Exception):
    """A package's processes cannot write to its log any more."""


def side_by_side(name: str, log: Path) -> list[str]:
    """Two processes write at once; the ids that were acknowledged."""
    acknowledged: list[str] = []
    with writing(name, log, 0, CROWD, writers=2) as both:
        for each in both:
            told, _ = each.communicate(timeout=PATIENCE_SECONDS)
            acknowledged += told.split()
        failed = sum(each.returncode != 0 for each in both)
    if failed:
        raise Stuck(f"{failed} of 2 failed")
    return acknowledged


def killed_often(name: str, log: Path) -> list[str]:
    """Processes are killed one after the other, and the last may finish."""
    acknowledged: list[str] = []
    for number in range(KILLS):
        told = killed(name, log, CROWD // 2 + 7 * number)
        if not told:
            raise Stuck(f"cannot go on after {number} kills")
        acknowledged += told
    return acknowledged + go_on(name, log)


def torn_once(name: str, log: Path) -> list[str]:
    """The last record is half there when the next process begins."""
    torn(name, log)
    return go_on(name, log)


CRASHING = {"torn-continue": torn_once, "two": side_by_side, "killed": killed_often}


def killed(name: str, log: Path, count: int) -> list[str]:
    """Ids that were acknowledged before the process was killed amid its work."""
    with writing(name, log, 0, 1_000_000) as (process,):
        told = [process.stdout.readline().strip() for _ in range(count)]
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
    whole = rest[: rest.rfind("\n") + 1].split()
    return [each for each in (*told, *whole) if each]


def torn(name: str, log: Path) -> None:
    """Some records, the last of them written half."""
    with writing(name, log, 0, 1_000_000) as (process,):
        for _ in range(CROWD):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    package = peer(name, log)
    if hasattr(package, "tear"):
        package.tear()
        return
    data = package.log.read_bytes()
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    package.log.write_bytes(data[: last + (len(data) - last) // 2])


def go_on(name: str, log: Path) -> list[str]:
    """What the next process writes; `Stuck` when it cannot."""
    with writing(name, log, 5000, 5) as (process,):
        try:
            told, _ = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise Stuck("cannot go on: it hangs") from None
        if process.returncode or not told:
            raise Stuck("cannot go on")
        written: list[str] = told.split()
        return written


def left(name: str, log: Path, acknowledged: list[str]) -> str:
    """Whether the log verifies, and whether all that was acknowledged is in it."""
    package = peer(name, log)
    answer = asked(package)
    if hasattr(package, "ids"):
        there = package.ids()
        lost = [each for each in acknowledged if each not in there]
    else:
        text = package.log.read_text("utf-8", "replace")
        lost = [each for each in acknowledged if each not in text]
    clean = answer.verdict not in {Verdict.FOUND, Verdict.BROKEN}
    state = "valid" if clean else f"log invalid: {answer.text}"
    return f"{state}, {len(lost)} lost" if lost else f"{state}, none lost"


def versions() -> dict[str, str]:
    """Installed version by package; absent where it is not to be had."""
    found = {}
    for name in PEERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            print(f"{name}: not installed here, left out", file=sys.stderr)
    return found


def measured(names: list[str]) -> dict[str, dict[str, str]]:
    """Row → package → what happened."""
    rows: dict[str, dict[str, str]] = {}
    cells: list[tuple[str, str, Callable[[str, str, Path], str]]] = [
        *(
            (row, title, lambda *at: attack_cell(*at).text)
            for row, title in ROWS.items()
        ),
        *((row, title, crash_cell) for row, title in CRASHES.items()),
    ]
    for row, title, happen in cells:
        rows[title] = {}
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                rows[title][name] = happen(name, row, Path(folder))
    return rows


def show(rows: dict[str, dict[str, str]], installed: dict[str, str]) -> None:
    """The table for people."""
    heads = [f"{name} {installed[name]}" for name in installed]
    columns = [
        max(len(head), *(len(row[name]) for row in rows.values()))
        for head, name in zip(heads, installed, strict=True)
    ]
    first = max(map(len, rows))
    print(_line(first, "", columns, heads))
    print(_line(first, "-" * first, columns, ["-" * each for each in columns]))
    for title, row in rows.items():
        print(_line(first, title, columns, [row[name] for name in installed]))


def _line(first: int, title: str, columns: list[int], cells: list[str]) -> str:
    told = [f"{cell:{width}}" for cell, width in zip(cells, columns, strict=True)]
    return f"| {title:{first}} | {' | '.join(told)} |"


def main() -> None:
    """Attack, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=PEERS, action="append")
    asked_for = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ.pop("AUDIT_HMAC_KEY", None)
    if asked_for.child:
        name, folder, first, count = asked_for.child
        child(name, Path(folder), int(first), int(count))
        return
    began = time.perf_counter()
    installed = versions()
    if asked_for.only:
        installed = {name: installed[name] for name in asked_for.only}
    rows = measured(list(installed))
    took = time.perf_counter() - began
    if asked_for.json:
        told = {"rows": rows, "seconds": round(took, 1), "versions": installed}
        print(json.dumps(told, sort_keys=True))
        return
    show(rows, installed)
    print(f"\n{took:.0f} s; {sys.version.split()[0]} on {sys.platform}")


if __name__ == "__main__":
    main()
