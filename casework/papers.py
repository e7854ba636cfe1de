"""Identity papers that nobody asked for: set aside when they come, destroyed in time, and the sender is told so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from casework.batch_view import BatchView, MessageAtWork
from casework.case_letters import Addressee, compose
from casework.identity_letters import may_mail
from casework.profile import DeskProfile
from casework.proving import prove_task, trail
from casework.writes import Writes
from classifier.papers import paper_words
from intake.part_removal import without_parts
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.identity import is_doubted
from privacy.identity_papers import ASK_AGAIN, DESTROYED_AFTER, find_papers
from responders.identity import PAPER_DESTROYED, draft_paper_destroyed
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.failures import CannotUnseal
from storage.identity import evidence_of
from storage.identity_papers import (
    SetAside,
    due_papers,
    mark_destroyed,
    put_off_paper,
    replace_raw,
)
from storage.ids import new_id
from storage.messages import raw_of
from storage.outbox import QueuedLetter, enqueue, letters_of_case
from storage.tasks import add_tasks

ACTOR = "identity"
TOMORROW = timedelta(days=1)
BATCH = 50  # papers in one sweep

log = structlog.get_logger(__name__)


def set_papers_aside(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, case: Case, writes: Writes
) -> None:
    """Note the attachments of a mail that look like identity papers; nobody opens them, a person has not to look."""
    parsed = message.reading.message
    if desk.challenges is None or not parsed.attachments:
        return
    for paper in find_papers(parsed.attachments, parsed.new_text, paper_words()):
        writes.identity.papers.append(
            SetAside(
                inbound_id=message.inbound_id,
                content_key=view.lookup("paper", paper.sha256),
                case_id=case.case_id,
                reasons=paper.reasons,
                found_at=writes.now,
                due_at=writes.now + DESTROYED_AFTER,
            )
        )
        payload = {"inbound": message.inbound_id, "reasons": paper.reasons}
        writes.record(case.case_id, AuditKind.PAPER_SET_ASIDE, ACTOR, payload)


@dataclass(frozen=True, kw_only=True)
class _Errand:
    """One paper whose time has come."""

    paper: SetAside
    desk: DeskProfile
    now: datetime


def destroy_papers(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Destroy what is due, each paper in a transaction of its own; returns how many were due.

    While staff have recorded a reasonable doubt a paper is kept, and looked at again soon.
    """
    with database.reading() as reading:
        due = due_papers(reading, now=now, limit=BATCH)
    for paper in due:
        try:
            with database.transaction() as transaction:
                _destroy(transaction, _Errand(paper=paper, desk=desk, now=now))
        except Exception as error:  # noqa: BLE001 - the top of the loop: the next sweep tries this one again
            log.error(  # noqa: TRY400
                "paper_not_destroyed", inbound=str(paper.inbound_id), error=type(error).__name__
            )
    return len(due)


def _destroy(transaction: Transaction, errand: _Errand) -> None:
    paper, now = errand.paper, errand.now
    evidence = [one.evidence for one in evidence_of(transaction, paper.case_id)]
    if is_doubted(evidence):
        put_off_paper(transaction, paper, until=now + ASK_AGAIN)
        return
    if not mark_destroyed(transaction, paper, at=now):
        return
    case = get_case(transaction, paper.case_id)
    is_gone = _take_out(transaction, paper)
    payload = {"inbound": paper.inbound_id, "gone": is_gone}
    trail(transaction, paper.case_id, AuditKind.PAPER_DESTROYED, ACTOR, payload, now)
    if is_gone:
        _tell(transaction, errand, case)
    else:
        add_tasks(transaction, [prove_task(case, "destroy-paper-by-hand", now)])


def _take_out(transaction: Transaction, paper: SetAside) -> bool:
    """Return whether nothing of it is left; bytes that are erased or elsewhere hold nothing here."""
    try:
        raw = raw_of(transaction, paper.inbound_id)
    except CannotUnseal:
        return True
    key_of = transaction.ring.lookup_key
    rest = without_parts(raw, lambda found: key_of("paper", found) == paper.content_key)
    replace_raw(transaction, paper.inbound_id, rest)
    return rest != raw


def _tell(transaction: Transaction, errand: _Errand, case: Case) -> None:
    """One letter for a mail, however many papers it had; whom nothing was written to by now, staff tell."""
    desk, now, paper = errand.desk, errand.now, errand.paper
    written = {one.message.recipient for one in letters_of_case(transaction, case.case_id)}
    if case.requester is None or case.requester not in written:
        add_tasks(transaction, [prove_task(case, "tell-paper-destroyed", now)])
        return
    is_free = may_mail(transaction, desk.limits, case.requester, now)
    zone = ZoneInfo(case.acknowledge.zone)
    letter = draft_paper_destroyed(
        case,
        desk.identity,
        received_on=paper.found_at.astimezone(zone).date(),
        destroyed_on=now.astimezone(zone).date(),
        book=desk.book,
    )
    to = Addressee(about=paper.inbound_id, address=case.requester)
    queued = QueuedLetter(
        letter_id=new_id(),
        case_id=case.case_id,
        inbound_id=paper.inbound_id,
        kind=PAPER_DESTROYED,
        dedupe_key=f"{PAPER_DESTROYED}|{paper.inbound_id}",
        message=compose(case, letter, to, desk=desk, date=now),
        queued_at=now,
        due_at=now if is_free else now + TOMORROW,
        automatic=True,
        text_key=None,
    )
    enqueue(transaction, [queued])
