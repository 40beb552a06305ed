import shutil
import subprocess
from pathlib import Path

import pytest

from support.cli import invoke


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_it_reads(shell: str, tmp_path: Path) -> None:
    shown = invoke("completion", shell, cwd=tmp_path)

    assert shown.code == 0
    assert "_AFFIDAVIT_COMPLETE" in shown.out
    found = shutil.which(shell)
    if found is not None:
        checked = subprocess.run(
            [found, "-n"], input=shown.out.encode(), capture_output=True, check=False
        )
        assert (checked.returncode, checked.stderr) == (0, b"")


def test_another_shell_is_a_usage_error(tmp_path: Path) -> None:
    failed = invoke("completion", "tcsh", cwd=tmp_path)

    assert (failed.code, failed.out) == (2, "")
