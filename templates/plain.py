"""What a reader sees of a page of ours."""

from __future__ import annotations

from html.parser import HTMLParser

UNSEEN = frozenset({"head", "style", "title"})


def visible_text(html: str) -> str:
    """Return the text of our own HTML without head and markup; elements are separated by blanks."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return " ".join(reader.seen)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)
