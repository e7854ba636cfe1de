"""What an erasure needs before anything is destroyed: approvals, a time to cancel, and a statement of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from privacy.retention import KeptLine
from storage.transactions import Reading, Transaction
from storage.work_rows import COOL_OFF, ERASURE_APPROVAL, KEPT_LINE, KEPT_STATEMENT


@dataclass(frozen=True, kw_only=True)
class CoolOff:
    """The time in which the person can cancel; it ends at `over_at`."""

    item_id: UUID
    case_id: UUID
    started_at: datetime
    over_at: datetime


@dataclass(frozen=True, kw_only=True)
class KeptStatement:
    """What staff confirmed that an erasure leaves; without lines: nothing is kept."""

    item_id: UUID
    case_id: UUID
    lines: tuple[KeptLine, ...]
    confirmed_by: str
    os_user: str
    confirmed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureApproval:
    """One person's word that the data may be erased."""

    item_id: UUID
    case_id: UUID
    actor: str
    os_user: str
    at: datetime


def approve_erasure_of(transaction: Transaction, approval: ErasureApproval) -> None:
    """Store that somebody approved the erasure; the same again changes nothing."""
    row = {name: getattr(approval, name) for name in ErasureApproval.__dataclass_fields__}
    transaction.insert_new(ERASURE_APPROVAL, [row])


def erasure_approvers(reading: Reading, item_id: UUID) -> frozenset[str]:
    """Return who approved the erasure."""
    approval = ERASURE_APPROVAL.c
    question = select(approval.actor).where(approval.item_id == item_id)
    return frozenset(reading.fetch(question).scalars())


def forget_approvals(transaction: Transaction, item_id: UUID) -> None:
    """Drop the approvals of an erasure: people approve it anew."""
    transaction.change(delete(ERASURE_APPROVAL).where(ERASURE_APPROVAL.c.item_id == item_id))


def start_cool_off(transaction: Transaction, cool_off: CoolOff) -> None:
    """Store the waiting time; a right that is approved again waits anew."""
    transaction.change(delete(COOL_OFF).where(COOL_OFF.c.item_id == cool_off.item_id))
    row = {name: getattr(cool_off, name) for name in CoolOff.__dataclass_fields__}
    transaction.insert(COOL_OFF, [row | {"due_at": cool_off.over_at}])


def cool_off_of(reading: Reading, item_id: UUID) -> CoolOff | None:
    """Return the waiting time of a right, None when it never began."""
    names = [COOL_OFF.c[name] for name in CoolOff.__dataclass_fields__]
    row = reading.fetch(select(*names).where(COOL_OFF.c.item_id == item_id)).one_or_none()
    return None if row is None else CoolOff(**row._asdict())


def due_cool_offs(reading: Reading, *, now: datetime, limit: int) -> list[CoolOff]:
    """Return the waiting times that are over and not looked at, the longest due first."""
    names = [COOL_OFF.c[name] for name in CoolOff.__dataclass_fields__]
    question = select(*names).where(COOL_OFF.c.due_at <= now).order_by(COOL_OFF.c.due_at)
    return [CoolOff(**row) for row in reading.fetch(question.limit(limit)).mappings()]


def look_at_cool_off(transaction: Transaction, item_id: UUID, *, at: datetime | None) -> None:
    """Set when the sweep looks at it next; None: it was carried out or cancelled."""
    transaction.change(update(COOL_OFF).where(COOL_OFF.c.item_id == item_id).values(due_at=at))


def put_statement(transaction: Transaction, statement: KeptStatement) -> None:
    """Store what is kept, in the place of what was said before; who approved that has to approve anew."""
    for table in (KEPT_LINE, KEPT_STATEMENT, ERASURE_APPROVAL):
        transaction.change(delete(table).where(table.c.item_id == statement.item_id))
    head = {
        "item_id": statement.item_id,
        "case_id": statement.case_id,
        "keeps": bool(statement.lines),
        "confirmed_by": statement.confirmed_by,
        "os_user": statement.os_user,
        "confirmed_at": statement.confirmed_at,
    }
    transaction.insert(KEPT_STATEMENT, [head])
    transaction.insert(KEPT_LINE, _line_rows(statement))


def statement_of(reading: Reading, item_id: UUID) -> KeptStatement | None:
    """Return what staff confirmed, None while nobody has."""
    head = reading.fetch(
        select(KEPT_STATEMENT).where(KEPT_STATEMENT.c.item_id == item_id)
    ).one_or_none()
    if head is None:
        return None
    names = [KEPT_LINE.c[name] for name in KeptLine.__dataclass_fields__]
    lines = select(*names).where(KEPT_LINE.c.item_id == item_id).order_by(KEPT_LINE.c.position)
    return KeptStatement(
        item_id=head.item_id,
        case_id=head.case_id,
        lines=tuple(KeptLine(**row) for row in reading.fetch(lines).mappings()),
        confirmed_by=head.confirmed_by,
        os_user=head.os_user,
        confirmed_at=head.confirmed_at,
    )


def _line_rows(statement: KeptStatement) -> Sequence[dict[str, object]]:
    return [
        {
            "item_id": statement.item_id,
            "position": position,
            "case_id": statement.case_id,
            **{name: getattr(line, name) for name in KeptLine.__dataclass_fields__},
        }
        for position, line in enumerate(statement.lines)
    ]
