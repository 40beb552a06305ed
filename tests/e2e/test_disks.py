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
    folder: Path, *, size: str, then: str, calls: int, base_url: str
) -> dict[str, object]:
    """Run the program in a mount namespace of its own, where this user is root."""
    unshare = shutil.which("unshare")
    assert unshare is not None, "util-linux's unshare is part of every Debian"
    (folder / "disk").mkdir()
    (folder / "program.py").write_text(PROGRAM)
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
