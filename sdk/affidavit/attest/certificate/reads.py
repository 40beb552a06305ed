"""What a page reads like to whoever has parsed it: names, attributes and texts.

Knows nothing of what they mean. The page's program makes the same text of what a
browser has parsed and compares digests, so that a word that was changed shows.
"""

from html.parser import HTMLParser

_VOID = {"input", "meta", "br", "wbr"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs = sorted(f"{name}={value or ''}" for name, value in attrs)
        told = "\n".join([tag, *pairs])
        self.parts.append(f"<{told}>")
        if tag in _VOID:
            self.parts.append("</>")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base class's shape
        self.parts.append("</>")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def reads(markup: str) -> str:
    """The text of markup that closes every element and has ASCII attribute names."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)
