"""A file that was made for whoever asked, on its way out: it lies in a temporary file and is gone when it was handed over."""

from __future__ import annotations

import os
from typing import BinaryIO

PIECE = 1 << 20  # bytes


class MadeFile:
    """A file that desk.file_answer hands over; `file` can be sought in, and is closed at the end."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name = name
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self.pieces = -(-self.size // PIECE)

    def piece(self, number: int) -> bytes:
        """Return the piece with this number, from 0."""
        self._file.seek(number * PIECE)
        return self._file.read(PIECE)

    def ended(self, _sent: int) -> None:
        """Forget the file; that it was made is in the trail already."""
        self._file.close()
