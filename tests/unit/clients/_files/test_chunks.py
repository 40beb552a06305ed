"""Parts of an upload count in the order in which they were inspected, once each."""

from affidavit.calls import Call
from affidavit.clients._calls import Site
from affidavit.clients._files import chunks as _chunks
from affidavit.clients._files.chunks import Chunks, Position, Upload
from affidavit.clients._files.summary import Summary
from affidavit.testing import MemoryGovernor

CALL = Call(endpoint="uploads.create", provider="openai", host="api.openai.com")


def a_summary(carried: int = 0) -> Summary:
    summary = Summary(CALL, Site.of("https://api.openai.com/v1"), "batch")
    assert list(summary.read([b"x" * carried])) == []
    return summary


def an_upload() -> Upload:
    return Upload(position=Position(a_summary()))


def further(base: Position) -> Position:
    return Position(base.summary.copy(CALL))


def test_parts_that_follow_each_other_are_in_order() -> None:
    upload = an_upload()
    for name in ("p1", "p2"):
        base = upload.position
        upload.accept(name, f"digest of {name}", base, further(base))

    assert upload.order == ["p1", "p2"]
    assert upload.digests == {"p1": "digest of p1", "p2": "digest of p2"}


def test_of_parts_that_were_sent_at_once_one_is_in_order() -> None:
    upload = an_upload()
    base = upload.position
    upload.accept("p2", "d2", base, further(base))
    upload.accept("p1", "d1", base, further(base))

    assert upload.order == ["p2"]
    assert upload.digests.keys() == {"p1", "p2"}


def test_one_part_goes_on_from_where_another_ended() -> None:
    position = an_upload().position

    assert position.claim()
    assert not position.claim()


def test_a_part_that_failed_is_followed_by_its_next_try() -> None:
    upload = an_upload()
    base = upload.position
    lost, again = further(base), further(base)
    upload.accept("p1", "d1", base, again)

    assert upload.position is again
    assert upload.position is not lost
    assert upload.order == ["p1"]


def test_an_upload_is_known_from_its_beginning_to_its_end() -> None:
    chunks = Chunks()
    chunks.begin("up", a_summary())

    assert chunks.find("up") is not None
    chunks.forget("up")
    chunks.forget("up")
    assert chunks.find("up") is None


def test_the_oldest_uploads_are_given_up_when_there_are_too_many() -> None:
    chunks = Chunks()
    for number in range(_chunks.MOST_UPLOADS + 2):
        chunks.begin(str(number), a_summary())
    chunks.trim()

    assert chunks.find("1") is None
    assert chunks.find("2") is not None


def test_incomplete_lines_of_open_uploads_are_bounded_together() -> None:
    chunks = Chunks()
    for number in range(6):
        chunks.begin(str(number), a_summary(7 << 20))
    chunks.trim()

    assert chunks.find("1") is None
    assert [chunks.find(str(number)) is None for number in range(2, 6)] == [False] * 4


def test_uploads_belong_to_a_governor_and_go_with_it() -> None:
    one, other = MemoryGovernor(), MemoryGovernor()
    _chunks.of(one).begin("up", a_summary())

    assert _chunks.of(one).find("up") is not None
    assert _chunks.of(other).find("up") is None
