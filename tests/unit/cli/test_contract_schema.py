from pathlib import Path

from affidavit.attest.contract_schema import text
from support.cli import invoke


def test_the_schema_is_printed_as_it_is_published(tmp_path: Path) -> None:
    told = invoke("contract", "schema", cwd=tmp_path)
    assert (told.code, told.out) == (0, text())
