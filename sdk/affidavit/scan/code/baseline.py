"""Findings that were there when the scan was taken up, told apart from new ones.

A finding is known by file, rule and message, and by how often that occurs in the file:
lines may move. JSON, sorted, one finding a line, so that a review shows what comes and
goes. What says that a file was not judged, and keys, are never kept: a new key would
look like the old one.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from affidavit import durable
from affidavit.errors import Diagnostic, SettingsInvalid
from affidavit.scan.code.rules import UNWAIVABLE, Rule

VERSION = 1
_NEVER = {each.value for each in (*UNWAIVABLE, Rule.KEY_IN_SOURCE)}
_Known = Counter[tuple[str, str, str]]


class Compared(NamedTuple):
    """What is new, how much was known, and how much of that is gone."""

    new: tuple[Diagnostic, ...]
    known: int
    gone: int


def write(path: Path, diagnostics: Iterable[Diagnostic]) -> int:
    """Keep findings in the file at `path`; how many were kept."""
    counted = Counter(
        _key(each, path.parent) for each in diagnostics if each.rule not in _NEVER
    )
    lines = ",\n".join(
        json.dumps(
            {"path": file, "rule": rule, "message": message, "count": number},
            ensure_ascii=False,
        )
        for (file, rule, message), number in sorted(counted.items())
    )
    body = f"\n{lines}\n" if lines else ""
    text = f'{{"version": {VERSION}, "findings": [{body}]}}\n'
    durable.replace(path, text.encode("utf-8", "surrogateescape"), mode=0o644)
    return counted.total()


def read(path: Path) -> _Known:
    """What `write` kept. Raises `SettingsInvalid` for anything else."""
    try:
        return _parsed(json.loads(path.read_bytes().decode("utf-8", "surrogateescape")))
    except OSError as error:
        raise SettingsInvalid(
            f"{path}: the baseline cannot be read: {error.strerror}. Make one with "
            "--write-baseline."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsInvalid(
            f"{path}: no baseline of this version: {error!r}. Make it again with "
            "--write-baseline."
        ) from error


def _parsed(value: Any) -> _Known:
    if value["version"] != VERSION:
        raise ValueError(f"version {value['version']}")
    return Counter(
        {
            (each["path"], each["rule"], each["message"]): _count(each["count"])
            for each in value["findings"]
        }
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"count {value!r}")
    return value


def compare(diagnostics: Iterable[Diagnostic], known: _Known, folder: Path) -> Compared:
    """Tell apart what `known` holds; `folder` is where the baseline stands."""
    left = known.copy()
    new = []
    for each in diagnostics:
        key = _key(each, folder)
        if each.rule not in _NEVER and left[key] > 0:
            left[key] -= 1
        else:
            new.append(each)
    gone = left.total()
    return Compared(tuple(new), known.total() - gone, gone)


def _key(diagnostic: Diagnostic, folder: Path) -> tuple[str, str, str]:
    # A message that names a line is the same finding wherever the line moves to.
    return (
        Path(os.path.relpath(diagnostic.path, folder)).as_posix(),
        diagnostic.rule,
        diagnostic.message.partition(", as called from line")[0],
    )
