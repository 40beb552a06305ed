from pathlib import Path

import pytest

from affidavit.cli import trusting
from support.anchors import WITNESS
from support.cli import Ran, invoke
from support.sampled import Sampled, a_sampled
from support.trusting import a_trust, text


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    found = a_sampled(tmp_path_factory.mktemp("trusting"))
    (found.folder / "statement.dsse.json").write_bytes(found.envelope.encode())
    return found


def verify(made: Sampled, more: str, *options: str | Path) -> Ran:
    path = made.folder.parent / "trust.yaml"
    path.write_text(text(made.trail.key, more))
    return invoke(
        "verify", made.folder, "--trust", path, *options, cwd=made.folder.parent
    )


def test_the_files_keys_decide(made: Sampled) -> None:
    ran = verify(made, "", "--json")
    assert ran.code == 0
    assert ran.json["key_source"].startswith("in the trust file")
    other = WITNESS.vkey.replace("witness", "other")
    assert verify(made, "", "--key", other).code == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("minimum_size: 1000000\n", 1),
        ("sample: true\n", 2),
        (f'witnesses: ["{WITNESS.vkey}"]\n', 2),
        ("max_age: 1d\n", 2),
        ("checkpoint: none\n", 2),
        ("unknown: 1\n", 2),
    ],
)
def test_what_the_file_demands_is_demanded(more: str, code: int, made: Sampled) -> None:
    assert verify(made, more).code == code


def test_a_trail_is_held_against_it_too(made: Sampled) -> None:
    path = made.folder.parent / "trust.yaml"
    path.write_text(text(made.trail.key, "minimum_size: 1000000\n"))
    for command in (("verify",), ("trail", "verify")):
        ran = invoke(*command, made.trail.path, "--trust", path, cwd=made.folder.parent)
        assert ran.code == 1
    own = invoke(
        "trail",
        "verify",
        made.trail.path,
        "--trust",
        path,
        "--min-size",
        "1",
        cwd=made.folder.parent,
    )
    assert own.code == 0


def test_each_field_stands_for_an_option(made: Sampled, tmp_path: Path) -> None:
    believed = a_trust(
        made.trail.key,
        f'witnesses: ["{WITNESS.vkey}"]\nquorum: 1\ncheckpoint: kept\nmax_age: 2h\n'
        "authorities: [tsa.pem]\nsince: s\ncontract: c\nminimum_size: 0\n",
        folder=tmp_path,
    )
    found = trusting.options_of(believed)
    assert found["older"] == tmp_path / "kept"
    assert found["tsa_ca"] == (tmp_path / "tsa.pem",)
    assert (found["since"], found["contract"]) == (tmp_path / "s", tmp_path / "c")
    assert found["quorum"] == 1
    least, age = trusting.bounds(believed)
    assert age is not None
    assert (least, age.total_seconds()) == (0, 7_200)
    assert trusting.options_of(None) == {}
    assert trusting.bounds(None) == (None, None)
    assert trusting.read(None) is None


def test_demands_that_an_artefact_cannot_be_held_against_are_named(
    made: Sampled, capsys: pytest.CaptureFixture[str]
) -> None:
    believed = a_trust(
        made.trail.key,
        f'witnesses: ["{WITNESS.vkey}"]\nquorum: 1\nmax_age: 2h\n',
        folder=made.folder,
    )
    trusting.say_unheard(believed, "proof", ("witnesses", "quorum"))
    assert "Not demanded of a proof, which does not tell: max_age." in (
        capsys.readouterr().err
    )
    trusting.say_unheard(believed, "trail", trusting.OF_TRAILS)
    trusting.say_unheard(None, "proof", ())
    assert capsys.readouterr().err == ""
