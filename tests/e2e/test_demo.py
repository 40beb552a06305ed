"""`make demo` shows the main job, on real calls, and ends well."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DEMO = REPOSITORY / "examples" / "demo.py"


@pytest.fixture(scope="module")
def shown() -> str:
    done = subprocess.run(
        [sys.executable, DEMO], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_last_line_says_that_everything_went_as_it_must(shown: str) -> None:
    assert shown.splitlines()[-1] == "demo: ok"


def test_it_shows_one_call_allowed_and_two_refused_each_for_its_reason(
    shown: str,
) -> None:
    assert shown.count("\nallowed  ") == 1
    assert shown.count("\nrefused  ") == 2
    assert "purpose.undeclared" in shown
    assert "openai-services-agreement/3.3(e)" in shown
    assert "received 1 request" in shown


def test_it_shows_an_edited_record_named_and_a_signature_that_openssl_accepts(
    shown: str,
) -> None:
    edited = shown.split("verification names it")[1]

    assert "record" in edited
    assert "Signature Verified Successfully" in shown


def test_without_a_key_a_live_demo_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DEMO, "--live"], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "--live needs OPENAI_API_KEY" in done.stderr
