"""A checkpoint gets a token from a real authority, or none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.anchors.plan import StampAnchor
from affidavit.anchors.stamp import file_name, stamp
from affidavit.anchors.web import Web
from affidavit.errors import AnchorUnavailable
from support.anchors import Authority, Log, Reply, an_authority, replying

WEB = Web(tries=1)
NOTE = Log(7).note(7)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


def test_a_token_of_the_pinned_authority_is_taken(authority: Authority) -> None:
    with authority.serving() as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        found = stamp(WEB, anchor, NOTE, now=datetime.now(UTC))

    (got,) = server.received
    assert got.headers["content-type"] == "application/timestamp-query"
    assert found.stamp.authority == "CN=Authority"
    assert NOTE not in got.body


def test_a_token_of_another_authority_is_not_taken(
    authority: Authority, tmp_path: Path
) -> None:
    other = an_authority(tmp_path)
    with authority.serving() as server:
        anchor = StampAnchor(url=server.url, ca=other.ca)
        with pytest.raises(AnchorUnavailable, match="does not hold"):
            stamp(WEB, anchor, NOTE, now=datetime.now(UTC))


def test_an_old_answer_replayed_is_not_taken(authority: Authority) -> None:
    """The nonce is another each time."""
    with authority.serving() as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        old = stamp(WEB, anchor, NOTE, now=datetime.now(UTC)).response
    with replying(lambda _: Reply(body=old)) as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        with pytest.raises(AnchorUnavailable, match=r"[Nn]once"):
            stamp(WEB, anchor, NOTE, now=datetime.now(UTC))


def test_an_authority_whose_clock_is_far_off_is_not_taken(authority: Authority) -> None:
    with authority.serving() as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        with pytest.raises(AnchorUnavailable, match="set the one that is wrong"):
            stamp(WEB, anchor, NOTE, now=datetime.now(UTC) + timedelta(hours=1))


@pytest.mark.parametrize("reply", [Reply(status=403), Reply(body=b"garbage")])
def test_what_is_no_token_is_no_anchor(authority: Authority, reply: Reply) -> None:
    with replying(lambda _: reply) as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        with pytest.raises(AnchorUnavailable):
            stamp(WEB, anchor, NOTE, now=datetime.now(UTC))


def test_each_authority_has_a_file_name_of_its_own() -> None:
    names = {
        file_name(StampAnchor(url=url, ca=Path("x")))
        for url in ("http://a", "http://b")
    }

    assert len(names) == 2
    assert all(name.endswith(".tsr") and "/" not in name for name in names)
