"""Where settings are read and the object graph is built; nothing below reads either."""

from affidavit.wiring.governor import Governor, default_governor
from affidavit.wiring.settings import Settings, read_settings

__all__ = ["Governor", "Settings", "default_governor", "read_settings"]
