"""Whether what a letter was approved upon still holds when its turn to leave comes: the laws, its dates, its reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from casework.actors import by_desk
from casework.forward_checks import readers_of_draft
from casework.profile import DeskProfile
from casework.reviewing import findings_of_draft
from casework.steps import take_step
from casework.told_dates import told_dates
from privacy.case_events import CaseEventKind
from privacy.cases import Case, ItemState
from privacy.letter_review import UNKNOWN_DATE
from privacy.work import Decision, Step
from responders.extension import KIND as EXTENSION
from responders.settings import DeskIdentity
from storage.case_events import case_events
from storage.cases import get_case
from storage.database import Reading, Transaction
from storage.extensions import drop_extension
from storage.forwards import letter_with, referral_with
from storage.item_answers import ItemAnswer, answers_in_letter, end_answers
from storage.outbox import LeasedLetter
from storage.package_links import links_in_letter

ACTOR = "sender"
LAWS, DATES, RECIPIENT = "laws-changed", "dates-changed", "recipient-changed"
CHANGED = frozenset({LAWS, DATES, RECIPIENT})


def changed_since_approval(
    transaction: Transaction,
    letter: LeasedLetter,
    message_id_key: bytes,
    desk: DeskProfile | None,
    now: datetime,
) -> tuple[str, ...]:
    """Return what is another one than it was when people approved the letter; nothing for letters that nobody approves.

    The laws are those whose ways out an answer or a later date names; the dates, all that the letter tells; the reader,
    the person of the case or, for a letter to a customer, whoever is listed there now.
    """
    answers = answers_in_letter(transaction, message_id_key)
    drafts = set(_drafts(transaction, message_id_key, answers))
    if not drafts and letter.kind != EXTENSION:
        return ()
    case = get_case(transaction, letter.case_id)
    told = told_dates(transaction, message_id_key, answers)
    identity = desk.identity if desk else DeskIdentity()
    findings = findings_of_draft(letter.message, case, identity=identity, told=told, now=now)
    readers = {one for draft in drafts for one in readers_of_draft(transaction, draft, case)}
    rows = (
        (LAWS, _laws_moved(transaction, case, _known_at(letter, answers))),
        (DATES, UNKNOWN_DATE in findings),
        (RECIPIENT, letter.message.recipient not in (readers or {case.requester or ""})),
    )
    return tuple(reason for reason, holds in rows if holds)


def back_to_review(transaction: Transaction, message_id_key: bytes, *, at: datetime) -> None:
    """Undo the approval of a letter that failed: its rights are where they were before it was written.

    A later date that it would have told binds nobody. What closes for want of proof the desk wrote, and writes no more:
    a person sees to it.
    """
    drop_extension(transaction, message_id_key)
    for answer in answers_in_letter(transaction, message_id_key):
        if answer.ended_at is not None or answer.decision is Decision.NOT_PROVED:
            continue
        case = get_case(transaction, answer.case_id)
        item = next(one for one in case.items if one.item_id == answer.item_id)
        if item.state is ItemState.APPROVED:
            by = by_desk(ACTOR, at, cause=f"draft:{answer.draft_id}")
            take_step(transaction, item, case=case, step=Step.SEND_BACK, desk=None, by=by)
        end_answers(transaction, answer.draft_id, at=at)


def _drafts(
    reading: Reading, message_id_key: bytes, answers: Iterable[ItemAnswer]
) -> Iterator[UUID]:
    yield from (one.draft_id for one in answers)
    yield from (one.draft_id for one in links_in_letter(reading, message_id_key))
    for letter in (letter_with(reading, message_id_key), referral_with(reading, message_id_key)):
        if letter is not None:
            yield letter.draft_id


def _known_at(letter: LeasedLetter, answers: Iterable[ItemAnswer]) -> datetime | None:
    """Since when a letter that names ways out has to be told of other laws, None for every letter that names none.

    An answer since it was written; a later date since it was approved: its approval knows the laws.
    """
    written = [one.made_at for one in answers if one.decision is not Decision.NOT_PROVED]
    return letter.queued_at if letter.kind == EXTENSION else min(written, default=None)


def _laws_moved(reading: Reading, case: Case, since: datetime | None) -> bool:
    if since is None:
        return False
    happened = case_events(reading, case.case_id)
    return any(one.kind is CaseEventKind.LAWS_CHANGED and one.at > since for one in happened)
