"""Clearing kept mail out of a folder, where the operator asked for that."""

from __future__ import annotations

from intake.imap_client import ImapConnection
from intake.imap_folder import MailboxDoor
from intake.imap_plan import EPOCH, windows
from intake.imap_trouble import CommandRefused, Reason
from privacy.ports import FolderCursor


def move_kept(connection: ImapConnection, folder: str, door: MailboxDoor) -> int:
    """Move all mail that the ledger holds to the processed folder; return how many.

    It goes by what is kept, not by what was just read, so that a move cut short by a crash or a
    refusal is made up for. A refusal is reported and changes nothing for the intake.
    """
    cursor = door.ledger.cursor(door.mailbox, folder)
    if cursor is None:
        return 0
    try:
        return _move(connection, cursor, door)
    except CommandRefused:
        door.report(folder, Reason.MOVE)
        return 0


def _move(connection: ImapConnection, cursor: FolderCursor, door: MailboxDoor) -> int:
    selected = connection.select(cursor.folder)
    if selected.uidvalidity != cursor.uidvalidity % EPOCH:
        return 0  # renumbered just now: these UIDs are of other messages
    moved = 0
    for first, last in windows(1, cursor.last_uid + 1, exists=selected.exists):
        uids = connection.search_range(first, last)
        unknown = _unknown(door, cursor, uids)
        kept = [uid for uid in uids if uid not in unknown]
        connection.move(kept, door.settings.processed_folder)
        moved += len(kept)
    return moved


def _unknown(door: MailboxDoor, cursor: FolderCursor, uids: list[int]) -> set[int]:
    if not uids:
        return set()
    return set(door.ledger.unknown_uids(cursor.mailbox, cursor.folder, cursor.uidvalidity, uids))
