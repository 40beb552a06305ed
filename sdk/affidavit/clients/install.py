"""Governing clients that are made elsewhere: by a framework, or by code left as it is.

Three things, none of which depends on who holds which reference. A client of openai's
own classes, or of a class derived from one, becomes governed when it is constructed;
those that are there already become governed at once; and whichever escapes both becomes
governed at its first call, or its call is refused. What cannot be governed is said
aloud and sends nothing.

Knows when that is in force. How a class gets its governed twin is `_twins`, where
clients are caught is `_guard`, who may ask from outside is `wiring.door`.
"""

import logging
import os
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai

from affidavit._version import __version__
from affidavit.canonical import Json
from affidavit.clients._elsewhere import guard as _guard
from affidavit.clients._elsewhere import living as _living
from affidavit.clients._elsewhere import twins as _twins
from affidavit.clients._governed import Binding, Governed
from affidavit.clients._governor import Governor, default_governor
from affidavit.clients.errors import CallUngoverned
from affidavit.purpose import checked
from affidavit.wiring import door

_log = logging.getLogger("affidavit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What `install` did."""

    classes: tuple[str, ...]
    """Classes whose clients are governed from now on, with their modules."""
    clients: int
    """Clients that were there already and became governed."""
    left: tuple[str, ...]
    """Classes of clients that were there and cannot be governed: they send nothing."""


@dataclass(frozen=True, slots=True)
class _Force:
    """What is in force, and how it ends."""

    binding: Binding
    undo: tuple[Callable[[], None], ...]


_in_force: _Force | None = None
_last: Binding | None = None
"""Stays after `uninstall`, for whoever asks this process under which policy it ran."""
_said: set[str] = set()
_changing = threading.RLock()


def _renew_lock() -> None:
    global _changing  # noqa: PLW0603 - a thread that held it is not in the child
    _changing = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)


def install(
    purpose: str | None = None, *, governor: Governor | None = None
) -> Installed:
    """Govern every OpenAI client of this process, whoever made or makes it.

    `purpose` is declared by calls for which nothing nearer declares one; it stands
    before the settings' only. `governor` decides and records; by default the one that
    the settings describe, which is built now: it raises what `Governor` raises, and
    then nothing is installed. Clients of `affidavit`'s own classes keep what they were
    given.

    Once is enough: again it governs what escaped meanwhile, and what it is given counts
    for clients that become governed from then on. Threads may call it at any time;
    forked children inherit it.
    """
    global _in_force, _last  # noqa: PLW0603 - of the process, as openai's classes are
    with _changing:
        before = _in_force
        if governor is None:
            governor = before.binding.governor if before else default_governor()
        fallback = checked(purpose) if purpose is not None else None
        if fallback is None and before is not None:
            fallback = before.binding.fallback
        binding = Binding(governor=governor, fallback=fallback)
        undo = before.undo if before else ()
        _in_force = _Force(binding, undo)
        _last = binding
        if before is None:
            undo = tuple(_guard.put_on(root, _adopt) for root in _twins.ROOTS)
            _in_force = _Force(binding, undo)
        done = _sweep()
    _open_door(governor)
    return done


def uninstall() -> None:
    """Put everything back as it was before `install`.

    Clients that it governed are their originals again, and send without asking
    anybody. Not those that the collector was told to forget (`gc.freeze`): they stay
    governed.
    """
    global _in_force
    with _changing:
        force, _in_force = _in_force, None
        if force is None:
            return
        for undo in force.undo:
            undo()
        for client in _living.living():
            if _twins.original_of(type(client)) is not None:
                _twins.release(client)


def ungoverned_clients() -> list[Any]:
    """The clients of this process whose calls leave without decision and record.

    Before `install` and after `uninstall`, all that are not of `affidavit`'s own
    classes. In between, those only whose class sends in a way of its own.
    """
    return [each for each in _living.living() if not _is_governed(each)]


def _is_governed(client: Any) -> bool:
    """Whether its next call is decided on, or else refused."""
    if isinstance(client, Governed):
        return True
    return _in_force is not None and any(
        _guard.guards(type(client), root) for root in _twins.ROOTS
    )


def _adopt(client: Any) -> bool:
    force = _in_force
    if force is None:
        return False
    if isinstance(client, Governed):
        return True
    try:
        _twins.adopt(client, force.binding)
    except Exception as error:
        # Whatever a class of somebody else raises when it is derived from.
        name = _named(type(client))
        message = (
            f"Clients of {name} cannot be governed ({error}), so they send nothing. "
            "Use affidavit's own classes there."
        )
        if name not in _said:
            _said.add(name)
            _log.error("%s", message)
        raise CallUngoverned(message) from error
    return True


def _sweep() -> Installed:
    adopted, left = 0, set()
    for client in _living.living():
        if isinstance(client, Governed):
            continue
        try:
            _adopt(client)
        except CallUngoverned:
            left.add(_named(type(client)))
        else:
            adopted += 1
    return Installed(
        classes=tuple(sorted(_named(kind) for kind in _living.classes())),
        clients=adopted,
        left=tuple(sorted(left)),
    )


def _named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _open_door(governor: Governor) -> None:
    # A governor in memory has no settings, and no trail whose doctor could ask.
    trail = getattr(getattr(governor, "settings", None), "trail", None)
    if isinstance(trail, Path):
        door.open_beside(trail, _report)


def _report() -> Json:
    """What this process says of itself: versions, policy and clients. No arguments of
    its command line but the program's name: they may hold a secret.
    """
    last = _last
    return {
        "affidavit": __version__,
        "clients": list(_living.described(_is_governed)),
        "installed": _in_force is not None,
        "openai": str(openai.__version__),
        "policy": last.governor.policy_digest if last else None,
        "program": _program(),
        "purpose": (last.fallback or last.governor.default_purpose) if last else None,
        "python": platform.python_version(),
    }


def _program() -> str:
    name = sys.argv[0] if getattr(sys, "argv", None) else sys.executable
    return name.encode("utf-8", "replace").decode("utf-8")
