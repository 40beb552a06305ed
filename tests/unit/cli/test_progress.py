import pytest

from affidavit.cli import progress


def told_at(
    seconds: float, *, listens: bool, capsys: pytest.CaptureFixture[str]
) -> str:
    times = iter([0.0, seconds])
    with progress.shown(
        "verifying", listens=listens, clock=lambda: next(times)
    ) as tell:
        tell(50, 200)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_nothing_is_drawn_in_the_first_two_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert told_at(1.9, listens=True, capsys=capsys) == ""


def test_long_work_is_drawn_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = told_at(2.1, listens=True, capsys=capsys)

    assert "verifying" in drawn
    assert "50/200" in drawn


def test_nothing_is_drawn_where_no_terminal_listens(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress.shown("verifying", clock=lambda: 100.0) as tell:
        tell(50, 200)

    assert capsys.readouterr() == ("", "")


def test_progress_can_be_told_many_times(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, *(float(n) for n in range(5, 15))])
    with progress.shown("verifying", listens=True, clock=lambda: next(times)) as tell:
        for done in range(10):
            tell(done * 10, 100)

    assert "90/100" in capsys.readouterr().err
