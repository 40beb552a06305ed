"""The bill of what a sandbox really served, held against the trail of who called it.

Gaps are planted as they come about: by clients that nobody governs, keys and projects
that nobody told of, tries that fail. Each is found and named, and nothing else is.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import Governor, OpenAI
from affidavit.testing import Sandbox
from affidavit.testing.sandbox.metering import DEFAULT_PROJECT, key_id
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.founding import found
from support.cli import Ran, invoke

MESSAGES: Any = [{"role": "user", "content": "Where is my parcel?"}]
POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: house
purposes:
  support.reply:
    owner: support@acme.example
    models: ["gpt-*", "text-embedding-*"]
    endpoints: [chat.completions, responses, embeddings]
  usage.read:
    owner: compliance@acme.example
    models: ["*"]
    endpoints: ["admin.organization.*"]
"""
FIRST = datetime(2027, 1, 1, 9, tzinfo=UTC)
LAST = "2027-01-04"


class Clock:
    """One clock for provider and trail."""

    def __init__(self) -> None:
        self.at = FIRST

    def seconds(self) -> float:
        return self.at.timestamp()

    def nanoseconds(self) -> int:
        self.at += timedelta(milliseconds=1)
        return int(self.at.timestamp() * 1e9)

    def next_day(self) -> None:
        self.at = (self.at + timedelta(days=1)).replace(hour=9)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock.seconds) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text(POLICY)
    settings = read_settings(environ={}, directory=tmp_path)
    found(settings, directory=tmp_path, observe=False)
    return settings


def governed(sandbox: Sandbox, governor: Governor, **more: Any) -> OpenAI:
    arguments = {"api_key": "k", "max_retries": 2, "purpose": "support.reply", **more}
    return OpenAI(base_url=sandbox.base_url, affidavit=governor, **arguments)


def ungoverned(sandbox: Sandbox, **more: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=sandbox.base_url, **{"api_key": "k", **more})


def ask(client: openai.OpenAI, times: int, model: str = "gpt-4o-mini") -> None:
    for _ in range(times):
        client.chat.completions.create(model=model, messages=MESSAGES)


def reconciled(root: Path, sandbox: Sandbox, *more: str) -> Ran:
    return invoke(
        "reconcile",
        "--from",
        "2027-01-01",
        "--to",
        LAST,
        "--fetch",
        "--base-url",
        sandbox.base_url,
        "--purpose",
        "usage.read",
        "--project",
        DEFAULT_PROJECT,
        *more,
        cwd=root,
        env={"OPENAI_ADMIN_KEY": "admin"},
    )


def four_days(
    sandbox: Sandbox, settings: Settings, clock: Clock, *, plant: bool
) -> None:
    """Four days of governed use; with `plant`, of what goes around it too."""
    with Governor(settings=settings, clock=clock.nanoseconds) as governor:
        client = governed(sandbox, governor)
        for day in range(4):
            ask(client, 3)
            client.responses.create(model="gpt-5", input="Where is it?")
            list(
                client.chat.completions.create(
                    model="gpt-5", messages=MESSAGES, stream=True
                )
            )
            client.embeddings.create(model="text-embedding-3-small", input="parcel")
            if plant:
                planted(sandbox, client, day)
            clock.next_day()


def planted(sandbox: Sandbox, client: OpenAI, day: int) -> None:
    match day:
        case 0:  # another program, with a key of its own
            ask(ungoverned(sandbox, api_key="other"), 2)
        case 1:  # another project
            ask(ungoverned(sandbox, project="proj_shadow"), 4)
        case 2:  # the same key and project, from a script that nobody governs
            ask(ungoverned(sandbox), 1)
            # and a kind of use that the trail never had
            ungoverned(sandbox).moderations.create(input="parcel")
        case _:  # a call that was never answered
            sandbox.answer_next(times=3, status=500)
            with pytest.raises(openai.InternalServerError):
                ask(client, 1)


def governed_key(sandbox: Sandbox) -> str:
    return next(
        key_id(each) for each in sandbox.requests if each.endpoint == "embeddings"
    )


def test_governed_use_is_covered_whole(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    four_days(sandbox, settings, clock, plant=False)
    done = reconciled(tmp_path, sandbox, "--json")
    assert done.code == 0, done.out + done.err
    told = done.json
    assert told["coverage"] == "1.0000"
    assert told["requests"]["billed"] == 24
    assert all(cell["likely"] == [] for cell in told["cells"])
    assert all(
        cell[unit]["uncovered"] == cell[unit]["excess"] == 0
        for cell in told["cells"]
        for unit in ("requests", "inputTokens", "outputTokens")
        if not cell["estimated"]
    )


def test_every_planted_gap_is_found_and_named_and_no_other(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    four_days(sandbox, settings, clock, plant=True)
    key = governed_key(sandbox)
    done = reconciled(tmp_path, sandbox, "--json", "--governed-key", key)
    assert done.code == 1
    told = done.json
    gaps = {
        (cell["day"][-2:], cell["family"], cell["project"], one["cause"]): (
            cell["requests"]["uncovered"],
            cell["requests"]["excess"],
        )
        for cell in told["cells"]
        for one in cell["likely"]
    }
    assert gaps == {
        ("01", "completions", DEFAULT_PROJECT, "other-key"): (2, 0),
        ("02", "completions", "proj_shadow", "other-project"): (4, 0),
        ("03", "completions", DEFAULT_PROJECT, "unexplained"): (1, 0),
        ("03", "moderations", DEFAULT_PROJECT, "never-recorded"): (1, 0),
        ("04", "completions", DEFAULT_PROJECT, "failed"): (0, 1),
    }
    assert told["requests"]["uncovered"] == 8
    assert told["requests"]["excess"] == 1


def test_what_was_fetched_is_kept_and_gives_the_same_again_offline(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    four_days(sandbox, settings, clock, plant=True)
    first = reconciled(tmp_path, sandbox, "--save", "bill", "--json")
    again = invoke(
        "reconcile",
        *("--from", "2027-01-01", "--to", LAST, "--usage", "bill"),
        *("--project", DEFAULT_PROJECT, "--json"),
        cwd=tmp_path,
    )
    assert again.json == first.json
    assert len(list((tmp_path / "bill").iterdir())) == len(first.json["sources"])
    taken = reconciled(tmp_path, sandbox, "--save", "bill")
    assert (taken.code, "is there already" in taken.err) == (2, True)


def test_people_read_a_table_with_likely_causes(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    four_days(sandbox, settings, clock, plant=True)
    done = reconciled(tmp_path, sandbox)
    assert done.code == 1
    assert "coverage 0." in done.out
    assert "proj_shadow" in done.out
    assert "signed by nobody" in done.out


def test_fetching_without_the_administrators_key_says_so(
    tmp_path: Path, settings: Settings
) -> None:
    environment = {"OPENAI_ADMIN_KEY": ""} if "OPENAI_ADMIN_KEY" in os.environ else {}
    done = invoke(
        *("reconcile", "--from", "2027-01-01", "--to", LAST, "--fetch"),
        cwd=tmp_path,
        env=environment,
    )
    assert done.code == 2
    assert "OPENAI_ADMIN_KEY" in done.err


def test_a_provider_that_refuses_is_no_reconciliation(
    tmp_path: Path, settings: Settings, sandbox: Sandbox
) -> None:
    sandbox.answer_next(times=9, status=403)
    done = reconciled(tmp_path, sandbox)
    assert done.code == 2
    assert "could not be fetched" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--usage, or --fetch"),
        (("--fetch", "--usage", "x"), "--usage, or --fetch"),
        (("--usage", "x", "--save", "y"), "--save keeps"),
        (("--usage", "nowhere.json"), "nowhere.json"),
        (("--usage", "."), "no .json file"),
        (("--usage", "bad.json"), "bad.json"),
        (("--usage", "bad.json", "--alias", "x"), "NAME=SNAPSHOT"),
        (("--usage", "x", "--from", "2027-01-01T08:00:00Z"), "write dates"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, settings: Settings, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "bad.json").write_text(json.dumps({"x": 1}))
    if arguments == ("--usage", "."):
        (tmp_path / "bad.json").unlink()
    done = invoke(
        *("reconcile", "--from", "2027-01-01", "--to", LAST),
        *arguments,
        cwd=tmp_path,
    )
    assert done.code in (1, 2)
    assert words in done.err + done.out
