import json
from pathlib import Path

from support.cli import invoke


def test_the_schema_is_printed_whole(tmp_path: Path) -> None:
    ran = invoke("trust", "schema", cwd=tmp_path)
    assert ran.code == 0
    assert json.loads(ran.out)["title"] == "affidavit trust"
