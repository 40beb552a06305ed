"""The history of a trail's keys, and finding one in it."""

from pathlib import Path

import pytest

from affidavit.errors import SettingsInvalid
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.trail.reader import TrailReader
from affidavit.verify.keyhistory import read_history
from support.live import ORIGIN
from support.rotated import NEW, OLD, SECOND, KeyBuilder, a_rotated_trail, change, write
from support.trails import a_trail as a_built_trail

PINS = LogKeys((NEW.verifier,))


def test_every_key_is_found_wherever_its_record_stands(tmp_path: Path) -> None:
    path = a_rotated_trail(tmp_path)
    write(path, NEW, 600)
    change(path, NEW).add(SECOND)
    seen = list[tuple[int, int]]()
    history = read_history(
        TrailReader(path), PINS, lambda done, size: seen.append((done, size))
    )
    size = TrailReader(path).head().size

    assert [each.vkey for each in history.spans] == [
        str(OLD.verifier),
        str(NEW.verifier),
        str(MlDsaKey(ORIGIN, SECOND.verifier)),
    ]
    assert history.spans[2].since == size - 1
    assert history.problems == ()
    assert seen[-1] == (size, size)


def test_a_key_is_found_by_whatever_it_is_called(tmp_path: Path) -> None:
    history = read_history(TrailReader(a_rotated_trail(tmp_path)), PINS)
    old, digest = OLD.verifier, OLD.verifier.verifier.key_id

    for text in (
        str(old),
        old.key_id.hex(),
        f"{ORIGIN}+{old.key_id.hex()}",
        digest,
        digest[:8],
    ):
        assert history.find(text).vkey == str(old)
    for text in ("", "0" * 8, digest[:7], ORIGIN):
        with pytest.raises(SettingsInvalid, match=old.key_id.hex()):
            history.find(text)


def test_a_record_that_does_not_hold_is_named(tmp_path: Path) -> None:
    assert isinstance(NEW.signer, type(OLD.signer))
    builder = KeyBuilder(tmp_path, origin=ORIGIN)
    builder.genesis()
    builder.handed_over(builder.signer, NEW.signer, signer=NEW.signer)  # type: ignore[arg-type]  # Ed25519
    builder.write()
    (problem,) = read_history(TrailReader(tmp_path), PINS).problems

    assert problem.index == 1


def test_what_is_no_entry_is_left_to_verification(tmp_path: Path) -> None:
    builder = a_built_trail(tmp_path)
    builder.records[1].fields["kind"] = "nonsense"
    builder.records[1].fields["effect"] = '"kind":"key"'
    builder.write()

    assert len(read_history(TrailReader(tmp_path), LogKeys((builder.key,))).spans) == 1
