"""Nothing of the openai package leaves unrecorded: every method that sends is called.

Which methods there are, which send and what to call them with is read from the
installed package (`support.egress`). Both client classes talk to a sandbox over real
sockets and record in a real trail; what the sandbox received is compared with what was
recorded.
"""

import asyncio
import inspect
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI
from affidavit.testing.sandbox import ReceivedRequest
from affidavit.testing.sandbox.sockets import Sockets
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from support import egress
from support.egress import Method
from support.egress_calls import Called, atalk, ause, talk, use
from support.egress_sandbox import RAW, AuditSandbox
from support.project import a_project

POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: audit
purposes:
  audit:
    owner: audit@acme.example
    models: ["*"]
    endpoints: ["*"]
"""
MAJOR = openai.__version__.partition(".")[0]
REVIEWED = Path(__file__).parent / f"egress-openai{MAJOR}.tsv"
"""The table when somebody last looked at it."""

pytestmark = pytest.mark.timeout(300)  # 2,700 calls, on a machine that may be busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What one client class did."""

    methods: tuple[Method, ...]
    called: tuple[Called, ...]
    silent: tuple[Called, ...]
    """Calls of methods that do not send, by their source."""
    opened: tuple[Called, ...]
    """Websockets opened, talked over and closed."""
    requests: tuple[ReceivedRequest, ...]
    sockets: Sockets
    """What reached the sandbox over websockets."""
    records: tuple[StoredRecord, ...]
    policy_digest: str

    def bodies(self, kind: Kind) -> list[Mapping[str, Any]]:
        """What the records of one kind say."""
        of_kind = [each for each in self.records if each.entry.kind is kind]
        bodies = [each.body for each in of_kind if each.body is not None]
        assert len(bodies) == len(of_kind)
        return bodies

    def events(self) -> Counter[str]:
        """Websocket events that were decided, by their type."""
        decided = (body.get("parameters", {}) for body in self.bodies(Kind.DECISION))
        return Counter(each["event"] for each in decided if "event" in each)


def client_of(kind: Any, sandbox: AuditSandbox, governor: Governor) -> Any:
    return kind(
        base_url=sandbox.base_url,
        websocket_base_url=sandbox.websocket_url,
        api_key="k",
        admin_api_key="k",
        webhook_secret="whsec_a2V5",
        max_retries=0,
        purpose="audit",
        affidavit=governor,
    )


def a_governor(directory: Path) -> Governor:
    settings = a_project(directory)
    policy = directory / "audit.yaml"
    policy.write_text(POLICY, encoding="utf-8")
    return Governor(settings=replace(settings, policy=policy))


class Caller:
    """Calls methods of one client, one after the other."""

    def __init__(self, kind: Any, sandbox: AuditSandbox, governor: Governor) -> None:
        self.kind, self.sandbox, self.governor = kind, sandbox, governor
        self.stock = egress.stock(is_async=kind is AsyncOpenAI)
        self.client = self.fresh()

    def fresh(self) -> Any:
        return client_of(self.kind, self.sandbox, self.governor)

    async def all_ways(self, client: Any, method: Method) -> list[Called]:
        """The method called with the arguments of each of its overloads."""
        parameters = inspect.signature(egress.at(self.stock, method.plain)).parameters
        called = []
        for arguments in egress.arguments(self.stock, method.plain):
            if method.reach.pages and "extra_query" in parameters:
                arguments["extra_query"] = {"limit": 1}
            called.append(await self._call(client, method, arguments))
        return called

    async def _call(self, client: Any, method: Method, arguments: Any) -> Called:
        begin, error, paginates = len(self.sandbox.received), None, False
        finish: Any = (talk, atalk) if method.reach.sockets else (use, ause)
        try:
            with warnings.catch_warnings():
                # What is deprecated sends all the same.
                warnings.simplefilter("ignore", DeprecationWarning)
                made = egress.at(client, method.name)(**arguments)
                done = finish[self.kind is AsyncOpenAI](made)
                paginates = bool(await done if inspect.isawaitable(done) else done)
        except Exception as caught:  # noqa: BLE001 - what was sent is judged, not what came
            error = caught
        return Called(
            name=method.name,
            requests=tuple(self.sandbox.received[begin:]),
            error=error,
            paginates=paginates,
        )

    async def close(self) -> None:
        closed = self.client.close()
        if inspect.isawaitable(closed):
            await closed


async def audited(kind: Any, directory: Path) -> Audit:
    called, silent, opened = [], [], []
    methods = egress.methods(is_async=kind is AsyncOpenAI)
    routes = {route for method in methods for route in method.reach.routes}
    with AuditSandbox(routes) as sandbox, a_governor(directory) as governor:
        caller = Caller(kind, sandbox, governor)
        for method in methods:
            if method.reach.sockets:
                opened += await caller.all_ways(caller.client, method)
            elif method.reach.sends:
                called += await caller.all_ways(caller.client, method)
            else:
                # A client of its own: `close` is among them.
                silent += await caller.all_ways(caller.fresh(), method)
        await caller.close()
        sockets = sandbox.sockets  # a closed sandbox would begin anew
    return Audit(
        methods=methods,
        called=tuple(called),
        silent=tuple(silent),
        opened=tuple(opened),
        requests=tuple(sandbox.received),
        sockets=sockets,
        records=tuple(TrailReader(governor.settings.trail).records()),
        policy_digest=governor.policy_digest,
    )


# One audit each, and not one in every worker of xdist (`--dist loadgroup`).
KINDS = [
    pytest.param(name, marks=pytest.mark.xdist_group(name))
    for name in ("OpenAI", "AsyncOpenAI")
]


@pytest.fixture(scope="module", params=KINDS)
def audit(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Audit:
    kind = {"OpenAI": OpenAI, "AsyncOpenAI": AsyncOpenAI}[request.param]
    return asyncio.run(audited(kind, tmp_path_factory.mktemp("audit")))


def test_every_method_that_sends_was_called_and_sent(audit: Audit) -> None:
    sent = Counter(each.name for each in audit.called for _ in each.requests)
    senders = [m for m in audit.methods if m.reach.sends and not m.reach.sockets]

    assert [each.told for each in audit.called if not each.requests] == []
    assert {method.name for method in senders} == sent.keys()
    assert {"chat.completions.create", "files.with_raw_response.create"} <= sent.keys()


def test_what_was_recorded_is_what_was_sent(audit: Audit) -> None:
    attempts = [a for body in audit.bodies(Kind.OUTCOME) for a in body["attempts"]]
    recorded = Counter(each["request_id"] for each in attempts if "request_id" in each)
    sent = Counter(request.request_id for request in audit.requests)

    assert recorded == sent
    assert sent.total() == sum(len(each.requests) for each in audit.called)
    assert sent.total() >= len(audit.called)
    # What has no request id went over a websocket.
    assert len(attempts) == sent.total() + audit.events().total()


def test_every_decision_has_one_outcome(audit: Audit) -> None:
    by_kind = {
        kind: sorted(each.entry.id for each in audit.records if each.entry.kind is kind)
        for kind in (Kind.DECISION, Kind.OUTCOME)
    }

    assert by_kind[Kind.DECISION] == by_kind[Kind.OUTCOME]
    assert len(by_kind[Kind.DECISION]) > len(audit.called)


def test_every_request_declares_its_purpose_and_the_policy(audit: Audit) -> None:
    sent = [each.headers for each in audit.requests]
    sent += [each.headers for each in audit.sockets.handshakes]
    headers = {(e.get("x-declared-purpose"), e.get("x-policy-digest")) for e in sent}

    assert headers == {("audit", audit.policy_digest)}


def test_every_method_of_the_package_has_a_named_endpoint(audit: Audit) -> None:
    other = [
        f"{method.name} {endpoint}"
        for method in audit.methods
        for endpoint in method.endpoints
        if endpoint.startswith("other:")
    ]
    decided = {str(body["endpoint"]) for body in audit.bodies(Kind.DECISION)}

    assert other == []
    assert {each for each in decided if each.startswith("other:")} == {
        f"other:{raw}" for raw in RAW
    }


def test_what_sends_several_times_was_made_to(audit: Audit) -> None:
    once = [
        each.told for each in audit.called if each.paginates and len(each.requests) < 2
    ]
    went = {(each.name, r.endpoint) for each in audit.called for r in each.requests}
    missed = [
        f"{method.name} {route}"
        for method in audit.methods
        for route in method.reach.routes
        if "…" not in route
        and (method.name, route) not in went
        and (method.plain, route) not in egress.UNREACHED
    ]

    assert once == []
    assert missed == []
    assert sum(each.paginates for each in audit.called) > 50


def test_what_does_not_send_by_its_source_does_not(audit: Audit) -> None:
    assert [each.told for each in audit.silent if each.requests] == []
    assert {"close", "webhooks.unwrap"} <= {each.name for each in audit.silent}


def test_every_websocket_and_what_is_asked_over_it_is_recorded(audit: Audit) -> None:
    decided, sockets = audit.events(), audit.sockets
    connects = {m.name for m in audit.methods if m.reach.sockets}
    asked = [kind for kind in sockets.types() if kind in decided]

    assert [each.told for each in audit.opened if each.error is not None] == []
    assert {each.name for each in audit.opened} == connects >= {"realtime.connect"}
    assert decided.pop("handshake") == len(sockets.handshakes) == len(audit.opened)
    assert Counter(asked) == decided
    assert decided["response.create"] >= 1


def test_nothing_new_sends_before_somebody_has_looked_at_it() -> None:
    """After a new release: `python -m support.egress`, read the difference, keep it."""
    found = egress.table(egress.methods(is_async=False))

    assert found.splitlines() == REVIEWED.read_text(encoding="utf-8").splitlines()


def test_the_async_client_sends_as_the_sync_one_does() -> None:
    tables = [egress.table(egress.methods(is_async=each)) for each in (False, True)]

    assert tables[0].splitlines() == tables[1].splitlines()


@pytest.mark.parametrize("is_async", [False, True])
def test_twins_wrap_the_methods_that_they_are_named_after(is_async: bool) -> None:  # noqa: FBT001 - a parameter
    stock = egress.stock(is_async=is_async)
    names = [method for method in egress.methods(is_async=is_async) if method.twin]
    below = list(egress.twin_classes(stock))

    assert len(names) > 400
    for method in names:
        twin = inspect.unwrap(egress.at(stock, method.name))
        plain = inspect.unwrap(egress.at(stock, method.plain))
        assert inspect.unwrap(plain) == twin, method.name
    # What hangs below a client's own twin are the same classes.
    assert len(below) > 50
    assert [name for name, found, beside in below if found is not beside] == []


def test_no_exception_of_the_audit_is_stale() -> None:
    stock = egress.stock(is_async=False)
    methods = {method.name: method for method in egress.methods(is_async=False)}
    for name, override in egress.OVERRIDES.items():
        if MAJOR in override.majors:
            parameters = inspect.signature(egress.at(stock, name)).parameters
            assert override.arguments.keys() <= parameters.keys(), name
            assert override.because
    for (name, route), exception in egress.UNREACHED.items():
        if MAJOR in exception.majors:
            assert route in methods[name].reach.routes


def test_a_retried_call_is_recorded_try_by_try(tmp_path: Path) -> None:
    with AuditSandbox([]) as sandbox, a_governor(tmp_path) as governor:
        client = client_of(OpenAI, sandbox, governor)
        sandbox.answer_next(status=500, retry_after="0.001", times=2)
        client.with_options(max_retries=2).models.list()
        client.close()
    [outcome] = [
        each.body
        for each in TrailReader(governor.settings.trail).records()
        if each.entry.kind is Kind.OUTCOME
    ]
    assert outcome is not None
    attempts: Any = outcome["attempts"]

    assert [each["status"] for each in attempts] == [500, 500, 200]
    assert [each["request_id"] for each in attempts] == [
        request.request_id for request in sandbox.received
    ]
