"""What a decision about a late or unreached Owner changes on the list."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Update, and_, select, update

from storage.notice_rows import NOTICE_CHOICE, NOTICE_OWNER, NOTICE_WORKSPACE
from storage.notices import Choice
from storage.transactions import Reading, Transaction, in_chunks

_OWNER, _PAIR, _CHOICE = NOTICE_OWNER.c, NOTICE_WORKSPACE.c, NOTICE_CHOICE.c


def move_workspace(transaction: Transaction, choice: Choice) -> int:
    """Let the new day hold for a workspace's Owners; returns how many have it as theirs.

    Whoever owns another workspace for which an earlier day holds keeps that earlier one.
    """
    workspace_id, day = choice.workspace_id, choice.effective_on
    if workspace_id is None or day is None:
        return 0
    moved = _moved(transaction, choice.notice_id) | {workspace_id: day}
    changed = 0
    for person, workspaces in _holdings(transaction, choice.notice_id, workspace_id).items():
        days = [moved.get(workspace) for workspace in workspaces]
        known = [one for one in days if one is not None]
        if len(known) == len(days):
            of_owner = _of(choice.notice_id, person)
            changed += transaction.change(of_owner.values(effective_on=min(known)))
    return changed


def move_all(transaction: Transaction, notice_id: UUID, day: date) -> None:
    """Let the day that holds for everybody hold for those as well who had an earlier one of their own."""
    theirs = and_(_OWNER.notice_id == notice_id, _OWNER.effective_on <= day)
    transaction.change(update(NOTICE_OWNER).where(theirs).values(effective_on=None))


def decide_owner(transaction: Transaction, choice: Choice) -> int:
    """Mark an Owner as decided about; returns 1, or 0 where there is no such Owner on the list."""
    if choice.person_id is None:
        return 0
    return transaction.change(_of(choice.notice_id, choice.person_id).values(decided=True))


def _of(notice_id: UUID, person_id: UUID) -> Update:
    return update(NOTICE_OWNER).where(
        and_(_OWNER.notice_id == notice_id, _OWNER.person_id == person_id)
    )


def _moved(reading: Reading, notice_id: UUID) -> dict[UUID, date]:
    """The day that was decided last for each workspace."""
    question = select(_CHOICE.workspace_id, _CHOICE.effective_on).where(
        _CHOICE.notice_id == notice_id, _CHOICE.workspace_id.is_not(None)
    )
    return {row[0]: row[1] for row in reading.fetch(question.order_by(_CHOICE.at))}


def _holdings(reading: Reading, notice_id: UUID, workspace_id: UUID) -> dict[UUID, list[UUID]]:
    """The Owners of a workspace, with all workspaces of each."""
    of_notice = _PAIR.notice_id == notice_id
    question = select(_PAIR.person_id).where(of_notice, _PAIR.workspace_id == workspace_id)
    people = list(reading.fetch(question).scalars())
    found: dict[UUID, list[UUID]] = {}
    for chunk in in_chunks(people):
        theirs = select(_PAIR.person_id, _PAIR.workspace_id).where(
            of_notice, _PAIR.person_id.in_(chunk)
        )
        for person, workspace in reading.fetch(theirs):
            found.setdefault(person, []).append(workspace)
    return found
