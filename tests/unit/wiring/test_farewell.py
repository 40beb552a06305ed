import subprocess
import sys
from pathlib import Path

import pytest

import affidavit

SDK = str(Path(affidavit.__file__).parents[1])
CODE = """
import os, sys, {module}
from affidavit.wiring.farewell import at_end_of_children
parent = os.getpid()
def finish():
    print("finished", os.getpid() == parent, flush=True)
def work():
    print("worked", flush=True)
at_end_of_children(finish)
for _ in range(2):
    child = {module}.get_context("fork").Process(target=work)
    child.start()
    child.join()
"""


@pytest.mark.parametrize("module", ["multiprocessing", "billiard"])
def test_each_forked_child_finishes_and_its_parent_does_not(module: str) -> None:
    pytest.importorskip(module)
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module=module)],
        env={"PYTHONPATH": SDK},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout == "worked\nfinished False\n" * 2, done.stderr


def test_a_program_that_uses_neither_imports_neither() -> None:
    code = (
        "import os, sys; from affidavit.wiring.farewell import at_end_of_children;"
        "at_end_of_children(print); os.fork() or os._exit(0); os.wait();"
        "print(any('multiprocessing' in each for each in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": SDK},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert done.stdout == "False\n"
