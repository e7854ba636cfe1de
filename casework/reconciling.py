"""Holds what the mail servers have against the ledger, and the ledger against its cases and letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from intake.imap_account import FolderOnServer
from intake.imap_plan import plan_pass
from privacy.accounting import Answered, Bucket, Fate, FolderCount, count_folder
from privacy.ports import Clock
from storage.cursors import load_cursor, unknown_uids
from storage.database import Database, Reading
from storage.ledger_account import Account, case_account, letter_account, message_account


@dataclass(frozen=True, kw_only=True)
class FolderReport:
    """One folder against the ledger. `count` is None where it could not be opened."""

    mailbox: str
    folder: str
    count: FolderCount | None


@dataclass(frozen=True, kw_only=True)
class Section:
    """Messages, cases or letters: how many are where, each place named even when it is empty; ids of what is nowhere."""

    name: str
    counts: dict[str, int]
    unaccounted: tuple[str, ...]


def look_at_ledger(database: Database) -> list[Section]:
    """Return messages, cases and letters in one consistent view."""
    with database.reading() as reading:
        return [
            _section("messages", message_account(reading), Bucket),
            _section("cases", case_account(reading), Answered),
            _section("letters", letter_account(reading), Fate),
        ]


def look_at_folders(
    database: Database, mailbox: str, folders: Sequence[FolderOnServer], clock: Clock
) -> list[FolderReport]:
    """Return for each folder which of its messages the ledger does not have, as far as it has been read.

    The server is asked first and the ledger then: what came in between is known, never lost.
    """
    with database.reading() as reading:
        return [_folder(reading, mailbox, folder, clock) for folder in folders]


def _folder(reading: Reading, mailbox: str, folder: FolderOnServer, clock: Clock) -> FolderReport:
    if folder.selected is None:
        return FolderReport(mailbox=mailbox, folder=folder.name, count=None)
    cursor = load_cursor(reading, mailbox, folder.name)
    plan = plan_pass(cursor, folder.selected, answer_from=None, now=clock())
    uids = list(folder.uids)
    unknown = set(unknown_uids(reading, mailbox, folder.name, plan.uidvalidity, uids))
    count = count_folder(uids, set(uids) - unknown, read_through=plan.after_uid)
    return FolderReport(mailbox=mailbox, folder=folder.name, count=count)


def _section(name: str, account: Account, places: type[StrEnum]) -> Section:
    return Section(
        name=name,
        counts={place.value: account.counts[place.value] for place in places},
        unaccounted=tuple(str(one) for one in account.unaccounted),
    )
