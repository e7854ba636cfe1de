"""Writes the letter that says where a package waits once more: with a new link, as a draft that others approve."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.case_letters import Addressee, compose, thread_with
from casework.enclosing import DrawnLink, draw_link, store_link
from casework.named_cases import case_named
from casework.packing import item_with_package, trail
from casework.profile import DeskProfile
from casework.task_kinds import DOWNLOAD_LOCKED, DOWNLOAD_NOT_FETCHED
from casework.work_facts import identity_suffices
from privacy.approval import letter_digest
from privacy.audit import AuditKind
from privacy.cases import Case, ItemState, RequestItem
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from privacy.rights import Right
from responders.downloads import READY, draft_download_ready
from storage.database import Database, Transaction
from storage.drafts import Draft, add_drafts, drafts_of_case
from storage.ids import new_id
from storage.packages import open_package
from storage.states import DraftState
from storage.tasks import finish_kind_of_case

GRANTED = frozenset({ItemState.FULFILLED, ItemState.PARTLY})


@dataclass(frozen=True, kw_only=True)
class _Renewal:
    """A package that is to wait again, and whom it is for."""

    case: Case
    item: RequestItem
    drawn: DrawnLink
    address: str = field(repr=False)


def renew_package(
    database: Database,
    desk: DeskProfile,
    reference: str,
    right: Right,
    *,
    by: tuple[Actor, datetime],
) -> UUID:
    """Write the letter with a new link and leave it for approval; returns the draft's id.

    Raises Permanent where nothing was granted yet, nothing waits, or who asks is not proved (any more).
    """
    actor, now = by
    draft_id = new_id()
    with database.transaction() as transaction:
        renewal = _renewal(transaction, desk, case_named(transaction, reference), right, now)
        message = _message(transaction, renewal, desk, draft_id, now)
        letter = (draft_id, message.message_id)
        store_link(transaction, renewal.drawn, letter, made_by=actor.address, now=now)
        add_drafts(transaction, [_draft(renewal, message, draft_id, now)])
        payload = {
            "package": renewal.drawn.package.package_id,
            "draft": draft_id,
            "until": renewal.drawn.expires_on,
        }
        kind = AuditKind.PACKAGE_RENEWED
        trail(transaction, renewal.case, kind, str(actor), payload, now)
        for moot in (DOWNLOAD_LOCKED, DOWNLOAD_NOT_FETCHED):
            finish_kind_of_case(
                transaction, renewal.case.case_id, kind=moot, actor=str(actor), at=now
            )
    return draft_id


def _renewal(
    transaction: Transaction, desk: DeskProfile, case: Case, right: Right, now: datetime
) -> _Renewal:
    item = item_with_package(transaction, case, right)
    if item.state not in GRANTED:
        raise Permanent(f"{right} is not answered yet: its answer names the package")
    if not identity_suffices(transaction, item, case, desk):
        raise Permanent("who asks is not proved at the level of this right")
    waiting = [
        one
        for one in drafts_of_case(transaction, case.case_id)
        if one.kind == READY and one.state is DraftState.WAITING
    ]
    if waiting:
        raise Permanent("a letter about a package of this case waits for approval already")
    package = open_package(transaction, item.item_id)
    drawn = draw_link(transaction, package, item, desk, now) if package else None
    if drawn is None:
        raise Permanent(f"there is no package for {right}")
    if case.requester is None:
        raise Permanent("nobody can be written to: the case names no believable address")
    return _Renewal(case=case, item=item, drawn=drawn, address=case.requester)


def _message(
    transaction: Transaction,
    renewal: _Renewal,
    desk: DeskProfile,
    draft_id: UUID,
    now: datetime,
) -> OutboundMessage:
    case = renewal.case
    letter = draft_download_ready(case, renewal.drawn.enclosed, desk.identity, desk.book)
    thread = thread_with(transaction, case, renewal.address)
    to = Addressee(about=draft_id, address=renewal.address, thread=thread)
    return compose(case, letter, to, desk=desk, date=now, automation=Automation.APPROVED)


def _draft(renewal: _Renewal, message: OutboundMessage, draft_id: UUID, now: datetime) -> Draft:
    return Draft(
        draft_id=draft_id,
        case_id=renewal.case.case_id,
        inbound_id=None,
        kind=READY,
        message=message,
        digest=letter_digest(message, enclosed=renewal.drawn.digest),
        reasons=("package-renewed", str(renewal.item.right)),
        created_at=now,
        due_on=now.date(),
    )
