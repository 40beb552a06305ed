"""For users' own tests: a provider on loopback, and a governor in memory.

Imported as needed: the sandbox brings a server along, the conformance classes openai.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from affidavit.clients._governor import stand_in as stand_in
    from affidavit.testing.conformance import conformance_classes as conformance_classes
    from affidavit.testing.enforcing import PolicyGovernor as PolicyGovernor
    from affidavit.testing.governor import MemoryGovernor as MemoryGovernor
    from affidavit.testing.sandbox import Break as Break
    from affidavit.testing.sandbox import ReceivedRequest as ReceivedRequest
    from affidavit.testing.sandbox import Sandbox as Sandbox
    from affidavit.testing.trail import MemoryTrail as MemoryTrail

__all__ = [
    "Break",
    "MemoryGovernor",
    "MemoryTrail",
    "PolicyGovernor",
    "ReceivedRequest",
    "Sandbox",
    "conformance_classes",
    "stand_in",
]

_LAZY = {
    "Break": "affidavit.testing.sandbox",
    "MemoryGovernor": "affidavit.testing.governor",
    "MemoryTrail": "affidavit.testing.trail",
    "PolicyGovernor": "affidavit.testing.enforcing",
    "ReceivedRequest": "affidavit.testing.sandbox",
    "Sandbox": "affidavit.testing.sandbox",
    "conformance_classes": "affidavit.testing.conformance",
    "stand_in": "affidavit.clients._governor",
}


def __getattr__(name: str) -> object:
    home = _LAZY.get(name)
    if home is None:
        raise AttributeError(f"module 'affidavit.testing' has no attribute {name!r}")
    value: object = getattr(import_module(home), name)
    return value
