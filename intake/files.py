"""Mail in from files: single messages, folders, mbox, Maildir, and one message on standard input."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from intake.files_arrival import ArrivalRules, FileTimes
from intake.files_mbox import is_separator, split_mbox
from privacy.messages import ArrivalBasis, RawMessage, Route

STANDARD_INPUT = "-"
MAX_MESSAGE_BYTES = 50 * 1024 * 1024
FIRST_LINE_BYTES = 512
MESSAGE_SUFFIXES = frozenset((".eml",))
MBOX_SUFFIXES = frozenset((".mbox", ".mbx"))
MAILDIR_FOLDERS = ("new", "cur")
# Folders that other programs keep often have no suffixes; such a file is mail when it begins like mail.
HEADER_LINE = re.compile(
    rb"(?:return-path|received|delivered-to|from|to|subject|date|message-id|mime-version"
    rb"|dkim-signature|arc-[a-z-]+|x-[a-z0-9-]+):",
    re.IGNORECASE,
)
MAILDIR_TIME = re.compile(r"(\d{9,10})\.")
ARRIVAL_UNKNOWN = "arrival-unknown"


@dataclass(frozen=True, kw_only=True)
class ImportItem:
    """One message of one file, or the reason why there is none: a stable code such as `cannot-read`.

    `path` is the path as it was given or found, with `#N` for the Nth message of an mbox.
    """

    path: str
    message: RawMessage | None = field(default=None, repr=False)
    error: str | None = None


def iter_files(
    paths: Iterable[str],
    *,
    mailbox: str,
    now: datetime,
    received_at: datetime | None = None,
    boundary_received_at: Callable[[bytes], datetime | None] = lambda _: None,
    standard_input: bytes | None = None,
) -> Iterator[ImportItem]:
    """Yield every message of the paths, folders in the order of their names; a bad file never ends it.

    `mailbox` is the mailbox of ours that the mail belongs to, `boundary_received_at` reads the Received
    header of our own boundary, `standard_input` holds what the path `-` stands for.
    """
    rules = ArrivalRules(now=now, given=received_at, boundary_received_at=boundary_received_at)
    maker = _Maker(mailbox=mailbox, rules=rules)
    for path in paths:
        if path == STANDARD_INPUT:
            yield maker.make(path, standard_input or b"", FileTimes())
        else:
            yield from _read_path(Path(path), maker)


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """Makes items of bytes."""

    mailbox: str
    rules: ArrivalRules

    def make(self, path: str, raw: bytes | None, times: FileTimes) -> ImportItem:
        if raw is None or len(raw) > MAX_MESSAGE_BYTES:
            return ImportItem(path=path, error="too-large")
        if not raw.strip():
            return ImportItem(path=path, error="empty")
        received_at, basis = self.rules.arrival_of(raw, times)
        message = RawMessage(
            raw=raw,
            mailbox=self.mailbox,
            route=Route.FILE,
            received_at=received_at,
            arrival_basis=basis,
            quiet_reason=ARRIVAL_UNKNOWN if basis is ArrivalBasis.UNKNOWN else None,
        )
        return ImportItem(path=path, message=message)


def _read_path(path: Path, maker: _Maker) -> Iterator[ImportItem]:
    """Yield what one given path holds."""
    try:
        if path.is_dir():
            yield from _read_folder(path, maker)
        else:
            yield from _read_file(path, maker)
    except OSError:
        yield ImportItem(path=_shown(path), error="cannot-read")


def _read_folder(folder: Path, maker: _Maker) -> Iterator[ImportItem]:
    if _is_maildir(folder):
        yield from _read_maildir(folder, maker)
        return
    for path in sorted(folder.iterdir()):
        if path.is_symlink():  # could lead anywhere, or in a circle
            yield ImportItem(path=_shown(path), error="symbolic-link")
        elif not path.name.startswith("."):
            yield from _read_path(path, maker)


def _read_maildir(folder: Path, maker: _Maker) -> Iterator[ImportItem]:
    """Yield what a Maildir holds, then its subfolders; what is still in `tmp` was never delivered."""
    for name in MAILDIR_FOLDERS:
        for path in sorted((folder / name).iterdir()):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield _read_message(path, maker, delivered=True)
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink() and _is_maildir(path):
            yield from _read_maildir(path, maker)


def _read_file(path: Path, maker: _Maker) -> Iterator[ImportItem]:
    """Yield the messages of one file: by its first line an mbox, else one message by its name or first line."""
    if not stat.S_ISREG(path.stat().st_mode):
        yield ImportItem(path=_shown(path), error="not-a-file")
        return
    with path.open("rb") as stream:
        first_line = stream.readline(FIRST_LINE_BYTES)
    suffix = path.suffix.lower()
    if is_separator(first_line):
        yield from _read_mbox(path, maker)
    elif suffix in MBOX_SUFFIXES:
        yield ImportItem(path=_shown(path), error="not-an-mbox")
    elif suffix in MESSAGE_SUFFIXES or HEADER_LINE.match(first_line):
        yield _read_message(path, maker, delivered=False)
    else:
        yield ImportItem(path=_shown(path), error="not-mail")


def _read_mbox(path: Path, maker: _Maker) -> Iterator[ImportItem]:
    modified = _modified(path)
    with path.open("rb") as stream:
        for number, found in enumerate(split_mbox(stream, limit=MAX_MESSAGE_BYTES), start=1):
            times = FileTimes(delivered=found.at, modified=modified)
            yield maker.make(f"{_shown(path)}#{number}", found.raw, times)


def _read_message(path: Path, maker: _Maker, *, delivered: bool) -> ImportItem:
    try:
        modified = _modified(path)
        with path.open("rb") as stream:
            raw = stream.read(MAX_MESSAGE_BYTES + 1)
    except OSError:
        return ImportItem(path=_shown(path), error="cannot-read")
    times = FileTimes(
        delivered=_delivered(path, modified) if delivered else None, modified=modified
    )
    return maker.make(_shown(path), raw, times)


def _delivered(path: Path, modified: datetime | None) -> datetime | None:
    """Return when a Maildir got a message: the seconds in its unique name, else the file's own time."""
    seconds = MAILDIR_TIME.match(path.name)
    return datetime.fromtimestamp(int(seconds[1]), UTC) if seconds else modified


def _modified(path: Path) -> datetime | None:
    """Return the file's own time, None for one that is beyond all calendars."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (ValueError, OverflowError):
        return None


def _shown(path: Path) -> str:
    """Return a path as text that can be printed, whatever bytes its name has."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_maildir(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in MAILDIR_FOLDERS)
