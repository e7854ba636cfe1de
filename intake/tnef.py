"""Reads winmail.dat (MS-OXTNEF): the words and the files that Outlook put into it; bounded, and no further than that."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x78\x9f\x3e\x22"
HEADER = 6  # signature and key
MAX_ATTRIBUTES = 2_000
MAX_PROPERTIES = 2_000
MAX_VALUES = 100

# MS-OXTNEF section 2.1.3.2: attributes by id and type.
BODY, CODEPAGE, MESSAGE_PROPERTIES = 0x0002800C, 0x00069007, 0x00069003
NEXT_FILE, FILE_TITLE, FILE_DATA, FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
# MS-OXPROPS: properties by id.
PLAIN, RICH, HTML, FILE_CONTENT, LONG_NAME = 0x1000, 0x1009, 0x1013, 0x3701, 0x3707
UNICODE, NAMED, MULTIPLE = 0x001F, 0x8000, 0x1000
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}  # fmt: skip
VARIABLE = frozenset((0x0D, 0x1E, UNICODE, 0x102))


@dataclass(slots=True)
class TnefFile:
    """One file of a winmail.dat."""

    name: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat holds. `has_rich_text` tells of a body in compressed RTF, which is not read."""

    plain: tuple[bytes, str] | None = None  # bytes and charset
    html: tuple[bytes, str] | None = None
    has_rich_text: bool = False
    files: list[TnefFile] = field(default_factory=list)
    codepage: str = ""

    @property
    def is_read(self) -> bool:
        """Whether the words are known, or there are none beside the files."""
        has_words = self.plain is not None or self.html is not None
        return has_words or (bool(self.files) and not self.has_rich_text)


def read_tnef(data: bytes) -> Tnef | None:
    """Return what can be read, None when the bytes are no TNEF. Linear in the size; never raises."""
    if not data.startswith(SIGNATURE):
        return None
    found = Tnef()
    for attribute, content in attributes(data):
        take_attribute(found, attribute, content)
    return found


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield id and content of each attribute, up to the first that is cut off."""
    at = HEADER
    for _ in range(MAX_ATTRIBUTES):
        if at + 9 > len(data):
            return
        attribute, size = struct.unpack_from("<xII", data, at)
        start, at = at + 9, at + 9 + size + 2  # a checksum follows, which says nothing that we need
        if start + size > len(data):
            return
        yield attribute, data[start : start + size]


def take_attribute(found: Tnef, attribute: int, content: bytes) -> None:
    if attribute == CODEPAGE and len(content) >= 4:  # noqa: PLR2004 one number
        found.codepage = f"cp{int.from_bytes(content[:4], 'little')}"
    elif attribute == BODY:
        found.plain = content.rstrip(b"\0"), found.codepage
    elif attribute == MESSAGE_PROPERTIES:
        for name, kind, value in properties(content):
            take_property(found, name, kind, value)
    elif attribute == NEXT_FILE:
        found.files.append(TnefFile())
    elif found.files:
        take_file_attribute(found.files[-1], attribute, content)


def take_property(found: Tnef, name: int, kind: int, value: bytes) -> None:
    charset = "utf-16-le" if kind == UNICODE else found.codepage
    if name == PLAIN:
        found.plain = without_end(value, kind), charset
    elif name == HTML:
        found.html = without_end(value, kind), charset
    elif name == RICH:
        found.has_rich_text = True


def take_file_attribute(file: TnefFile, attribute: int, content: bytes) -> None:
    if attribute == FILE_TITLE and not file.name:
        file.name = content.rstrip(b"\0").decode("cp1252", "replace")
    elif attribute == FILE_DATA:
        file.content = content
    elif attribute == FILE_PROPERTIES:
        for name, kind, value in properties(content):
            if name == LONG_NAME:
                codec = "utf-16-le" if kind == UNICODE else "cp1252"
                file.name = without_end(value, kind).decode(codec, "replace")
            elif name == FILE_CONTENT and not file.content:
                file.content = value


def without_end(value: bytes, kind: int) -> bytes:
    """Return a string without the zero that ends it."""
    if kind != UNICODE:
        return value.rstrip(b"\0")
    return value[:-2] if value.endswith(b"\0\0") and len(value) % 2 == 0 else value


def properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield id, type and first value of each property, up to the first that is not understood."""
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        at = 4
        for _ in range(min(count, MAX_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", data, at)
            at = after_name(data, at + 4) if name >= NAMED else at + 4
            value, at = read_value(data, at, kind)
            yield name, kind & ~MULTIPLE, value
    except (struct.error, KeyError):
        return


def after_name(data: bytes, at: int) -> int:
    """Return the offset after the name of a named property."""
    (is_text,) = struct.unpack_from("<I", data, at + 16)
    (number,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + (padded(number) if is_text else 0)


def read_value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """Return the first value of a property and the offset after all of them."""
    single = kind & ~MULTIPLE
    count = 1
    if kind & MULTIPLE or single in VARIABLE:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    first = b""
    for number in range(min(count, MAX_VALUES)):
        size = FIXED.get(single)
        if size is None:
            if single not in VARIABLE:
                raise KeyError(single)
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
        if at + size > len(data):
            raise struct.error
        first = data[at : at + size] if number == 0 else first
        at += padded(size)
    return first, at


def padded(size: int) -> int:
    return (size + 3) // 4 * 4
