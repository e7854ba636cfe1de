"""A form with one file at its end (RFC 7578), read piece by piece: the fields before the file, then the file itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from desk.bodies import BodyBrokenOff

PIECE = 1 << 16  # bytes that are asked for at once
LONGEST_FIELD = 4_000
LONGEST_HEAD = 4_000
MOST_FIELDS = 20
_BOUNDARY = re.compile(r';\s{0,20}boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))')
_NAME = re.compile(r';\s{0,20}name="([^"\r\n]{1,200})"')
_FILE_NAME = re.compile(r';\s{0,20}filename="([^"\r\n]{0,1000})"')


class NotAForm(ValueError):
    """What came is no form with a file at its end."""


class Body(Protocol):
    """What is read once, from its beginning."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end. Raises OSError where there will be no more."""


@dataclass(frozen=True, kw_only=True)
class SentFile:
    """A form as it came: its fields, and the file, of which nothing was read yet."""

    fields: Mapping[str, str] = field(repr=False)
    name: str = field(repr=False)
    content: Body = field(repr=False)


def boundary_in(content_type: str) -> bytes | None:
    """Return what stands between the parts (RFC 2046 section 5.1.1), None for what is no such form."""
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        return None
    found = _BOUNDARY.search(content_type)
    return (found[1] or found[2]).encode("latin-1", "replace") if found else None


def read_form_with_file(body: Body, boundary: bytes) -> SentFile:
    """Return the fields before the file, and the file. Raises NotAForm, and OSError as the body does."""
    reader = _Reader(body, b"\r\n--" + boundary)
    reader.until(reader.mark, most=LONGEST_FIELD)
    fields: dict[str, str] = {}
    for _ in range(MOST_FIELDS):
        if reader.until(b"\r\n", most=LONGEST_HEAD).strip():
            raise NotAForm("the form ends before its file")
        head = reader.until(b"\r\n\r\n", most=LONGEST_HEAD).decode("utf-8", "replace")
        name, file_name = _NAME.search(head), _FILE_NAME.search(head)
        if name is None:
            raise NotAForm("a part has no name")
        if file_name is not None:
            return SentFile(fields=fields, name=_plain(file_name[1]), content=reader.rest())
        value = reader.until(reader.mark, most=LONGEST_FIELD)
        fields[name[1]] = value.decode("utf-8", "replace")
    raise NotAForm("too many fields")


def _plain(name: str) -> str:
    """The name as it was before a browser wrote it between quotes."""
    return name.replace("%22", '"').replace("%0D", "").replace("%0A", "")


class _Reader:
    """Reads up to a mark; what was read beyond it is held."""

    def __init__(self, body: Body, mark: bytes) -> None:
        self.mark = mark
        self._body = body
        self._held = bytearray(b"\r\n")  # so that the first mark looks like the others

    def until(self, mark: bytes, *, most: int) -> bytes:
        """Return what comes before the mark, and pass by the mark."""
        while (at := self._held.find(mark)) < 0:
            if len(self._held) > most + len(mark):
                raise NotAForm("a part is too long")
            self._more()
        if at > most:
            raise NotAForm("a part is too long")
        found = bytes(self._held[:at])
        del self._held[: at + len(mark)]
        return found

    def rest(self) -> _Content:
        """Return what comes up to the next mark, which may be long."""
        return _Content(self._body, self._held, self.mark)

    def _more(self) -> None:
        piece = self._body.read(PIECE)
        if not piece:
            raise BodyBrokenOff
        self._held += piece


class _Content:
    """The file: everything up to the mark. Without one it broke off, and is no file."""

    def __init__(self, body: Body, held: bytearray, mark: bytes) -> None:
        self._body, self._held, self._mark = body, held, mark
        self._end = held.find(mark)

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, as many as were asked for but at the end, and none after it."""
        while self._end < 0 and len(self._held) < size + len(self._mark):
            self._more()
        sure = len(self._held) - len(self._mark) if self._end < 0 else self._end
        taken = bytes(self._held[: min(size, max(sure, 0))])
        del self._held[: len(taken)]
        self._end -= len(taken) if self._end > 0 else 0
        return taken

    def _more(self) -> None:
        piece = self._body.read(PIECE)
        if not piece:
            raise BodyBrokenOff
        start = max(len(self._held) - len(self._mark), 0)
        self._held += piece
        self._end = self._held.find(self._mark, start)
