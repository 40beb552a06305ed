"""How far the tree goes and what it took from which WAL: the file `state`.

Knows its one canonical form (docs/formats/trail.md). It is unsigned: who integrates
holds it against tiles and checkpoint, who verifies only lets it guide where to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from affidavit import canonical
from affidavit.canonical import DIGEST_BYTES, Json
from affidavit.errors import Malformed
from affidavit.trail.wal import MAC_BYTES

STATE_VERSION = 1
_KEYS = {"key", "second"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How far a WAL file has been taken into the tree."""

    offset: int
    """End of the last frame taken in."""
    mac: bytes
    """Its MAC: what the next frame chains to."""
    seq: int
    """The next `seq` expected."""

    def as_json(self) -> dict[str, Json]:
        """One value of the state's `wals`."""
        return {
            "offset": self.offset,
            "mac": canonical.text(self.mac),
            "seq": self.seq,
        }

    @classmethod
    def parse(cls, value: Json) -> "Taken":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {"offset": int(offset), "mac": str(mac), "seq": int(seq), **rest} if (
                _is_count(offset) and _is_count(seq) and not rest
            ):
                decoded = canonical.untext(mac, size=MAC_BYTES)
                return cls(offset=offset, mac=decoded, seq=seq)
            case _:
                raise Malformed(f"not how far a WAL was taken in: {value!r:.200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The tree as it was last made durable, and what it took from which WAL."""

    origin: str
    size: int
    root: bytes
    wals: Mapping[str, Taken] = field(default_factory=dict)
    """By file name; a file that was removed is forgotten."""
    key: str | None = None
    """The verifier key that signs this tree; None while it is the first one."""
    second: str | None = None
    """The ML-DSA-44 verifier key that signs it too; None without any."""

    def print(self) -> bytes:
        """Canonical JSON."""
        value: dict[str, Json] = {
            "v": STATE_VERSION,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "wals": {name: each.as_json() for name, each in self.wals.items()},
        }
        keys = {"key": self.key, "second": self.second}
        return canonical.dumps(value | {k: v for k, v in keys.items() if v is not None})

    @classmethod
    def parse(cls, data: bytes) -> "State":
        """Read exactly what `print` prints, else `Malformed`."""
        match canonical.loads(data):
            case {
                "v": int(version),
                "origin": str(origin),
                "size": int(size),
                "root": str(root),
                "wals": dict(wals),
                **rest,
            } if _is_count(version) and _is_count(size) and rest.keys() <= _KEYS:
                if version != STATE_VERSION:
                    raise Malformed(f"a trail's state of version {version}")
                state = cls(
                    origin=origin,
                    size=size,
                    root=_root(root),
                    wals={name: Taken.parse(each) for name, each in wals.items()},
                    key=_key(rest.get("key")),
                    second=_key(rest.get("second")),
                )
            case _:
                raise Malformed("not a trail's state of version 1")
        if state.print() != data:
            raise Malformed("a trail's state in no canonical form")
        return state


def _key(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Malformed(f"not a verifier key: {value!r:.80}")
    return value


def _is_count(value: int) -> bool:
    return value >= 0 and not isinstance(value, bool)


def _root(text: str) -> bytes:
    try:
        root = bytes.fromhex(text)
    except ValueError as error:
        raise Malformed(f"not a root in hex: {text!r:.80}") from error
    if len(root) != DIGEST_BYTES:
        raise Malformed(f"a root has {DIGEST_BYTES} bytes, got {len(root)}")
    return root
