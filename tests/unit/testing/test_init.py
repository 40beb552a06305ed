import subprocess
import sys
from pathlib import Path

import affidavit
from affidavit import testing


def test_each_name_is_there_and_nothing_else() -> None:
    assert testing.__all__ == sorted(testing.__all__)
    for name in testing.__all__:
        assert getattr(testing, name).__name__ == name
    assert not hasattr(testing, "Sandpit")


def test_a_governor_in_memory_needs_no_openai() -> None:
    source = str(Path(affidavit.__file__).parents[1])
    code = (
        f"import sys; sys.path.insert(0, {source!r}); "
        "from affidavit.testing import MemoryGovernor; print('openai' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"
