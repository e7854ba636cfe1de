"""A member of staff corrects what was understood of a case; the clocks, the trail and the tasks follow at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from casework.acknowledging import KIND as ACKNOWLEDGEMENT
from casework.answering import ENTERED
from casework.drafts import Actor
from casework.forward_ending import stop_what_was_taken_back
from casework.named_cases import case_named
from casework.profile import DeskProfile
from casework.proving import NOBODY_ASKED, nobody_was_asked, prove_task
from casework.task_kinds import ACKNOWLEDGE_BY, ANSWER_BY_HAND, STOP_MARKETING, TELL_CORRECTION
from intake.parse import parse_message
from privacy.audit import AuditEvent, AuditKind
from privacy.by_hand import claim_by_hand, is_utf8
from privacy.cases import Case, RequestItem
from privacy.correcting import Corrected, Correction, Found, correct
from privacy.deadlines import Asked, acknowledgement_due
from privacy.errors import Permanent
from privacy.rights import Lane, Right, Scope
from storage.added_requests import added_requests
from storage.audit import append
from storage.case_corrections import CaseNote, add_note, change_items
from storage.cases import clock_events, extend_case, set_date, who_acknowledged
from storage.database import Database, Transaction
from storage.drafts import drafts_of_case
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.messages import MessageRow, messages_of_case, raw_of
from storage.outbox import letters_of_case
from storage.states import ClockName, DraftState
from storage.tasks import Task, add_tasks

LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """What a member of staff says was understood wrongly. `quote` are words of the case that ask for what is added."""

    added: Asked | None = None
    not_asked: Asked | None = None
    rescoped: tuple[Asked, Scope | None] | None = None
    lane: Lane | None = None
    language: str | None = None
    quote: str | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)


def correct_case(
    database: Database,
    desk: DeskProfile,
    reference: str,
    wrong: Wrong,
    *,
    by: tuple[Actor, datetime],
) -> Corrected:
    """Store the correction and return it. Raises Permanent, with the reason, where it cannot be made."""
    _check(wrong)
    actor, now = by
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        messages = messages_of_case(transaction, case.case_id)
        correction = _correction(transaction, messages, wrong)
        done = correct(case, correction, regimes=desk.laws_named(case.laws), new_id=new_id)
        _store(transaction, case, done, now)
        stop_what_was_taken_back(transaction, done.case, actor=actor, now=now)
        note_id = _write_note(transaction, done, wrong.note, actor, now)
        append(transaction, list(_events(done, note_id, actor, now)))
        add_tasks(transaction, list(_tasks(transaction, messages, done, desk, now)))
    return done


def _check(wrong: Wrong) -> None:
    if wrong.quote is not None and wrong.added is None:
        raise Permanent("a quote belongs to a right that is added")
    if wrong.added is not None and not (wrong.quote or wrong.note):
        raise Permanent("a right is added with a quote of the case, or with a note of why")
    note = wrong.note or ""
    if not is_utf8(note):
        raise Permanent("the note is no UTF-8")
    if wrong.note is not None and (not note.strip() or len(note) > LONGEST_NOTE):
        raise Permanent(f"a note has 1 to {LONGEST_NOTE} characters")


def _correction(transaction: Transaction, messages: list[MessageRow], wrong: Wrong) -> Correction:
    added = None if wrong.added is None else _found(transaction, messages, wrong.added, wrong.quote)
    return Correction(
        added=added,
        not_asked=wrong.not_asked,
        rescoped=wrong.rescoped,
        lane=wrong.lane,
        language=wrong.language,
    )


def _found(
    transaction: Transaction, messages: list[MessageRow], asked: Asked, quote: str | None
) -> Found:
    """Return the right with its words, in the oldest message that has them; without words it is of the oldest message."""
    if not messages:
        raise Permanent("the case has no message in which a right could have been asked for")
    if quote is None:
        first = messages[0]
        claim = claim_by_hand(asked)
        return Found(claim=claim, inbound_id=first.inbound_id, received_at=first.received_at)
    for message in messages:
        for part, text in _parts_of(transaction, message.inbound_id):
            start = text.find(quote)
            if start >= 0:
                claim = replace(claim_by_hand(asked, quote=quote, start=start), part=part)
                return Found(
                    claim=claim, inbound_id=message.inbound_id, received_at=message.received_at
                )
    raise Permanent("the quote is in no message of the case")


def _parts_of(transaction: Transaction, inbound_id: UUID) -> Iterator[tuple[str, str]]:
    """What was erased, or lies in another region, has no words here."""
    with suppress(CannotUnseal):
        message = parse_message(raw_of(transaction, inbound_id))
        yield "text", message.new_text
        yield "subject", message.subject


def _store(transaction: Transaction, before: Case, done: Corrected, now: datetime) -> None:
    case = done.case
    change_items(transaction, done.items)
    extend_case(transaction, case, done.added, now=now)
    if case.acknowledge != before.acknowledge:
        clock = (ClockName.ACKNOWLEDGE, None)
        set_date(transaction, case.case_id, clock, case.acknowledge, at=now)
    dates = {item.item_id: item.due for item in before.items}
    for item in done.items:
        if item.due != dates[item.item_id]:
            of_right = (ClockName.RESPOND, item.item_id)
            set_date(transaction, case.case_id, of_right, item.due, at=now)


def _write_note(
    transaction: Transaction, done: Corrected, text: str | None, actor: Actor, now: datetime
) -> UUID | None:
    if text is None:
        return None
    note = CaseNote(
        note_id=new_id(),
        case_id=done.case.case_id,
        about=tuple(
            f"{one.what}: {one.before or '-'} > {one.after or '-'}" for one in done.changes
        ),
        text=text,
        at=now,
        author=actor.address,
    )
    add_note(transaction, note)
    return note.note_id


def _events(
    done: Corrected, note_id: UUID | None, actor: Actor, now: datetime
) -> Iterator[AuditEvent]:
    changes = [[one.what, one.before, one.after] for one in done.changes]
    payload: dict[str, object] = {"changes": changes, "note": note_id}
    yield AuditEvent(
        chain=done.case.case_id,
        kind=AuditKind.CASE_CORRECTED,
        at=now,
        actor=str(actor),
        payload=payload,
    )
    for item in done.added:
        recognised = {"inbound": item.inbound_id, "right": item.right, "scope": item.scope}
        clock = {"rule": item.reason, "due": item.due.on, "due_rule": item.due.rule}
        yield AuditEvent(
            chain=done.case.case_id,
            kind=AuditKind.RIGHT_RECOGNISED,
            at=now,
            actor=str(actor),
            payload=recognised | clock,
        )


def _tasks(
    transaction: Transaction,
    messages: list[MessageRow],
    done: Corrected,
    desk: DeskProfile,
    now: datetime,
) -> Iterator[Task]:
    """The person is told what was added; marketing is stopped; what is urgent now is seen at once."""
    case, was_told = done.case, _was_told(transaction, done.case)
    for item in done.added:
        kind, reason = (
            (TELL_CORRECTION, "right-added")
            if was_told
            else _first_answer(transaction, messages, case)
        )
        promised = (
            acknowledgement_due(now, desk.laws_named(case.laws)).on
            if was_told
            else case.acknowledge.on
        )
        yield _task(case, (kind, reason), now, due_on=min(promised, item.due.on), about=item)
    for item in (*done.added, *done.items):
        if item.is_open and item.key == (Right.OBJECTION, Scope.MARKETING):
            why = (STOP_MARKETING, "objection:marketing")
            yield _task(case, why, now, due_on=item.due.on, about=item, urgent=True)
    if nobody_was_asked(transaction, case, desk.challenges):
        yield prove_task(case, NOBODY_ASKED, now)
    if case.lane in desk.lanes.at_once and any(one.what == "lane" for one in done.changes):
        why = ("urgent_lane", str(case.lane))
        yield _task(case, why, now, due_on=case.acknowledge.on, urgent=True)


def _first_answer(
    transaction: Transaction, messages: list[MessageRow], case: Case
) -> tuple[str, str]:
    """Nobody was told anything yet: a person writes the first letter, by the way of the request."""
    entered = added_requests(transaction, [one.inbound_id for one in messages])
    way = next(iter(entered.values()), None)
    if way is not None and case.requester is None:
        return ACKNOWLEDGE_BY[way.channel], ENTERED  # one that is open already says all of it
    return ANSWER_BY_HAND, "right-added"


def _was_told(transaction: Transaction, case: Case) -> bool:
    """Whether an acknowledgement left, is on its way or waits for a yes: it names what was understood before."""
    met = who_acknowledged(clock_events(transaction, case.case_id))
    written = [one.kind for one in letters_of_case(transaction, case.case_id)]
    drafts = drafts_of_case(transaction, case.case_id)
    written += [one.kind for one in drafts if one.state is DraftState.WAITING]
    return met is not None or ACKNOWLEDGEMENT in written


def _task(
    case: Case,
    why: tuple[str, str],
    now: datetime,
    *,
    due_on: date,
    about: RequestItem | None = None,
    urgent: bool = False,
) -> Task:
    kind, reason = why
    return Task(
        case_id=case.case_id,
        inbound_id=about.inbound_id if about else None,
        kind=kind,
        reason=reason,
        due_on=due_on,
        urgent=urgent,
        created_at=now,
    )
