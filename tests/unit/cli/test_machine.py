import json
from pathlib import Path

import pytest

from affidavit.cli import machine


def test_one_value_is_one_line_with_sorted_keys(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    machine.emit({"b": "line\nbreak ü", "a": [1, None, True]})

    assert capsysbinary.readouterr().out == (
        '{"a":[1,null,true],"b":"line\\nbreak ü"}\n'.encode()
    )


def test_a_path_that_is_no_text_can_still_be_told() -> None:
    told = machine.text(Path("caf\udce9"))

    assert json.loads(json.dumps(told)) == "caf?"
