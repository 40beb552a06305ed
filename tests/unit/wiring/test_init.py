"""The package hands out its names without loading what nobody asked for."""

import subprocess
import sys

import pytest

from affidavit import wiring


@pytest.mark.parametrize("name", wiring.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(wiring, name).__name__ == name


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        wiring.__getattr__("nonsense")


def test_settings_are_read_without_trail_detectors_or_policy() -> None:
    program = (
        "import sys; from affidavit.wiring import read_settings; "
        "heavy = ('affidavit.trail', 'affidavit.detect', 'affidavit.policy'); "
        "sys.exit(any(name.startswith(heavy) for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
