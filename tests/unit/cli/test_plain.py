from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.attest.predicate import Claim
from affidavit.attest.recount import problem
from affidavit.cli import plain
from affidavit.cli.trust import Trusted
from affidavit.tlog.logkeys import LogKeys
from support.sampled import Sampled, a_sampled


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Sampled:
    return a_sampled(tmp_path_factory.mktemp("plain"), calls=3)


def trusted(made: Sampled, source: str = "given with --key") -> Trusted:
    return Trusted(keys=LogKeys((made.trail.key,)), source=source)


def test_each_verdict_is_told_apart(made: Sampled) -> None:
    report = made.checked()
    broken = replace(report, problems=(problem("x"),))
    lacking = replace(report, lacking=("x",))
    told = {plain.means(each)[:12] for each in (report, broken, lacking)}
    assert len(told) == 3
    assert "Do not rely" in plain.means(broken)
    claims = {plain.means(replace(report, claim=each)) for each in Claim}
    assert len(claims) == 3


def test_only_what_was_checked_is_said_to_be(made: Sampled) -> None:
    report = made.checked()
    [who, sums, lot] = plain.checked(report, trusted(made))
    assert "signed" in who
    assert "sums" in sums
    assert "3 calls" in lot
    whole = made.checked(trail=made.reader)
    assert "counted again" in list(plain.checked(whole, trusted(made)))[2]
    broken = replace(report, problems=(problem("x"),))
    assert not list(plain.checked(broken, trusted(made)))


def test_what_is_left_open_comes_with_what_to_do(made: Sampled) -> None:
    report = made.checked()
    steps = plain.to_do(report, trusted(made))
    assert any("affidavit challenge" in each for each in steps)
    assert any("--witness" in each for each in steps)
    own = plain.to_do(report, trusted(made, "your own, key.pem"))
    assert len(own) == len(steps) + 1
    whole = made.checked(trail=made.reader)
    assert len(plain.to_do(whole, trusted(made))) == len(steps) - 2
    broken = replace(report, problems=(problem("x"),))
    assert not plain.to_do(broken, trusted(made))


def test_no_path_is_needed(made: Sampled) -> None:
    assert isinstance(made.folder, Path)
