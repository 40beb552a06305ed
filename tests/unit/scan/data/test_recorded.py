import json
from datetime import UTC, datetime
from pathlib import Path

from affidavit import canonical
from affidavit.fingerprint import Fingerprint, Key, of
from affidavit.scan.data.recorded import Counts, Recorded
from affidavit.trail.identity import load_secrets, secret_path
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import stamp
from support.printed import a_recorded_project, prose

SAID = [[prose(40, 1), "short"], [prose(150, 2)], None, []]


def gathered(trail: Path, since: bytes = b"", until: bytes = b"~") -> Recorded:
    key = Key(load_secrets(secret_path(trail)).fingerprint)
    recorded = Recorded(key, since=since, until=until)
    reader = TrailReader(trail)
    bodies = dict(reader.bodies())
    for index, entry in reader.entries():
        recorded.visit(index, entry, bodies[index])
    return recorded


def test_what_a_governor_recorded_is_gathered(tmp_path: Path) -> None:
    settings, ids = a_recorded_project(tmp_path, SAID)
    recorded = gathered(settings.trail)

    assert recorded.counts == Counts(outcomes=4, outputs=2, short=1, unread=1)
    assert recorded.counts.missing == 1
    assert recorded.names == ids[:2]
    first = Fingerprint.decode(bytes(recorded.prints[: recorded.sizes[0]]))
    assert first == of(prose(40, 1), recorded.key)
    assert recorded.lengths() == {30: 1, 60: 0, 120: 1, 300: 0}


def test_answers_without_fingerprints_are_counted(tmp_path: Path) -> None:
    settings, _ = a_recorded_project(tmp_path, SAID, fingerprints=False)

    assert gathered(settings.trail).counts == Counts(outcomes=4, unprinted=4)


def test_only_the_period_counts(tmp_path: Path) -> None:
    settings, _ = a_recorded_project(tmp_path, SAID)
    later = stamp(int(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)).encode()

    assert gathered(settings.trail, since=later).counts == Counts()
    assert gathered(settings.trail, until=later).counts.outputs == 2


def test_pruned_bodies_and_nonsense_are_counted() -> None:
    recorded = Recorded(Key(b"k" * 32))
    entry = b'{"at":"2026-01-01T00:00:00.000Z","id":"i","kind":"outcome"}'
    salt = bytes(16)

    recorded.visit(0, entry, None)
    recorded.visit(1, entry, salt + b'{"fingerprints":{"outputs":["AAAA","!"]}}')
    recorded.visit(2, entry, salt + b'{"fingerprints":{"outputs":3,"short":"x"}}')
    recorded.visit(3, entry, salt + b"[]")

    assert recorded.counts == Counts(outcomes=4, pruned=2, unread=2)


def entry(kind: str, call: str = "i") -> bytes:
    at = '"at":"2026-01-01T00:00:00.000Z"'
    return f'{{{at},"id":"{call}","kind":"{kind}"}}'.encode()


def printed(*words: int) -> str:
    key = Key(b"k" * 32)
    return json.dumps([canonical.text(of(prose(n, n), key).encode()) for n in words])


def test_what_follows_an_outcome_is_its_outputs_too() -> None:
    recorded = Recorded(Key(b"k" * 32))
    salt = bytes(16)
    recorded.visit(0, entry("outcome"), salt + b'{"fingerprints":{"follow":4}}')
    assert recorded.counts == Counts(outcomes=1, omitted=4)
    told = f'{{"outputs":{printed(40, 50)},"short":1}}'.encode()
    recorded.visit(
        1, entry("addendum", "x"), salt + b'{"call":"i","fingerprints":' + told + b"}"
    )

    assert recorded.counts == Counts(outcomes=1, outputs=2, short=1, omitted=1)
    assert recorded.counts.missing == 1
    assert recorded.names == ["i", "i"]


def test_what_follows_nothing_or_is_gone_brings_nothing() -> None:
    recorded = Recorded(Key(b"k" * 32))
    salt = bytes(16)
    told = f'{{"call":"j","fingerprints":{{"outputs":{printed(40)}}}}}'.encode()
    recorded.visit(0, entry("outcome"), salt + b'{"fingerprints":{"follow":2}}')
    recorded.visit(1, entry("addendum", "x"), salt + told)
    recorded.visit(2, entry("addendum", "y"), None)
    recorded.visit(3, entry("addendum", "z"), salt + b'{"call":"i","what":"other"}')

    assert recorded.counts == Counts(outcomes=1, omitted=2)
