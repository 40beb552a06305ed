"""What one side hands over and the other holds: attestations, officers, an auditor."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from affidavit.cli.trust import own_identity
from support.cli import Ran, a_recorded_project, invoke
from support.contracts import HEAD

TODAY = datetime.now(UTC).date()
LONG_AGO = (TODAY - timedelta(days=40)).isoformat()
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()
CONTRACT = f"""{HEAD}scope: {{purposes: ["support.*"]}}
clauses:
  - id: "4.1"
    promise: Nothing leaves that the policy would stop.
    checks:
      - no_observed: {{}}
      - enforced: {{}}
  - id: "4.2"
    promise: Every call says what it is for.
    checks: [{{declared: {{}}}}]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A folder with `before`, `now` (under `contract.yaml`), `copy` of the trail and
    `acme.vkey`; and the project that it came from.
    """

    path: Path
    owner: Path

    def run(self, *arguments: str | Path) -> Ran:
        return invoke(*arguments, cwd=self.path)

    def verify(self, *arguments: str | Path) -> Ran:
        return self.run("verify", *arguments, "--key", "acme.vkey")

    def signed(self, name: str, *arguments: str | Path) -> Ran:
        """`now` signed by an officer, whose key is `NAME.vkey` from then on."""
        told = self.run(
            *("attest", "sign", "now", "--key", "acme.vkey", "--new-key", "--json"),
            *("--name", name, "--signing-key", f"{name}.pem", *arguments),
        )
        (self.path / f"{name}.vkey").write_text(told.json["vkey"])
        return told

    def countersigned(self, *arguments: str | Path, name: str = "audit.example") -> Ran:
        """`now` countersigned, by a key that is `NAME.vkey` from then on."""
        told = self.run(
            *("countersign", "now", "--key", "acme.vkey", "--new-key", "--json"),
            *("--name", name, "--signing-key", f"{name}.pem", *arguments),
        )
        (self.path / f"{name}.vkey").write_text(told.json["vkey"])
        return told

    def elsewhere(self, path: Path) -> "Handed":
        """The same, to be spoilt."""
        shutil.copytree(self.path, path)
        return Handed(path=path, owner=self.owner)


def handed_over(parent: Path) -> Handed:
    """Two attestations of one project, the second under a contract."""
    owner, path = parent / "owner", parent / "auditor"
    settings = a_recorded_project(owner)
    path.mkdir()
    (owner / "contract.yaml").write_text(CONTRACT)
    (path / "contract.yaml").write_text(CONTRACT)
    before = ("--from", LONG_AGO, "--to", LONG_AGO, "--out", path / "before")
    assert invoke("attest", *before, cwd=owner).code == 0
    now = ("--from", YESTERDAY, "--contract", "contract.yaml", "--controls", "csv")
    assert invoke("attest", *now, "--out", path / "now", cwd=owner).code == 0
    shutil.copytree(settings.trail, path / "copy")
    (path / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return Handed(path=path, owner=owner)
