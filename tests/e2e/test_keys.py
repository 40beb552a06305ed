"""Keys as operators meet them: processes, kills, tokens, and somebody else's judge."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import Verdict
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity, next_path
from support.cli import SDK
from support.go_judge import GoJudge, build
from support.project import a_project
from support.rotated import verified, write
from support.softhsm import Token, a_token

ROTATE = [sys.executable, "-m", "affidavit", "trail", "key", "rotate"]
CALLS = ("fsync", "rename", "link", "pwrite64", "unlink")
SAMPLE = (("fsync", 3), ("rename", 1), ("rename", 5), ("rename", 6), ("link", 2))
"""Before anything, before and after the record, and before the last step."""
PROGRAM = """
import sys
from affidavit.calls import Call
from affidavit.wiring import Governor
print("building", flush=True)
with Governor() as governor:
    print("built", flush=True)
    for line in sys.stdin:
        verdict = governor.consider(Call(endpoint="chat.completions",
            provider="openai", host="h", model="m", purpose="support.reply"))
        governor.commit(verdict)
        print("recorded", flush=True)
"""


def environment(**further: str) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(SDK),
        "PYTHONDONTWRITEBYTECODE": "1",
        **further,
    }


def run(cwd: Path, *arguments: str | Path, **further: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "affidavit", *arguments],
        cwd=cwd,
        env=environment(**further),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def living(cwd: Path, **further: str) -> Iterator["subprocess.Popen[str]"]:
    """A governed program, which ends well."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=cwd,
        env=environment(**further),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "building\n"
        assert program.stdout.readline() == "built\n"
        yield program
        error = program.communicate(timeout=60)[1]
        assert program.returncode == 0, error


def killed_at(settings: Settings, call: str, when: int) -> bool:
    """Rotate, to be killed at the `when`th such system call; False if it got by."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.fail("nothing to kill it with: apt-get install strace")
    inject = [f"--inject={call}:signal=KILL:when={when}", f"--trace={call}"]
    done = subprocess.run(
        [strace, "-f", "-qq", "-o", os.devnull, *inject, *ROTATE],
        cwd=settings.trail.parents[1],
        env=environment(),
        capture_output=True,
        check=False,
    )
    return done.returncode != 0


def the_trail_goes_on(settings: Settings, first: object) -> None:
    """With the old key or the new one, and finishing gives the new one."""
    identity = load_identity(settings)
    write(settings.trail, identity)
    after = load_identity(settings).verifier
    report = verified(settings.trail, first, after)
    assert report.verdict is Verdict.VALID, report.problems
    run(settings.trail.parents[1], "trail", "key", "rotate")
    assert not next_path(settings).exists()
    final = load_identity(settings)
    write(settings.trail, final)
    report = verified(settings.trail, first, final.verifier)
    assert report.verdict is Verdict.VALID, report.problems
    assert final.verifier != first


@pytest.mark.parametrize(("call", "when"), SAMPLE)
def test_a_rotation_that_is_killed_leaves_a_trail_that_goes_on(
    call: str, when: int, tmp_path: Path
) -> None:
    settings = a_project(tmp_path)
    first = load_identity(settings).verifier

    assert killed_at(settings, call, when)
    the_trail_goes_on(settings, first)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("call", CALLS)
def test_a_rotation_may_be_killed_at_every_step(call: str, tmp_path: Path) -> None:
    when = 0
    killed = True
    while killed:
        when += 1
        folder = tmp_path / f"{when}"
        folder.mkdir()
        settings = a_project(folder)
        first = load_identity(settings).verifier
        killed = killed_at(settings, call, when)
        the_trail_goes_on(settings, first)
    assert when > 1


def test_a_program_that_lives_through_a_rotation_goes_on_with_the_new_key(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    first = load_identity(settings).verifier
    with living(tmp_path) as program:
        ask(program)
        run(tmp_path, "trail", "key", "rotate")
        ask(program)
        deadline, sealed = time.monotonic() + 20, 0
        while sealed < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
            sealed = TrailReader(settings.trail).head().size
        report = verified(settings.trail, first, load_identity(settings).verifier)
        # While it lives, and by its own keeper: the new key signed what it recorded.
        assert (report.verdict, report.pending) == (Verdict.VALID, 0)


def ask(program: "subprocess.Popen[str]") -> None:
    """Have it record a decision."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("call\n")
    program.stdin.flush()
    assert program.stdout.readline() == "recorded\n"


def test_a_governed_program_without_the_passphrase_fails_at_construction(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("sesame\n")
    secret.chmod(0o600)
    run(tmp_path, "init", "--passphrase", AFFIDAVIT_KEY_PASSPHRASE="sesame")
    failed = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env=environment(),
        input="call\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert failed.stdout == "building\n"
    assert failed.stderr.count("affidavit.errors.KeyUnusable: ") == 1
    assert "AFFIDAVIT_KEY_PASSPHRASE_FILE to a file" in failed.stderr
    with living(tmp_path, AFFIDAVIT_KEY_PASSPHRASE_FILE=str(secret)) as program:
        ask(program)


@pytest.fixture
def token(tmp_path: Path) -> Token:
    return a_token(tmp_path / "hsm", "k1", "k2")


def test_a_trail_moves_into_a_token_and_from_key_to_key_within_it(
    token: Token, tmp_path: Path
) -> None:
    conf = {"SOFTHSM2_CONF": str(token.configuration)}
    run(tmp_path, "init", **conf)
    keys = [run(tmp_path, "trail", "key", **conf)]
    # By a key file that names the token's key: settings stay as they are.
    run(tmp_path, "trail", "key", "rotate", "--new", token.uri("k1"), **conf)
    keys.append(run(tmp_path, "trail", "key", **conf))
    with living(tmp_path, **conf) as program:
        ask(program)
        run(tmp_path, "trail", "key", "rotate", "--new", token.uri("k2"), **conf)
        ask(program)
    keys.append(run(tmp_path, "trail", "key", **conf))
    pins = [each for key in keys for each in ("--key", key)]

    assert len(set(keys)) == 3
    assert ": valid" in run(tmp_path, "trail", "verify", ".affidavit/trail", *pins)


def test_a_trail_can_begin_in_a_token_and_settings_name_the_next_key(
    token: Token, tmp_path: Path
) -> None:
    conf = {"SOFTHSM2_CONF": str(token.configuration)}
    one = conf | {"AFFIDAVIT_KEY": token.uri("k1")}
    two = conf | {"AFFIDAVIT_KEY": token.uri("k2")}
    run(tmp_path, "init", **one)
    run(tmp_path, "trail", "key", "rotate", "--new", token.uri("k2"), **one)
    with living(tmp_path, **two) as program:
        ask(program)

    assert not (tmp_path / ".affidavit/key.pem").exists()
    assert ": valid" in run(tmp_path, "trail", "verify", **two)
    assert "All well" in run(tmp_path, "doctor", **two)


def test_while_a_token_is_away_records_wait_and_nothing_is_lost(
    token: Token, tmp_path: Path
) -> None:
    conf = {
        "SOFTHSM2_CONF": str(token.configuration),
        "AFFIDAVIT_KEY": token.uri("k1"),
    }
    run(tmp_path, "init", **conf)
    key = run(tmp_path, "trail", "key", **conf)
    gone = token.folder.with_name("gone")
    with living(tmp_path, **conf) as program:
        ask(program)
        token.folder.rename(gone)
        for _ in range(5):
            ask(program)
        doctor = subprocess.run(
            [sys.executable, "-m", "affidavit", "doctor"],
            cwd=tmp_path,
            env=environment(**conf),
            capture_output=True,
            text=True,
            check=False,
        )
        assert doctor.returncode == 2
        assert "the token does not give or use the key" in doctor.stdout
        gone.rename(token.folder)
        ask(program)
    trail = tmp_path / ".affidavit/trail"
    report = verified(trail, key)

    assert (report.verdict, report.pending) == (Verdict.VALID, 0)
    kinds = [each.entry.kind for each in TrailReader(trail).records()]
    assert kinds.count(Kind.DECISION) == 7


def test_another_program_accepts_a_rotated_trail_under_its_new_key_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "project").mkdir()
    settings = a_project(tmp_path / "project")
    old = load_identity(settings).verifier
    run(tmp_path / "project", "trail", "key", "add-ml-dsa")
    run(tmp_path / "project", "trail", "key", "rotate")
    new = load_identity(settings).verifier
    judge: GoJudge = build(tmp_path)

    accepted, refused = judge(str(new), settings.trail), judge(str(old), settings.trail)
    assert (accepted.exit_code, accepted.output[:5]) == (0, "ok 3 "), accepted
    assert refused.exit_code != 0


def test_a_statement_outlives_a_rotation_and_not_the_revocation_of_its_key(
    tmp_path: Path,
) -> None:
    a_project(tmp_path)
    old = run(tmp_path, "trail", "key")
    run(tmp_path, "attest", "--from", "2026-01-01", "--out", "statement")
    run(tmp_path, "trail", "key", "rotate")
    pins = ("--key", old, "--key", run(tmp_path, "trail", "key"))
    check = ("verify", "statement", "--trail", ".affidavit/trail", *pins)

    assert "statement: valid" in run(tmp_path, *check)
    run(tmp_path, "trail", "key", "revoke", old, "--reason", "laptop stolen")
    refused = subprocess.run(
        [sys.executable, "-m", "affidavit", *check],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "revoked (laptop stolen)" in refused.stdout
