"""What becomes of the rights that a letter decides, once the letter left or came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from casework.actors import By, by_desk
from casework.closing import reopen_case
from casework.enclosing import still_as_written
from casework.packing import DROPPED
from casework.profile import DeskProfile
from casework.steps import take_step
from casework.work_facts import facts_of, identity_suffices
from privacy.case_events import CaseEvent, CaseEventKind
from privacy.cases import Case, CaseState, ItemState, RequestItem
from privacy.work import ANSWERED, Step, may_leave
from storage.case_events import add_case_events
from storage.cases import get_case
from storage.database import Transaction
from storage.item_answers import ItemAnswer, answers_in_letter
from storage.package_links import links_in_letter
from storage.packages import get_package

SENDER = "sender"
SENT_BACK = "answer-was-sent-back"


def answers_arrived(transaction: Transaction, message_id_key: bytes, *, at: datetime) -> None:
    """End the rights that the letter decides, and tell their clocks that they were answered."""
    answers = answers_in_letter(transaction, message_id_key)
    for case, item, by in _decided(transaction, answers, at):
        if item.state is ItemState.APPROVED:
            take_step(transaction, item, case=case, step=Step.COMPLETE, desk=None, by=by)
            told = CaseEvent(
                kind=CaseEventKind.ANSWERED, at=at, item_id=item.item_id, letter=message_id_key
            )
            add_case_events(transaction, case.case_id, [told], now=at)


def answers_came_back(
    transaction: Transaction, message_id_key: bytes, *, at: datetime
) -> date | None:
    """Open the rights again that the letter decided; returns by when the first is owed, None for other letters."""
    days = []
    answers = answers_in_letter(transaction, message_id_key)
    for case, item, by in _decided(transaction, answers, at):
        days.append(item.due.on)
        if item.state in ANSWERED:
            take_step(transaction, item, case=case, step=Step.REOPEN, desk=None, by=by)
            if case.state is CaseState.CLOSED:
                reopen_case(transaction, case, by)
    return min(days, default=None)


def against_leaving(
    transaction: Transaction, message_id_key: bytes, desk: DeskProfile | None, *, now: datetime
) -> tuple[str, ...]:
    """Return what speaks against sending a letter at this moment; nothing for one that decides and discloses nothing."""
    answers = answers_in_letter(transaction, message_id_key)
    sent_back = any(one.ended_at for one in answers)
    found: dict[str, None] = {SENT_BACK: None} if sent_back else {}
    for case, item, _ in _decided(transaction, answers, now):
        if item.state is not ItemState.APPROVED:
            found[f"right-is-{item.state.replace('_', '-')}"] = None
        else:
            facts = facts_of(transaction, item, case=case, desk=desk, now=now)
            found.update(dict.fromkeys(may_leave(facts)))
    found.update(dict.fromkeys(_against_links(transaction, message_id_key, desk, now)))
    return tuple(found)


def _against_links(
    transaction: Transaction, message_id_key: bytes, desk: DeskProfile | None, now: datetime
) -> Iterator[str]:
    """A letter that only says where a package waits discloses as much as an answer."""
    links = links_in_letter(transaction, message_id_key)
    if not all(still_as_written(transaction, links)):
        yield "package-changed"
    for link in links:
        if link.expires_at <= now:
            yield "package-waits-no-more"
        case = get_case(transaction, link.case_id)
        item_id = get_package(transaction, link.package_id).item_id
        item = next(one for one in case.items if one.item_id == item_id)
        if item.state in DROPPED:
            yield "right-was-taken-back"
        if desk is None or not identity_suffices(transaction, item, case, desk):
            yield "identity-not-proved"


def _decided(
    transaction: Transaction, answers: Iterable[ItemAnswer], at: datetime
) -> Iterator[tuple[Case, RequestItem, By]]:
    for answer in answers:
        if answer.ended_at is None:
            case = get_case(transaction, answer.case_id)
            item = next(one for one in case.items if one.item_id == answer.item_id)
            yield case, item, by_desk(SENDER, at, cause=f"draft:{answer.draft_id}")
