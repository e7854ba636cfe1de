"""One pass over one folder: everything new is kept in the ledger, oldest first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from intake.imap_arrival import place_of, to_raw_message, without_body
from intake.imap_client import ImapConnection
from intake.imap_plan import FolderPlan, plan_batches, plan_pass, windows
from intake.imap_strikes import Strikes
from intake.imap_trouble import MailboxTrouble, Reason
from intake.imap_values import Fetched, SelectedFolder
from intake.settings import MailboxSettings
from privacy.errors import Permanent
from privacy.messages import RawMessage
from privacy.ports import Clock, FolderCursor, Ledger, MailboxState

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class MailboxDoor:
    """What every pass over the folders of one mailbox needs.

    `boundary_received_at` returns the instant of our own boundary's Received header, if any.
    """

    settings: MailboxSettings
    ledger: Ledger
    state: MailboxState
    clock: Clock
    boundary_received_at: Callable[[bytes], datetime | None] = lambda _: None
    strikes: Strikes = field(default_factory=Strikes)

    @property
    def mailbox(self) -> str:
        """Address of the mailbox, by which ledger and state know it."""
        return self.settings.address

    def report(self, folder: str, reason: Reason) -> None:
        """Tell the state that something about the folder needs a person's eye."""
        self.state.mailbox_trouble(self.mailbox, folder, self.clock(), str(reason))


def read_folder(
    connection: ImapConnection, folder: str, door: MailboxDoor, *, junk: bool = False
) -> int:
    """Keep all that is new in the folder and return how many messages that were.

    Raises MailboxTrouble when the server fails, Retryable when the ledger does; what was kept
    until then stays kept. Nothing in the mailbox is changed.
    """
    reading = FolderPass(connection, folder, door, junk=junk)
    try:
        kept = 0
        while reading.begin():  # mail that comes meanwhile may be announced once, and here
            kept += reading.run()
        door.state.mailbox_ok(door.mailbox, folder, door.clock())
    finally:
        for reason in sorted(reading.remarks):
            door.report(folder, reason)
    return kept


def recheck_folder(
    connection: ImapConnection, folder: str, door: MailboxDoor, *, junk: bool = False
) -> int:
    """Keep mail below the cursor of which the ledger knows nothing; return how many.

    A server may show a message late, behind one with a higher UID, and the cursor has passed it.
    """
    reading = FolderPass(connection, folder, door, junk=junk)
    return 0 if reading.begin() else reading.run_missed()  # first comes the ordinary pass


class FolderPass:
    """Walks from the cursor to the end of a folder, as it was when each walk began."""

    def __init__(
        self, connection: ImapConnection, folder: str, door: MailboxDoor, *, junk: bool
    ) -> None:
        self._connection, self._folder, self._door, self._junk = connection, folder, door, junk
        self._selected: SelectedFolder
        self._plan: FolderPlan
        self._read_through = -1  # highest UID that a committed cursor covers
        self.remarks: set[Reason] = set()

    def begin(self) -> bool:
        """Look at the folder; return whether there is a UID, or a cursor to set, that is new."""
        door = self._door
        cursor = door.ledger.cursor(door.mailbox, self._folder)
        self._selected = self._connection.examine(self._folder)
        self._plan = plan_pass(
            cursor, self._selected, answer_from=door.settings.answer_from, now=door.clock()
        )
        self._read_through = -1 if cursor is None or self._plan.rescan else cursor.last_uid
        return self._read_through < self._end - 1

    def run(self) -> int:
        """Read to the end and move the cursor there; return how many messages were kept."""
        if self._plan.is_renumbering_often(self._door.clock()):
            self.remarks.add(Reason.RENUMBERING)
        kept = sum(self._read(uids) for uids in self._new_uids())
        if self._read_through < self._end - 1:
            self._commit([], self._cursor_at(self._end - 1))
        return kept

    def run_missed(self) -> int:
        """Read what the ledger does not know of, and leave the cursor where it is."""
        self._plan = replace(self._plan, after_uid=0, rescan=True)
        return sum(self._read(uids) for uids in self._new_uids())

    @property
    def _place(self) -> tuple[str, int]:
        return self._folder, self._plan.uidvalidity

    @property
    def _end(self) -> int:
        return self._selected.uidnext

    def _new_uids(self) -> Iterator[list[int]]:
        first = self._plan.after_uid + 1
        for start, last in windows(first, self._end, exists=self._selected.exists):
            found = self._connection.search_range(start, last)
            yield self._unknown(found) if self._plan.rescan else found

    def _unknown(self, uids: list[int]) -> list[int]:
        """Return those to be read again; a rescan that was interrupted goes on where it was."""
        door, epoch = self._door, self._plan.uidvalidity
        return door.ledger.unknown_uids(door.mailbox, self._folder, epoch, uids) if uids else []

    def _read(self, uids: list[int]) -> int:
        settings = self._door.settings
        sizes = self._sizes(uids) if uids else {}
        batches = plan_batches(
            uids,
            sizes,
            messages=settings.batch_messages,
            octets=settings.batch_bytes,
            alone=self._door.strikes.suspects(self._place),
        )
        return sum(self._keep_batch(batch, sizes) for batch in batches)

    def _sizes(self, uids: list[int]) -> dict[int, int]:
        """Return a size for each message that its answer will not exceed.

        Most mail is small, and one search says so of all: only the rest is asked one by one.
        """
        settings = self._door.settings
        small = settings.batch_bytes // settings.batch_messages
        large = set(self._connection.search_larger(uids[0], uids[-1], small)).intersection(uids)
        exact = self._connection.fetch_sizes(sorted(large))
        return dict.fromkeys(set(uids) - large, small) | exact

    def _keep_batch(self, uids: list[int], sizes: dict[int, int]) -> int:
        """Keep a batch up to the first message that the server withholds, then raise for it."""
        messages, withheld = self._fetch_batch(uids, sizes)
        if messages:
            self._keep(messages)
        if withheld is not None:
            self._door.strikes.hit(self._place, [withheld])
            raise MailboxTrouble(Reason.FETCH)
        self._door.strikes.forgive(self._place, uids)
        return len(messages)

    def _fetch_batch(
        self, uids: list[int], sizes: dict[int, int]
    ) -> tuple[list[RawMessage], int | None]:
        try:
            found = self._fetch(uids, sizes)
        except MailboxTrouble:
            self._door.strikes.hit(self._place, uids)
            raise
        messages: list[RawMessage] = []
        for uid in uids:
            if uid in found:
                messages.append(found[uid])
            elif self._connection.search_range(uid, uid):
                return messages, uid
            else:  # who empties the mailbox? An alarm, not an error
                self.remarks.add(Reason.VANISHED)
                log.warning("message %d of a folder vanished before it was fetched", uid)
        return messages, None

    def _fetch(self, uids: list[int], sizes: dict[int, int]) -> dict[int, RawMessage]:
        uid = uids[0]
        if len(uids) == 1 and self._door.strikes.is_out(self._place, uid):
            return {uid: self._stub(uid)}
        if len(uids) == 1 and sizes.get(uid, 0) > self._door.settings.max_message_bytes:
            beginning = self._connection.fetch_beginning(uid)
            return {} if beginning is None else {uid: self._message(uid, beginning, cut=True)}
        found = self._connection.fetch_messages(uids)
        return {uid: self._message(uid, fetched) for uid, fetched in found.items()}

    def _stub(self, uid: int) -> RawMessage:
        """Return what can be had of a message that failed three times: its header, or its place.

        So that somebody looks at it, and the mail behind it is read.
        """
        log.warning("message %d of a folder cannot be fetched: kept as a stub", uid)
        may_ask = self._door.strikes.may_ask(self._place, uid)
        fetched = self._connection.fetch_header(uid) if may_ask else None
        stub = fetched or place_of(self._plan.uidvalidity, uid)
        return replace(self._message(uid, stub, cut=True), quiet_reason="fetch-failed")

    def _message(self, uid: int, fetched: Fetched, *, cut: bool = False) -> RawMessage:
        door = self._door
        message = to_raw_message(
            fetched,
            mailbox=door.mailbox,
            boundary=door.boundary_received_at(fetched.raw),
            now=door.clock(),
        )
        return self._plan.label(
            replace(message, truncated=cut, suspected_spam=self._junk), self._folder, uid
        )

    def _keep(self, messages: Sequence[RawMessage]) -> None:
        try:
            self._commit(messages, self._cursor_after(messages[-1]))
        except Permanent:
            for message in messages:
                self._keep_alone(message)

    def _keep_alone(self, message: RawMessage) -> None:
        """Keep one message of a batch that failed, at worst its header; the rest goes on."""
        cursor = self._cursor_after(message)
        for attempt in (message, without_body(message)):
            try:
                self._commit([attempt], cursor)
            except Permanent:
                self.remarks.add(Reason.UNKEEPABLE)
            else:
                return
        self._commit([], cursor)  # the hourly recheck tries it again

    def _commit(self, messages: Sequence[RawMessage], cursor: FolderCursor | None) -> None:
        self._door.ledger.keep(messages, cursor)
        if cursor is not None:
            self._read_through = cursor.last_uid

    def _cursor_after(self, message: RawMessage) -> FolderCursor | None:
        if self._plan.rescan or message.imap is None:
            return None  # after a crash the rescan must begin again, or it would not be quiet
        return self._cursor_at(message.imap.uid)

    def _cursor_at(self, uid: int) -> FolderCursor:
        return FolderCursor(
            mailbox=self._door.mailbox,
            folder=self._folder,
            uidvalidity=self._plan.uidvalidity,
            last_uid=uid,
            answer_from=self._plan.answer_from,
            first_uidnext=self._plan.first_uidnext,
            renumbered_at=self._plan.renumbered_at,
        )
