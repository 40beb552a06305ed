"""Trails of several kinds to attack: small, wide, of many processes, anchored."""

import os
import subprocess
import sys
from pathlib import Path

from affidavit.keys import Ed25519Signer
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.note import VerifierKey
from affidavit.wiring import Settings
from affidavit.wiring.governor import load_identity
from support import cli, trails
from support.anchored import an_anchored_project
from support.attacks.rotated import statement
from support.attacks.suite import Subject
from support.attacks.watch import Watch
from support.project import a_project
from support.retained import an_aged_project
from support.trails import Builder

PROCESSES = 8


def of_size(
    folder: Path,
    watch: Watch,
    size: int,
    *,
    pending: int = 0,
    handover: int | None = None,
) -> Subject:
    """A built trail of exactly `size` sealed records, and some that are not.

    Record `handover`, if there is to be one, hands over to another key.
    """
    builder = Builder(folder / "trail")
    builder.genesis()
    writers = [f"w{number}" for number in range(min(4, 1 + size // 100))]
    for each in writers[: size - 1]:
        builder.policy(writer=each)
    turn, retired = 0, None
    while len(builder.records) + 1 < size + pending:
        if handover is not None and len(builder.records) >= handover and not retired:
            retired = _hand_over(builder)
            continue
        turn += 1
        writer = writers[turn % len(writers)]
        builder.outcome(builder.decision(writer=writer), writer=writer)
    while len(builder.records) < size + pending:
        builder.add("heartbeat", {"work": "idle"}, writer=writers[0])
    builder.write(sealed=size)
    key = (
        builder.key
        if retired is None
        else LogKeys((_key(builder, retired), builder.key))
    )
    return Subject(builder.path, key, watch, builder.signer, builder.secret, retired)


def _hand_over(builder: Builder) -> Ed25519Signer:
    """Let another key sign from here on; the one that did until now."""
    old, new = builder.signer, Ed25519Signer.from_seed(b"n" * 32)
    leaves = [trails.leaf(made.entry) for made in builder.records]
    at = trails.moment(builder.clock + trails.STEP)
    said = statement(builder.origin, old, new, at, leaves)
    builder.add("key", said, writer="handover")
    builder.signer = new
    return old


def _key(builder: Builder, signer: Ed25519Signer) -> VerifierKey:
    return VerifierKey(builder.origin, signer.verifier)


def recorded(folder: Path, watch: Watch) -> Subject:
    """A project whose calls were put to the real governor."""
    return _of(cli.a_recorded_project(folder), watch)


def vanished(folder: Path, watch: Watch) -> Subject:
    """The same, by a process that ended without a farewell: its WAL is left."""
    settings = a_project(folder)
    cli.record_and_vanish(settings)
    return _of(settings, watch)


def by_processes(folder: Path, watch: Watch) -> Subject:
    """A project that eight processes recorded calls in at once."""
    settings = a_project(folder)
    code = (
        "from pathlib import Path;"
        "from affidavit.wiring import read_settings;"
        "from support.cli import record_calls;"
        f"at = Path({str(folder)!r});"
        "[record_calls(read_settings(environ={}, directory=at)) for _ in range(3)]"
    )
    paths = os.pathsep.join((str(cli.SDK), str(cli.TESTS)))
    environment = cli.environment({"PYTHONPATH": paths})
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=environment)
        for _ in range(PROCESSES)
    ]
    assert [each.wait(timeout=100) for each in started] == [0] * PROCESSES
    return _of(settings, watch)


def anchored(folder: Path, watch: Watch) -> Subject:
    """A project whose trail a served witness has cosigned."""
    folder.mkdir()
    with an_anchored_project(folder / "project") as project:
        ran = cli.invoke("trail", "anchor", cwd=project.folder)
        assert ran.code == 0, ran.err
        assert list((project.settings.trail / "anchors").glob("*/*/cosigned"))
        return _of(project.settings, watch)


def after_pruning(folder: Path, watch: Watch) -> Subject:
    """A project whose calls of long ago have no bodies any more."""
    settings = an_aged_project(folder)
    ran = cli.invoke("trail", "prune", "--keep", "1year", "--yes", cwd=folder)
    assert ran.code == 0, ran.err
    return _of(settings, watch)


def _of(settings: Settings, watch: Watch) -> Subject:
    identity = load_identity(settings)
    assert isinstance(identity.signer, Ed25519Signer)
    return Subject(
        settings.trail,
        identity.verifier,
        watch,
        identity.signer,
        identity.secrets.secret,
    )
