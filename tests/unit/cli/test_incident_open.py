"""`affidavit incident open`: from a document, a webhook, the provider, or by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.incident import notice
from affidavit.testing import Sandbox
from affidavit.wiring import Governor, Settings
from support.cli import Ran, decided, invoke
from support.incidents import (
    POLICY,
    SECRET,
    a_case,
    a_desk,
    an_alert,
    an_event,
    opened,
    the_book,
)
from support.project import a_call, a_project, an_outcome

ENV = {"OPENAI_API_KEY": "", "OPENAI_WEBHOOK_SECRET": SECRET}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = a_project(tmp_path)
    (settings.policy / "policy.yaml").write_text(POLICY)
    return settings


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def open_(
    settings: Settings, *arguments: str | Path, stdin: bytes = b"", key: str = ""
) -> Ran:
    return invoke(
        "incident",
        "open",
        *arguments,
        cwd=settings.trail.parents[1],
        env={**ENV, "OPENAI_API_KEY": key},
        stdin=stdin,
    )


def suspended(ran: Ran) -> list[tuple[str, str]]:
    return [(each["aspect"], each.get("value", "")) for each in ran.json["suspended"]]


def test_by_hand_it_says_what_is_suspended_and_what_comes_next(
    settings: Settings,
) -> None:
    told = open_(settings, "--reason", "A letter.", "--purpose", "support.reply")

    assert told.code == 0
    assert "suspended    purpose support.reply" in told.out
    assert "in every process on" in told.out
    assert "cancel batches and jobs" in told.err


def test_a_case_is_read_from_a_file_or_stdin(settings: Settings) -> None:
    told = open_(settings, "-", "--json", stdin=a_case())
    (settings.trail.parents[1] / "case.json").write_bytes(a_case(id="case_2"))
    other = open_(
        settings,
        "case.json",
        "--json",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-02",
        "--request",
        "req_7",
    )

    assert (told.code, other.code) == (0, 0)
    assert suspended(told) == [("safety", "user-17"), ("subject", "user-17")]
    assert told.json["notice"]["reference"] == "case_1"
    assert told.json["held"] is True
    assert other.json["notice"]["from"] == "2026-11-01T00:00:00.000Z"
    assert other.json["notice"]["to"] == "2026-11-03T00:00:00.000Z"
    assert other.json["notice"]["requests"] == ["req_7"]


def test_an_alert_suspends_whoever_made_the_call(settings: Settings) -> None:
    with Governor(settings=settings) as governor:
        verdict = decided(governor, safety_id="user-9")
        governor.conclude(verdict, an_outcome())
    told = open_(settings, "-", "--json", stdin=an_alert(created_at=None))

    assert told.code == 0
    assert suspended(told) == [("safety", "user-9")]
    assert told.json["calls"] == [verdict.id]


def test_a_notice_that_names_nobody_known_is_told_loudly(settings: Settings) -> None:
    told = open_(settings, "-", stdin=an_alert(request_id="r", response_id="s"))

    assert told.code == 1
    assert "Nobody is suspended" in told.err
    assert len(the_book(settings).incidents) == 1


def test_it_can_be_recorded_without_stopping_anybody(settings: Settings) -> None:
    told = open_(settings, "-", "--suspend-nobody", "--json", stdin=a_case())
    both = open_(settings, "-", "--suspend-nobody", "--everything", stdin=a_case())

    assert (told.code, suspended(told)) == (0, [])
    assert both.code == 2


def test_a_case_is_fetched_as_a_governed_call(
    settings: Settings, sandbox: Sandbox
) -> None:
    case = sandbox.safety.issue_case("user-17", reason="why")
    fetched = ("--fetch-purpose", "notices.read", "--base-url", sandbox.base_url)
    told = open_(settings, "--case", case["id"], *fetched, "--json", key="k")
    unknown = open_(settings, "--case", "case_0", *fetched, key="k")
    keyless = open_(settings, "--case", case["id"], *fetched)
    refused = open_(
        settings, "--case", case["id"], "--base-url", sandbox.base_url, key="k"
    )

    assert told.code == 0
    assert told.json["notice"]["reason"] == "why"
    assert ("safety", "user-17") in suspended(told)
    assert (unknown.code, keyless.code, refused.code) == (2, 2, 2)
    assert "policy does not let it" in refused.err
    assert len(the_book(settings).incidents) == 1


def test_an_alert_is_fetched_too(settings: Settings, sandbox: Sandbox) -> None:
    alert = sandbox.safety.issue_alert(request_id="r", response_id="s", model="m")
    told = open_(
        settings,
        "--alert",
        alert["id"],
        "--fetch-purpose",
        "notices.read",
        "--base-url",
        sandbox.base_url,
        "--purpose",
        "support.reply",
        "--json",
        key="k",
    )

    assert suspended(told) == [("purpose", "support.reply")]


def headers(sandbox: Sandbox, payload: bytes) -> list[str]:
    signed = sandbox.safety.signed(payload, SECRET, webhook_id="wh_1")
    return [
        part
        for name, value in signed.items()
        for part in ("--header", f"{name}:{value}")
    ]


def test_a_webhook_that_was_kept_is_verified(
    settings: Settings, sandbox: Sandbox
) -> None:
    payload = an_event(notice.BLOCKED, safety_identifier="user-17", safety_category="b")
    signed = headers(sandbox, payload)
    told = open_(settings, "-", "--json", *signed, stdin=payload)
    again = open_(settings, "-", "--json", *signed, stdin=payload)
    forged = open_(settings, "-", *signed, stdin=payload.replace(b"17", b"18"))

    assert ("safety", "user-17") in suspended(told)
    assert again.json["again"] is True
    assert "was opened before" in open_(settings, "-", *signed, stdin=payload).out
    assert forged.code == 2
    assert "signature" in forged.err
    assert len(the_book(settings).incidents) == 1


def test_an_event_names_a_case_that_is_fetched(
    settings: Settings, sandbox: Sandbox
) -> None:
    case = sandbox.safety.issue_case("user-17")
    payload = an_event(notice.WARNING, id=case["id"])
    fetched = ("--fetch-purpose", "notices.read", "--base-url", sandbox.base_url)
    told = open_(settings, "-", "--json", *fetched, stdin=payload, key="k")
    without = open_(settings, "-", stdin=payload)

    assert ("safety", "user-17") in suspended(told)
    assert told.json["unfetched"] is None
    assert without.code == 1
    assert "could not be had" in without.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "needs --reason"),
        (("--reason", "x", "--header", "a:b"), "belongs to a webhook's payload"),
        (("x.json", "--case", "case_1"), "one of FILE"),
        (("none.json",), "cannot be read"),
        (("-", "--header", "a"), "NAME:VALUE"),
        (("-", "--header", "a:b"), "webhook-id"),
        (("-",), "not a safety case"),
        (("--reason", "x", "--from", "2026-02-02", "--to", "2026-01-01"), "empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    settings: Settings, arguments: tuple[str, ...], message: str
) -> None:
    told = open_(settings, *arguments, stdin=b"{}")

    assert told.code == 2
    assert message in told.err
    assert the_book(settings).incidents == {}


def test_a_webhook_needs_its_secret(settings: Settings) -> None:
    told = invoke(
        "incident",
        "open",
        "-",
        "--header",
        "webhook-id:wh_1",
        cwd=settings.trail.parents[1],
        env={"OPENAI_WEBHOOK_SECRET": ""},
        stdin=an_event(),
    )

    assert told.code == 2
    assert "OPENAI_WEBHOOK_SECRET" in told.err


def test_without_the_key_calls_are_suspended_all_the_same(settings: Settings) -> None:
    settings.key.rename(settings.key.with_name("elsewhere.pem"))
    told = open_(settings, "--reason", "x", "--purpose", "support.reply")
    settings.key.with_name("elsewhere.pem").rename(settings.key)

    assert told.code == 2
    assert "Suspended: purpose support.reply. The trail could not be told" in told.err
    with Governor(settings=settings) as governor:
        assert governor.consider(a_call()).refused
    assert a_desk(settings).open(opened()).held
