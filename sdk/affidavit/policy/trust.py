"""Who may sign a policy: keys that are pinned apart from it, and how many must have.

Knows the trust file, TOML of two fields. It is never found beside a policy: the
settings name it, so that who may edit the policy cannot choose who signs it. Reads no
file.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.keys import Verifier
from affidavit.tlog.note import VerifierKey

MAX_BYTES = 64 << 10
_NAMES = ("keys", "threshold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Who may sign a policy, and how many of them must have."""

    keys: tuple[VerifierKey, ...]
    threshold: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.threshold <= len(set(self.verifiers)):
            raise KeyUnusable(
                f"a threshold of {self.threshold} lies between 1 and the number of "
                f"keys, {len(set(self.verifiers))}"
            )

    @property
    def verifiers(self) -> tuple[Verifier, ...]:
        """The keys without their names."""
        return tuple(each.verifier for each in self.keys)

    def named(self, key_ids: Iterable[str]) -> tuple[str, ...]:
        """The names under which these keys (SHA-256 of SPKI, hex) are trusted."""
        names = {each.verifier.key_id: each.name for each in self.keys}
        return tuple(names[each] for each in key_ids if each in names)

    @classmethod
    def parse(cls, data: bytes, source: str) -> "Trust":
        """A trust file: TOML with `keys`, a list of vkeys, and perhaps `threshold`.

        `SettingsInvalid` names `source` and what is wrong there.
        """
        try:
            return cls._of(tomllib.loads(data.decode()))
        except (ValueError, RecursionError, KeyUnusable) as error:
            raise SettingsInvalid(
                f"{source}: does not say who may sign a policy: {error}. Write "
                '`keys = ["NAME+ID+BASE64"]`, with what `affidavit policy sign` '
                "printed."
            ) from error

    @classmethod
    def _of(cls, table: dict[str, Any]) -> "Trust":
        for name in table:
            if name not in _NAMES:
                raise KeyUnusable(f"nothing is called {name!r}")
        keys, threshold = table.get("keys"), table.get("threshold", 1)
        if not isinstance(keys, list) or not all(isinstance(k, str) for k in keys):
            raise KeyUnusable("`keys` is a list of texts")
        if not isinstance(threshold, int) or isinstance(threshold, bool):
            raise KeyUnusable("`threshold` is a number")
        parsed = dict.fromkeys(VerifierKey.parse(each) for each in keys)
        return cls(keys=tuple(parsed), threshold=threshold)
