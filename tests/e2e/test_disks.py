"""A disk that is full or read-only keeps calls here; nothing recorded is lost."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from affidavit.testing import Sandbox

PROGRAM = dedent(
    """
    import json, sys
    from affidavit import CallUnrecorded, Governor, OpenAI
    from affidavit.trail.record import Kind
    from affidavit.trail.reader import TrailReader

    governor = Governor()
    client = OpenAI(base_url=sys.argv[1], api_key="k", purpose="support.reply",
                    affidavit=governor, max_retries=3)
    sent, told = 0, None
    for _ in range(int(sys.argv[2])):
        try:
            client.responses.create(model="gpt-5", input="Hi")
        except CallUnrecorded as error:
            told = str(error)
            break
        sent += 1
    try:
        governor.close()
    except Exception as error:
        print(error, file=sys.stderr)
    reader = TrailReader(governor.settings.trail)
    stored = [*reader.records(), *reader.pending()]
    kinds = [each.entry.kind for each in stored]
    print(json.dumps({"sent": sent, "told": told,
                      "decisions": kinds.count(Kind.DECISION),
                      "outcomes": kinds.count(Kind.OUTCOME)}))
    """
)
MOUNTED = """
set -e
mount -t tmpfs -o size={size} none "$1"
cd "$1"
"$2" -m affidavit init >/dev/null
{then}
exec "$2" "$3" "$4" "$5"
"""


def run_on_a_mount(
    folder: Path,
    *,
    size: str,
    then: str,
    calls: int,
    base_url: str,
    program: str = PROGRAM,
) -> dict[str, object]:
    """Run the program in a mount namespace of its own, where this user is root."""
    unshare = shutil.which("unshare")
    assert unshare is not None, "util-linux's unshare is part of every Debian"
    (folder / "disk").mkdir()
    (folder / "program.py").write_text(program)
    script = MOUNTED.format(size=size, then=then)
    arguments = [
        folder / "disk",
        sys.executable,
        folder / "program.py",
        base_url,
        calls,
    ]
    done = subprocess.run(
        [unshare, "-rm", "bash", "-c", script, "bash", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize("size", ["1m", "2m"])
def test_a_disk_that_fills_up_stops_calls_and_keeps_every_outcome(
    tmp_path: Path, size: str
) -> None:
    with Sandbox() as sandbox:
        said = run_on_a_mount(
            tmp_path, size=size, then="", calls=3000, base_url=sandbox.base_url
        )
        arrived = len(sandbox.requests)

    assert "ENOSPC" in str(said["told"])
    assert "was not sent" in str(said["told"])
    assert arrived == said["sent"] == said["decisions"] == said["outcomes"]


def test_a_read_only_disk_refuses_before_anything_leaves(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        said = run_on_a_mount(
            tmp_path,
            size="8m",
            then='mount -o remount,ro "$1"',
            calls=2,
            base_url=sandbox.base_url,
        )
        arrived = len(sandbox.requests)

    assert "EROFS" in str(said["told"])
    assert (arrived, said["sent"], said["decisions"]) == (0, 0, 0)


FILLED = dedent(
    """
    import json, os, subprocess, sys
    from affidavit import CallUnrecorded, Governor, OpenAI
    from affidavit.testing import Sandbox
    from affidavit.trail.record import Kind
    from affidavit.trail.reader import TrailReader

    governor = Governor()
    client = OpenAI(base_url=sys.argv[1], api_key="k", purpose="support.reply",
                    affidavit=governor, max_retries=0)
    ask = client.chat.completions.create
    hello = [{"role": "user", "content": "Hi"}]
    streams = [ask(model="gpt-5", messages=hello, stream=True) for _ in range(8)]

    # Somebody else takes all that is left, while eight calls are under way.
    with open("greedy", "wb", buffering=0) as greedy:
        try:
            while True:
                greedy.write(bytes(4096))
        except OSError as error:
            assert error.errno == 28, error
    refused = []
    for _ in range(400):
        try:
            ask(model="gpt-5", messages=hello)
        except CallUnrecorded as error:
            refused.append(str(error))
            if len(refused) == 3:
                break
    for stream in streams:
        for _ in stream:
            pass
    try:
        governor.close()
    except Exception as error:
        print(error, file=sys.stderr)
    os.unlink("greedy")

    def told():
        reader = TrailReader(governor.settings.trail)
        stored = [*reader.records(), *reader.pending()]
        decided = {each.entry.id for each in stored if each.entry.kind is Kind.DECISION}
        ended = {each.entry.id for each in stored if each.entry.kind is Kind.OUTCOME}
        return {"decisions": len(decided), "same": decided == ended}

    full = told()
    again = subprocess.run([sys.executable, "-c",
        "import sys; from affidavit import OpenAI; "
        "OpenAI(base_url=sys.argv[1], api_key='k', purpose='support.reply')"
        ".chat.completions.create(model='gpt-5', messages=["
        "{'role': 'user', 'content': 'Hi'}])", sys.argv[1]], check=False)
    verified = subprocess.run([sys.executable, "-m", "affidavit", "trail", "verify",
        "--json"], check=False, capture_output=True, text=True)
    print(json.dumps({"refused": refused, "full": full, "again": again.returncode,
        "freed": told(), "verified": verified.returncode, "said": verified.stdout}))
    """
)


def test_a_disk_filled_in_mid_call_keeps_the_calls_under_way_and_goes_on_when_freed(
    tmp_path: Path,
) -> None:
    with Sandbox() as sandbox:
        said = run_on_a_mount(
            tmp_path,
            size="2m",
            then="",
            calls=0,
            base_url=sandbox.base_url,
            program=FILLED,
        )
        arrived = len(sandbox.requests)

    refused, full = said["refused"], said["full"]
    assert isinstance(refused, list)
    assert isinstance(full, dict)
    assert len(refused) == 3
    assert all("ENOSPC" in each and "was not sent" in each for each in refused)
    assert full["same"], "the space that was kept for outcomes was enough for them"
    assert full["decisions"] == arrived - 1 >= 8
    assert said["again"] == 0
    assert said["freed"] == {"decisions": arrived, "same": True}
    assert said["verified"] == 0, said["said"]
