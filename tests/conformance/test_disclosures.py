"""A verifier that a stranger wrote from the format alone agrees, and finds attacks."""

import base64
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.errors import Invalid
from affidavit.verify import Verdict
from affidavit.verify.disclosure.manifest import Selection
from support.disclosed import (
    ASKED,
    a_day,
    ask,
    check,
    disclosed,
    everything,
    expected,
    lines,
    manifest,
    of,
)
from support.trails import Builder

SCRIPT = Path(__file__).with_name("disclosure_stranger.py")
UNREAD = ("README.txt", "tile/0/")
"""Nothing rests on these: the one is for people, the others only help to find."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return a_day(tmp_path_factory.mktemp("day") / "trail", calls=700)


def judged(package: Path, day: Builder) -> "subprocess.CompletedProcess[str]":
    """What the stranger says; isolated, so that it cannot even find our package."""
    return subprocess.run(
        [sys.executable, "-I", SCRIPT, package, str(day.key)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("by", ["purpose", "safety", "ids", "withheld", "whole"])
def test_a_stranger_counts_the_same(day: Builder, by: str) -> None:
    values = {"safety": "user-3"} if by == "safety" else {"purpose": ASKED}
    selection = of(day, **values)
    if by == "ids":
        selection = Selection.of_ids([each.id for each in day.records[500:600:7]])
    held = {"withhold_all": True, "reason": "x"} if by == "withheld" else {}
    question = ask(day, selection, whole=by == "whole", **held)
    package = disclosed(day, question, by)

    done = judged(package, day)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["counts"] == manifest(package)["counts"]
    assert told["records"] == sorted(expected(day.records, question, values))


def test_both_refuse_a_package_of_which_any_byte_was_changed(
    day: Builder, tmp_path: Path
) -> None:
    original = disclosed(day, name="original")
    chance = random.Random(7)
    files = [
        name
        for name, data in everything(original).items()
        if data and not name.startswith(UNREAD)
    ]
    for number in range(24):
        package = Path(shutil.copytree(original, tmp_path / str(number)))
        path = package / files[number % len(files)]
        data = bytearray(path.read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        done = judged(package, day)
        assert done.returncode != 0, (path.name, done.stdout)
        assert refused(day, package), path


def refused(day: Builder, package: Path) -> bool:
    try:
        return check(day, package).verdict is Verdict.INVALID
    except Invalid:
        return True


def test_both_name_the_record_that_was_left_out(day: Builder, tmp_path: Path) -> None:
    package = Path(shutil.copytree(disclosed(day, name="o"), tmp_path / "p"))
    gone = lines(package)[5]["index"]
    path = package / "records.jsonl"
    kept = path.read_text().splitlines(keepends=True)
    path.write_text("".join(kept[:5] + kept[6:]))
    assert judged(package, day).stdout == f"record {gone}: was left out\n"
    assert gone in {each.index for each in check(day, package).problems}


def test_both_refuse_another_key(day: Builder) -> None:
    package = disclosed(day, name="keys")
    other = Builder(day.path, seed=b"x" * 32)
    assert judged(package, other).returncode == 1
    assert check(other, package).verdict is Verdict.INVALID
    assert base64.b64encode(other.signer.verifier.public).decode() not in str(day.key)
