"""What one pass over a folder has to do: decided from the cursor and from what SELECT answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.imap_values import SelectedFolder
from privacy.messages import ImapPlace, RawMessage
from privacy.ports import FolderCursor

WINDOW = 1_000  # UIDs in one SEARCH: an answer of 170,000 UIDs is a line that imaplib refuses
FEW_MESSAGES = 50_000  # whose UIDs together stay below that line
MOST_WINDOWS = 20_000  # in a larger folder
EPOCH = 1 << 32  # UIDVALIDITY has 32 bits; the bits above count renumberings that it hid
RENUMBERINGS_PER_HOUR = 3
CLOCK_SKEW = timedelta(hours=24)  # older mail is no matter of clocks: it was moved in


@dataclass(frozen=True, kw_only=True)
class FolderPlan:
    """How to read a folder this time.

    `uidvalidity` is the server's, with our own epoch above its 32 bits. With `rescan` everything
    up to `quiet_below` is read again, and the cursor is only moved at the end.
    """

    uidvalidity: int
    after_uid: int
    answer_from: datetime
    first_uidnext: int | None = None
    rescan: bool = False
    quiet_below: int = 0
    renumbered_at: tuple[datetime, ...] = ()

    def is_renumbering_often(self, now: datetime) -> bool:
        """Return whether the server changed its numbering more than three times in the last hour."""
        recent = [moment for moment in self.renumbered_at if now - moment < timedelta(hours=1)]
        return self.rescan and len(recent) > RENUMBERINGS_PER_HOUR

    def label(self, message: RawMessage, folder: str, uid: int) -> RawMessage:
        """Return the message with its place, and marked as history or as to be worked quietly."""
        history = message.received_at < self._boundary(uid)
        renumbered = self.rescan and uid < self.quiet_below and not history
        return replace(
            message,
            imap=ImapPlace(folder=folder, uidvalidity=self.uidvalidity, uid=uid),
            history=history,
            quiet_reason="uidvalidity-changed" if renumbered else message.quiet_reason,
        )

    def _boundary(self, uid: int) -> datetime:
        """Return from when on mail of this UID is new.

        Mail that came after the first contact is new even where the server's clock is behind ours. It keeps its old
        INTERNALDATE when somebody moves it into the folder (RFC 6851), and is history then: hence the bound.
        """
        if self.first_uidnext is None or uid < self.first_uidnext:
            return self.answer_from
        return self.answer_from - CLOCK_SKEW


def plan_pass(
    cursor: FolderCursor | None,
    selected: SelectedFolder,
    *,
    answer_from: datetime | None,
    now: datetime,
) -> FolderPlan:
    """Return what to read: all at first contact, what is new, or all again after a renumbering.

    `answer_from` is the operator's word, which counts more than the instant of first contact.
    """
    if cursor is None:  # INTERNALDATE has no fractions: mail of this very second is new
        boundary = answer_from or now.replace(microsecond=0)
        return FolderPlan(
            uidvalidity=selected.uidvalidity,
            after_uid=0,
            answer_from=boundary,
            first_uidnext=None if answer_from else selected.uidnext or None,
        )
    boundary = answer_from or cursor.answer_from
    epoch = _epoch(cursor, selected)
    if epoch == cursor.uidvalidity:
        return FolderPlan(
            uidvalidity=epoch,
            after_uid=cursor.last_uid,
            answer_from=boundary,
            first_uidnext=None if answer_from else cursor.first_uidnext,
            renumbered_at=cursor.renumbered_at,
        )
    return FolderPlan(
        uidvalidity=epoch,
        after_uid=0,
        answer_from=boundary,
        rescan=True,
        quiet_below=selected.uidnext,
        renumbered_at=_lately(cursor.renumbered_at, now),
    )


def _epoch(cursor: FolderCursor, selected: SelectedFolder) -> int:
    """Return the numbering in force. UIDNEXT never falls (RFC 9051 section 2.3.1.1): a server on
    which it did has renumbered without saying so, and its UIDs must not meet the old ones.
    """
    if cursor.uidvalidity % EPOCH != selected.uidvalidity:
        return selected.uidvalidity
    return cursor.uidvalidity if selected.uidnext > cursor.last_uid else cursor.uidvalidity + EPOCH


def _lately(renumbered_at: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    return (*(moment for moment in renumbered_at if now - moment < timedelta(days=1)), now)


def windows(first: int, end: int, *, exists: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of UIDs from first up to, not including, end, of about 1,000 messages each.

    Where UIDs lie far apart the ranges are wider, so that their number stays bounded.
    """
    parts = -(-exists // WINDOW) if exists <= FEW_MESSAGES else MOST_WINDOWS
    width = max(WINDOW, (end - first) // max(parts, 1))
    while first < end:
        last = min(first + width, end) - 1
        yield first, last
        first = last + 1


def plan_batches(
    uids: Sequence[int],
    sizes: Mapping[int, int],
    *,
    messages: int,
    octets: int,
    alone: Collection[int] = (),
) -> Iterator[list[int]]:
    """Yield the UIDs in their order, in batches of bounded number and size.

    Alone go the suspects, and messages of unknown size or larger than a whole batch.
    """
    batch: list[int] = []
    room = octets
    for uid in uids:
        size = sizes.get(uid, octets + 1)
        lonely = uid in alone or size > octets
        if batch and (lonely or size > room or len(batch) >= messages):
            yield batch
            batch, room = [], octets
        batch.append(uid)
        room = -1 if lonely else room - size
    if batch:
        yield batch
