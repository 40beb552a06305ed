"""A real PKCS#11 token: SoftHSM, with Ed25519 keys made in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = "softhsm2"
PIN = "5678"
_LIBRARIES = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/pkcs11/libsofthsm2.so"),
)
_MAKE = """
import sys
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
from pkcs11.util.ec import encode_named_curve_parameters
module, token, pin, *labels = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label=token).open(user_pin=pin, rw=True) as it:
    for label in labels:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}
        ed25519 = it.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
        ed25519.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True, label=label, id=label.encode(),
        )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token in a folder of its own."""

    module: Path
    folder: Path
    configuration: Path
    pin_file: Path

    @property
    def environment(self) -> dict[str, str]:
        """For programs that shall find this token."""
        return os.environ | {"SOFTHSM2_CONF": str(self.configuration)}

    def uri(self, label: str, *, pin_source: bool = True) -> str:
        pin = f"&pin-source=file:{self.pin_file}" * pin_source
        return f"pkcs11:token=trail;object={label}?module-path={self.module}{pin}"


def a_token(folder: Path, *labels: str) -> Token:
    """Initialise a token and make its keys, in processes of their own.

    Fails the test without SoftHSM: a run without the token must not look like one that
    passed.
    """
    program = shutil.which("softhsm2-util")
    module = next((each for each in _LIBRARIES if each.exists()), None)
    if program is None or module is None:
        pytest.fail(f"no PKCS#11 token to test with: apt-get install {PACKAGE}")
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    configuration, pin_file = folder / "softhsm2.conf", folder / "pin"
    configuration.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\n"
        "log.level = ERROR\n"
    )
    pin_file.write_text(PIN + "\n")
    pin_file.chmod(0o600)
    token = Token(
        module=module, folder=tokens, configuration=configuration, pin_file=pin_file
    )
    named = ["--label", "trail", "--so-pin", "1234", "--pin", PIN]
    for command in (
        [program, "--init-token", "--free", *named],
        [sys.executable, "-c", _MAKE, str(module), "trail", PIN, *labels],
    ):
        subprocess.run(
            command, env=token.environment, check=True, capture_output=True, text=True
        )
    return token
