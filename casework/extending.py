"""A later date for one right: a member of staff gives the ground, an approved letter tells it, and only then it binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from casework.drafts import Actor
from casework.profile import DeskProfile
from casework.reviewing import as_reasons, findings_of_draft
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.binding import Binding, Happening, bind
from privacy.cases import Case, RequestItem
from privacy.clocks import ClockRules, EventKind
from privacy.deadlines import SMALLEST, Due, Regime, end_of_day
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from privacy.rights import Right
from privacy.tokens import bounce_address, make_message_id, make_token, tagged_address
from regimes.clock_rules import Question, load_clock_rules
from responders.extension import KIND, draft_extension
from storage.audit import append
from storage.cases import find_case
from storage.database import Database
from storage.drafts import Draft, add_drafts
from storage.extensions import Extension, add_extension, find_extension
from storage.ids import new_id

LONGEST_GROUND = 500  # characters: a sentence or two


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which right of which case is to be answered later, and why, in words that the person will read."""

    reference: str
    right: Right
    ground: str


def extend(
    database: Database, desk: DeskProfile, wanted: Wanted, *, actor: Actor, now: datetime
) -> tuple[UUID, Due]:
    """Write the letter and leave it for approval; returns the draft's id and the date that it tells.

    Raises Permanent, with the reason, where no letter could extend this right: there is no such right, nobody to
    write to, no law that allows it, it is too late, or it was asked for already.
    """
    _check_ground(wanted.ground)
    with database.transaction() as transaction:
        case, item = _item_of(find_case(transaction, wanted.reference), wanted.right)
        if find_extension(transaction, item_id=item.item_id) is not None:
            raise Permanent("a later date was asked for already, and no law extends twice")
        due, latest_at = later_date(item, desk.regimes, now)
        draft_id = new_id()
        message = _message(case, item, desk, due.on, wanted.ground, (draft_id, now))
        findings = findings_of_draft(message, case, told=[due.on], now=now)
        draft = replace(
            _draft(draft_id, case, message, latest_at, now),
            reasons=(KIND, *as_reasons(findings)),
        )
        add_drafts(transaction, [draft])
        extension = Extension(
            item_id=item.item_id,
            case_id=case.case_id,
            message_id_key=database.lookup_key("message-id", message.message_id),
            asked_at=now,
            asked_by=actor.address,
            latest_at=latest_at,
            due=due,
        )
        add_extension(transaction, extension)
        payload = {"draft": draft_id, "kind": KIND, "right": item.right, "due": due.on}
        event = AuditEvent(
            chain=case.case_id,
            kind=AuditKind.LETTER_DRAFTED,
            at=now,
            actor=str(actor),
            payload=payload,
        )
        append(transaction, [event])
    return draft_id, due


def later_date(item: RequestItem, laws: Sequence[Regime], now: datetime) -> tuple[Due, datetime]:
    """Return the date after an extension, and the instant at which it is too late to tell it. Raises Permanent."""
    rules = [_rules(item, law) for law in laws]
    before = bind(item.received_at, [one for one in rules if not one.is_promise] or rules)
    after = bind(item.received_at, rules, [Happening(kind=EventKind.EXTENSION_NOTIFIED, at=now)])
    if before.extension_latest is None or before.due is None:
        raise Permanent(f"{_name(before)} knows no extension for this right")
    by_law = end_of_day(before.extension_latest, before.due.zone)
    latest_at = min(by_law, item.due.expires_at)  # what was told before binds as well
    if latest_at <= now:
        raise Permanent(f"it is too late: the letter had to leave before {latest_at.isoformat()}")
    if after.due is None or after.due.on <= item.due.on:
        raise Permanent(f"an extension would not move the date: {_name(after)} binds all the same")
    return after.due, latest_at


def _name(binding: Binding) -> str:
    return binding.due.regime if binding.due else "the law"


def _rules(item: RequestItem, law: Regime) -> ClockRules:
    """Return the rules of a law, with the place of the house where that is set otherwise."""
    question = Question(law=law.code, right=str(item.right), scope=item.scope)
    return replace(load_clock_rules(question), zone=law.zone, calendar=law.calendar)


def _check_ground(ground: str) -> None:
    if not ground.strip() or not ground.isprintable() or len(ground) > LONGEST_GROUND:
        raise Permanent(f"the ground is one line of at most {LONGEST_GROUND} characters")


def _item_of(case: Case | None, right: Right) -> tuple[Case, RequestItem]:
    if case is None:
        raise Permanent("there is no such case")
    if case.requester is None:
        raise Permanent("nobody can be written to: the case names no believable address")
    item = next((one for one in case.items if one.is_open and one.right is right), None)
    if item is None:
        raise Permanent(f"the case asks for no {right}, or not any more")
    return case, item


def _message(
    case: Case,
    item: RequestItem,
    desk: DeskProfile,
    due_on: date,
    ground: str,
    made: tuple[UUID, datetime],
) -> OutboundMessage:
    draft_id, now = made
    mailbox = desk.mailbox_profile(case.mailbox)
    token = make_token(case.number, desk.token_key)
    message_id = make_message_id(
        case.number, f"{KIND}|{draft_id}", key=desk.token_key, domain=mailbox.domain
    )
    carried = mailbox.envelope_sender
    return OutboundMessage(
        message_id=message_id,
        sender=mailbox.address,
        sender_name=desk.identity.name,
        recipient=case.requester or "",
        envelope_from=bounce_address(mailbox.address, message_id) if carried else mailbox.address,
        letter=draft_extension(
            case, item, desk.identity, due_on=due_on, ground=ground.strip(), book=desk.book
        ),
        automation=Automation.APPROVED,
        date=now,
        reply_to=tagged_address(mailbox.address, "c", token) if mailbox.plus_address else None,
        case_reference=case.reference,
        loop_mark=token,
    )


def _draft(
    draft_id: UUID, case: Case, message: OutboundMessage, latest_at: datetime, now: datetime
) -> Draft:
    return Draft(
        draft_id=draft_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=KIND,
        message=message,
        digest=letter_digest(message),
        reasons=(KIND,),
        created_at=now,
        due_on=(latest_at - SMALLEST).date(),
    )
