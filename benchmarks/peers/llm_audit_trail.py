"""llm-audit-trail with its HMAC key, `fsync=True` and its anchors."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llm_audit_trail import AuditLogger, read_anchor, verify_log, write_anchor
from llm_audit_trail.core import GENESIS, _digest, _stable_json
from peers.terms import Answer, Change, Verdict

KEY = "the operator's secret"


class LlmAuditTrail:
    name = "llm-audit-trail"
    distribution = "llm-audit-trail"
    keyed = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._logger = AuditLogger(
            path=str(self.log), system="bench", key=KEY, fsync=True
        )

    @property
    def log(self) -> Path:
        return self.folder / "audit_trail.jsonl"

    def append(self, number: int) -> str:
        done = self._logger.emit("Inference", {"call": number}, model_id="gpt-5")
        return str(done["event_id"])

    def keep(self) -> Any:
        anchor = self.folder.with_suffix(".anchor")
        write_anchor(str(self.log), str(anchor))
        return read_anchor(str(anchor))

    def verify(self, kept: Any = None) -> Answer:
        holds, report = verify_log(str(self.log), key=KEY, expected_head=kept)
        if holds:
            return Answer(Verdict.NOT_FOUND)
        line = report.get("line")
        record = None if line is None else line - 1
        return Answer(Verdict.FOUND, record, str(report.get("error")))

    def rewrite(self, change: Change, *, with_key: bool) -> None:
        lines = self.log.read_text("utf-8").splitlines()
        events = change([json.loads(each) for each in lines])
        key = KEY.encode() if with_key else None
        last, out = GENESIS, []
        for number, event in enumerate(events):
            event.pop("curr_hash", None)
            event["seq"], event["prev_hash"] = number, last
            event["hash_alg"] = "hmac-sha256" if with_key else "sha256"
            last = event["curr_hash"] = _digest(last, event, key)
            out.append(_stable_json(event) + "\n")
        self.log.write_text("".join(out), "utf-8")

    def time_field(self) -> Sequence[str]:
        return ("timestamp",)
