import json
import os
import signal
import subprocess
from pathlib import Path

from support.cli import a_recorded_project, command, environment, invoke, record_calls


def test_the_last_records_are_told_first(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    followed = invoke(
        "trail", "follow", "--last", "2", "--for", "1s", "--json", cwd=tmp_path
    )
    assert followed.code == 0
    assert [line["index"] for line in followed.lines] == [5, 6]


def test_only_what_was_asked_for_is_told(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    followed = invoke(
        "trail", "follow", "--effect", "refuse", "--for", "1s", cwd=tmp_path
    )
    assert followed.out.count("\n") == 1
    assert "unheard.of" in followed.out


def test_records_are_told_while_they_are_written_until_an_interrupt(
    tmp_path: Path,
) -> None:
    settings = a_recorded_project(tmp_path)
    follow = subprocess.Popen(
        command("trail", "follow", "--last", "1", "--kind", "decision", "--json"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert follow.stdout is not None
    before = json.loads(follow.stdout.readline())
    record_calls(settings)
    after = [json.loads(follow.stdout.readline()) for _ in range(3)]
    os.kill(follow.pid, signal.SIGINT)
    _, err = follow.communicate(timeout=30)

    assert before["id"] not in [each["id"] for each in after]
    assert [each["effect"] for each in after] == ["permit", "permit", "refuse"]
    assert (follow.returncode, err.strip()) == (0, b"")
