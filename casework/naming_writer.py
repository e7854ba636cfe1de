"""A member of staff says who wrote a case whose mail names nobody who can be believed; the letter that waited becomes a draft."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from casework.acknowledging import KIND
from casework.case_letters import Addressee, Thread, compose
from casework.drafts import Actor
from casework.named_cases import open_case_named
from casework.profile import DeskProfile
from casework.status_page import status_url
from casework.task_kinds import ANSWER_BY_HAND, APPROVE_LETTER
from intake.parse import parse_message
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.by_hand import is_utf8
from privacy.cases import Case
from privacy.directory_lines import is_address
from privacy.errors import Permanent
from privacy.messages import Automation
from responders.acknowledgement import draft_acknowledgement
from storage.audit import append
from storage.case_corrections import CaseNote, add_note
from storage.cases import clock_events, extend_case, who_acknowledged
from storage.database import Database, Transaction
from storage.drafts import Draft, add_drafts
from storage.ids import new_id
from storage.messages import MessageRow, messages_of_case, raw_of
from storage.tasks import Task, add_tasks, finish_tasks_about

NAMED = "writer-named-by-a-person"
LONGEST_NOTE = 2_000  # characters


@dataclass(frozen=True, kw_only=True)
class NamedWriter:
    """Who wrote, and how the member of staff knows."""

    reference: str
    address: str = field(repr=False)
    note: str = field(repr=False)


def name_writer(
    database: Database, desk: DeskProfile, named: NamedWriter, *, actor: Actor, now: datetime
) -> Case:
    """Store who asks, and leave the acknowledgement to that address for approval; it proves nothing of who they are.

    Raises Permanent, with the reason, for a case of which somebody is known already, and for an address that is none.
    """
    _check(named, desk)
    with database.transaction() as transaction:
        before = open_case_named(transaction, named.reference)
        if before.requester is not None:
            raise Permanent(
                "the case has a writer already; a message of somebody else is split off"
            )
        case = replace(before, requester=named.address)
        extend_case(transaction, case, [], now=now)
        _record(transaction, case, named, actor, now)
        messages = messages_of_case(transaction, case.case_id)
        if who_acknowledged(clock_events(transaction, case.case_id)) is None and messages:
            _draft_acknowledgement(transaction, case, messages[0], desk, actor, now)
    return case


def _check(named: NamedWriter, desk: DeskProfile) -> None:
    if not is_address(named.address) or not named.address.isascii():
        raise Permanent("the address is none that mail could be sent to")
    if desk.is_ours(named.address):
        raise Permanent("the address is one of this desk")
    if not named.note.strip() or len(named.note) > LONGEST_NOTE or not is_utf8(named.note):
        raise Permanent(f"say how you know, in a note of 1 to {LONGEST_NOTE} characters")


def _record(
    transaction: Transaction, case: Case, named: NamedWriter, actor: Actor, now: datetime
) -> None:
    note = CaseNote(
        note_id=new_id(),
        case_id=case.case_id,
        about=("writer: - > named",),
        text=named.note,
        at=now,
        author=actor.address,
    )
    add_note(transaction, note)
    payload: dict[str, object] = {"changes": [["writer", None, "named"]], "note": note.note_id}
    event = AuditEvent(
        chain=case.case_id,
        kind=AuditKind.CASE_CORRECTED,
        at=now,
        actor=str(actor),
        payload=payload,
    )
    append(transaction, [event])


def _draft_acknowledgement(
    transaction: Transaction,
    case: Case,
    first: MessageRow,
    desk: DeskProfile,
    actor: Actor,
    now: datetime,
) -> None:
    """The letter that nobody could be sent waits for a yes; the task to write by hand is done."""
    page = status_url(case, case.requester or "", KIND, desk)
    letter = draft_acknowledgement(case, case.items, desk.identity, desk.book, page=page)
    mail = parse_message(raw_of(transaction, first.inbound_id))
    ids = tuple(one for one in (*mail.references, mail.message_id) if one)
    to = Addressee(
        about=first.inbound_id,
        address=case.requester or "",
        thread=Thread(in_reply_to=mail.message_id, references=ids),
    )
    message = compose(case, letter, to, desk=desk, date=now, automation=Automation.REPLIED)
    draft = Draft(
        draft_id=new_id(),
        case_id=case.case_id,
        inbound_id=first.inbound_id,
        kind=letter.kind,
        message=message,
        digest=letter_digest(message),
        reasons=(NAMED,),
        created_at=now,
        due_on=case.acknowledge.on,
    )
    add_drafts(transaction, [draft])
    finish_tasks_about(
        transaction, first.inbound_id, kind=ANSWER_BY_HAND, actor=actor.address, at=now
    )
    add_tasks(transaction, [_approve(case, draft, now)])


def _approve(case: Case, draft: Draft, now: datetime) -> Task:
    return Task(
        case_id=case.case_id,
        inbound_id=draft.inbound_id,
        kind=APPROVE_LETTER,
        reason=NAMED,
        due_on=draft.due_on,
        created_at=now,
    )
