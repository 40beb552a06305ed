"""`make demo`: what affidavit does, shown on real calls in under a minute.

Runs in a temporary folder, against the sandbox on loopback, or with `--live` and
OPENAI_API_KEY against the real API. Each step is a command that a user would type.
"""

import argparse
import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from affidavit.dsse import Envelope, pae
from affidavit.testing import Sandbox

EXAMPLES = Path(__file__).resolve().parent


def heading(text: str) -> None:
    """Say what comes next."""
    print(f"\n── {text}", flush=True)


def run(
    *command: str, cwd: Path, env: Mapping[str, str] | None = None, expect: int = 0
) -> str:
    """Run a command as a user would, show it and its output, check its exit code."""
    print(
        "$ "
        + " ".join(
            Path(command[0]).name if i == 0 else part for i, part in enumerate(command)
        ),
        flush=True,
    )
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    print(done.stdout, end="", flush=True)
    if done.returncode != expect:
        raise SystemExit(f"demo: {command} exited {done.returncode}, not {expect}")
    return done.stdout


def affidavit(*arguments: str, cwd: Path, expect: int = 0) -> str:
    """Run the affidavit program of this environment."""
    program = str(Path(sys.executable).with_name("affidavit"))
    return run(program, *arguments, cwd=cwd, expect=expect)


@contextlib.contextmanager
def provider(*, live: bool) -> Iterator[dict[str, str]]:
    """What the SDK must be told in order to reach the provider."""
    if live:
        if not os.environ.get("OPENAI_API_KEY"):
            raise SystemExit("demo: --live needs OPENAI_API_KEY")
        yield {}
        return
    with Sandbox() as sandbox:
        yield {"OPENAI_BASE_URL": sandbox.base_url, "OPENAI_API_KEY": "sandbox"}
        arrived = [each.path for each in sandbox.requests]
        print(f"(the provider received {len(arrived)} request: {arrived})")
        if len(arrived) != 1:
            raise SystemExit("demo: a refused call must not reach the provider")


def edit_a_record(trail: Path) -> None:
    """Change one recorded character, as someone with access to the disk could."""
    bundle = max((trail / "tile" / "entries").glob("000*/*"), key=lambda p: int(p.name))
    data = bundle.read_bytes()
    if b'"effect":"refuse"' not in data:
        raise SystemExit("demo: no refusal was recorded")
    bundle.write_bytes(data.replace(b'"effect":"refuse"', b'"effect":"permit"', 1))


def check_with_openssl(statement: Path, key: Path) -> None:
    """Verify the statement's signature with nothing of ours."""
    envelope = Envelope.parse(statement.read_bytes())
    folder = statement.parent
    (folder / "signed-bytes").write_bytes(pae(envelope.payload_type, envelope.payload))
    signature = json.loads(statement.read_text())["signatures"][0]["sig"]
    (folder / "signature").write_bytes(base64.b64decode(signature))
    run(
        "openssl",
        "pkeyutl",
        "-verify",
        "-rawin",
        "-pubin",
        "-inkey",
        key.name,
        "-in",
        "attestation/signed-bytes",
        "-sigfile",
        "attestation/signature",
        cwd=key.parent,
    )


def show(folder: Path, *, live: bool) -> None:
    """The whole demonstration."""
    heading("A policy, a key and a trail")
    affidavit("init", cwd=folder)

    heading("Three calls through the OpenAI SDK: one allowed, two refused")
    quickstart = str(EXAMPLES / "quickstart.py")
    with provider(live=live) as environment:
        run(sys.executable, quickstart, cwd=folder, env=environment)

    heading("What was recorded, and whether it holds")
    affidavit("trail", "show", cwd=folder)
    affidavit("trail", "verify", cwd=folder)

    heading("A record is edited in a copy; verification names it")
    shutil.copytree(folder / ".affidavit" / "trail", folder / "edited")
    edit_a_record(folder / "edited")
    vkey = affidavit("trail", "key", cwd=folder).strip()
    affidavit("trail", "verify", "edited", "--key", vkey, cwd=folder, expect=1)

    heading("A signed statement of this run, verified by openssl alone")
    today = datetime.now(UTC).date().isoformat()
    affidavit(
        "attest", "--from", today, "--to", today, "--out", "attestation", cwd=folder
    )
    affidavit("verify", "attestation", cwd=folder)
    key = folder / "key.pub.pem"
    key.write_text(affidavit("trail", "key", "--pem", cwd=folder))
    check_with_openssl(folder / "attestation" / "statement.dsse.json", key)


def main() -> None:
    """Parse arguments, run, and say so when everything went as it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--live", action="store_true", help="use the real API")
    live: bool = parser.parse_args().live
    with tempfile.TemporaryDirectory(prefix="affidavit-demo-") as name:
        show(Path(name), live=live)
    print("demo: ok")


if __name__ == "__main__":
    main()
