"""A calendar entry (RFC 5545) as words: what it is about, and whether it invites, answers or cancels."""

from __future__ import annotations

import re

MAX_READ = 100_000  # characters
MAX_SHOWN = 4_000
UNFOLD = re.compile(r"\n[ \t]")
LINE = re.compile(r"(SUMMARY|DESCRIPTION|COMMENT)(?:;[^:\n]{0,500})?:(.*)", re.IGNORECASE)
ESCAPED = {"\\n": "\n", "\\N": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
ESCAPE = re.compile(r"\\[nN,;\\]")


def words_of_calendar(text: str) -> str:
    """Return summary, description and comments of a calendar entry, one a line, at most 4,000 characters."""
    lines = UNFOLD.sub("", text[:MAX_READ].replace("\r\n", "\n")).split("\n")
    found = [line[2] for line in map(LINE.match, lines) if line is not None and line[2].strip()]
    shown = "\n".join(dict.fromkeys(found))
    return ESCAPE.sub(lambda match: ESCAPED[match[0]], shown)[:MAX_SHOWN]
