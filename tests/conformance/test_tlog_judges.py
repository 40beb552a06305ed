"""openssl, which knows none of our formats, verifies each signature that we make."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from affidavit import dsse
from affidavit.keys import Verifier
from affidavit.tlog import checkpoint, note, witness
from affidavit.tlog.checkpoint import Checkpoint
from support import vectors

LOG, WITNESS = vectors.key("log"), vectors.key("witness")
HEAD = Checkpoint(LOG.name, 7, bytes(range(32)))


@dataclass(frozen=True, slots=True)
class OpenSsl:
    """`openssl pkeyutl`, working in a directory of its own."""

    program: str
    directory: Path

    def accepts(self, verifier: Verifier, signature: bytes, message: bytes) -> bool:
        files = {
            "-inkey": ("key.pem", verifier.pem.encode()),
            "-sigfile": ("signature", signature),
            "-in": ("message", message),
        }
        arguments = ["pkeyutl", "-verify", "-rawin", "-pubin"]
        for option, (name, content) in files.items():
            (self.directory / name).write_bytes(content)
            arguments += [option, name]
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.directory,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSsl:
    program = shutil.which("openssl")
    if program is None:
        pytest.fail("openssl is missing: apt-get install openssl")
    return OpenSsl(program, tmp_path)


def test_a_checkpoint_is_signed_over_exactly_its_text(openssl: OpenSsl) -> None:
    (line,) = note.parse_note(checkpoint.sign(HEAD, LOG.signer)).signatures
    text = HEAD.text.encode()

    assert openssl.accepts(LOG.signer.verifier, line.signature, text)
    assert not openssl.accepts(LOG.signer.verifier, line.signature, text + b"\n")


def test_a_cosignature_is_over_its_time_and_the_text(openssl: OpenSsl) -> None:
    line = witness.cosign(HEAD, WITNESS.name, WITNESS.signer, time=1_700_000_000)
    text = HEAD.text.encode()
    signature = line.signature[8:]

    message = b"cosignature/v1\ntime 1700000000\n" + text
    assert openssl.accepts(WITNESS.signer.verifier, signature, message)
    assert not openssl.accepts(WITNESS.signer.verifier, signature, text)


def test_an_envelope_is_signed_over_type_and_payload(openssl: OpenSsl) -> None:
    envelope = dsse.sign("application/vnd.in-toto+json", b"{}", [LOG.signer])
    (signed,) = envelope.signatures

    message = b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
    assert openssl.accepts(LOG.signer.verifier, signed.signature, message)
    assert not openssl.accepts(LOG.signer.verifier, signed.signature, b"{}")
