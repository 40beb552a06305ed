"""The governor: policy, detectors, trail and clock put together, shared by clients.

Knows how to build the graph from settings and the order in which a call passes through
it. Everything that decides is in `gate`; everything that must be durable is in `trail`.
"""

import atexit
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Self

from affidavit import fingerprint
from affidavit._version import __version__
from affidavit.calls import Call, Known, Line, Outcome
from affidavit.detect.content import ContentDetector
from affidavit.detect.ordinary import ordinary
from affidavit.detect.provenance import provenance
from affidavit.errors import AffidavitError, Unrecorded
from affidavit.gate import Gate, Verdict
from affidavit.policy.deferred import Inspection
from affidavit.policy.loader import Policy
from affidavit.trail import record as records
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Clock, Kind, Labels, Randomness, Record
from affidavit.trail.trail import Trail, boot_id
from affidavit.trail.uploads import Uploads
from affidavit.wiring import beside, counting, putting, suspending
from affidavit.wiring.afterwards import Afterwards
from affidavit.wiring.farewell import at_end_of_children
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.moments import Moments
from affidavit.wiring.settings import Settings, read_settings
from affidavit.wiring.trusted import loaded

__all__ = ["TOOL", "Governor", "default_governor", "load_identity"]
TOOL = f"affidavit/{__version__}"
_log = logging.getLogger("affidavit")
_UNTOLD = "the outcome of call %s was not recorded: %s"


class Governor:
    """Decides and records for any number of clients, threads and tasks.

    Built from settings; each argument overrides its setting. Raises `PolicyNotFound`,
    `PolicyInvalid`, `PolicyUntrusted`, `KeyUnusable`, `TrailNotFound`, `TrailMismatch`,
    `ToolUnavailable` or `SettingsInvalid`, each with its remedy. The policy is read
    once: a change on disk counts from `reload()` or a new process on. Close it, or
    leave that to the end of the process.
    """

    def __init__(
        self,
        *,
        policy: str | Path | None = None,
        policy_trust: str | Path | None = None,
        trail: str | Path | None = None,
        key: str | Path | None = None,
        purpose: str | None = None,
        tag_requests: bool | None = None,
        durability: str | None = None,
        keep_content: bool | None = None,
        fingerprint_outputs: bool | None = None,
        watch_behaviour: bool | None = None,
        budgets: str | Path | None = None,
        settings: Settings | None = None,
        clock: Clock = time.time_ns,
        randomness: Randomness = os.urandom,
    ) -> None:
        self.settings = settings or read_settings(
            environ=os.environ,
            directory=Path.cwd(),
            policy=policy,
            policy_trust=policy_trust,
            trail=trail,
            key=key,
            purpose=purpose,
            tag_requests=tag_requests,
            durability=durability,
            keep_content=keep_content,
            fingerprint_outputs=fingerprint_outputs,
            watch_behaviour=watch_behaviour,
            budgets=budgets,
        )
        self._clock, self._randomness = clock, randomness
        self._moment = Moments(clock, randomness)
        in_force = self._load()
        self._identity = load_identity(self.settings)
        self._contents = beside.contents(self.settings, self._identity, randomness)
        self._detectors = (ContentDetector(), provenance)
        self._watcher = beside.watcher(self.settings, self._identity, in_force)
        self._under_way = counting.UnderWay()
        self._labels = Labels(self._identity.secrets.label)
        self._uploads = Uploads(TrailReader(self.settings.trail), self._labels)
        self._gate = self._gate_of(in_force)
        self._trail = Trail(
            self.settings.trail,
            self._identity,
            first_record=self._policy_record,
            clock=clock,
            randomness=randomness,
            durability=self.settings.durability,
            on_network=self.settings.network_trail,
        )
        self._after = Afterwards(
            self._trail, lambda: self._gate.fingerprint_key, clock, randomness
        )
        self.opinions = beside.opinions(self.settings, self._after)
        self._switch = suspending.switch(self.settings.trail, self._identity.origin)
        self._keeper = counting.keeper_for(self, in_force, self._identity.origin)
        self._anchors = beside.anchors(self.settings)
        self._retention = beside.retention(self.settings, self._trail, clock, tool=TOOL)
        _open_governors.add(self)

    @property
    def policy(self) -> Policy:
        """What is in force."""
        return self._gate.policy

    @property
    def policy_digest(self) -> str:
        """`sha256:` and 64 hex digits: what `X-Policy-Digest` says."""
        return self._gate.policy.digest

    @property
    def default_purpose(self) -> str | None:
        """The purpose of a call that declares none."""
        return self.settings.purpose

    @property
    def tags_requests(self) -> bool:
        """Whether requests carry the purpose and the policy's digest."""
        return self.settings.tag_requests

    @property
    def keeps_content(self) -> bool:
        """Whether requests and answers are kept, encrypted, beside the trail."""
        return self._contents is not None

    @property
    def fingerprints_outputs(self) -> bool:
        """Whether it wants to hear what models said."""
        return self.settings.fingerprint_outputs or self._watcher is not None

    @property
    def trail(self) -> Trail:
        """Where it is recorded."""
        return self._trail

    def allows_origin(self, origin: str) -> bool:
        """Whether the policy lists `origin` (`scheme://host[:port]`)."""
        return origin in (self._gate.policy.origins or ())

    def known(self, name: str) -> Known | None:
        """What this trail knows of a file, an upload or a part (the provider's `name`).

        Searches the trail, unless this process uploaded it. Raises as `TrailReader`.
        """
        return self._uploads.find(name)

    def inspect(self, lines: Iterable[Line]) -> Inspection:
        """Decide each line of a file that is uploaded, one at a time."""
        gate, watcher = self._gate, self._watcher
        look = None if watcher is None else watcher.look_at_file(gate.policy)
        return suspending.inspect(gate, self._switch, lines, self._moment(), look)

    def consider(self, call: Call, inspection: Inspection | None = None) -> Verdict:
        """Decide about `call`; records nothing yet."""
        moment, gate, watcher = self._moment(), self._gate, self._watcher
        opinions, look = self.opinions, None
        if opinions is not None and opinions.asking:
            call, watcher = opinions.bare(call), None
        if watcher is not None and inspection is None:
            look = watcher.look(gate.policy, moment.milliseconds)
        verdict = gate.consider(call, moment, inspection, look)
        stopped = self._switch.reasons(call, moment.monotonic)
        if stopped or (inspection is not None and inspection.stopped):
            verdict = gate.stopped(verdict, stopped, inspection)
        if look is not None:
            look.decided(verdict.id, verdict.reasons, left=not verdict.refused)
        if opinions is not None:
            opinions.decided(call, verdict.id, refused=verdict.refused)
        bare = self._contents is None or verdict.content
        return verdict if bare else verdict._replace(content=call.content)

    def commit(self, verdict: Verdict) -> Verdict | None:
        """Make the decision durable, or raise `Unrecorded`: then nothing may leave.

        A call that a budget counts is counted first, which may refuse it: then the
        verdict is given back as it was recorded.
        """
        if verdict.spending is None:
            self._record(verdict)
            return None
        with self._under_way:
            counted = counting.counted(self._keeper, self._gate, verdict)
            try:
                self._record(counted)
            except Unrecorded:
                counting.give_back(self._keeper, counted)
                raise
            if (outcome := verdict.spending.recorded(counted)) is not None:
                self.conclude(counted, outcome)
        return counted

    def _record(self, verdict: Verdict) -> None:
        try:
            self._keep_request(verdict)
            self._trail.append(verdict.record, owes_outcome=not verdict.refused)
        except AffidavitError as error:
            raise putting.unrecorded(error) from error

    async def acommit(self, verdict: Verdict) -> Verdict | None:
        """As `commit`, without holding up the event loop: asyncio's, or trio's."""
        waits = self._contents is not None or verdict.spending is not None
        if waits or not putting.on_asyncio():
            import anyio.to_thread

            return await anyio.to_thread.run_sync(self.commit, verdict)
        try:
            await self._trail.aappend(verdict.record, owes_outcome=not verdict.refused)
        except AffidavitError as error:
            raise putting.unrecorded(error) from error
        return None

    def conclude(self, verdict: Verdict, outcome: Outcome) -> None:
        """Note what became of a call. Never raises: the call has been made already."""
        final = counting.latest(verdict, outcome)
        if final is None or final.refused:
            return  # given up by its caller before it was recorded, or refused since
        try:
            record = self._concluded(verdict, self._clock(), lambda: outcome)
            self._trail.note(record)
            self._after.rest(verdict.id)
            counting.settle(self._keeper, final, outcome)
            self._uploads.learn(final.record, record)
        except AffidavitError as error:
            _log.error(_UNTOLD, verdict.id, error)

    def conclude_soon(self, verdict: Verdict, outcome: Callable[[], Outcome]) -> None:
        """The same for what is no upload; `outcome` is asked when it is written."""
        if verdict.spending is not None:
            self.conclude(verdict, outcome())  # the next call counts what it took
            return
        try:
            made = partial(self._concluded, verdict, self._clock(), outcome)
            self._trail.note(partial(self._after.followed, verdict.id, made))
        except AffidavitError as error:
            _log.error(_UNTOLD, verdict.id, error)

    def _concluded(
        self, verdict: Verdict, nanoseconds: int, outcome: Callable[[], Outcome]
    ) -> Record:
        told = self._after.read(verdict.id, outcome())
        if self._watcher is not None:
            told = told._replace(said=None if told.said is None else tuple(told.said))
            self._watcher.concluded(verdict.id, told, self._after.all_of(verdict.id))
        if self.opinions is not None:
            self.opinions.concluded(verdict.id)
        if self._contents is not None and told.output is not None:
            self._contents.note(verdict.id, told.output)
        return self._gate.conclude(verdict, told, nanoseconds // 1_000_000)

    def flush(self) -> None:
        """Make every outcome durable now, before the process is frozen or killed.

        Decisions are durable already; outcomes may wait 50 ms. A function service that
        stops processes between requests calls this at each one's end.
        """
        self._after.finish()
        if self._keeper is not None:
            self._keeper.flush()
        if self._contents is not None:
            self._contents.flush()

    def reload(self) -> bool:
        """Read the policy again; True when another one is in force now, and recorded.

        An invalid policy raises and leaves the present one in force.
        """
        policy = self._load()
        if policy.digest == self._gate.policy.digest:
            return False
        keeper = self._keeper or counting.keeper_for(
            self, policy, self._identity.origin
        )
        before, self._gate = self._gate, self._gate_of(policy)
        try:
            self._trail.append(self._policy_record())
        except AffidavitError:
            self._gate = before
            raise
        finally:
            self._keeper = keeper
        if self._watcher is None:
            self._watcher = beside.watcher(self.settings, self._identity, policy)
        return True

    def close(self) -> None:
        """Record the end, seal what is durable, let go of the files. Twice is once."""
        _open_governors.discard(self)
        if self.opinions is not None:
            self.opinions.close()
        self._under_way.wait()
        if self._anchors is not None:
            self._anchors.close()
        if self._retention is not None:
            self._retention.close()
        if self._keeper is not None:
            self._keeper.close()
        self._after.finish()
        self._trail.close()
        if self._contents is not None:
            self._contents.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _keep_request(self, verdict: Verdict) -> None:
        # Before the record: a crash in between leaves a content that no record names,
        # never a record whose content was to be kept and is not.
        if self._contents is not None and verdict.content:
            self._contents.keep(verdict.id, verdict.content)

    def _load(self) -> Policy:
        path = putting.shown(self.settings.policy)
        return loaded(path, self.settings, nanoseconds=self._clock())

    def _gate_of(self, policy: Policy) -> Gate:
        return Gate(
            policy=policy,
            detectors=(*self._detectors, ordinary)
            if policy.names_activities
            else self._detectors,
            labels=self._labels,
            content_key=self._identity.secrets.content,
            fingerprint_key=fingerprint.Key(self._identity.secrets.fingerprint)
            if self.settings.fingerprint_outputs
            else None,
            boot=boot_id(),
        )

    def _policy_record(self) -> Record:
        return records.fresh(
            Kind.POLICY,
            putting.in_force(self.policy, self.settings, tool=TOOL),
            clock=self._clock,
            randomness=self._randomness,
            policy=self._gate.policy_hex,
        )


_open_governors: "weakref.WeakSet[Governor]" = weakref.WeakSet()
_defaults: dict[Settings, Governor] = {}
_defaults_lock = threading.Lock()


def _renew_lock() -> None:
    # A thread that built a governor while another forked does not live in the child,
    # and would hold the lock there for ever.
    global _defaults_lock  # noqa: PLW0603 - it guards a module's own dictionary
    _defaults_lock = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def default_governor() -> Governor:
    """The governor of the present settings, one a process for equal settings."""
    settings = read_settings(environ=os.environ, directory=Path.cwd())
    with _defaults_lock:
        governor = _defaults.get(settings)
        if governor is None or governor not in _open_governors:
            governor = _defaults[settings] = Governor(settings=settings)
        return governor


def _close_all() -> None:
    for governor in list(_open_governors):
        try:
            governor.close()
        except AffidavitError as error:
            _log.error("%s: not closed cleanly: %s", governor.settings.trail, error)


atexit.register(_close_all)
at_end_of_children(_close_all)
