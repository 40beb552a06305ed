"""Keys in tokens: SoftHSM signs for real, goes away, and comes back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable
from affidavit.keys.token import TokenUri, open_token
from support.softhsm import PIN, Token, a_token

MODULE = "?module-path=/lib/p11.so"


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Token]:
    made = a_token(tmp_path_factory.mktemp("token"), "k1", "k2")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SOFTHSM2_CONF", str(made.configuration))
        yield made


def test_a_token_signs_and_the_signature_is_ed25519s(token: Token) -> None:
    signer = open_token(token.uri("k1"), None)

    signer.verifier.verify(signer.sign(b"message"), b"message")
    assert open_token(token.uri("k2"), None).verifier != signer.verifier


def test_a_key_may_be_named_by_its_id_and_its_token_by_all_it_says(
    token: Token,
) -> None:
    named = token.uri("k1").replace(
        "object=k1", "id=%6B%31;manufacturer=SoftHSM%20project"
    )

    assert (
        open_token(named, None).verifier == open_token(token.uri("k1"), None).verifier
    )


def test_the_pin_may_come_from_where_passphrases_come_from(token: Token) -> None:
    uri = token.uri("k1", pin_source=False)

    assert open_token(uri, lambda _: PIN.encode()).sign(b"m")
    with pytest.raises(KeyUnusable, match="AFFIDAVIT_KEY_PASSPHRASE"):
        open_token(uri, None)


def test_a_forked_child_signs_too(token: Token) -> None:
    signer = open_token(token.uri("k1"), None)
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            os.write(writing, signer.sign(b"from the child"))
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    signer.verifier.verify(os.read(reading, 100), b"from the child")
    signer.verifier.verify(signer.sign(b"from the parent"), b"from the parent")
    os.close(reading)
    os.close(writing)


def test_a_token_that_is_away_fails_and_signs_again_once_it_is_back(
    token: Token,
) -> None:
    signer = open_token(token.uri("k1"), None)
    gone = token.folder.with_name("gone")
    token.folder.rename(gone)
    try:
        for _ in range(2):
            with pytest.raises(KeyUnusable, match="records wait meanwhile"):
                signer.sign(b"m")
    finally:
        gone.rename(token.folder)

    signer.verifier.verify(signer.sign(b"m"), b"m")


@pytest.mark.parametrize(
    ("was", "now"),
    [("token=trail", "token=other"), ("object=k1", "object=k3"), ("lib", "bil")],
)
def test_what_is_not_there_is_named(token: Token, was: str, now: str) -> None:
    with pytest.raises(KeyUnusable, match=r"pkcs11:.*the token does not give"):
        open_token(token.uri("k1").replace(was, now), None)


def test_a_wrong_pin_is_refused(token: Token, tmp_path: Path) -> None:
    wrong = tmp_path / "pin"
    wrong.write_text("0000")
    wrong.chmod(0o600)
    uri = token.uri("k2", pin_source=False) + f"&pin-source={wrong}"
    # A process that is logged in already stays so: another one has to try.
    reading, writing = os.pipe()
    if not (child := os.fork()):
        try:
            open_token(uri, None)
            os.write(writing, b"opened")
        except KeyUnusable as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert b"PinIncorrect" in os.read(reading, 4096)
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    "text",
    [
        "pkcs11:",
        "pkcs11:token=t" + MODULE,
        "pkcs11:object=k",
        "pkcs11:object=k;type=public" + MODULE,
        "pkcs11:object=k;object=l" + MODULE,
        "pkcs11:object=k;colour=red" + MODULE,
        "pkcs11:object" + MODULE,
        "pkcs11:object=k" + MODULE + "&module-name=p11",
    ],
)
def test_a_uri_that_names_no_one_key_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        TokenUri.parse(text)


def test_a_pin_in_the_uri_is_refused_because_settings_are_shown() -> None:
    with pytest.raises(KeyUnusable, match="pin-source"):
        TokenUri.parse("pkcs11:object=k" + MODULE + "&pin-value=1234")
