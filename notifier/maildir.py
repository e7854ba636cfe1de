"""The built-in mailbox: letters kept in a Maildir instead of being sent, for the demo and for trying things out."""

from __future__ import annotations

import email
import email.policy
import errno
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from notifier.compose import compose
from privacy.errors import Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import SendReceipt

FOLDERS = ("tmp", "new", "cur")
NOT_A_MATTER_OF_TIME = frozenset(
    (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
)


@dataclass(frozen=True, kw_only=True)
class StoredLetter:
    """A letter in the built-in mailbox, as its reader would see it."""

    path: Path
    message_id: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


class MaildirTransport:
    """Keeps letters in a Maildir under a name made of their Message-ID, so that a repeat makes no second file."""

    name = "maildir"

    def __init__(self, root: Path) -> None:
        self._root = root

    def send(self, message: OutboundMessage) -> SendReceipt:
        """Store one letter durably.

        Raises Permanent when it cannot be composed, Retryable when the folder cannot be used: that says
        nothing about the letter.
        """
        content, name = compose(message), file_name(message.message_id)
        try:
            self._make_folders()
            if self._find(name) is not None:
                return SendReceipt(provider_id=name, answer="was there already")
            self._store(name, content)
        except OSError as error:
            raise Retryable(_reason(error)) from error
        return SendReceipt(provider_id=name, answer="stored")

    def check(self) -> str:
        """Say where letters go, once one could be written there; raises Permanent or Retryable."""
        probe = self._root / "tmp" / f"check.{os.getpid()}"
        try:
            self._make_folders()
            _write_durably(probe, b"")
            probe.unlink()
        except OSError as error:
            if error.errno in NOT_A_MATTER_OF_TIME:
                raise Permanent(_reason(error)) from error
            raise Retryable(_reason(error)) from error
        return f"letters are kept in {self._root}, none is sent"

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def was_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those Message-IDs of which the mailbox has a letter. Raises Retryable."""
        try:
            return frozenset(
                each for each in message_ids if self._find(file_name(each)) is not None
            )
        except OSError as error:
            raise Retryable(_reason(error)) from error

    def list_letters(self) -> tuple[StoredLetter, ...]:
        """Return all letters, in the order in which they were stored. Raises Retryable."""
        try:
            paths = [path for folder in ("new", "cur") for path in _files_in(self._root / folder)]
            paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
            return tuple(_read_letter(path) for path in paths)
        except OSError as error:
            raise Retryable(_reason(error)) from error

    def _make_folders(self) -> None:
        for folder in FOLDERS:
            (self._root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)

    def _find(self, name: str) -> Path | None:
        """Return where a letter is: a mail program moves it to `cur` and adds its flags to the name."""
        fresh = self._root / "new" / name
        if fresh.exists():
            return fresh
        seen = self._root / "cur"
        return next(iter([*seen.glob(name), *seen.glob(f"{name}:2,*")]), None)

    def _store(self, name: str, content: bytes) -> None:
        """Write, then rename: under `new` a letter is whole or not there at all."""
        unfinished, finished = self._root / "tmp" / name, self._root / "new" / name
        _write_durably(unfinished, content)
        unfinished.replace(finished)
        _sync_folder(finished.parent)


def file_name(message_id: str) -> str:
    """Return the name of the file of a letter: nothing of the id itself gets into a path."""
    return hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:40]


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _files_in(folder: Path) -> Iterable[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _read_letter(path: Path) -> StoredLetter:
    """Read a letter of ours back; bytes that we composed need no caution."""
    parsed: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    plain = parsed.get_body(("plain",))
    return StoredLetter(
        path=path,
        message_id=str(parsed["Message-ID"]),
        recipient=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        text=plain.get_content().replace("\r\n", "\n") if plain is not None else "",
    )


def _reason(error: OSError) -> str:
    return f"maildir: {errno.errorcode.get(error.errno or 0, 'unknown')}"
