"""Settings: one place, one order, and for each value where it came from.

Constructor argument, then environment, then `[tool.affidavit]` of the nearest
`pyproject.toml` (or a nearest `affidavit.toml`), then the default. Knows names and
paths; opens nothing but that one file. Anything unusable is `SettingsInvalid`.
"""

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affidavit import regular
from affidavit.durable import Durability
from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.purpose import checked

if TYPE_CHECKING:
    from affidavit.anchors.plan import Plan
    from affidavit.keys.uri import KeyPlace, KeyUri
    from affidavit.trail.keep import Keep
    from affidavit.wiring.opinion_plan import OpinionPlan

NAMES = (
    "policy",
    "trail",
    "key",
    "policy_trust",
    "purpose",
    "tag_requests",
    "durability",
    "network_trail",
    "keep_content",
    "fingerprint_outputs",
    "watch_behaviour",
    "keep",
    "budgets",
)
TABLES = ("anchors", "second_opinion")
"""Settings that only a file can hold."""
_STORES = ("redis", "rediss", "unix")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is in force. Hashable: equal settings share one governor."""

    policy: Path
    trail: Path
    key: Path
    """The signing key's file. Where the key is none, the name that files about it go
    by."""
    purpose: str | None
    tag_requests: bool
    """Whether requests carry `X-Declared-Purpose` and `X-Policy-Digest`."""
    durability: Durability
    """What a decision's record must survive before the call leaves."""
    network_trail: bool
    """Whether the trail may lie on a network file system."""
    keep_content: bool
    """Whether requests and answers are kept, encrypted, beside the trail."""
    fingerprint_outputs: bool
    """Whether outcomes carry keyed fingerprints of what models said."""
    watch_behaviour: bool | None
    """Whether calls of a purpose are also looked at together."""
    keep: "Keep | None"
    """How long bodies are kept; None for ever."""
    sources: tuple[tuple[str, str], ...]
    """(setting, where it came from), for `affidavit doctor`."""
    anchors: "Plan | None" = None
    """Whom the trail's heads are shown to; None when nobody."""
    second_opinion: "OpinionPlan | None" = None
    """Which model is asked about a sample of the calls; None when none is."""
    key_uri: "KeyUri | None" = None
    """Where the signing key lives, when that is no file."""
    policy_trust: Path | None = None
    """The file that says who must have signed the policy; None when nobody must."""
    budgets: Path | str
    """Where budgets are counted: a file, or the address of a Redis server."""

    @property
    def key_place(self) -> "KeyPlace":
        """Where the signing key lives."""
        return self.key_uri or self.key


@dataclass(frozen=True, slots=True)
class _Found:
    value: object
    source: str
    base: Path
    """What a relative path is relative to."""


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"AFFIDAVIT_{name.upper()}"


def read_settings(
    *,
    environ: Mapping[str, str],
    directory: Path,
    policy: str | Path | None = None,
    policy_trust: str | Path | None = None,
    trail: str | Path | None = None,
    key: str | Path | None = None,
    purpose: str | None = None,
    tag_requests: bool | None = None,
    durability: str | None = None,
    network_trail: bool | None = None,
    keep_content: bool | None = None,
    fingerprint_outputs: bool | None = None,
    watch_behaviour: bool | None = None,
    keep: str | None = None,
    budgets: str | Path | None = None,
) -> Settings:
    """Settle every setting for a program that runs in `directory`."""
    given = {
        "policy": policy,
        "policy_trust": policy_trust,
        "trail": trail,
        "key": key,
        "purpose": purpose,
        "tag_requests": tag_requests,
        "durability": durability,
        "network_trail": network_trail,
        "keep_content": keep_content,
        "fingerprint_outputs": fingerprint_outputs,
        "watch_behaviour": watch_behaviour,
        "keep": keep,
        "budgets": budgets,
    }
    root, table, origin = _nearest_file(directory.resolve())
    found: dict[str, _Found] = {}
    for name in NAMES:
        if given[name] is not None:
            found[name] = _Found(given[name], "argument", directory)
        elif environ.get(variable(name)):
            found[name] = _Found(environ[variable(name)], variable(name), directory)
        elif name in table:
            found[name] = _Found(table[name], origin, root)
    trail_path = _path(found, "trail", root / ".affidavit" / "trail")
    # Beside the trail, wherever that is: the two are made and moved together.
    key_path, key_uri = _key(found, trail_path.parent / "key.pem")
    return Settings(
        policy=_path(found, "policy", root / "policies"),
        trail=trail_path,
        key=key_path,
        key_uri=key_uri,
        purpose=_purpose(found),
        tag_requests=_flag(found, "tag_requests", default=True),
        durability=_durability(found),
        network_trail=_flag(found, "network_trail", default=False),
        keep_content=_flag(found, "keep_content", default=False),
        fingerprint_outputs=_flag(found, "fingerprint_outputs", default=True),
        watch_behaviour=_flag(found, "watch_behaviour", default=False)
        if "watch_behaviour" in found
        else None,
        keep=_keep(found),
        sources=tuple(
            (name, found[name].source if name in found else "default") for name in NAMES
        ),
        anchors=_anchors(table, root, origin),
        second_opinion=_second_opinion(table, origin),
        budgets=_budgets(found, trail_path.with_name(trail_path.name + ".budgets")),
        policy_trust=_path(found, "policy_trust", root)
        if "policy_trust" in found
        else None,
    )


def _path(found: Mapping[str, _Found], name: str, default: Path) -> Path:
    if name not in found:
        return default
    value = found[name].value
    if not isinstance(value, str | Path) or not str(value):
        raise SettingsInvalid(
            f"{found[name].source}: {name} must be a path, got {value!r}."
        )
    return found[name].base / Path(value).expanduser()


def _key(found: Mapping[str, _Found], default: Path) -> "tuple[Path, KeyUri | None]":
    value = found["key"].value if "key" in found else None
    if not isinstance(value, str) or ":" not in value:
        return _path(found, "key", default), None
    from affidavit.keys.uri import KeyUri, place_of

    try:
        place = place_of(value, found["key"].base)
        return (default, place) if isinstance(place, KeyUri) else (place, None)
    except KeyUnusable as error:
        raise SettingsInvalid(f"{found['key'].source}: {error}") from error


def _purpose(found: Mapping[str, _Found]) -> str | None:
    if "purpose" not in found:
        return None
    value = found["purpose"].value
    try:
        return checked(value)  # type: ignore[arg-type]  # it refuses what is no str
    except SettingsInvalid as error:
        raise SettingsInvalid(f"{found['purpose'].source}: {error}") from error


def _flag(found: Mapping[str, _Found], name: str, *, default: bool) -> bool:
    if name not in found:
        return default
    value = found[name].value
    flag = value if isinstance(value, bool) else _FLAGS.get(str(value).lower())
    if flag is None:
        raise SettingsInvalid(
            f"{found[name].source}: {name} must be true or false, got {value!r}."
        )
    return flag


def _keep(found: Mapping[str, _Found]) -> "Keep | None":
    if "keep" not in found:
        return None
    from affidavit.trail.keep import Keep

    try:
        return Keep.parse(str(found["keep"].value))
    except SettingsInvalid as error:
        raise SettingsInvalid(f"{found['keep'].source}: keep: {error}") from error


def _budgets(found: Mapping[str, _Found], default: Path) -> Path | str:
    value = found["budgets"].value if "budgets" in found else None
    if not isinstance(value, str) or "://" not in value:
        return _path(found, "budgets", default)
    if value.partition("://")[0] not in _STORES:
        raise SettingsInvalid(
            f"{found['budgets'].source}: budgets must be a path, or an address that "
            f"begins with {', '.join(f'{each}://' for each in _STORES)}."
        )
    return value


def _durability(found: Mapping[str, _Found]) -> Durability:
    if "durability" not in found:
        return Durability.COMMIT
    value = found["durability"].value
    try:
        return Durability(value)
    except ValueError as error:
        names = " or ".join(each.value for each in Durability)
        raise SettingsInvalid(
            f"{found['durability'].source}: durability must be {names}, got {value!r}."
        ) from error


def _anchors(table: Mapping[str, Any], root: Path, origin: str) -> "Plan | None":
    if "anchors" not in table:
        return None
    from affidavit.wiring.anchors import read_plan

    return read_plan(table["anchors"], base=root, source=origin)


def _second_opinion(table: Mapping[str, Any], origin: str) -> "OpinionPlan | None":
    if "second_opinion" not in table:
        return None
    from affidavit.wiring.opinion_plan import read

    return read(table["second_opinion"], source=origin)


def _nearest_file(directory: Path) -> tuple[Path, Mapping[str, Any], str]:
    """Project root, its table of settings, and the file's name for messages."""
    for folder in (directory, *directory.parents):
        own, project = folder / "affidavit.toml", folder / "pyproject.toml"
        if _is_there(own):
            return folder, _checked_names(_toml(own), own), str(own)
        if _is_there(project):
            tool = _toml(project).get("tool", {})
            if isinstance(tool, dict) and "affidavit" in tool:
                table = _checked_names(tool["affidavit"], project)
                return folder, table, f"{project} [tool.affidavit]"
    return directory, {}, ""


def _is_there(path: Path) -> bool:
    # Not whether it is a file: passing over a folder, a pipe or a link that leads
    # nowhere would miss settings that somebody believes in force.
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(path, error) from error
    return True


def _toml(path: Path) -> dict[str, Any]:
    try:
        with regular.opened(path) as file:
            return tomllib.load(file)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(
            f"{path}: not TOML: {error}. Correct the file."
        ) from error


def _unreadable(path: Path, error: OSError) -> SettingsInvalid:
    return SettingsInvalid(
        f"{path}: cannot be read: {error.strerror}. Settings may stand there: put the "
        "file in its place, or remove it."
    )


def _checked_names(table: object, path: Path) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise SettingsInvalid(f"{path}: [tool.affidavit] must be a table of settings.")
    for name in table:
        if name not in (known := (*NAMES, *TABLES)):
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"Did you mean {near[0]!r}?" if near else "Known: " + ", ".join(known)
            )
            raise SettingsInvalid(f"{path}: no setting is called {name!r}. {hint}")
    return table
