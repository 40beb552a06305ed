"""`affidavit incident serve`, as a program: a webhook comes, calls stop."""

import json
import signal
import subprocess
from pathlib import Path

import httpx

from affidavit.incident import notice
from affidavit.testing import Sandbox
from affidavit.wiring import Governor
from support.cli import command, environment, invoke
from support.incidents import POLICY, SECRET, an_event, the_book
from support.project import a_call, a_project


def test_a_webhook_stops_calls_before_it_is_answered(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    (settings.policy / "policy.yaml").write_text(POLICY)
    with Sandbox() as sandbox, Governor(settings=settings) as governor:
        case = sandbox.safety.issue_case("user-17")
        arguments = ("--listen", "127.0.0.1:0", "--json", "--fetch-purpose")
        with subprocess.Popen(
            command("incident", "serve", *arguments, "notices.read"),
            cwd=tmp_path,
            env=environment(
                {
                    "OPENAI_WEBHOOK_SECRET": SECRET,
                    "OPENAI_API_KEY": "k",
                    "OPENAI_BASE_URL": sandbox.base_url,
                }
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as running:
            assert running.stdout is not None
            url = json.loads(running.stdout.readline())["url"]
            call = a_call(safety_id="user-17")
            assert not governor.consider(call).refused
            known = an_event(notice.WARNING, id=case["id"])
            unknown = an_event(notice.DEACTIVATION, id="case_0")
            statuses = [
                httpx.post(
                    url, content=each, headers=sandbox.safety.signed(each, SECRET)
                ).status_code
                for each in (known, unknown)
            ]
            refused = governor.consider(call).refused
            running.send_signal(signal.SIGTERM)
            out, err = running.communicate(timeout=30)

    assert (statuses, refused, running.returncode) == ([200, 200], True, 0)
    first, second = (json.loads(line) for line in out.splitlines())
    assert {each["value"] for each in first["suspended"]} == {"user-17"}
    assert second["suspended"] == []
    assert "Nobody is suspended for it" in err
    assert "POST /webhook 200 incident" in err
    assert len(the_book(settings).incidents) == 2


def test_without_a_secret_nothing_is_served(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = invoke("incident", "serve", cwd=tmp_path, env={"OPENAI_WEBHOOK_SECRET": ""})

    assert told.code == 2
    assert "OPENAI_WEBHOOK_SECRET" in told.err
