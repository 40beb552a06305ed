from affidavit.clients._governor import Governor, Verdict
from affidavit.testing.governor import Decision, MemoryGovernor
from affidavit.wiring.governor import Governor as WiredGovernor


def test_the_real_governor_and_the_one_in_memory_have_each_member() -> None:
    wanted = {name for name in vars(Governor) if not name.startswith("_")}
    for kind in (WiredGovernor, MemoryGovernor()):
        assert wanted <= set(dir(kind))


def test_a_decision_in_memory_is_a_verdict() -> None:
    wanted = {name for name in vars(Verdict) if not name.startswith("_")}
    assert wanted <= set(dir(Decision))
