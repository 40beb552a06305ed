"""The cover needs nothing but itself, and takes what it is told for text."""

import base64
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from affidavit.cli.dossier_making import Beside
from affidavit.incident.model import (
    Aspect,
    Clarified,
    Evidence,
    Lifted,
    Says,
    Suspended,
    Target,
)
from support.dossiers import FILE, edited, incident_trail, made, plan, subject, unpacked


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("cover")
    builder, identifier = incident_trail(folder / "trail", calls=40)
    about = subject(builder, identifier)
    reviewed = edited(
        plan(about), lambda rows: rows[0].update(action="hash", reason="<b>personal")
    )
    (folder / "t.txt").write_bytes(FILE)
    beside = Beside(attachments=[folder / "t.txt"])
    made(about, reviewed, folder / "a.zip", beside)
    return (unpacked(folder / "a.zip", folder / "a") / "cover.html").read_text()


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(page: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    seen = _Seen()
    seen.feed(page)
    yield from seen.tags


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    names = {name for name, _ in tags(page)}
    given = {name for _, attributes in tags(page) for name in attributes}

    assert not names & {"script", "link", "img", "iframe", "object", "form", "b"}
    assert not given & {"src", "href", "style", "onclick", "onload"}
    assert "default-src 'none'" in page


def test_every_style_sheet_is_named_by_its_digest(page: str) -> None:
    sheets = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    assert len(sheets) == 2
    for each in sheets:
        digest = base64.b64encode(sha256(each.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page


def test_words_of_others_are_text(page: str) -> None:
    assert "&lt;b&gt;personal" in page
    assert "A tester &lt;of ours&gt;." in page


def test_what_was_received_done_and_said_is_there(page: str) -> None:
    for each in ("safety.warning_issued", "Who?", "cleared", "attached", "user-3"):
        assert each in page
    assert "This page proves nothing" in page


def luminance(colour: str) -> float:
    whole = colour * 2 if len(colour) == 3 else colour
    parts = [int(whole[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["ink", "soft", "accent"])
def test_text_has_contrast_in_light_and_dark(page: str, name: str) -> None:
    texts = re.findall(rf"--{name}:#([0-9a-f]+)", page)
    papers = re.findall(r"--paper:#([0-9a-f]+)", page)

    assert len(texts) == len(papers) == 2
    for text, paper in zip(texts, papers, strict=True):
        high, low = sorted((luminance(text), luminance(paper)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5  # WCAG 2.2, 1.4.3


def test_every_kind_of_event_is_told(tmp_path: Path) -> None:
    builder, identifier = incident_trail(tmp_path / "trail", calls=40)
    more = Target(aspect=Aspect.SUBJECT, value="ana")
    for event in (
        Suspended(incident=identifier, targets=(more,), reason="more calls"),
        Lifted(incident=identifier, targets=(more,), reason="it was a test"),
        Clarified(
            incident=identifier,
            says=Says.STATEMENT,
            text="Seen.",
            evidence=(Evidence(record="0199"),),
        ),
    ):
        builder.add("incident", event.body())
    shutil.rmtree(builder.path)
    builder.write()
    about = subject(builder, identifier)
    made(about, plan(about).unreviewed(), tmp_path / "a.zip")
    page = (unpacked(tmp_path / "a.zip", tmp_path / "a") / "cover.html").read_text()

    assert "end user ana: more calls" in page
    assert "end user ana: it was a test" in page
    assert "Seen. [record 0199]" in page
    assert "Nobody reviewed the records" in page
