"""Two machines' worth of writers on one directory: the second is refused.

Machines are sets of namespaces: network, host name, mounts, and a boot id of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from affidavit.trail.record import Kind
from affidavit.verify.report import Verdict
from support import live
from support.cli import SDK, TESTS, environment
from support.crashing import judging, stranger
from support.crashing.scenarios import opened

ELSEWHERE = "5b2a4cde-0000-4000-8000-00000000e15e"
BESIDE = """
set -e
hostname elsewhere
echo "$1" >"$2/boot_id"
mount --bind "$2/boot_id" /proc/sys/kernel/random/boot_id
exec "$3" "$4" "$2"
"""
"""Another machine that reaches the same directory as if it were its own."""


def in_namespaces(options: str, *command: str) -> dict[str, str]:
    unshare = shutil.which("unshare")
    assert unshare is not None, "util-linux's unshare is part of every Debian"
    done = subprocess.run(
        [unshare, options, *command],
        env=environment({"PYTHONPATH": os.pathsep.join((str(SDK), str(TESTS)))}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


def beside(directory: Path) -> dict[str, str]:
    shell = ("bash", "-c", BESIDE, "bash", ELSEWHERE, str(directory))
    return in_namespaces("-rmnu", *shell, sys.executable, stranger.__file__)


def test_a_disk_mounted_over_the_network_is_refused_by_its_kind(tmp_path: Path) -> None:
    live.a_directory(tmp_path)
    trail = opened(tmp_path)
    trail.append(live.a_record())
    script = Path(stranger.__file__).with_name("server.sh")
    arguments = (sys.executable, str(tmp_path), stranger.__file__, ELSEWHERE)

    said = in_namespaces("-rmn", "bash", str(script), *arguments)

    assert (said["host"], said["boot"]) == ("elsewhere", ELSEWHERE)
    assert said["asked"].startswith("TrailUnavailable")
    assert "network file system (fuse.sshfs)" in said["asked"]
    assert "network_trail" in said["asked"]
    # Locks do not reach here, and who insists is told so while this one may live.
    assert said["insisted"].startswith("TrailUnavailable")
    assert "locks do not tell whether it lives" in said["insisted"]
    trail.append(live.a_record())
    trail.close()


def test_a_living_writer_of_another_machine_keeps_this_one_out(tmp_path: Path) -> None:
    live.a_directory(tmp_path)
    trail = opened(tmp_path)
    decision = live.a_record()
    trail.append(decision)

    said = beside(tmp_path)

    assert said["host"] == "elsewhere"
    for answer in (said["asked"], said["insisted"]):
        assert answer.startswith("TrailUnavailable")
        assert f"process {os.getpid()} of another machine" in answer
    trail.append(live.a_record())
    trail.close()
    there = [each.entry.id for each in judging.recorded(tmp_path)]
    assert there.count(decision.id) == 1
    assert judging.verified(tmp_path).verdict is Verdict.VALID


def test_the_next_machine_goes_on_where_the_last_one_has_stopped(
    tmp_path: Path,
) -> None:
    live.a_directory(tmp_path)
    child = os.fork()
    if child == 0:  # it dies without a farewell, and its WAL stays
        opened(tmp_path).append(live.a_record())
        os._exit(0)
    os.waitpid(child, 0)

    said = beside(tmp_path)

    assert (said["asked"], said["insisted"]) == ("recorded", "recorded")
    report = judging.verified(tmp_path)
    assert report.verdict is Verdict.VALID
    assert report.pending == 0
    kinds = [each.entry.kind for each in judging.recorded(tmp_path)]
    assert kinds.count(Kind.DECISION) == 3
