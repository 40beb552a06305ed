from pathlib import Path

import pytest

from affidavit.cli import recorded
from affidavit.errors import Incomplete
from support.cli import a_recorded_project, invoke


def test_a_recorded_call_is_told_with_what_the_trail_lacks(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    listed = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    whole = listed.lines[1]["id"]
    (found,) = recorded.decisions(settings.trail, [whole])

    assert found.past.id == whole
    assert found.past.call is not None
    assert found.past.call.model == "gpt-5"
    assert found.missing[0].startswith("The texts:")


def test_an_id_that_several_calls_begin_with_is_refused(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    listed = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    common = listed.lines[0]["id"][: recorded.SHORTEST]

    with pytest.raises(Incomplete, match="3 decisions"):
        recorded.decisions(settings.trail, [common])
