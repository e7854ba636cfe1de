"""A version of the privacy policy: its text in each language, and the hash by which anybody can know it again."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

LONGEST_POLICY = 1_000_000  # characters of one language
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S[^\n]*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")


@dataclass(frozen=True, kw_only=True)
class PolicyVersion:
    """A policy as it was published: `texts` is Markdown by language tag, `updated_on` its "Last updated" stamp.

    `leading` is the language whose text binds; the others are translations of it.
    """

    version: str
    updated_on: date
    leading: str
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.leading not in self.texts:
            raise ValueError(f"there is no text in the leading language {self.leading}")
        if any(not text.strip() for text in self.texts.values()):
            raise ValueError("a text of the policy is empty")
        if any(len(text) > LONGEST_POLICY for text in self.texts.values()):
            raise ValueError(f"a text of the policy is longer than {LONGEST_POLICY} characters")

    @property
    def leading_text(self) -> str:
        """The text that binds."""
        return self.texts[self.leading]

    @property
    def digest(self) -> str:
        """The SHA-256 over version, stamp and the hash of each text: it changes with every letter of any language."""
        hashes = {language: text_digest(text) for language, text in self.texts.items()}
        parts = [self.version, self.updated_on.isoformat(), self.leading, hashes]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading with the text below it up to the next one. What stands before the first heading has the heading ''."""

    heading: str
    level: int
    body: str


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text as UTF-8 with LF at line ends: the same for a copy from another system."""
    return hashlib.sha256(_lines_ended_by_lf(text).encode()).hexdigest()


def sections_of(text: str) -> tuple[Section, ...]:
    """Return the sections in their order (CommonMark section 4.2, ATX headings; a heading in a code block is text).

    A heading that comes again gets its number, so that two sections never have the same name.
    """
    found: list[Section] = []
    seen: dict[str, int] = {}
    for heading, level, body in _pieces(text):
        if not heading and not body:
            continue
        seen[heading] = seen.get(heading, 0) + 1
        name = heading if seen[heading] == 1 else f"{heading} ({seen[heading]})"
        found.append(Section(heading=name, level=level, body=body))
    return tuple(found)


def _pieces(text: str) -> Iterator[tuple[str, int, str]]:
    heading, level, body, in_code = "", 0, list[str](), False
    for line in _lines_ended_by_lf(text).split("\n"):
        in_code ^= _FENCE.match(line) is not None
        match = None if in_code else _HEADING.fullmatch(line)
        if match is None:
            body.append(line)
            continue
        yield heading, level, "\n".join(body).strip()
        heading, level, body = match[2].rstrip("# \t") or match[2], len(match[1]), []
    yield heading, level, "\n".join(body).strip()


def _lines_ended_by_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
