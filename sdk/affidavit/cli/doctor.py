"""`affidavit doctor`: what is in force here, and what is wrong with it."""

import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from affidavit._version import __version__
from affidavit.canonical import Json
from affidavit.cli import (
    arguments,
    health,
    health_anchors,
    health_incidents,
    health_opinions,
    machine,
    output,
    pins,
    processes,
    progress,
    trust,
)
from affidavit.cli.health import Examination, Trouble
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import age, count, size
from affidavit.wiring.settings import read_settings
from affidavit.wiring.trusted import demand

_MARKS = {
    "environment": ("error", output.BAD),
    "problem": ("problem", output.BAD),
    "warning": ("warning", output.ODD),
}


@click.command(
    cls=TeachingCommand,
    name="doctor",
    uses=(
        Use("affidavit doctor", "in the project's folder"),
        Use(
            "affidavit doctor --witness partner.vkey",
            "and a problem if that witness has not seen this trail",
        ),
        Use("affidavit doctor --json", "for monitoring; the exit code says it too"),
    ),
    exits=Exits(
        "all well; there may be warnings",
        "a problem was found, such as an expired purpose, a changed record, or a "
        "running client that is not governed",
        "no policy, no trail, an unusable key, or a trail that cannot be written; "
        "this wins over 1",
    ),
)
@etiquette
@arguments.policy
@arguments.trail
@arguments.signing_key
@arguments.trusted_key
@pins.options
@arguments.as_json
def command(
    *,
    policy: Path | None,
    trail: Path | None,
    signing_key: str | None,
    trusted_key: tuple[str, ...],
    witness: tuple[str, ...],
    quorum: int | None,
    tsa_ca: tuple[Path, ...],
    anchor: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Say which settings, policy, key and trail are in force, and what is wrong.

    Verifies the whole trail with your own key (or those of --key) and holds it against
    what the witnesses and authorities of your settings attested (or those of --witness
    and --tsa-ca, which must have), and asks each running program in which
    clients are governed from outside (`affidavit run`, `affidavit.install()`) for those
    that are not; changes nothing.
    """
    settings = read_settings(
        environ=os.environ,
        directory=Path.cwd(),
        policy=policy,
        trail=trail,
        key=signing_key,
    )
    now = datetime.now(UTC)
    pinned = pins.demanded(witness, quorum, tsa_ca, anchor)
    keys = trust.trusted(trusted_key, lambda: settings).keys if trusted_key else None
    with progress.shown("verifying the trail") as tell:
        key, identity = health.key(settings)
        parts = {
            "settings": health.settings(settings),
            "policy": health.policy(
                settings.policy,
                now,
                partial(demand, settings=settings, today=now.date()),
            ),
            "key": key,
            "trail": health.trail(
                settings.trail,
                identity,
                now,
                tell,
                keys=keys,
                pinned=pins.own(settings.anchors) if pinned is None else pinned,
                evidence=pins.evidence(settings.trail, anchor),
            ),
        }
        parts["anchors"] = health_anchors.anchors(settings, now)
        parts["incidents"] = health_incidents.incidents(settings.trail, now)
        parts["second_opinion"] = health_opinions.opinions(settings, now)
        digest = parts["policy"].facts.get("digest")
        parts["processes"] = processes.processes(
            settings.trail, digest if isinstance(digest, str) else None
        )
    troubles = [each for part in parts.values() for each in part.troubles]
    code = max((each.weight for each in troubles), default=0)
    if as_json:
        machine.emit(_as_json(parts, troubles, code))
    else:
        _say(parts, troubles)
    return code


def _versions() -> dict[str, Json]:
    try:
        openai: str | None = version("openai")
    except PackageNotFoundError:
        openai = None
    return {
        "affidavit": __version__,
        "openai": openai,
        "python": platform.python_version(),
    }


def _as_json(
    parts: Mapping[str, Examination], troubles: Iterable[Trouble], code: int
) -> dict[str, Json]:
    return {
        **{name: part.facts for name, part in parts.items()},
        "exit_code": code,
        "troubles": [
            {
                "area": each.area,
                "level": each.level,
                "message": machine.text(each.message),
                "remedy": None if each.remedy is None else machine.text(each.remedy),
            }
            for each in troubles
        ],
        "versions": _versions(),
    }


def _say(parts: Mapping[str, Examination], troubles: list[Trouble]) -> None:
    output.say("Versions", colour=output.FAINT)
    output.say_pairs((name, str(value)) for name, value in _versions().items())
    for title, pairs in (
        ("Settings", _settings(parts["settings"].facts)),
        ("Policy", _policy(parts["policy"].facts)),
        ("Key", _key(parts["key"].facts)),
        ("Trail", _trail(parts["trail"].facts)),
        ("Anchors", health_anchors.told(parts["anchors"].facts)),
        ("Incidents", health_incidents.told(parts["incidents"].facts)),
        ("Second opinion", health_opinions.told(parts["second_opinion"].facts)),
        ("Processes", processes.told(parts["processes"].facts)),
    ):
        output.say(title, colour=output.FAINT)
        output.say_pairs(pairs)
    for each in sorted(troubles, key=lambda trouble: -trouble.weight):
        mark, colour = _MARKS[each.level]
        output.say()
        output.say(f"{mark}: {each.message}", colour=colour)
        if each.remedy:
            output.say(f"  help: {each.remedy}")
    bad = sum(each.weight > health.WARNING for each in troubles)
    output.say()
    if bad:
        output.say(f"{count(bad, 'problem')} found.", colour=output.BAD)
    else:
        output.say("All well.", colour=output.GOOD)


_Facts = Mapping[str, Any]


def _settings(facts: _Facts) -> Iterable[tuple[str, str]]:
    for name, each in facts.items():
        value = "none" if each["value"] is None else str(each["value"])
        yield name, f"{value} ({each['source']})"


def _policy(facts: _Facts) -> Iterable[tuple[str, str]]:
    yield "path", facts["path"]
    if not facts["loaded"]:
        return
    yield "in force", f"{facts['name']}, mode {facts['mode']}"
    yield "digest", facts["digest"]
    yield "rules", f"{facts['rules']}"
    for purpose in facts["purposes"]:
        yield "purpose", f"{purpose['name']}, {_expiry(purpose)}"


def _expiry(purpose: _Facts) -> str:
    days = purpose["days_left"]
    if days is None:
        return "no expiry"
    if purpose["expired"]:
        return f"expired after {purpose['expires']}"
    left = "today is the last day" if days == 0 else f"{count(days, 'day')} left"
    return f"until {purpose['expires']}, {left}"


def _key(facts: _Facts) -> Iterable[tuple[str, str]]:
    is_file = facts["mode"] is not None or ":" not in facts["path"]
    mode = f" (mode {facts['mode'] or 'none: not there'})" if is_file else ""
    yield "path", f"{facts['path']}{mode}"
    yield (
        "secret",
        f"{facts['secret']} (mode {facts['secret_mode'] or 'none: not there'})",
    )
    if facts["vkey"] is not None:
        yield "verifier key", facts["vkey"]
    if facts["ml_dsa"] is not None:
        yield "ML-DSA-44", facts["ml_dsa"]


def _trail(facts: _Facts) -> Iterable[tuple[str, str]]:
    yield "path", facts["path"]
    if "origin" not in facts:
        return
    yield "origin", facts["origin"]
    sealed = count(facts["sealed"], "record")
    seconds = facts["checkpoint_age_seconds"]
    since = (
        "" if seconds is None else f", checkpoint {age(timedelta(seconds=seconds))} old"
    )
    yield "sealed", f"{sealed}{since}"
    if facts["verdict"] is not None:
        yield "pending", count(facts["pending"], "record")
        yield "verified", facts["verdict"]
    if facts.get("anchored") is not None:
        yield "seen by others", f"{count(facts['anchored'], 'record')}, verified"
    if "writers" in facts:
        running = sum(each["running"] for each in facts["writers"])
        yield (
            "writers",
            f"{count(len(facts['writers']), 'WAL')}, {running} still running",
        )
        yield "writable", "yes" if facts["writable"] else "no"
        yield "disk free", size(facts["disk_free_bytes"])
