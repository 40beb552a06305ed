"""The bill of what a sandbox really served, held against the trail of who called it.

Gaps are planted as they come about: by clients that nobody governs, keys and projects
that nobody told of, tries that fail. Each is found and named, and nothing else is.
"""

import json
import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import Governor, OpenAI, canonical, dsse
from affidavit.attest import handover
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.attest.statement import (
    FILE_NAME,
    Asked,
    build_statement,
    write_statement,
)
from affidavit.attest.tally import Period
from affidavit.cli import attest_folder, sealing
from affidavit.cli.trust import own_identity
from affidavit.dsse import Envelope
from affidavit.reconcile.kept import load
from affidavit.testing import Sandbox
from affidavit.testing.sandbox.metering import DEFAULT_PROJECT, key_id
from affidavit.trail.reader import TrailReader
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
    endpoints: [chat.completions, responses, embeddings, files.create, batches.create]
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
    return a_project(tmp_path)


def a_project(root: Path, clock: "Clock | None" = None) -> Settings:
    (root / "policies").mkdir()
    (root / "policies" / "policy.yaml").write_text(POLICY)
    settings = read_settings(environ={}, directory=root)
    now = time.time_ns if clock is None else clock.nanoseconds
    found(settings, directory=root, observe=False, clock=now)
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
    kept = [it.name for it in (tmp_path / "bill").iterdir()]
    assert len(kept) == len(first.json["sources"]) + 1
    assert "reconciliation.json" in kept
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
        (("--usage", "bad.json", "--save", "."), "is there already"),
        (("--usage", "nowhere.json"), "nowhere.json"),
        (("--usage", "."), "no .json or .csv file"),
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


def reconciled_and_attested(
    root: Path, sandbox: Sandbox, settings: Settings, *more: str
) -> Path:
    """The folder that `affidavit attest --reconciliation` would make in February."""
    reconciled(root, sandbox, "--save", "bill", *more)
    identity = own_identity(settings)
    sealing.seal(settings.trail, identity, work="attest")
    asked = Asked(coverage=load(root / "bill"))
    envelope = build_statement(
        TrailReader(settings.trail),
        identity,
        Period("2027-01-01T00:00:00.000Z", "2027-01-05T00:00:00.000Z"),
        now=datetime(2027, 2, 1, tzinfo=UTC),
        asked=asked,
    )
    out = root / "january"
    write_statement(out, envelope)
    attest_folder.hand_over(
        settings,
        envelope,
        out,
        language="en",
        asked=asked,
        controls=False,
        entire=True,
    )
    return out


def verified(
    root: Path, settings: Settings, *more: str, folder: str = "january"
) -> Any:
    key = str(own_identity(settings).verifier)
    done = invoke("verify", folder, "--key", key, "--json", *more, cwd=root)
    return done.json


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    root, clock = tmp_path_factory.mktemp("january"), Clock()
    settings = a_project(root)
    with Sandbox(clock=clock.seconds) as sandbox:
        four_days(sandbox, settings, clock, plant=True)
        key = governed_key(sandbox)
        made = reconciled_and_attested(root, sandbox, settings, "--governed-key", key)
    return made, settings


@pytest.fixture
def attested(january: tuple[Path, Settings], tmp_path: Path) -> Path:
    """A copy that a test may alter."""
    return Path(shutil.copytree(january[0], tmp_path / "january"))


@pytest.fixture
def theirs(january: tuple[Path, Settings]) -> Settings:
    """Settings of whoever attested."""
    return january[1]


def test_coverage_is_signed_and_computed_again_from_the_responses(
    tmp_path: Path, attested: Path, theirs: Settings
) -> None:
    told = handover.predicate_of(Envelope.parse((attested / FILE_NAME).read_bytes()))
    coverage = told["coverage"]
    assert coverage["requests"]["uncovered"] == 8
    assert {each["cause"] for each in coverage["causes"]} == {
        "failed",
        "never-recorded",
        "other-key",
        "other-project",
        "unexplained",
    }
    assert told["verdict"] == "PASS WITH EXCEPTIONS"
    assert any("not in the trail: 8." in it for it in told["exceptions"])
    said = verified(tmp_path, theirs)
    assert said["problems"] == []
    assert any(it.startswith("coverage follows") for it in said["checked"])
    besides = verified(tmp_path, theirs, "--trail", str(theirs.trail))
    assert besides["problems"] == []


def test_a_response_that_was_altered_or_is_missing_is_named(
    tmp_path: Path, attested: Path, theirs: Settings
) -> None:
    response = attested / "usage" / "completions-0001.json"
    data = response.read_bytes()
    response.write_bytes(
        data.replace(b'"num_model_requests":4', b'"num_model_requests":3')
    )
    assert response.read_bytes() != data
    said = verified(tmp_path, theirs)
    assert said["verdict"] == "invalid"
    assert (
        "usage/completions-0001.json: not the response"
        in said["problems"][0]["message"]
    )
    response.unlink()
    said = verified(tmp_path, theirs)
    assert said["verdict"] == "incomplete"
    assert "usage/completions-0001.json" in said["lacking"][0]


def test_a_figure_that_its_signer_made_up_is_named(
    tmp_path: Path, attested: Path, theirs: Settings
) -> None:
    path = attested / FILE_NAME
    envelope = Envelope.parse(path.read_bytes())
    statement: Any = canonical.parse(envelope.payload)
    coverage = statement["predicate"]["coverage"]
    row = next(each for each in coverage["recorded"] if each["calls"] == 3)
    row["calls"] += 1  # a call that never was, and sums that agree with it
    for sums in (coverage["requests"], *(it["requests"] for it in coverage["days"])):
        sums["recorded"] += 1
    signer = own_identity(theirs).signer
    payload = canonical.dumps(statement)
    path.write_bytes(dsse.sign(PAYLOAD_TYPE, payload, [signer]).encode())
    said = verified(tmp_path, theirs)
    assert said["verdict"] == "invalid"
    messages = [each["message"] for each in said["problems"]]
    assert any(
        it.startswith("coverage.recorded: ") and it.endswith("4 calls, counted: 3")
        for it in messages
    )
    assert any(it.startswith("coverage.requests") for it in messages)


def test_an_interrupted_fetch_goes_on_where_it_ended(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    four_days(sandbox, settings, clock, plant=False)
    before = sandbox.counts["admin.organization.usage.completions"]
    sandbox.answer_next()
    sandbox.answer_next()
    sandbox.answer_next(times=9, status=403)
    broken = reconciled(tmp_path, sandbox, "--save", "bill")
    assert broken.code == 2
    assert (tmp_path / "bill" / "fetching.json").exists()
    usage = ("--from", "2027-01-01", "--to", LAST, "--usage", "bill")
    unread = invoke("reconcile", *usage, cwd=tmp_path)
    assert (unread.code, "not fetched to its end" in unread.err) == (2, True)
    sandbox.clear()
    done = reconciled(tmp_path, sandbox, "--save", "bill", "--json")
    assert done.code == 0, done.err
    assert sandbox.counts["admin.organization.usage.completions"] == before == 0
    assert not (tmp_path / "bill" / "fetching.json").exists()


def test_a_governed_batch_is_covered_line_by_line(
    tmp_path: Path, settings: Settings, sandbox: Sandbox, clock: Clock
) -> None:
    body = {"model": "gpt-4o-mini", "messages": MESSAGES}
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    lines = [json.dumps(line | {"custom_id": str(n)}) for n in range(5)]
    with Governor(settings=settings, clock=clock.nanoseconds) as governor:
        client = governed(sandbox, governor)
        file = client.files.create(
            file=("a.jsonl", "\n".join(lines).encode()), purpose="batch"
        )
        ask(client, 1)  # says which snapshot answers to the name
        client.batches.create(
            input_file_id=file.id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
        )
    done = reconciled(tmp_path, sandbox, "--json")
    assert done.code == 0, done.out + done.err
    assert done.json["requests"]["billed"] == done.json["requests"]["covered"] == 6


def test_the_command_line_attests_and_verifies_coverage(tmp_path: Path) -> None:
    clock = Clock()
    clock.at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    settings = a_project(tmp_path, clock)
    day = ("--from", "2026-10-01", "--to", "2026-10-01")
    with Sandbox(clock=clock.seconds) as sandbox:
        with Governor(settings=settings, clock=clock.nanoseconds) as governor:
            ask(governed(sandbox, governor), 2)
        ask(ungoverned(sandbox), 1)
        fetched = invoke(
            *("reconcile", *day, "--fetch", "--save", "bill"),
            *("--base-url", sandbox.base_url, "--purpose", "usage.read"),
            *("--project", DEFAULT_PROJECT),
            cwd=tmp_path,
            env={"OPENAI_ADMIN_KEY": "admin"},
        )
    assert fetched.code == 1
    made = invoke(
        *("attest", *day, "--reconciliation", "bill", "--out", "day"), cwd=tmp_path
    )
    assert made.code == 0, made.err
    assert "Requests on the provider's bill that are not in the trail: 1." in made.out
    said = verified(tmp_path, settings, folder="day")
    assert said["problems"] == []
    assert any(it.startswith("coverage follows") for it in said["checked"])
    lacking = invoke(
        *("attest", *day, "--reconciliation", "nowhere", "--out", "x"), cwd=tmp_path
    )
    assert (lacking.code, "cannot be read" in lacking.err) == (2, True)
