"""The tree of parts as a flat list in reading order, cut on the bytes by one iterative walk.

It gives the same texts and attachments as the parser of the standard library on sound mail (a test compares them)
at a third of its cost, and it has no recursion to exhaust. It stops at embedded messages: their words are not the
sender's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from intake.defects import Defect
from intake.headers import Head, cut_head
from intake.parameters import Parameterised, read_parameterised

MAX_DEPTH = 100
MAX_PARTS = 500
MAX_BOUNDARY = 2_048  # characters; RFC 2046 section 5.1.1 allows 70
AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
EMBEDDED = "message/rfc822"
ENCODED = frozenset(("base64", "quoted-printable"))  # a container in it shows no boundary
ONCE = {
    "content-type": Defect.DUPLICATE_CONTENT_TYPE,
    "content-transfer-encoding": Defect.DUPLICATE_TRANSFER_ENCODING,
}
NO_DISPOSITION = Parameterised("")


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf: its headers, the span [start:end) of its still encoded body, and the alternatives it stands in."""

    head: Head
    content: Parameterised
    disposition: Parameterised
    start: int
    end: int
    alternatives: tuple[int, ...] = ()

    @property
    def content_type(self) -> str:
        return self.content.value

    @property
    def encoding(self) -> str:
        """The declared transfer encoding in lower case."""
        return encoding_of(self.head)


@dataclass(frozen=True, slots=True)
class Structure:
    """The leaves in reading order, the types of all parts (containers too), and what was wrong."""

    parts: tuple[Part, ...]
    types: tuple[str, ...]
    defects: tuple[Defect, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A part that is still to be looked at."""

    head: Head
    end: int
    default_type: str = "text/plain"
    depth: int = 0
    alternatives: tuple[int, ...] = ()


def walk(raw: bytes, head: Head) -> Structure:
    """Return the structure of the message whose header block is `head`."""
    return Walk(raw).run(head)


class Walk:
    """One walk over one message."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts: list[Part] = []
        self.types: list[str] = []
        self.defects: list[Defect] = []

    def run(self, head: Head) -> Structure:
        waiting = [Span(head, len(self.raw))]
        while waiting and len(self.types) < MAX_PARTS:
            span = waiting.pop()
            content = content_of(span)
            self.types.append(content.value)
            self.defects += [
                fault for name, fault in ONCE.items() if len(span.head.values(name)) > 1
            ]
            waiting.extend(reversed(self.open_part(span, content)))
        if waiting:
            self.defects.append(Defect.TOO_MANY_PARTS)
        return Structure(tuple(self.parts), tuple(self.types), tuple(self.defects))

    def open_part(self, span: Span, content: Parameterised) -> list[Span]:
        """Return the children of a container; a leaf is kept and has none."""
        if not content.value.startswith("multipart/"):
            self.keep(span, content)
            return []
        if span.depth >= MAX_DEPTH:
            self.defects.append(Defect.NESTED_TOO_DEEP)
            self.keep(span, Parameterised("application/octet-stream"))
            return []
        is_encoded = encoding_of(span.head) in ENCODED
        if is_encoded:  # RFC 2045 section 6.4 forbids it
            self.defects.append(Defect.MULTIPART_ENCODED)
        children = self.split(span, content)
        if not children:
            # RFC 2046 says nothing helpful: the string is the text, or the request would be lost
            self.keep(span, content if is_encoded else Parameterised("text/plain"))
        return children

    def keep(self, span: Span, content: Parameterised) -> None:
        disposition = span.head.first("content-disposition")
        self.parts.append(
            Part(
                span.head,
                content,
                read_parameterised(disposition) if disposition else NO_DISPOSITION,
                span.head.body_at,
                span.end,
                span.alternatives,
            )
        )

    def split(self, span: Span, content: Parameterised) -> list[Span]:
        """Return the parts of a multipart; empty when its boundary is missing or never found."""
        boundary = content.parameters.get("boundary", "").rstrip()
        if not 0 < len(boundary) <= MAX_BOUNDARY:
            self.defects.append(Defect.NO_BOUNDARY)
            return []
        number = len(self.types)
        alternatives = span.alternatives
        if content.value == "multipart/alternative":
            alternatives = (*alternatives, number)
        default = EMBEDDED if content.value == "multipart/digest" else "text/plain"
        spans = list(self.sections(span, b"--" + boundary.encode("utf-8", "replace")))
        return [
            Span(cut_part_head(self.raw, start, end), end, default, span.depth + 1, alternatives)
            for start, end in spans
        ]

    def sections(self, span: Span, marker: bytes) -> Iterator[tuple[int, int]]:
        """Yield the spans between the boundary lines (RFC 2046 section 5.1.1)."""
        opened: int | None = None
        for line_start, after, is_last in boundary_lines(self.raw, marker, span):
            if opened is not None:
                yield opened, max(opened, before_line_end(self.raw, line_start))
            opened = None if is_last else after
            if is_last:
                return
        if opened is None:
            self.defects.append(Defect.BOUNDARY_NEVER_FOUND)
            return
        self.defects.append(Defect.MULTIPART_NOT_CLOSED)
        yield opened, span.end


def encoding_of(head: Head) -> str:
    """Return the declared transfer encoding in lower case."""
    value = head.first("content-transfer-encoding")
    return value.partition(b";")[0].strip(b" \t\"'").decode("ascii", "replace").lower()


def content_of(span: Span) -> Parameterised:
    """Return the type of a part; without a usable one the default of its container."""
    raw = span.head.first("content-type")
    content = read_parameterised(raw) if raw else Parameterised(span.default_type)
    if content.value.count("/") == 1:
        return content
    return Parameterised("text/plain", content.parameters)  # RFC 2045 section 5.2


def cut_part_head(raw: bytes, start: int, end: int) -> Head:
    """Return the header block of a part; a part may have none at all."""
    return cut_head(raw, start, end)


def boundary_lines(raw: bytes, marker: bytes, span: Span) -> Iterator[tuple[int, int, bool]]:
    """Yield (start of the line, offset after it, whether it closes) for each boundary line, at most MAX_PARTS + 1."""
    at, found = span.head.body_at, 0
    while found <= MAX_PARTS:
        at = raw.find(marker, at, span.end)
        if at < 0:
            return
        rest = AFTER_BOUNDARY.match(raw, at + len(marker), span.end)
        is_line = at == span.head.body_at or raw[at - 1 : at] == b"\n"
        if rest and is_line:
            found += 1
            yield at, rest.end(), rest[1] is not None
            at = rest.end()
        else:
            at += len(marker)


def before_line_end(raw: bytes, line_start: int) -> int:
    """Return the end of the part before a boundary line: the line break before the boundary belongs to it."""
    end = line_start - 1
    return end - 1 if raw[end - 1 : end] == b"\r" else end
