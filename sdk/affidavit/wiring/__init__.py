"""Where settings are read and the object graph is built; nothing below reads either.

Lazy: who only needs the settings, as most commands do, loads no detector and no trail.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from affidavit.wiring.governor import Governor as Governor
    from affidavit.wiring.governor import default_governor as default_governor
    from affidavit.wiring.settings import Settings as Settings
    from affidavit.wiring.settings import read_settings as read_settings

__all__ = ["Governor", "Settings", "default_governor", "read_settings"]

_HOMES = {
    "Governor": "governor",
    "Settings": "settings",
    "default_governor": "governor",
    "read_settings": "settings",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
