"""The picture says in words what it draws."""

from xml.etree import ElementTree as ET

from affidavit.incident.dossier.timeline import Mark, timeline
from affidavit.verify.disclosure.manifest import Window

WINDOW = Window("2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z")
SVG = "{http://www.w3.org/2000/svg}"


def at(day: int) -> str:
    return f"2026-01-{day:02}T12:00:00.000Z"


def drawn(*effects: str, marks: tuple[Mark, ...] = ()) -> ET.Element:
    calls = [(at(n + 1), each) for n, each in enumerate(effects)]
    return ET.fromstring(timeline(WINDOW, calls, marks))


def said(picture: ET.Element) -> str:
    found = picture.find(f"{SVG}desc")
    assert found is not None
    return str(found.text)


def test_all_that_is_drawn_is_said() -> None:
    mark = Mark(at=at(9), what="opened: <a letter>")
    picture = drawn("permit", "permit", "refuse", "observed", marks=(mark,))

    assert picture.get("role") == "img"
    assert "2 allowed, 1 let pass while observing, 1 refused" in said(picture)
    assert "2026-01-09 12:00 opened: <a letter>" in said(picture)
    assert len(picture.findall(f"{SVG}g")) == 4
    assert len(picture.findall(f"{SVG}circle")) == 1


def test_nothing_is_a_picture_too() -> None:
    assert "none. Events: none." in said(drawn())


def test_what_lies_outside_the_window_stays_on_the_line() -> None:
    marks = (Mark(at="2025-01-01T00:00:00.000Z", what="case"), Mark(at=at(31), what=""))
    points = drawn(marks=marks).findall(f"{SVG}circle")

    assert all(20 <= float(each.get("cx", "")) <= 940 for each in points)
