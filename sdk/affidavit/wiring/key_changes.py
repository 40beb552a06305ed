"""Changing the keys of the settings' trail: files and record, in an order that a crash
at any point leaves usable.

A rotation of a key file, and what a crash after each step leaves:

    1  the next key at key.pem.next        nothing happened; rotating again uses it
    2  record and state (`trail.rotation`) the state names the next key: whoever loads
                                           the keys takes it from key.pem.next
    3  checkpoint by the next key          the same
    4  key.pem.<id>.vkey, .retired         the same, and the old key has two names
    5  key.pem.next renamed to key.pem     done

So neither the old nor the new key is ever without a file, and rotating again finishes
what is left. A key that is no file has no steps 1, 4 and 5: settings name the new one.
"""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from affidavit import durable
from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.keys import SEED_BYTES, Ed25519Signer, Signer, load_signer, private_bytes
from affidavit.keys.mldsa import MlDsaSigner, load_ml_dsa
from affidavit.keys.passphrase import Passphrase, needed
from affidavit.keys.pkcs8 import is_encrypted
from affidavit.keys.uri import KeyPlace, KeyUri, open_place, place_of
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey
from affidavit.trail.record import Clock, Randomness
from affidavit.trail.rotation import Changed, KeyChange
from affidavit.trail.storage import Storage
from affidavit.wiring.governor import TOOL
from affidavit.wiring.keyring import (
    load_identity,
    ml_dsa_path,
    next_path,
    public_path,
    retired_path,
)
from affidavit.wiring.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """A rotation that is done, files included."""

    old: VerifierKey
    new: VerifierKey
    index: int | None
    """The record's; None where an interrupted rotation had written it."""
    retired: Path | None
    """Where the old private key lies; None where it was destroyed, or is no file."""
    place: KeyPlace
    """What AFFIDAVIT_KEY must name from here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChanges:
    """Changes the keys of one installation."""

    settings: Settings
    passphrase: Passphrase
    clock: Clock
    randomness: Randomness

    def rotate(
        self, new: str | Path | None = None, *, destroy: bool = False
    ) -> Rotated:
        """Hand over to a fresh key, or to the one at `new` (a path or a URI).

        With `destroy`, the old private key is overwritten and removed; else it is kept
        as `key.pem.<key ID>.retired`. Raises as `KeyChange` does, and `KeyUnusable`.
        """
        if self.settings.key_uri is not None:
            return self._rotate_elsewhere(new)
        place, following = self.settings.key, next_path(self.settings)
        if not durable.is_there(following):
            durable.create(following, self._next(place, new))
        signer = load_signer(following, self.passphrase)
        if new is not None:
            self._must_be(signer, new)
        old = load_signer(place, self.passphrase).verifier
        changed = self._change().rotate(signer)
        origin = changed.head.origin
        before = VerifierKey(origin, old)
        self._keep_public(before)
        retired = None if destroy else retired_path(self.settings, before)
        _swap(place, following, retired)
        return Rotated(
            old=before,
            new=VerifierKey(origin, signer.verifier),
            index=changed.index,
            retired=retired,
            place=place,
        )

    def _rotate_elsewhere(self, new: str | Path | None) -> Rotated:
        if new is None:
            raise SettingsInvalid(
                f"{self.settings.key_uri}: a key that is no file is made where it "
                "lives. Make the next one there, and name it with --new."
            )
        target = place_of(new, Path.cwd())
        signer = open_place(target, self.passphrase)
        before = load_identity(self.settings, self.passphrase).verifier
        changed = self._change().rotate(signer)
        self._keep_public(before)
        return Rotated(
            old=before,
            new=VerifierKey(changed.head.origin, signer.verifier),
            index=changed.index,
            retired=None,
            place=target,
        )

    def _next(self, place: Path, new: str | Path | None) -> bytes:
        """What the file of the next key holds: a key, or the URI of one."""
        if new is None:
            seed = self.randomness(SEED_BYTES)
            passphrase = self._passphrase_of(place)
            return Ed25519Signer.from_seed(seed).pem(
                passphrase, randomness=self.randomness
            )
        target = place_of(new, Path.cwd())
        open_place(target, self.passphrase)
        if isinstance(target, KeyUri):
            return f"{target}\n".encode("ascii")
        return private_bytes(target)

    def _must_be(self, signer: Signer, new: str | Path) -> None:
        wanted = open_place(place_of(new, Path.cwd()), self.passphrase)
        if wanted.verifier != signer.verifier:
            raise SettingsInvalid(
                f"{next_path(self.settings)}: another key waits there, of a "
                "rotation that was cut short. Finish it first, without --new, or "
                "remove the file if no `key` record names it."
            )

    def _passphrase_of(self, path: Path) -> bytes | None:
        if not is_encrypted(private_bytes(path)):
            return None
        return needed(self.passphrase, str(path))

    def add_ml_dsa(self) -> tuple[MlDsaKey, Changed]:
        """Make an ML-DSA-44 key that signs every checkpoint too.

        A crash before the record leaves a key file that signs nothing; doing it again
        uses it.
        """
        path = ml_dsa_path(self.settings)
        if not path.exists():
            key = self.settings.key
            passphrase = self._passphrase_of(key) if key.exists() else None
            second = MlDsaSigner.from_seed(self.randomness(SEED_BYTES))
            durable.create(path, second.pem(passphrase, randomness=self.randomness))
        second = load_ml_dsa(path, self.passphrase)
        changed = self._change().add(second)
        return MlDsaKey(changed.head.origin, second.verifier), changed

    def revoke(self, key: VerifierKey | MlDsaKey, reason: str) -> Changed:
        """Disown a retired key, or the ML-DSA-44 key, whose file is then removed."""
        changed = self._change().revoke(key, reason)
        path = ml_dsa_path(self.settings)
        if isinstance(key, MlDsaKey) and path.exists():
            mine = load_ml_dsa(path, self.passphrase).verifier
            if mine == key.verifier:
                _destroy(path, path.unlink)
        return changed

    def set_passphrase(self, new: bytes | None) -> tuple[Path, ...]:
        """Put the key files under `new`, or under none; the files, rewritten.

        Each is replaced whole. A crash between two leaves them under different
        passphrases; doing it again, with the new one for those that have it, mends it.
        """
        uri = self.settings.key_uri
        if uri is not None:
            raise SettingsInvalid(f"{uri}: is no file; change its PIN where it lives.")
        done: list[Path] = []
        # The first key last: what a program needs in any case is changed once all is.
        others = (ml_dsa_path(self.settings), next_path(self.settings))
        for path in (*others, self.settings.key):
            if path.exists():
                durable.replace(path, self._under(path, new))
                done.append(path)
        return tuple(done)

    def _under(self, path: Path, new: bytes | None) -> bytes:
        def either(where: str) -> bytes | None:
            given = self.passphrase(where)
            return new if given is None else given

        load: Callable[[Path, Passphrase], object] = (
            load_ml_dsa if path == ml_dsa_path(self.settings) else load_signer
        )
        try:
            key = load(path, either)
        except KeyUnusable:
            if new is None:
                raise
            key = load(path, lambda _: new)  # it has the new one already
        if not isinstance(key, Ed25519Signer | MlDsaSigner):
            return private_bytes(path)  # the URI of a key: nothing to protect
        return key.pem(new, randomness=self.randomness)

    def _keep_public(self, key: VerifierKey) -> None:
        path = public_path(self.settings, key)
        durable.replace(path, f"{key}\n".encode(), mode=0o644)

    def _change(self) -> KeyChange:
        identity = load_identity(self.settings, self.passphrase)
        return KeyChange(
            Storage(self.settings.trail, identity, clock=self.clock),
            tool=TOOL,
            clock=self.clock,
            randomness=self.randomness,
        )


def _swap(place: Path, following: Path, retired: Path | None) -> None:
    """Put the next key in the old one's place; the old one at `retired`, or nowhere."""
    try:
        if retired is None:
            _destroy(place, lambda: os.replace(following, place))
        else:
            with contextlib.suppress(FileExistsError):  # an interrupted attempt's
                os.link(place, retired)
            durable.sync_directory(place.parent)
            os.replace(following, place)
        durable.sync_directory(place.parent)
    except OSError as error:
        raise durable.unavailable(place, error) from error


def _destroy(path: Path, remove: Callable[[], None]) -> None:
    """Take the name away, then overwrite what it named.

    In this order: a crash before the name is gone leaves a key, not a file of zeros.
    What a disk, a snapshot or a backup keeps of it is beyond any program.
    """
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        remove()
        durable.sync_directory(path.parent)
        durable.write_whole(fd, bytes(os.fstat(fd).st_size), 0)
        os.fsync(fd)
    finally:
        os.close(fd)
