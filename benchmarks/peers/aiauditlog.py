"""aiauditlog: its recorder with `fsync=True`, `ChainVerifier`, signed checkpoints."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ai_audit_log import (
    AuditEvent,
    AuditRecorder,
    ChainVerifier,
    Ed25519KeyPair,
    EventBuilder,
    JsonlStore,
    Outcome,
    Source,
    append_integrity,
    verify_signed_checkpoint,
)
from ai_audit_log.checkpoint import create_checkpoint
from ai_audit_log.models import Actor
from ai_audit_log.signatures import sign_payload
from peers.terms import Answer, Change, Verdict

PAIR = Ed25519KeyPair.generate()
KEY_ID = "operator"


class AiAuditLog:
    name = "aiauditlog"
    distribution = "aiauditlog"
    keyed = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._store = JsonlStore(self.log, fsync=True)
        self._recorder = AuditRecorder(
            builder=EventBuilder(
                source=Source(service="bench"),
                actor=Actor(actor_id="agent", actor_type="ai_agent"),
            ),
            store=self._store,
        )

    @property
    def log(self) -> Path:
        return self.folder / "audit.jsonl"

    def append(self, number: int) -> str:
        done = self._recorder.record(
            event_type="model.invocation.completed",
            outcome=Outcome(status="success", code="COMPLETED"),
            data={"provider": "openai", "model_name": "gpt-5", "call": number},
        )
        return str(done.event_id)

    def keep(self) -> Any:
        made = create_checkpoint(self._store.read_all())
        made.signatures.append(
            sign_payload(made.unsigned_payload(), PAIR.private_key, key_id=KEY_ID)
        )
        return made

    def verify(self, kept: Any = None) -> Answer:
        try:
            events = self._store.read_all()
        except ValueError as error:
            # What its command line does with it: a message, exit code 1 and no index.
            return Answer(Verdict.FOUND, None, str(error))
        report = ChainVerifier().verify(events)
        if not report.ok:
            first = report.issues[0]
            return Answer(Verdict.FOUND, first.index, first.message)
        if kept is not None:
            # The log may have grown since: a checkpoint is about the first events.
            checked = verify_signed_checkpoint(
                kept,
                events[: kept.event_count],
                public_keys={KEY_ID: PAIR.public_key},
            )
            if not checked.ok:
                return Answer(Verdict.FOUND, None, ", ".join(checked.checkpoint.issues))
        return Answer(Verdict.NOT_FOUND)

    def rewrite(self, change: Change, *, with_key: bool) -> None:
        lines = self.log.read_text("utf-8").splitlines()
        last, made = None, []
        for number, each in enumerate(change([json.loads(line) for line in lines])):
            each.pop("integrity", None)
            event = append_integrity(
                AuditEvent.model_validate(each),
                stream_id="default",
                sequence=number + 1,
                previous_event_digest=last,
            )
            last = event.integrity.event_digest
            made.append(event)
        self._store.write_all(made)

    def time_field(self) -> Sequence[str]:
        return ("event_time", "recorded_time")
