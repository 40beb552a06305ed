from pathlib import Path

from affidavit import canonical
from affidavit.dsse import Envelope
from affidavit.wiring.keyring import load_identity
from support import datasets
from support.cli import invoke
from support.printed import a_recorded_project, prose


def a_statement(folder: Path) -> Path:
    a_recorded_project(folder, [[prose(60, 1)]])
    datasets.json_lines(folder / "a.jsonl", [{"text": prose(60, 2)}])
    ran = invoke("scan", "data", "a.jsonl", "--sign", "s.json", cwd=folder)
    assert ran.code == 0, ran.out + ran.err
    return folder / "s.json"


def test_a_statement_that_was_changed_is_invalid(tmp_path: Path) -> None:
    path = a_statement(tmp_path)
    envelope = Envelope.parse(path.read_bytes())
    changed = envelope.payload.replace(b'"rows":1', b'"rows":9')
    path.write_bytes(
        Envelope(envelope.payload_type, changed, envelope.signatures).encode()
    )

    ran = invoke("verify", path, cwd=tmp_path)
    assert ran.code == 1
    assert "invalid" in ran.out
    told = invoke("verify", path, "--json", cwd=tmp_path).json
    assert told["verdict"] == "invalid"
    assert told["artefact"] == "scan"


def test_a_statement_by_somebody_else_is_invalid(tmp_path: Path) -> None:
    path = a_statement(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    settings, _ = a_recorded_project(other, [])
    vkey = str(load_identity(settings).verifier)

    assert invoke("verify", path, "--key", vkey, cwd=tmp_path).code == 1


def test_data_that_is_not_there_is_not_what_was_scanned(tmp_path: Path) -> None:
    path = a_statement(tmp_path)

    ran = invoke("verify", path, "--data", tmp_path / "none", cwd=tmp_path)
    assert ran.code == 1
    assert "not in the data given" in ran.out


def test_options_of_other_artefacts_are_refused(tmp_path: Path) -> None:
    path = a_statement(tmp_path)

    ran = invoke("verify", path, "--trail", tmp_path, cwd=tmp_path)
    assert ran.code == 2
    assert "statement about a scan" in ran.err.replace("\n", " ")
    assert canonical.parse(path.read_bytes())
