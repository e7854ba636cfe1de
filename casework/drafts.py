"""A person decides about a written letter: approved exactly as it stands, or rejected with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casework.reviewing import findings_of_approved, findings_of_draft
from casework.task_kinds import ANSWER_BY_HAND, APPROVE_LETTER
from privacy.addresses import without_plus
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from responders.settings import DeskIdentity
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.drafts import Draft, decide_draft, get_draft
from storage.extensions import drop_extension, find_extension
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue
from storage.tasks import Task, add_tasks, finish_tasks_about


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who decides: a staff member's address, and beside it the operating system's user (contract of --actor)."""

    address: str
    os_user: str

    def __str__(self) -> str:
        return f"{self.address} ({self.os_user})"


def approve_draft(
    database: Database,
    draft_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    identity: DeskIdentity | None = None,
) -> None:
    """Queue the letter exactly as the draft shows it; raises Permanent when it was decided or changed meanwhile."""
    with database.transaction() as transaction:
        draft = get_draft(transaction, draft_id)
        if letter_digest(draft.message) != draft.digest:
            raise Permanent(
                "the draft is not what was written: approve it again after looking at it"
            )
        approved = replace(draft.message, automation=Automation.APPROVED, date=now)
        findings = review_draft(transaction, draft, approved, now, identity=identity)
        if findings:
            raise Permanent(f"the letter cannot leave like this: {'; '.join(findings)}")
        _decide(transaction, draft, "approved", actor, now)
        letter = QueuedLetter(
            letter_id=new_id(),
            case_id=draft.case_id,
            inbound_id=draft.inbound_id,
            kind=draft.kind,
            dedupe_key=f"{draft.kind}|{draft.inbound_id or draft.draft_id}",
            message=approved,
            queued_at=now,
            automatic=False,
            text_key=None,
        )
        enqueue(transaction, [letter])
        _finish_task(transaction, draft, actor, now)
        _trail(transaction, draft, AuditKind.LETTER_APPROVED, actor, now)


def review_draft(
    reading: Reading,
    draft: Draft,
    message: OutboundMessage,
    now: datetime,
    *,
    identity: DeskIdentity | None = None,
) -> list[str]:
    """Return why this letter cannot leave as it stands, empty where nothing keeps it; names no personal data.

    The names and addresses of the desk are no wording of the letter; without `identity` they are read like the rest.
    """
    case = get_case(reading, draft.case_id)
    told = (found.due.on for item in case.items
        if (found := find_extension(reading, item_id=item.item_id)) is not None)  # fmt: skip
    findings = findings_of_draft(
        message, case, identity=identity or DeskIdentity(), told=told, now=now
    )
    if draft.inbound_id is None and message.automation is Automation.APPROVED:
        findings += findings_of_approved(message, [case.requester or ""])
    return findings


def reject_draft(database: Database, draft_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Keep the letter from leaving; its case stays open, and a task says that its acknowledgement is still owed."""
    with database.transaction() as transaction:
        draft = get_draft(transaction, draft_id)
        _decide(transaction, draft, "rejected", actor, now)
        _finish_task(transaction, draft, actor, now)
        add_tasks(transaction, [_still_owed(draft, now)])
        drop_extension(transaction, database.lookup_key("message-id", draft.message.message_id))
        _trail(transaction, draft, AuditKind.LETTER_REJECTED, actor, now)


def _decide(
    transaction: Transaction, draft: Draft, decision: str, actor: Actor, now: datetime
) -> None:
    decided = decide_draft(
        transaction,
        draft.draft_id,
        digest=draft.digest,
        decision=decision,
        actor=without_plus(actor.address),
        os_user=actor.os_user,
        at=now,
    )
    if not decided:
        raise Permanent("this draft has been decided already")


def _finish_task(transaction: Transaction, draft: Draft, actor: Actor, now: datetime) -> None:
    if draft.inbound_id is not None:
        finish_tasks_about(
            transaction, draft.inbound_id, kind=APPROVE_LETTER, actor=actor.address, at=now
        )


def _still_owed(draft: Draft, now: datetime) -> Task:
    return Task(
        task_id=new_id(),
        case_id=draft.case_id,
        inbound_id=draft.inbound_id,
        kind=ANSWER_BY_HAND,
        reason="letter-rejected",
        due_on=draft.due_on,
        urgent=False,
        created_at=now,
    )


def _trail(
    transaction: Transaction, draft: Draft, kind: AuditKind, actor: Actor, now: datetime
) -> None:
    event = AuditEvent(
        chain=draft.case_id,
        kind=kind,
        at=now,
        actor=str(actor),
        payload={"draft": draft.draft_id, "digest": draft.digest},
    )
    append(transaction, [event])
