import os
from datetime import UTC, datetime
from pathlib import Path

from affidavit.fingerprint import Key
from affidavit.scan.data import result
from affidavit.scan.data.report import Asked, scanned
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity
from support import datasets
from support.printed import a_recorded_project, prose

SAID = [[prose(60, at)] for at in range(5)]
NOW = datetime(2100, 1, 1, tzinfo=UTC)


def asked(settings: Settings, **changes: str) -> Asked:
    identity = load_identity(settings)
    return Asked(
        reader=TrailReader(settings.trail),
        keys=identity.verifier,
        fingerprint=Key(identity.secrets.fingerprint),
        wal_key=identity.secrets.wal,
        **changes,
    )


def test_a_row_leads_to_the_call_that_it_came_from(tmp_path: Path) -> None:
    settings, ids = a_recorded_project(tmp_path, SAID)
    data = datasets.json_lines(
        tmp_path / "a.jsonl", [{"id": "x", "text": SAID[3][0]}, {"text": prose(90, 77)}]
    )
    report = scanned([data], [asked(settings)], now=NOW, jobs=1)

    (hit,) = report.hits
    assert (hit.call, hit.row, hit.kind) == (ids[3], 1, "exact")
    records = list(TrailReader(settings.trail).records())
    assert records[hit.record].entry.id == ids[3]
    assert report.rows == 2
    assert report.trails[0].verdict == "valid"
    assert report.memory > 1 << 20
    assert result.verdict(report) is result.Verdict.FOUND


def test_a_period_without_outputs_is_not_enough(tmp_path: Path) -> None:
    settings, _ = a_recorded_project(tmp_path, SAID)
    data = datasets.json_lines(tmp_path / "a.jsonl", [{"text": SAID[3][0]}])
    later = asked(settings, since="2099-01-01T00:00:00.000Z")
    report = scanned([data], [later], now=NOW, jobs=1)

    assert not report.hits
    assert report.recall_light is None
    assert result.verdict(report) is result.Verdict.INCOMPLETE


def test_a_trail_that_does_not_hold_is_not_enough(tmp_path: Path) -> None:
    settings, _ = a_recorded_project(tmp_path, SAID)
    (bundle,) = [
        Path(folder, name)
        for folder, _, names in os.walk(settings.trail / "body")
        for name in names
    ]
    data = bytearray(bundle.read_bytes())
    data[-5] ^= 1
    bundle.write_bytes(data)
    rows = datasets.json_lines(tmp_path / "a.jsonl", [{"text": "\udcff not text"}, {}])
    report = scanned([rows, tmp_path / "no"], [asked(settings)], now=NOW, jobs=1)

    assert report.trails[0].verdict == "invalid"
    assert result.verdict(report) is result.Verdict.INCOMPLETE
    assert len(report.files) == 2
