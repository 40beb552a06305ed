import threading
from pathlib import Path

import pytest

from affidavit.clients._governor import (
    Governor,
    Verdict,
    default_governor,
    stand_in,
)
from affidavit.errors import AffidavitError
from affidavit.testing.governor import Decision, MemoryGovernor
from affidavit.wiring.governor import Governor as WiredGovernor


def test_the_real_governor_and_the_one_in_memory_have_each_member() -> None:
    wanted = {name for name in vars(Governor) if not name.startswith("_")}
    for kind in (WiredGovernor, MemoryGovernor()):
        assert wanted <= set(dir(kind))


def test_a_decision_in_memory_is_a_verdict() -> None:
    wanted = {name for name in vars(Verdict) if not name.startswith("_")}
    assert wanted <= set(dir(Decision))


def test_the_innermost_stand_in_counts_in_every_thread() -> None:
    outer, inner = MemoryGovernor(), MemoryGovernor()
    seen: list[object] = []
    with stand_in(outer), stand_in(inner) as standing:
        assert standing is inner
        thread = threading.Thread(target=lambda: seen.append(default_governor()))
        thread.start()
        thread.join()
    assert seen == [inner]


def test_stand_ins_may_end_in_any_order() -> None:
    first, second = MemoryGovernor(), MemoryGovernor()
    one, two = stand_in(first), stand_in(second)
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)
    assert default_governor() is second
    with stand_in(second):
        pass
    assert default_governor() is second
    two.__exit__(None, None, None)


def test_without_a_stand_in_the_settings_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with stand_in(MemoryGovernor()):
        pass
    with pytest.raises(AffidavitError, match="affidavit init"):
        default_governor()
