"""Whom a notice is for: all Owners of all workspaces as the directory lists them, and who joins, leaves or moves.

Everything is done in sets, a part of the people at a time: a million Owners pass through the database, not through us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, update

from privacy.directory import Standing
from privacy.notices import OwnerState
from storage.columns import Count, Flag, Id, OneOf, UtcDateTime
from storage.directory_rows import DIRECTORY_ADDRESS, DIRECTORY_STANDING, DIRECTORY_WORKSPACE
from storage.notice_contacts import add_contacts, untried_billing
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER, NOTICE_WORKSPACE
from storage.transactions import Reading, Transaction

PART = 20_000  # people in one transaction
FIRST = UUID(int=0)  # before every id
_OWNER, _PAIR, _STANDING = NOTICE_OWNER.c, NOTICE_WORKSPACE.c, DIRECTORY_STANDING.c
_WORKSPACE, _ADDRESS, _ATTEMPT = DIRECTORY_WORKSPACE.c, DIRECTORY_ADDRESS.c, NOTICE_ATTEMPT.c
_STATE = OneOf(OwnerState)
_OWNS = and_(
    _STANDING.standing == Standing.OWNER,
    _STANDING.left_at.is_(None),
    _WORKSPACE.workspace_id == _STANDING.workspace_id,
    _WORKSPACE.left_at.is_(None),
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who is left out: workspaces that were cancelled before `cancelled_before`; their data is gone by then."""

    cancelled_before: date

    @classmethod
    def of(cls, effective_on: date, kept_for: timedelta) -> Rule:
        """Return the rule of a notice, as privacy.notice_gate.is_left_out says it."""
        return cls(cancelled_before=effective_on - kept_for)

    @property
    def concerns(self) -> ColumnElement[bool]:
        """Whether a workspace is told."""
        since = _WORKSPACE.cancelled_since
        return or_(since.is_(None), since >= self.cancelled_before)


@dataclass(frozen=True, kw_only=True)
class Moves:
    """What a look at the directory changed: how many joined, left, came back, and have another address to try."""

    joined: int = 0
    left: int = 0
    back: int = 0
    readdressed: int = 0


def count_owners(reading: Reading, rule: Rule) -> int:
    """Return how many people would be told."""
    question = select(func.count(_STANDING.person_id.distinct())).where(_OWNS, rule.concerns)
    number: int = reading.fetch(question).scalar_one()
    return number


def next_part(reading: Reading, after: UUID) -> UUID | None:
    """Return the last person of the next part of the Owners, None when nobody is left."""
    people = (
        select(_STANDING.person_id)
        .where(_STANDING.standing == Standing.OWNER, _STANDING.person_id > after)
        .order_by(_STANDING.person_id)
        .limit(PART)
        .subquery("part_of_people")
    )
    last: UUID | None = reading.fetch(
        select(people.c.person_id).order_by(people.c.person_id.desc()).limit(1)
    ).scalar_one_or_none()
    return last


def list_part(
    transaction: Transaction, notice_id: UUID, rule: Rule, part: tuple[UUID, UUID], *, now: datetime
) -> int:
    """Put the Owners of a part (after the first id, up to the second) on the list; returns how many are new on it.

    Whoever has only cancelled workspaces whose data will be gone is on it too, with that word.
    """
    within = and_(_STANDING.person_id > part[0], _STANDING.person_id <= part[1])
    concerned = func.max(case((rule.concerns, 1), else_=0)) == 1
    state = case(
        (concerned, literal(OwnerState.WAITING, _STATE)),
        else_=literal(OwnerState.CANCELLED, _STATE),
    )
    due = case((concerned, literal(now, UtcDateTime())), else_=None)
    _add_pairs(transaction, notice_id, within)
    return _add_owners(transaction, _owners(notice_id, within, (state, due, None), now))


def follow_directory(
    transaction: Transaction, notice_id: UUID, rule: Rule, *, now: datetime
) -> Moves:
    """Let the list follow the directory: joiners, leavers, those who came back, and new addresses."""
    new = ~exists().where(_OWNER.notice_id == notice_id, _OWNER.person_id == _STANDING.person_id)
    joiners = and_(new, rule.concerns)
    joined = (literal(OwnerState.JOINED, _STATE), literal(None, UtcDateTime()), now)
    added = _add_owners(transaction, _owners(notice_id, joiners, joined, now))
    _add_pairs(transaction, notice_id, _is_on_list(notice_id))
    return Moves(
        joined=added,
        left=let_go(transaction, notice_id),
        back=_wait_again(transaction, notice_id, OwnerState.LEFT, _owns_now(), now)
        + _wait_again(transaction, notice_id, OwnerState.CANCELLED, _owns_now(rule.concerns), now),
        readdressed=_wait_again(
            transaction,
            notice_id,
            OwnerState.UNREACHED,
            or_(_untried_address(), untried_billing()),
            now,
        )
        + add_contacts(transaction, notice_id, now),
    )


def let_go(transaction: Transaction, notice_id: UUID) -> int:
    """Mark as left whoever is no Owner any more and was not told; returns how many. Who is being told stays as they are."""
    gone = update(NOTICE_OWNER).where(
        _OWNER.notice_id == notice_id,
        _OWNER.state.in_([OwnerState.WAITING, OwnerState.UNREACHED]),
        _OWNER.contact_of.is_(None),
        ~_owns_now(),
    )
    return transaction.change(gone.values(state=OwnerState.LEFT, due_at=None))


def _owners(
    notice_id: UUID,
    which: ColumnElement[bool],
    as_: tuple[Any, Any, datetime | None],
    now: datetime,
) -> Select[Any]:
    state, due, told_at = as_
    return (
        select(
            literal(notice_id, Id()),
            _STANDING.person_id,
            state,
            literal(0, Count()),
            due,
            literal(now, UtcDateTime()),
            literal(told_at, UtcDateTime()),
            literal(False, Flag()),  # noqa: FBT003 - a value of SQL
        )
        .where(_OWNS, which)
        .group_by(_STANDING.person_id)
    )


def _add_owners(transaction: Transaction, owners: Select[Any]) -> int:
    names = [
        "notice_id", "person_id", "state", "attempts", "due_at", "queued_at", "told_at", "decided",
    ]  # fmt: skip
    insert = transaction.upsert(NOTICE_OWNER).from_select(names, owners)
    return transaction.change(insert.on_conflict_do_nothing())


def _add_pairs(transaction: Transaction, notice_id: UUID, which: ColumnElement[bool]) -> None:
    pairs = select(literal(notice_id, Id()), _STANDING.workspace_id, _STANDING.person_id).where(
        _OWNS, which
    )
    names = ["notice_id", "workspace_id", "person_id"]
    insert = transaction.upsert(NOTICE_WORKSPACE).from_select(names, pairs)
    transaction.change(insert.on_conflict_do_nothing())


def _is_on_list(notice_id: UUID) -> ColumnElement[bool]:
    return exists().where(_OWNER.notice_id == notice_id, _OWNER.person_id == _STANDING.person_id)


def _owns_now(*also: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_STANDING.person_id == _OWNER.person_id, _OWNS, *also)


def _untried_address() -> ColumnElement[bool]:
    tried = select(_ATTEMPT.number).where(
        _ATTEMPT.notice_id == _OWNER.notice_id,
        _ATTEMPT.person_id == _OWNER.person_id,
        _ATTEMPT.address_key == _ADDRESS.address_key,
    )
    tried_it = tried.correlate(NOTICE_OWNER, DIRECTORY_ADDRESS).exists()
    return exists().where(
        _ADDRESS.person_id == _OWNER.person_id, _ADDRESS.left_at.is_(None), ~tried_it
    )


def _wait_again(
    transaction: Transaction,
    notice_id: UUID,
    state: OwnerState,
    which: ColumnElement[bool],
    now: datetime,
) -> int:
    again = update(NOTICE_OWNER).where(_OWNER.notice_id == notice_id, _OWNER.state == state, which)
    values = {"state": OwnerState.WAITING, "due_at": now, "queued_at": now, "reason": None}
    return transaction.change(again.values(**values))
