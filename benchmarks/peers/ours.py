"""affidavit: its governor writes, its command line verifies.

Nothing here is easier on us than on the others: the attacks are the conformance suite's
own, with the private key where the attacker has it, and the verifier gets the pinned
key and, where others get what was kept, an older checkpoint.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from peers.terms import Answer, Verdict

from affidavit.keys import load_signer
from affidavit.wiring import Settings, read_settings
from affidavit.wiring.founding import found
from affidavit.wiring.governor import Governor, load_identity
from support.attacks import history, sealed
from support.attacks.ground import Ground
from support.attacks.tail import tail
from support.attacks.terms import Mark
from support.project import a_call, an_outcome

ADMISSION = "would not show"


class Affidavit:
    name = "affidavit"
    distribution = "affidavit"
    keyed = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        if not self._settings.trail.exists():
            found(self._settings, directory=folder, observe=False)
        self._governor: Governor | None = None

    @property
    def _settings(self) -> Settings:
        return read_settings(environ={}, directory=self.folder)

    @property
    def trail(self) -> Path:
        return self._settings.trail

    def append(self, number: int) -> str:
        """A call: decision and outcome, two records."""
        self._governor = self._governor or Governor(settings=self._settings)
        verdict = self._governor.consider(a_call(parameters={"n": number + 1}))
        self._governor.commit(verdict)
        self._governor.conclude(verdict, an_outcome())
        return verdict.id

    def close(self) -> None:
        if self._governor is not None:
            self._governor.close()
        self._governor = None

    def keep(self) -> Any:
        self.close()
        kept = self.folder / "checkpoint.kept"
        kept.write_bytes((self.trail / "checkpoint").read_bytes())
        return kept

    def verify(self, kept: Any = None) -> Answer:
        key = str(load_identity(self._settings).verifier)
        given = ["--older", str(kept)] if kept is not None else []
        ran = self._run("verify", str(self.trail), "--key", key, *given, "--json")
        report = json.loads(ran)
        if report["verdict"] == "valid":
            if report["notes"]:
                return Answer(Verdict.NOTED)
            admitted = any(ADMISSION in each for each in report["unchecked"])
            return Answer(Verdict.SAID if admitted else Verdict.NOT_FOUND)
        indexes = [each["index"] for each in report["problems"]]
        named = min((each for each in indexes if each is not None), default=None)
        return Answer(Verdict.FOUND, named)

    def ids(self) -> set[str]:
        """Every decision that can be read back, sealed or pending."""
        shown = self._run("show", str(self.trail), "--json", "--limit", "1000000")
        return {json.loads(each)["id"] for each in shown.splitlines()}

    def _run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "affidavit", "trail", *arguments]
        environment = {**os.environ, "NO_COLOR": "1"}
        ran = subprocess.run(
            command, capture_output=True, cwd=self.folder, env=environment, check=False
        )
        if ran.returncode > 1 or not ran.stdout:
            raise RuntimeError(ran.stderr.decode())
        return ran.stdout.decode()

    def ground(self) -> Ground:
        """The trail in the attacker's hands, key and all."""
        self.close()
        identity = load_identity(self._settings)
        return Ground(
            self.trail,
            signer=load_signer(self._settings.key),
            secret=identity.secrets.secret,
        )

    def tear(self) -> None:
        """Cut the last record that is not sealed in half, as a crash does."""
        own = tail(self.ground(), least=1)
        own.write(own.bytes_of(*own.frames)[:-20])


def _dated_back(ground: Ground) -> Mark:
    """One of the records that were there, dated an hour back, and all signed anew."""
    records = list(ground.records)
    at = len(records) // 2
    told = datetime.fromisoformat(records[at].fields["at"]) - timedelta(hours=1)
    text = told.strftime("%Y-%m-%dT%H:%M:%S.") + f"{told.microsecond // 1000:03d}Z"
    records[at] = records[at].changed(at=text)
    ground.seal(records)
    return Mark()


ATTACKS: dict[str, Callable[[Ground], Mark]] = {
    "edit": sealed.edit_entry,
    "delete": sealed.delete_entry,
    "insert": sealed.insert_entry,
    "swap": sealed.swap_entries,
    "duplicate": sealed.duplicate_entry,
    "replay": sealed.replay_entry,
    "drop": history.drop_last_three,
    "drop-key": history.drop_last_three_resealed,
    "older": history.older_state,
    "torn": sealed.tear_bundle,
    "rewrite-no-key": history.rewrite_other_key,
    "rewrite-key": history.rewrite,
    "backdate": _dated_back,
}
