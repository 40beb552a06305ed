"""The table `anchors` of the settings: whom a trail's heads are shown to.

Knows names and kinds of values; opens no file and asks nobody. Anything unusable is
`SettingsInvalid`, with the table's place and the key that is wrong.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from affidavit.anchors.plan import Plan, PublishAnchor, StampAnchor, WitnessAnchor
from affidavit.errors import KeyUnusable, Malformed, SettingsInvalid
from affidavit.tlog.witness import WitnessKey

NAMES = ("witnesses", "tsa", "publish", "every", "quorum")
LEAST_SECONDS = 1
_SPAN = re.compile(r"([1-9][0-9]{0,6})(s|m|h|d)", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def read_plan(table: object, *, base: Path, source: str) -> Plan:
    """The plan that a table says; relative paths are relative to `base`."""
    if not isinstance(table, dict):
        raise SettingsInvalid(f"{source}: anchors must be a table.")
    _known(table, NAMES, f"{source} anchors")
    plan = Plan(
        witnesses=tuple(_witness(each, source) for each in _list(table, "witnesses")),
        stamps=tuple(_stamp(each, base, source) for each in _list(table, "tsa")),
        publish=tuple(_publish(each, base, source) for each in _list(table, "publish")),
        every_seconds=_every(table.get("every", "5m"), source),
        quorum=_quorum(table.get("quorum"), len(_list(table, "witnesses")), source),
    )
    if len(set(plan.names)) < len(plan.names):
        raise SettingsInvalid(f"{source}: an anchor is named twice.")
    if len({each.key.name for each in plan.witnesses}) < len(plan.witnesses):
        raise SettingsInvalid(
            f"{source}: two witnesses have one name; a quorum counts each once."
        )
    return plan


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name, [])
    if not isinstance(value, list):
        raise SettingsInvalid(f"anchors: {name} must be a list.")
    return value


def _known(table: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in table:
        if name not in names:
            known = ", ".join(names)
            raise SettingsInvalid(
                f"{where}: nothing is called {name!r}. Known: {known}"
            )


def _text(table: object, name: str, where: str) -> str:
    value = table.get(name) if isinstance(table, dict) else None
    if not isinstance(value, str) or not value:
        raise SettingsInvalid(f"{where}: {name} must be a text that is not empty.")
    return value


def _address(text: str, where: str) -> str:
    """An http(s) address without a trailing slash."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsInvalid(f"{where}: {text!r} is no http or https address.")
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsInvalid(
            f"{where}: an address with a password, a query or a fragment is not taken: "
            "it is shown in logs."
        )
    return text.rstrip("/")


def _witness(value: object, source: str) -> WitnessAnchor:
    where = f"{source} anchors.witnesses"
    key = _text(value, "key", where)
    url = _address(_text(value, "url", where), where)
    _known(value if isinstance(value, dict) else {}, ("url", "key"), where)
    try:
        return WitnessAnchor(url=url, key=WitnessKey.parse(key))
    except (KeyUnusable, Malformed) as error:
        raise SettingsInvalid(
            f"{where}: {error} A witness's key is what `affidavit witness key` prints."
        ) from error


def _stamp(value: object, base: Path, source: str) -> StampAnchor:
    where = f"{source} anchors.tsa"
    ca = _text(value, "ca", where)
    text = _text(value, "url", where)
    _known(value if isinstance(value, dict) else {}, ("url", "ca"), where)
    _address(text, where)
    return StampAnchor(url=text, ca=base / Path(ca).expanduser())


def _publish(value: object, base: Path, source: str) -> PublishAnchor:
    where = f"{source} anchors.publish"
    table = {"to": value} if isinstance(value, str) else value
    target = _text(table, "to", where)
    if not isinstance(table, dict):
        raise SettingsInvalid(f"{where}: must hold texts or tables.")
    _known(table, ("to", "bearer_env"), where)
    bearer = _text(table, "bearer_env", where) if "bearer_env" in table else None
    if target.startswith(("http://", "https://")):
        _address(target, where)
    elif "://" not in target:
        target = str(base / Path(target).expanduser())
    return PublishAnchor(target=target, bearer_env=bearer)


def _every(value: object, source: str) -> int:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise SettingsInvalid(
            f"{source}: anchors.every must be a span such as 90s, 5m or 1h, got "
            f"{value!r}."
        )
    return max(LEAST_SECONDS, int(found[1]) * _UNITS[found[2]])


def _quorum(value: object, witnesses: int, source: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 1 <= value <= witnesses:
        raise SettingsInvalid(
            f"{source}: anchors.quorum must be a number from 1 to the number of "
            f"witnesses ({witnesses}), got {value!r}."
        )
    return value
