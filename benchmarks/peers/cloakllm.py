"""cloakllm: its audit logger in compliance mode, and `verify_chain`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cloakllm import ShieldConfig
from cloakllm.audit import GENESIS_HASH, AuditLogger
from peers.terms import Answer, Change, NotOffered, Verdict, numbered


class CloakLlm:
    name = "cloakllm"
    distribution = "cloakllm"
    keyed = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._logger = AuditLogger(
            ShieldConfig(
                log_dir=folder,
                audit_strict_chain=True,
                compliance_mode="eu_ai_act_article12",
            )
        )

    @property
    def log(self) -> Path:
        return max(self.folder.glob("audit_*.jsonl"))

    def append(self, number: int) -> str:
        text = f"call {number}"
        done = self._logger.log("sanitize", text, text, model="gpt-5")
        return str(done.event_id) if done else ""

    def keep(self) -> Any:
        raise NotOffered("verify takes nothing that was kept elsewhere")

    def verify(self, kept: Any = None) -> Answer:
        holds, errors, _ = self._logger.verify_chain()
        if holds:
            return Answer(Verdict.NOT_FOUND)
        named = numbered(errors[0], r"jsonl:(\d+)", base=1)
        return Answer(Verdict.FOUND, named, errors[0])

    def rewrite(self, change: Change, *, with_key: bool) -> None:
        lines = self.log.read_text("utf-8").splitlines()
        last, out = GENESIS_HASH, []
        for number, each in enumerate(change([json.loads(line) for line in lines])):
            each.pop("entry_hash", None)
            each["seq"], each["prev_hash"] = number, last
            last = each["entry_hash"] = AuditLogger._compute_hash(each)  # noqa: SLF001 - the attacker reads the source
            out.append(json.dumps(each, separators=(",", ":")) + "\n")
        self.log.write_text("".join(out), "utf-8")

    def time_field(self) -> Sequence[str]:
        return ("timestamp",)
