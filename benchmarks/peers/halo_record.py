"""halo-record: its recorder, `verify_log`, and checkpoints kept elsewhere."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from halo_record import (
    GENESIS_PREV,
    Recorder,
    build,
    checkpoint,
    compute_hash,
    load_records,
    verify_completeness,
    verify_log,
)
from peers.terms import Answer, Change, Verdict, numbered


class HaloRecord:
    name = "halo-record"
    distribution = "halo-record"
    keyed = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self._recorder = Recorder(str(self.log))

    @property
    def log(self) -> Path:
        return self.folder / "audit.jsonl"

    def append(self, number: int) -> str:
        made = build(
            "tool_call",
            "security",
            tool="gpt-5",
            tool_input={"call": number},
            subject={"id": "acme"},
        )
        return str(self._recorder.append(made)["record_id"])

    def keep(self) -> Any:
        return checkpoint(load_records(str(self.log)))

    def verify(self, kept: Any = None) -> Answer:
        told: list[str] = []
        holds = verify_log(str(self.log), out=told.append)
        if not holds:
            bad = next(each for each in told if "warning" not in each)
            return Answer(Verdict.FOUND, numbered(bad, r"record (\d+)", base=1), bad)
        if kept is not None:
            checked = verify_completeness(load_records(str(self.log)), [kept])
            if checked["ok"] is not True:
                return Answer(Verdict.FOUND, None, checked["why"])
        for each in told:
            if "warning: ts" in each:
                return Answer(Verdict.NOTED, numbered(each, r"record (\d+)", base=1))
        if any("not completeness" in each for each in told):
            return Answer(Verdict.SAID)
        return Answer(Verdict.NOT_FOUND)

    def rewrite(self, change: Change, *, with_key: bool) -> None:
        lines = self.log.read_text("utf-8").splitlines()
        records = change([json.loads(each) for each in lines])
        last = GENESIS_PREV
        for each in records:
            each["integrity"]["prev_hash"] = last
            last = each["integrity"]["hash"] = compute_hash(each, last)
        out = [json.dumps(each, separators=(",", ":")) + "\n" for each in records]
        self.log.write_text("".join(out), "utf-8")

    def time_field(self) -> Sequence[str]:
        return ("ts",)
