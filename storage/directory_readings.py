"""A reading of a source: it begins, takes as many transactions as it wants, and ends with what it did not list.

A reading is a number, and every row bears that of the one which listed it last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Table, delete, select, update

from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_LEAD,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_STATE,
    DIRECTORY_WORKSPACE,
)
from storage.transactions import Reading, Transaction

NAME = "directory"
_STATE = update(DIRECTORY_STATE).where(DIRECTORY_STATE.c.name == NAME)


class LeadsListed(StrEnum):
    """Of which leads a reading is the whole list: of none, of the workspaces that it lists any of, or of all."""

    NONE = "none"
    BY_WORKSPACE = "by_workspace"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Extent:
    """Of what a reading is the whole list: what it does not list there has left."""

    workspaces: bool = False
    people: bool = False
    leads: LeadsListed = LeadsListed.NONE


@dataclass(frozen=True, kw_only=True)
class Gone:
    """How many were marked as left, and how many leads were deleted."""

    workspaces: int = 0
    people: int = 0
    leads: int = 0


def begin_reading(transaction: Transaction, source: str, *, now: datetime) -> int:
    """Return the number of a new reading of the source; until it ends the directory stands as it did."""
    _attempt(transaction, source, now, begun=DIRECTORY_STATE.c.begun + 1)
    number: int = transaction.fetch(select(DIRECTORY_STATE.c.begun)).scalar_one()
    return number


def note_trouble(transaction: Transaction, source: str, trouble: str, *, now: datetime) -> None:
    """Write down that the last attempt failed, and why, in a line without personal data.

    The version is forgotten with it: a part of a later one may be in.
    """
    _attempt(transaction, source, now, trouble=trouble, version=None)


def note_unchanged(transaction: Transaction, *, now: datetime) -> None:
    """Write down that the source still says what it said: what is known is as fresh as this instant."""
    transaction.change(_STATE.values(trouble=None, read_at=now, tried_at=now))


def _attempt(transaction: Transaction, source: str, now: datetime, **changed: object) -> None:
    insert = transaction.upsert(DIRECTORY_STATE).values(
        name=NAME,
        begun=1,
        generation=0,
        source=source,
        tried_at=now,
        trouble=changed.get("trouble"),
    )
    changed |= {"source": source, "tried_at": now}
    transaction.change(insert.on_conflict_do_update(index_elements=["name"], set_=changed))


def end_reading(
    transaction: Transaction,
    reading: int,
    extent: Extent,
    *,
    began_at: datetime,
    now: datetime,
    version: str | None = None,
) -> Gone:
    """Mark as left what the reading did not list, and let the directory stand as of its beginning."""
    gone = Gone(
        workspaces=_retire(transaction, DIRECTORY_WORKSPACE, reading, now)
        if extent.workspaces
        else 0,
        people=_retire_people(transaction, reading, now) if extent.people else 0,
        leads=_delete_leads(transaction, reading, extent.leads),
    )
    ended = {"generation": reading, "read_at": began_at, "version": version, "trouble": None}
    transaction.change(_STATE.values(**ended))
    return gone


def lists_people(reading: Reading) -> bool:
    """Say whether anybody is listed at present."""
    person = DIRECTORY_PERSON.c
    question = select(person.person_id).where(person.left_at.is_(None)).limit(1)
    return reading.fetch(question).first() is not None


def _retire(transaction: Transaction, table: Table, reading: int, now: datetime) -> int:
    gone = (table.c.seen < reading, table.c.left_at.is_(None))
    return transaction.change(update(table).where(*gone).values(left_at=now))


def _retire_people(transaction: Transaction, reading: int, now: datetime) -> int:
    """An address or a standing leaves by itself as well: somebody moved to another workspace."""
    for table in (DIRECTORY_ADDRESS, DIRECTORY_STANDING):
        _retire(transaction, table, reading, now)
    return _retire(transaction, DIRECTORY_PERSON, reading, now)


def _delete_leads(transaction: Transaction, reading: int, listed: LeadsListed) -> int:
    lead = DIRECTORY_LEAD.c
    if listed is LeadsListed.NONE:
        return 0
    where: list[ColumnElement[bool]] = [lead.seen < reading]
    if listed is LeadsListed.BY_WORKSPACE:
        where.append(lead.workspace_id.in_(select(lead.workspace_id).where(lead.seen == reading)))
    return transaction.change(delete(DIRECTORY_LEAD).where(*where))
