"""People decide about a written letter: approved exactly as it stands, by as many as it needs, or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from casework.actors import Actor as Actor  # noqa: PLC0414 - staff decide here: others know it by this name
from casework.actors import By, by_person
from casework.enclosing import enclosed_digest
from casework.forward_checks import readers_of_draft
from casework.opinions import lacks_opinion
from casework.profile import DeskProfile
from casework.reviewing import findings_of_approved, findings_of_draft
from casework.steps import StepRefused, refusals, take_step
from casework.task_kinds import ANSWER_BY_HAND, APPROVE_LETTER
from casework.told_dates import told_dates
from casework.work_facts import rule_for
from privacy.addresses import without_plus
from privacy.approval import letter_digest
from privacy.approvers import ApprovalRule
from privacy.audit import AuditEvent, AuditKind
from privacy.case_events import CaseEventKind
from privacy.cases import Case, RequestItem
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from privacy.work import Decision, Step
from responders.settings import DeskIdentity
from storage.audit import append
from storage.case_events import case_events
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.draft_edits import last_editor, returns_of
from storage.drafts import Draft, decide_draft, get_draft
from storage.extensions import drop_extension, find_extension
from storage.ids import new_id
from storage.item_answers import (
    Approval,
    ItemAnswer,
    add_approval,
    answers_in_draft,
    approvals_of,
    end_answers,
)
from storage.outbox import QueuedLetter, enqueue
from storage.package_links import links_in_draft
from storage.states import DraftState
from storage.tasks import Task, add_tasks, finish_tasks_about

STILL_MISSING = "approvals-missing"


@dataclass(frozen=True, kw_only=True)
class Given:
    """How many have approved a letter, and how many it needs."""

    given: int
    needed: int

    @property
    def is_enough(self) -> bool:
        """Whether the letter leaves."""
        return self.given >= self.needed


@dataclass(frozen=True, kw_only=True)
class _Decision:
    """A draft on which somebody decides, with what it says about rights; the case is locked."""

    draft: Draft
    case: Case
    answers: Sequence[ItemAnswer]
    by: By

    @property
    def items(self) -> list[RequestItem]:
        decided = {answer.item_id for answer in self.answers}
        return [item for item in self.case.items if item.item_id in decided]


def approve_draft(
    database: Database,
    draft_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    desk: DeskProfile | None = None,
    seen: str | None = None,
) -> Given:
    """Record the approval of the letter as it stands; the last one that it needs queues it, for when it cannot be undone.

    `seen` is the digest of what the actor looked at, None where they name the letter alone.

    Raises Permanent when it was decided or changed meanwhile, when the actor wrote it or has approved it already,
    and with every reason why what it says about a right may not be said now. Without `desk` nobody's identity is known.
    """
    with database.transaction() as transaction:
        decision = _decision(transaction, draft_id, actor, now)
        draft = decision.draft
        if seen is not None and seen != draft.digest:
            raise Permanent("this letter was changed meanwhile: look at it again")
        check_content(transaction, draft, now)
        _check_remarks(transaction, draft, desk)
        _check_letter(transaction, draft, now, desk)
        _check_laws(transaction, decision)
        rule = rule_for(draft.kind, decision.case, decision.answers, desk)
        _check_approver(transaction, decision, rule)
        _check_rights(transaction, decision, desk)
        given = _add_approval(transaction, decision, rule, actor)
        if given.is_enough:
            for item in decision.items:
                take_step(
                    transaction,
                    item,
                    case=decision.case,
                    step=Step.APPROVE,
                    desk=desk,
                    by=decision.by,
                )
            waits = desk.work.undo if desk else timedelta(0)
            _queue(transaction, decision, actor, due_at=now + waits)
    return given


def _check_remarks(transaction: Transaction, draft: Draft, desk: DeskProfile | None) -> None:
    if returns_of(transaction, [draft]):
        raise Permanent("this letter was sent back: it is approved once somebody has changed it")
    if lacks_opinion(transaction, draft, desk):
        raise Permanent("the opinion of the data protection officer comes first")


def check_content(transaction: Transaction, draft: Draft, now: datetime) -> None:
    """Raise Permanent unless the letter, and the package that it names, are what was written down."""
    enclosed = enclosed_digest(transaction, draft.draft_id)
    if any(link.expires_at <= now for link in links_in_draft(transaction, draft.draft_id)):
        raise Permanent("the package waited until a day that is over: write the letter anew")
    if letter_digest(draft.message, enclosed=enclosed) == draft.digest:
        return
    if enclosed:
        raise Permanent("the package changed since: reject this letter and write it anew")
    raise Permanent("the draft is not what was written: approve it again after looking at it")


def _check_letter(
    transaction: Transaction, draft: Draft, now: datetime, desk: DeskProfile | None
) -> None:
    approved = replace(draft.message, automation=Automation.APPROVED, date=now)
    identity = desk.identity if desk else None
    findings = review_draft(transaction, draft, approved, now, identity=identity)
    if findings:
        raise Permanent(f"the letter cannot leave like this: {'; '.join(findings)}")


def _check_laws(transaction: Transaction, decision: _Decision) -> None:
    """An answer names the ways out of the laws under which it was written (GDPR Art. 12(4)).

    What closes for want of proof the desk wrote, and nobody else could write it anew.
    """
    by_staff = any(one.decision is not Decision.NOT_PROVED for one in decision.answers)
    happened = case_events(transaction, decision.case.case_id) if by_staff else ()
    written = decision.draft.created_at
    if any(one.kind is CaseEventKind.LAWS_CHANGED and one.at > written for one in happened):
        raise Permanent("the laws of the case changed since: reject this letter and write it anew")


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
    key = reading.ring.lookup_key("message-id", draft.message.message_id)
    told = told_dates(reading, key, answers_in_draft(reading, draft.draft_id))
    findings = findings_of_draft(
        message, case, identity=identity or DeskIdentity(), told=told, now=now
    )
    if draft.inbound_id is None and message.automation is Automation.APPROVED:
        findings += findings_of_approved(message, readers_of_draft(reading, draft.draft_id, case))
    return findings


def reject_draft(database: Database, draft_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Keep the letter from leaving; its case stays open, and a task says that its answer is still owed.

    An approved answer that could not reach the person is sent back the same way, to be written anew; one that is on
    its way, or has arrived, is not.
    """
    with database.transaction() as transaction:
        decision = _decision(transaction, draft_id, actor, now, or_approved=True)
        draft = decision.draft
        if draft.state is DraftState.WAITING:
            _decide(transaction, draft, "rejected", actor, now)
        for item in decision.items:
            take_step(
                transaction,
                item,
                case=decision.case,
                step=Step.SEND_BACK,
                desk=None,
                by=decision.by,
            )
        end_answers(transaction, draft_id, at=now)
        _finish_task(transaction, draft, actor, now)
        add_tasks(transaction, [_still_owed(draft, now)])
        drop_extension(transaction, database.lookup_key("message-id", draft.message.message_id))
        _trail(transaction, decision, AuditKind.LETTER_REJECTED, {})


def withdraw_drafts(
    transaction: Transaction, drafts: Sequence[Draft], *, actor: Actor, now: datetime
) -> None:
    """Keep letters from leaving whose right was taken back: nothing of them is owed any more."""
    for draft in drafts:
        _decide(transaction, draft, "rejected", actor, now)
        end_answers(transaction, draft.draft_id, at=now)


def _decision(
    transaction: Transaction,
    draft_id: UUID,
    actor: Actor,
    now: datetime,
    *,
    or_approved: bool = False,
) -> _Decision:
    """Read the draft again once its case is locked: two people may approve it at the same moment."""
    case = get_case(transaction, get_draft(transaction, draft_id).case_id)
    draft = get_draft(transaction, draft_id)
    answers = [one for one in answers_in_draft(transaction, draft_id) if one.ended_at is None]
    sent_back = or_approved and draft.state is DraftState.APPROVED and answers
    if draft.state is not DraftState.WAITING and not sent_back:
        raise Permanent("this draft has been decided already")
    by = by_person(_plain(actor), now, cause=f"draft:{draft_id}")
    return _Decision(draft=draft, case=case, answers=answers, by=by)


def _plain(actor: Actor) -> Actor:
    return Actor(address=without_plus(actor.address), os_user=actor.os_user)


def _check_approver(transaction: Transaction, decision: _Decision, rule: ApprovalRule) -> None:
    draft, who = decision.draft, decision.by.name
    if who in writers_of(transaction, draft, decision.answers) and not rule.author_counts:
        raise Permanent("whoever wrote a letter does not approve it: another member of staff does")
    given = approvals_of(transaction, draft.draft_id, draft.digest)
    if who in {one.actor for one in given}:
        raise Permanent("you have approved this letter already: another member of staff has to")


def writers_of(
    reading: Reading, draft: Draft, answers: Sequence[ItemAnswer]
) -> frozenset[str | None]:
    """Return who wrote the letter and who changed it last; None stands for the desk itself."""
    return frozenset({_author(reading, draft, answers), last_editor(reading, draft.draft_id)})


def _author(reading: Reading, draft: Draft, answers: Sequence[ItemAnswer]) -> str | None:
    """A letter that the desk wrote has no author."""
    if answers:
        return answers[0].author
    key = reading.ring.lookup_key("message-id", draft.message.message_id)
    extension = find_extension(reading, message_id_key=key)
    if extension is not None:
        return extension.asked_by
    links = links_in_draft(reading, draft.draft_id)
    return links[0].made_by if links else None


def _check_rights(transaction: Transaction, decision: _Decision, desk: DeskProfile | None) -> None:
    """Say at the first approval what the last one would be refused for."""
    for item in decision.items:
        against = refusals(
            transaction, item, case=decision.case, step=Step.APPROVE, desk=desk, by=decision.by
        )
        reasons = tuple(reason for reason in against if reason != STILL_MISSING)
        if reasons:
            raise StepRefused(Step.APPROVE, item, reasons)


def _add_approval(
    transaction: Transaction, decision: _Decision, rule: ApprovalRule, actor: Actor
) -> Given:
    draft, by = decision.draft, decision.by
    approval = Approval(
        draft_id=draft.draft_id,
        actor=by.name,
        digest=draft.digest,
        case_id=draft.case_id,
        os_user=actor.os_user,
        at=by.at,
    )
    add_approval(transaction, approval)
    number = len(approvals_of(transaction, draft.draft_id, draft.digest))
    counted: dict[str, object] = {"approvals": number, "needed": rule.needed}
    if rule.author_counts:
        counted["four_eyes"] = "off"
    _trail(transaction, decision, AuditKind.LETTER_APPROVED, counted)
    return Given(given=number, needed=rule.needed)


def _queue(
    transaction: Transaction, decision: _Decision, actor: Actor, *, due_at: datetime
) -> None:
    draft, now = decision.draft, decision.by.at
    _decide(transaction, draft, "approved", actor, now)
    letter = QueuedLetter(
        letter_id=new_id(),
        case_id=draft.case_id,
        inbound_id=draft.inbound_id,
        kind=draft.kind,
        dedupe_key=f"{draft.kind}|{draft.inbound_id or draft.draft_id}",
        message=replace(draft.message, automation=Automation.APPROVED, date=now),
        queued_at=now,
        automatic=False,
        text_key=None,
        due_at=due_at,
    )
    enqueue(transaction, [letter])
    _finish_task(transaction, draft, actor, now)


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
        case_id=draft.case_id,
        inbound_id=draft.inbound_id,
        kind=ANSWER_BY_HAND,
        reason="letter-rejected",
        due_on=draft.due_on,
        created_at=now,
    )


def _trail(
    transaction: Transaction, decision: _Decision, kind: AuditKind, more: dict[str, object]
) -> None:
    draft, by = decision.draft, decision.by
    event = AuditEvent(
        chain=draft.case_id,
        kind=kind,
        at=by.at,
        actor=str(by),
        payload={"draft": draft.draft_id, "digest": draft.digest, **more},
    )
    append(transaction, [event])
