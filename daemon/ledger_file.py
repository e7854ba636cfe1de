"""The file that outlives the database: it is only ever added to, and each line is on the disk before it counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from daemon.keys import key_path
from daemon.settings import Settings
from privacy.errors import WrongSetting
from privacy.outliving import Entry, Outlived, as_line, fold, read_lines

FILE_NAME = "outlives.jsonl"


def ledger_of(settings: Settings) -> LedgerFile:
    """Return the file of this desk: beside the key file, which is kept apart from backups as well."""
    return LedgerFile(key_path(settings).with_name(FILE_NAME))


class LedgerFile:
    """The list in its file; one daemon at a time adds to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        """Its name, for people."""
        return self._path.name

    def read(self) -> Outlived:
        """Return what the list says, nothing where there is none yet.

        Raises WrongSetting for a file that cannot be read: without it a restored desk could bring people back.
        """
        return fold(self._entries())

    def add(self, entries: Sequence[Entry]) -> None:
        """Write the entries to the end. Raises WrongSetting where that cannot be."""
        text = "".join(map(as_line, entries)).encode()
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.lseek(descriptor, _whole_length(descriptor), os.SEEK_SET)
                _write_all(descriptor, text)
                os.ftruncate(descriptor, os.lseek(descriptor, 0, os.SEEK_CUR))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise WrongSetting(f"{self._path} cannot be written ({error.strerror})") from None

    def _entries(self) -> list[Entry]:
        try:
            return read_lines(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise WrongSetting(f"{self._path} cannot be read ({error.strerror})") from None
        except ValueError as error:
            raise WrongSetting(f"{self._path}: {error}") from None


def _whole_length(descriptor: int) -> int:
    """Where the last whole line ends: a line that a crash cut off is written over."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    while end:
        start = max(0, end - 4096)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _write_all(descriptor: int, text: bytes) -> None:
    while text:
        text = text[os.write(descriptor, text) :]
