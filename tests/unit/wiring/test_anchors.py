"""The settings' anchors are read exactly, or refused with what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from affidavit.anchors.plan import Plan, PublishAnchor, StampAnchor, WitnessAnchor
from affidavit.errors import SettingsInvalid
from affidavit.tlog.witness import WitnessKey
from affidavit.wiring.anchors import read_plan
from affidavit.wiring.settings import read_settings
from support import vectors
from support.anchors import WITNESS, WITNESS_KEY

BASE = Path("/project")
A_WITNESS = {"url": "https://w.example/log/", "key": WITNESS.vkey}


def read(table: object) -> Plan:
    return read_plan(table, base=BASE, source="affidavit.toml")


def test_every_part_is_read() -> None:
    plan = read(
        {
            "witnesses": [A_WITNESS],
            "tsa": [{"url": "http://tsa.example/", "ca": "ca.pem"}],
            "publish": [
                "out",
                "https://b.example/checkpoint",
                {"to": "s3://bucket/log", "bearer_env": "T"},
            ],
            "every": "90s",
            "quorum": 1,
        }
    )

    assert plan == Plan(
        witnesses=(WitnessAnchor(url="https://w.example/log", key=WITNESS_KEY),),
        stamps=(StampAnchor(url="http://tsa.example/", ca=BASE / "ca.pem"),),
        publish=(
            PublishAnchor(target="/project/out"),
            PublishAnchor(target="https://b.example/checkpoint"),
            PublishAnchor(target="s3://bucket/log", bearer_env="T"),
        ),
        every_seconds=90,
        quorum=1,
    )


def test_an_empty_table_asks_nobody_every_five_minutes() -> None:
    assert read({}) == Plan(every_seconds=300)


@pytest.mark.parametrize(
    ("every", "seconds"), [("1s", 1), ("5m", 300), ("1h", 3600), ("1d", 86_400)]
)
def test_spans_have_units(every: str, seconds: int) -> None:
    assert read({"every": every}).every_seconds == seconds


OTHER = WitnessKey("other", vectors.key("log").signer.verifier)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "must be a table"),
        ({"witness": []}, "nothing is called 'witness'. Known: witnesses"),
        ({"witnesses": {}}, "must be a list"),
        ({"witnesses": ["x"]}, "key must be a text"),
        ({"witnesses": [{"key": WITNESS.vkey}]}, "url must be a text"),
        ({"witnesses": [{**A_WITNESS, "x": 1}]}, "nothing is called 'x'"),
        ({"witnesses": [{**A_WITNESS, "url": "w.example"}]}, "no http or https"),
        ({"witnesses": [{**A_WITNESS, "url": "ftp://w"}]}, "no http or https"),
        ({"witnesses": [{**A_WITNESS, "url": "http://u:p@w"}]}, "password"),
        ({"witnesses": [{**A_WITNESS, "url": "http://w?q"}]}, "a query"),
        (
            {"witnesses": [{**A_WITNESS, "key": vectors.key("log").vkey}]},
            "affidavit witness key",
        ),
        ({"witnesses": [A_WITNESS, A_WITNESS]}, "named twice"),
        (
            {"witnesses": [A_WITNESS, {**A_WITNESS, "url": "http://other"}]},
            "have one name",
        ),
        ({"tsa": [{"url": "http://t"}]}, "ca must be a text"),
        ({"tsa": [{"url": "t", "ca": "x"}]}, "no http or https"),
        ({"tsa": [{"url": "http://t", "ca": "x", "y": 1}]}, "nothing is called 'y'"),
        ({"publish": [7]}, "to must be a text"),
        ({"publish": [{"to": "x", "y": 1}]}, "nothing is called 'y'"),
        ({"publish": [{"to": "x", "bearer_env": 1}]}, "bearer_env must be a text"),
        ({"publish": ["http://"]}, "no http or https"),
        ({"every": "5"}, "must be a span"),
        ({"every": 300}, "must be a span"),
        ({"every": "0m"}, "must be a span"),
        ({"quorum": 1}, "from 1 to the number of witnesses"),
        ({"quorum": 2, "witnesses": [A_WITNESS]}, "from 1 to the number of witnesses"),
        ({"quorum": True, "witnesses": [A_WITNESS]}, "must be a number"),
    ],
)
def test_whatever_is_wrong_is_named(table: Any, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said.replace("(", r"\(")):
        read(table)


def test_settings_carry_the_plan_and_stay_hashable(tmp_path: Path) -> None:
    (tmp_path / "affidavit.toml").write_text(
        f'[anchors]\nwitnesses = [{{url="http://w", key="{WITNESS.vkey}"}}]\n'
        'publish = ["out"]\n'
    )

    settings = read_settings(environ={}, directory=tmp_path)

    assert settings.anchors is not None
    assert settings.anchors.publish[0].target == str(tmp_path / "out")
    assert hash(settings) == hash(read_settings(environ={}, directory=tmp_path))
    assert read_settings(environ={}, directory=tmp_path.parent).anchors is None
