"""What `affidavit doctor` looks at, one function for each part of an installation.

Each examination returns facts and troubles and raises nothing of ours: a part that
cannot be had is a trouble of its own, and the next part is looked at all the same.
Reads only; whether a folder can be written is asked of the system, not tried.
"""

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from affidavit.canonical import Json
from affidavit.cli import findings, machine
from affidavit.cli.progress import Tell
from affidavit.cli.trust import own_identity
from affidavit.errors import AffidavitError, Incomplete, Malformed
from affidavit.keys.uri import KeyUri
from affidavit.policy.check import check
from affidavit.policy.in_force import Policy, Purpose, expired
from affidavit.policy.loader import load
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import LogKeys
from affidavit.trail.anchors import KeptHead
from affidavit.trail.identity import Identity, secret_path
from affidavit.trail.reader import TrailReader
from affidavit.trail.segment import FIRST_BYTES, GROWTH_BYTES
from affidavit.trail.storage import saved_state
from affidavit.trail.trail import boot_id
from affidavit.trail.unsealed import OpenWal
from affidavit.verify import TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.wiring.keyring import next_path
from affidavit.wiring.settings import NAMES, Settings

EXPIRES_SOON = 30
"""Days before a purpose's last day at which it is pointed out."""
LEAST_FREE_BYTES = FIRST_BYTES + GROWTH_BYTES
"""What one more process takes before its first call leaves."""
ENVIRONMENT, PROBLEM, WARNING = 2, 1, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is not well."""

    area: str
    message: str
    """What, and in which thing; with the remedy where `remedy` is None."""
    remedy: str | None = None
    weight: int
    """The exit code that it asks for; 0 for what only deserves a look."""

    @property
    def level(self) -> str:
        """`environment`, `problem` or `warning`."""
        return ("warning", "problem", "environment")[self.weight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """One part: its facts, stable in JSON, and what is wrong with it."""

    facts: Mapping[str, Json]
    troubles: tuple[Trouble, ...] = ()


@dataclass(slots=True)
class _Troubles:
    area: str
    found: list[Trouble] = field(default_factory=list)

    def add(self, weight: int, message: str, remedy: str | None = None) -> None:
        self.found.append(
            Trouble(area=self.area, message=message, remedy=remedy, weight=weight)
        )


def settings(values: Settings) -> Examination:
    """Each setting: what it is and where it came from."""
    sources = dict(values.sources)
    facts: dict[str, Json] = {}
    for name in NAMES:
        value = values.key_place if name == "key" else getattr(values, name)
        if isinstance(value, Enum):
            value = value.value  # as the setting is written
        plain: Json = (
            value if value is None or type(value) is bool else machine.text(value)
        )
        facts[name] = {"source": machine.text(sources[name]), "value": plain}
    return Examination(facts=facts)


def policy(
    path: Path,
    now: datetime,
    demanded: Callable[[Policy], object] = lambda _: None,
) -> Examination:
    """What is in force, its purposes with their days to expiry, and warnings.

    `demanded` raises when the policy lacks the signatures that the settings want.
    """
    troubles = _Troubles("policy")
    try:
        in_force = load(path)
        demanded(in_force)
        today = now.astimezone(UTC).date()
        for each in check(path, today=today):
            where = f"{each.path}:{each.line}: {each.message}"
            troubles.add(WARNING, f"[{each.rule}] {where}", each.help)
    except AffidavitError as error:
        troubles.add(ENVIRONMENT, str(error))
        return Examination(
            facts={"loaded": False, "path": machine.text(path)},
            troubles=tuple(troubles.found),
        )
    if in_force.mode == "observe":
        troubles.add(
            WARNING,
            f"{path}: mode observe lets every call leave and records what enforcing "
            "would have done",
            "Set `mode: enforce` once `affidavit trail show --effect observed` shows "
            "nothing new.",
        )
    purposes = [_purpose(each, now, troubles) for each in in_force.purposes.values()]
    return Examination(
        facts=_policy_facts(path, in_force, purposes), troubles=tuple(troubles.found)
    )


def _policy_facts(
    path: Path, in_force: Policy, purposes: list[Json]
) -> dict[str, Json]:
    return {
        "digest": in_force.digest,
        "loaded": True,
        "mode": in_force.mode,
        "name": in_force.name,
        "path": machine.text(path),
        "purposes": purposes,
        "rules": len(in_force.rules),
        "sources": [
            {"path": machine.text(name), "sha256": digest}
            for name, digest in in_force.sources
        ],
    }


def _purpose(purpose: Purpose, now: datetime, troubles: _Troubles) -> Json:
    today, last = now.astimezone(UTC).date(), purpose.expires
    days = None if last is None else (last - today).days
    over = expired(last, today)
    if over:
        troubles.add(
            PROBLEM,
            f"purpose {purpose.name} expired after {last}: its calls are refused",
            f"Review it and set a later date at {purpose.where}, or remove it.",
        )
    elif days is not None and days <= EXPIRES_SOON:
        troubles.add(
            WARNING,
            f"purpose {purpose.name} expires after {last}",
            f"Review it in time, at {purpose.where}.",
        )
    return {
        "days_left": days,
        "expired": over,
        "expires": None if last is None else last.isoformat(),
        "name": purpose.name,
        "owner": purpose.owner,
    }


def key(values: Settings) -> tuple[Examination, Identity | None]:
    """Signing key and secret; the identity when both can be used."""
    troubles = _Troubles("key")
    facts: dict[str, Json] = {
        "ml_dsa": None,
        "mode": _mode(values.key) if values.key_uri is None else None,
        "path": machine.text(values.key_place),
        "secret": machine.text(secret_path(values.trail)),
        "secret_mode": _mode(secret_path(values.trail)),
        "vkey": None,
    }
    try:
        identity = own_identity(values)
    except AffidavitError as error:
        troubles.add(ENVIRONMENT, str(error))
        return Examination(facts=facts, troubles=tuple(troubles.found)), None
    facts["vkey"] = str(identity.verifier)
    if identity.ml_dsa is not None:
        facts["ml_dsa"] = f"{identity.origin}+{identity.ml_dsa.key_id.hex()}"
    if values.key_uri is not None:
        _try(values.key_uri, identity, troubles)
    if (waiting := next_path(values)).exists():
        troubles.add(
            PROBLEM,
            f"{waiting}: a rotation of the key was cut short, or is under way",
            "Run `affidavit trail key rotate` again: it finishes what is left.",
        )
    return Examination(facts=facts, troubles=tuple(troubles.found)), identity


def _try(uri: KeyUri, identity: Identity, troubles: _Troubles) -> None:
    """Sign something that means nothing: a token may open and refuse to sign."""
    try:
        identity.signer.sign(b"affidavit-doctor/1\n")
    except AffidavitError as error:
        troubles.add(
            ENVIRONMENT,
            f"{uri}: does not sign, so no checkpoint is made: {error}",
            "Nothing is lost: records wait in the trail. Bring the key's keeper back.",
        )


def _mode(path: Path) -> str | None:
    try:
        return f"{stat.S_IMODE(path.stat().st_mode):04o}"
    except OSError:
        return None


def trail(
    path: Path,
    identity: Identity | None,
    now: datetime,
    tell: Tell,
    *,
    keys: LogKeys | None = None,
    pinned: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
) -> Examination:
    """The trail, verified whole, and what it stands on.

    With the settings' own key unless `keys` are given; held against `pinned`.
    """
    troubles = _Troubles("trail")
    reader = TrailReader(path)
    facts: dict[str, Json] = {"path": machine.text(path), "verdict": None}
    try:
        head = _head(reader)
        facts |= {"origin": head.origin, "sealed": head.size}
        facts["checkpoint_age_seconds"] = _seconds_since(path / "checkpoint", now)
        facts |= _place(path, troubles)
        _sealing(path, troubles)
        facts |= _writers(reader)
        if keys is None and identity is not None:
            keys = _own(identity)
        if keys is not None:
            report = verify_trail(
                reader,
                key=keys,
                now=now,
                wal_key=None if identity is None else identity.secrets.wal,
                pins=pinned,
                evidence=evidence,
                progress=tell,
            )
            facts |= _verified(report, troubles)
    except AffidavitError as error:
        troubles.add(max(error.exit_code, PROBLEM), str(error))
    return Examination(facts=facts, troubles=tuple(troubles.found))


def _head(reader: TrailReader) -> Checkpoint:
    try:
        return reader.head()
    except Malformed as error:
        raise Incomplete(
            f"{reader.path}: the checkpoint cannot be read ({error}). Restore it from "
            "a backup."
        ) from error


def _own(identity: Identity) -> LogKeys:
    second = () if identity.ml_dsa is None else (identity.ml_dsa,)
    return LogKeys((identity.verifier,), second)


def _verified(report: TrailReport, troubles: _Troubles) -> dict[str, Json]:
    _judge(report, troubles)
    return {
        "anchored": None if report.anchors is None else report.anchors.covered,
        "no_outcome": len(report.unknown_outcomes),
        "pending": report.pending,
        "problems": [findings.problem_as_json(each) for each in report.problems],
        "recoveries": report.recoveries,
        "sealed": report.size,
        "verdict": report.verdict.value,
    }


def _judge(report: TrailReport, troubles: _Troubles) -> None:
    first = report.first_bad
    if report.verdict is Verdict.INVALID:
        troubles.add(
            PROBLEM,
            f"the trail does not hold: {first}",
            "Run `affidavit trail verify` for all of it. Keep everything as it is: a "
            "damaged trail is evidence too.",
        )
    elif report.bodies_unexplained:
        troubles.add(
            PROBLEM,
            f"{report.bodies_unexplained} bodies are gone without a pruning record",
            "Restore them from a backup.",
        )
    for missing in report.anchors.missing if report.anchors is not None else ():
        troubles.add(PROBLEM, missing)
    settled = len(report.unknown_outcomes) - report.unknown_recent
    if settled > 0:
        troubles.add(
            WARNING,
            f"{settled} calls left and nobody recorded what became of them",
            "A process was killed, or its outcomes were lost: statements name them.",
        )


def _seconds_since(path: Path, now: datetime) -> int | None:
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
    return int(max(timedelta(0), now - written).total_seconds())


def _place(path: Path, troubles: _Troubles) -> dict[str, Json]:
    folders = [path, *(each for each in (path / "wal", path / "tile") if each.exists())]
    shut = [each for each in folders if not os.access(each, os.W_OK | os.X_OK)]
    frozen = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    free = shutil.disk_usage(path).free
    if shut or frozen:
        why = "its file system is read-only" if frozen else f"no right to {shut[0]}"
        troubles.add(
            ENVIRONMENT,
            f"{path}: cannot be written ({why}), so no call would leave",
            "Give this user write access, or move the trail.",
        )
    if free < LEAST_FREE_BYTES:
        troubles.add(
            ENVIRONMENT,
            f"{path}: {free} bytes free, less than a process takes to begin recording",
            "Free space on that file system.",
        )
    return {"disk_free_bytes": free, "writable": not (shut or frozen)}


def _sealing(path: Path, troubles: _Troubles) -> None:
    """Whether what is recorded can be sealed, which the state alone tells."""
    try:
        saved_state(path)
    except AffidavitError as error:
        troubles.add(ENVIRONMENT, str(error))


def _writers(reader: TrailReader) -> dict[str, Json]:
    with reader.snapshot() as moment:
        return {"writers": [_writer(wal) for wal in moment.wals]}


def _writer(wal: OpenWal) -> Json:
    header = wal.header
    return {
        "pid": None if header is None else header.pid,
        "running": False if header is None else _runs(header.pid, header.boot),
        "wal": wal.name,
    }


def _runs(pid: int, boot: str) -> bool:
    """Whether the process that began a WAL still runs, as far as its number tells."""
    if not boot or boot != boot_id():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True
