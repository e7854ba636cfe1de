"""The words of small text files, for the classifier and for staff: "see the attached letter" is a request too."""

from __future__ import annotations

from intake.calendars import words_of_calendar
from intake.charset import decode_text, looks_binary
from intake.markup import html_to_text
from intake.structure import Part

MAX_FILE = 64_000  # bytes
MAX_WORDS = 20_000  # characters
PLAIN = frozenset(("text/plain", "text/markdown"))
PLAIN_NAMES = (".txt", ".text", ".md")
HTML_NAMES = (".html", ".htm")
UNSURE = "application/octet-stream"


def words_of_file(part: Part, name: str, content: bytes) -> str | None:
    """Return the text of a small text file, web page or calendar entry; None when it is none of these."""
    kind = kind_of(part.content_type, name.lower())
    if kind is None or not 0 < len(content) <= MAX_FILE:
        return None
    text, _ = decode_text(content, part.content.parameters.get("charset", ""))
    if looks_binary(text):
        return None
    if kind == "calendar":
        return words_of_calendar(text)
    if kind == "html":
        text = html_to_text(text).text
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()[:MAX_WORDS]


def kind_of(content_type: str, name: str) -> str | None:
    """Return how a file is read, by its declared type, else by its name; None for files that are not."""
    if content_type == "text/calendar":
        return "calendar"
    if content_type in PLAIN or (content_type == UNSURE and name.endswith(PLAIN_NAMES)):
        return "plain"
    if content_type == "text/html" or (content_type == UNSURE and name.endswith(HTML_NAMES)):
        return "html"
    return None
