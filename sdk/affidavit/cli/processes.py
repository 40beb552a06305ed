"""What `affidavit doctor` asks of running programs: which clients are not governed.

Knows what a process says at its door (`wiring.door`) and judges it. Reads only.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from affidavit.canonical import Json
from affidavit.cli import machine
from affidavit.cli.health import PROBLEM, WARNING, Examination, Trouble
from affidavit.cli.wording import count
from affidavit.wiring import door
from affidavit.wiring.door import Answer

_AREA = "processes"
_FIELDS = (
    "program",
    "installed",
    "purpose",
    "policy",
    "affidavit",
    "openai",
    "python",
)


def processes(trail: Path, policy: str | None) -> Examination:
    """Every process in which `install()` ran, also through `affidavit run`, and that
    writes to `trail`. `policy` is the digest of what is in force now.
    """
    place = door.directory_of(trail)
    facts: dict[str, Json] = {"path": machine.text(place), "list": []}
    try:
        answers = door.ask_all(trail)
    except OSError as error:
        trouble = _trouble(
            WARNING,
            f"{place}: running programs cannot be asked: {error.strerror or error}",
            "Run this as the user who runs them.",
        )
        return Examination(facts=facts, troubles=(trouble,))
    facts["list"] = [_facts(each) for each in answers]
    troubles = [each for answer in answers for each in _judged(answer, policy)]
    return Examination(facts=facts, troubles=tuple(troubles))


def told(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The same for a person: a line for each process and each kind of client."""
    if not facts["list"]:
        yield "running", "none in which affidavit.install() ran"
    for each in facts["list"]:
        name = f"pid {each['pid']}"
        if each["fault"] is not None:
            yield name, f"did not answer: {each['fault']}"
            continue
        state = "installed" if each["installed"] else "uninstalled"
        yield name, f"{each['program']}, {state}, openai {each['openai']}"
        for client in each["clients"]:
            how = "governed" if client["governed"] else "UNGOVERNED"
            yield "", f"{client['count']} {how}: {_named(client)}"


def _facts(answer: Answer) -> Json:
    report = answer.report or {}
    return {
        "clients": _clients(report),
        "fault": None if answer.fault is None else machine.text(answer.fault),
        "pid": answer.pid,
        **{name: report.get(name) for name in _FIELDS},
    }


def _clients(report: Mapping[str, Any]) -> list[Json]:
    names = ("class", "count", "governed", "host", "module")
    return [{name: each[name] for name in names} for each in report.get("clients", ())]


def _judged(answer: Answer, policy: str | None) -> Iterator[Trouble]:
    report = answer.report
    if report is None:
        yield _trouble(
            WARNING,
            f"process {answer.pid} did not say which clients it has: {answer.fault}",
            "Ask again; a process that is stopped or very busy cannot answer.",
        )
        return
    who = f"process {answer.pid} ({report.get('program')})"
    for client in report.get("clients", ()):
        if not client["governed"]:
            yield _trouble(
                PROBLEM,
                f"{who}: {count(client['count'], 'client')} {_named(client)} "
                "not governed: calls leave without decision and record",
                _remedy(report),
            )
    if policy is not None and report.get("policy") not in (None, policy):
        yield _trouble(
            WARNING,
            f"{who} decides by another policy than the one on disk",
            "Restart it, or call `Governor.reload()` in it.",
        )


def _remedy(report: Mapping[str, Any]) -> str:
    if report.get("installed"):
        return (
            "Its class sends in a way of its own: let it call `super()`, or use "
            "affidavit's own classes."
        )
    return (
        "The program called `uninstall()`: let it call `install()` again, or restart."
    )


def _named(client: Mapping[str, Any]) -> str:
    where = f" to {client['host']}" if client["host"] else ""
    return f"{client['module']}.{client['class']}{where}"


def _trouble(weight: int, message: str, remedy: str) -> Trouble:
    return Trouble(area=_AREA, message=message, remedy=remedy, weight=weight)
