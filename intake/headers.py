"""Cuts a header block into its fields, on the bytes and once: the sender gate and the reader share this cut,
so no mail can show one header block to the one and another to the other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from intake.defects import Defect

MAX_BLOCK = 100_000  # bytes, about what Postfix passes on (header_size_limit 102400)
MAX_FIELD = 16_000  # bytes
MAX_FIELDS = 1_000

# RFC 5322 section 2.2: printable ASCII without the colon; blanks before the colon are obsolete (section 4.5).
FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)\n?")
BLANK_LINE = re.compile(rb"\r?\n")
BLANK_LINES = re.compile(rb"(?:[ \t]*\r?\n){1,50}")
MBOX_LINE = re.compile(
    rb">?From [ \t]*[^ \t:]"
)  # RFC 4155; "From :" is a field with a blank too many
END_OF_BLOCK = re.compile(rb"\n\r?\n")
JUNK_BEFORE_A_KNOWN_FIELD = re.compile(
    rb"[^\n]{0,998}\n(?=(?:from|to|cc|subject|date|message-id|mime-version|content-type)[ \t]*:)",
    re.IGNORECASE,
)


class Field(NamedTuple):
    """One header field: name in lower case, value as it stood in the bytes, folds included."""

    name: str
    value: bytes

    def __repr__(self) -> str:
        """Name the field only: values are personal data."""
        return f"Field({self.name!r})"


@dataclass(frozen=True)
class Head:
    """A header block: its fields in order, its span [start:body_at) and what was wrong with it."""

    fields: tuple[Field, ...]
    start: int
    body_at: int
    defects: tuple[Defect, ...]

    @cached_property
    def by_name(self) -> dict[str, list[bytes]]:
        """The values of each field (name in lower case), folds included, in order."""
        found: dict[str, list[bytes]] = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found

    def values(self, name: str) -> list[bytes]:
        """All values of a field (name in lower case), folds included, in order."""
        return list(self.by_name.get(name, ()))

    def first(self, name: str) -> bytes:
        """The first value of a field, empty when there is none."""
        values = self.by_name.get(name)
        return values[0] if values else b""


def cut_message_head(raw: bytes) -> Head:
    """Return the header block of a whole message; recovers what can be recovered and says so in `defects`."""
    start, defects = skip_preface(raw)
    head = cut_head(raw, start, len(raw))
    defects += structure_faults(raw[head.start : head.body_at])
    defects += head.defects
    if not head.fields:
        defects.append(Defect.NO_HEADERS)
    return Head(head.fields, head.start, head.body_at, tuple(defects))


def skip_preface(raw: bytes) -> tuple[int, list[Defect]]:
    """Return where the first header field may start, and what stood before it."""
    at, defects = 0, []
    if raw.startswith(b"\xef\xbb\xbf"):
        at, defects = 3, [Defect.BYTE_ORDER_MARK]
    blank = BLANK_LINES.match(raw, at)
    if blank and FIELD.match(raw, blank.end(), blank.end() + MAX_FIELD):
        at = blank.end()
        defects.append(Defect.LEADING_BLANK_LINE)
    while MBOX_LINE.match(raw, at):
        at = end_of_line(raw, at)
        defects.append(Defect.MBOX_LINE)
    if raw.startswith((b" ", b"\t"), at) and FIELD.match(raw, end_of_line(raw, at)):
        at = end_of_line(raw, at)
        defects.append(Defect.LEADING_CONTINUATION)
    return at, defects


def end_of_line(raw: bytes, at: int) -> int:
    """Return the offset after the line that contains `at`."""
    return (raw.find(b"\n", at) + 1) or len(raw)


def cut_head(raw: bytes, start: int, end: int) -> Head:
    """Return the header block that starts at `start`; nothing outside [start:end) is looked at."""
    fields: list[Field] = []
    defects: list[Defect] = []
    at, limit = start, min(end, start + MAX_BLOCK)
    while len(fields) < MAX_FIELDS:
        found = FIELD.match(raw, at, limit)
        if found:
            fields.append(read_field(found, defects))
            at = found.end()
            continue
        ended = not fields or BLANK_LINE.match(raw, at, limit)
        junk = None if ended else JUNK_BEFORE_A_KNOWN_FIELD.match(raw, at, limit)
        if junk is None:
            break
        defects.append(Defect.JUNK_HEADER_LINE)
        at = junk.end()
    body_at, fault = find_body(raw, at, end, is_cut=at >= limit < end or len(fields) >= MAX_FIELDS)
    if fault and fields:
        defects.append(Defect.TOO_MANY_HEADERS if len(fields) >= MAX_FIELDS else fault)
    return Head(tuple(fields), start, body_at if fields else max(start, body_at), tuple(defects))


def read_field(found: re.Match[bytes], defects: list[Defect]) -> Field:
    """Return one field, cut to its limit; its faults are added to `defects`."""
    name, blanks, value = found.groups()
    if blanks:
        defects.append(Defect.SPACE_BEFORE_COLON)
    if len(value) > MAX_FIELD:
        defects.append(Defect.HEADER_TOO_LONG)
        value = value[:MAX_FIELD]
    return Field(name.decode("ascii").lower(), value.rstrip(b"\r\n"))


def find_body(raw: bytes, at: int, end: int, *, is_cut: bool) -> tuple[int, Defect | None]:
    """Return the offset of the body when the fields end at `at`, and the fault of the border if it has one."""
    if is_cut:
        border = END_OF_BLOCK.search(raw, max(at - 1, 0), end)
        return (border.end() if border else end), Defect.HEADER_BLOCK_TOO_LONG
    blank = BLANK_LINE.match(raw, at, end)
    if blank:
        return blank.end(), None
    return at, (Defect.MISSING_BLANK_LINE if at < end else None)


def structure_faults(block: bytes) -> list[Defect]:
    """Return the faults with which one reader can be shown another header than the next (reliability, B21, B22)."""
    returns, feeds, pairs = block.count(b"\r"), block.count(b"\n"), block.count(b"\r\n")
    faults = []
    if returns != pairs:
        faults.append(Defect.BARE_CR_IN_HEADERS)
    if pairs and feeds != pairs:
        faults.append(Defect.MIXED_LINE_ENDS)
    if b"\0" in block:
        faults.append(Defect.NUL_IN_HEADERS)
    return faults


def unfold(value: bytes) -> bytes:
    """Return a field value on one line: the line breaks go, the blanks after them stay (RFC 5322 section 2.2.3)."""
    return value.replace(b"\r\n", b"").replace(b"\n", b"") if b"\n" in value else value
