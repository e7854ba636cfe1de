"""A ledger, a state and tokens in memory, under the ports that the mailbox watcher needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock

from privacy.messages import RawMessage
from privacy.ports import FolderCursor, OAuthTokens


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class MemoryLedger:
    """Collapses what is known, by place and by content, as the real one does.

    `refuse` may raise for a batch, before anything of it is kept.
    """

    refuse: Callable[[Sequence[RawMessage]], None] = lambda _: None
    kept: list[RawMessage] = field(default_factory=list)
    cursors: dict[tuple[str, str], FolderCursor] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    _places: set[tuple[str, str, int, int]] = field(default_factory=set)
    _contents: set[bytes] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def cursor(self, mailbox: str, folder: str) -> FolderCursor | None:
        return self.cursors.get((mailbox, folder))

    def keep(self, batch: Sequence[RawMessage], cursor: FolderCursor | None = None) -> None:
        self.refuse(batch)
        with self._lock:
            if batch:
                self.batches.append(len(batch))
            for message in batch:
                self._keep_one(message)
            if cursor is not None:
                self.cursors[cursor.mailbox, cursor.folder] = cursor

    def unknown_uids(
        self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
    ) -> list[int]:
        return [uid for uid in uids if (mailbox, folder, uidvalidity, uid) not in self._places]

    def subjects(self) -> list[str]:
        """Return the Subject lines of all that was kept, in order."""
        heads = [message.raw.split(b"Subject: ", 1)[-1] for message in self.kept]
        return [head.splitlines()[0].decode() for head in heads]

    def _keep_one(self, message: RawMessage) -> None:
        place = message.imap
        assert place is not None
        where = (message.mailbox, place.folder, place.uidvalidity, place.uid)
        digest = sha256(message.raw).digest()
        if where not in self._places and digest not in self._contents:
            self.kept.append(message)
        self._places.add(where)
        self._contents.add(digest)


@dataclass
class MemoryState:
    """Remembers what the watcher said, in order."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def mailbox_ok(self, mailbox: str, folder: str, at: datetime) -> None:
        assert mailbox
        assert at.tzinfo is UTC
        self.told.append((folder, "ok"))

    def mailbox_trouble(self, mailbox: str, folder: str, at: datetime, reason: str) -> None:
        assert mailbox
        assert at.tzinfo is UTC
        self.told.append((folder, reason))

    @property
    def troubles(self) -> list[str]:
        return [reason for _, reason in self.told if reason != "ok"]


@dataclass
class MemoryTokenStore:
    """Keeps tokens; `fail` makes saving raise, as a disk that is full."""

    tokens: dict[str, OAuthTokens] = field(default_factory=dict)
    fail: bool = False

    def load(self, mailbox: str) -> OAuthTokens | None:
        return self.tokens.get(mailbox)

    def save(self, mailbox: str, tokens: OAuthTokens) -> None:
        if self.fail:
            raise OSError("no space left")
        self.tokens[mailbox] = tokens
