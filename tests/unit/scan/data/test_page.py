from html.parser import HTMLParser

from affidavit.scan.data.page import MOST_ROWS, page
from support.data_scan import a_report


class Outline(HTMLParser):
    """Elements that are opened and closed, and what they point to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    outline = Outline()
    outline.feed(page(a_report(kinds={"exact": 1, "boilerplate": 2})))

    assert outline.open == []
    assert outline.links == []
    assert "script" not in outline.seen
    assert outline.seen.count("caption") == outline.seen.count("table") == 4


def test_text_from_outside_is_shown_and_not_obeyed() -> None:
    made = page(a_report(kinds={"exact": 1}))

    assert "a&lt;b&gt;\\x1b.jsonl" in made
    assert "&lt;id&gt;" in made
    assert "\x1b" not in made


def test_a_clean_scan_says_its_recall_and_what_it_does_not_prove() -> None:
    made = page(a_report(counts={"unread": 4}, problems=["row 3: not JSON"]))

    assert "INCOMPLETE" in made
    assert "4 answers could not be read" in made
    assert "row 3: not JSON" in made
    assert "That no call went around these trails." in made
    assert "at measured recall 0.91" in page(a_report())


def test_a_page_shows_a_bounded_number_of_rows() -> None:
    report = a_report(kinds={"exact": 3 * MOST_ROWS})
    many = report._replace(hits=[report.hits[0]] * (3 * MOST_ROWS))

    assert f"Rows of this file: {MOST_ROWS} of 1,500" in page(many)
