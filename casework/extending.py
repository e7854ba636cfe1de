"""A later date for one right: a member of staff gives the ground, an approved letter tells it, and only then it binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casework.case_letters import Addressee, Thread, compose, thread_with
from casework.clock_keeping import rules_of
from casework.drafts import Actor
from casework.named_cases import case_named, open_items
from casework.profile import DeskProfile
from casework.reviewing import ToldDates, as_reasons, findings_of_draft
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.binding import Binding, Happening, bind
from privacy.case_events import CaseEvent, clock_of
from privacy.cases import Case, RequestItem
from privacy.clocks import EventKind
from privacy.deadlines import SMALLEST, Due, Regime, end_of_day
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from privacy.rights import Right, right_name
from responders.extension import KIND, LaterDate, draft_extension
from responders.remedies import named_remedies
from storage.audit import append
from storage.case_events import case_events
from storage.database import Database, Transaction
from storage.drafts import Draft, add_drafts
from storage.extensions import Extension, add_extension, find_extension
from storage.ids import new_id
from templates.fields.kinds import Remedies

LONGEST_GROUND = 500  # characters: a sentence or two


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which right of which case is to be answered later, and why, in words that the person will read.

    `right` is None for every right that is still open.
    """

    reference: str
    right: Right | None
    ground: str


@dataclass(frozen=True, kw_only=True)
class Extended:
    """A letter that waits for approval, and the date that it tells."""

    right: str
    draft_id: UUID
    due: Due


@dataclass(frozen=True, kw_only=True)
class Extensions:
    """The letters that were written, and the rights that no letter can extend, with the reason."""

    written: tuple[Extended, ...]
    refused: tuple[tuple[str, str], ...] = ()


def extend(
    database: Database, desk: DeskProfile, wanted: Wanted, *, actor: Actor, now: datetime
) -> Extensions:
    """Write a letter for each of the rights and leave it for approval.

    Raises Permanent, with the reason, where no letter could extend any of them: there is no such right, nobody to
    write to, no law that allows it, it is too late, or it was asked for already.
    """
    _check_ground(wanted.ground)
    written: list[Extended] = []
    refused: list[tuple[str, str]] = []
    with database.transaction() as transaction:
        case = case_named(transaction, wanted.reference)
        if case.requester is None:
            raise Permanent("nobody can be written to: the case names no believable address")
        events = case_events(transaction, case.case_id)
        for item in open_items(case, wanted.right):
            try:
                _check_first(transaction, item)
                dates = later_date(item, events, desk.laws_named(case.laws), now)
            except Permanent as error:
                refused.append((right_name(item.key), str(error)))
                continue
            plan = _Plan(case=case, item=item, due=dates[0], latest_at=dates[1])
            draft_id = _write(database, transaction, desk, plan, (wanted.ground, actor, now))
            written.append(Extended(right=right_name(item.key), draft_id=draft_id, due=plan.due))
        if not written:
            raise Permanent("; ".join(dict.fromkeys(why for _, why in refused)))
    return Extensions(written=tuple(written), refused=tuple(refused))


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """One right with its later date, and the instant at which it is too late to tell it."""

    case: Case
    item: RequestItem
    due: Due
    latest_at: datetime


def _check_first(transaction: Transaction, item: RequestItem) -> None:
    if find_extension(transaction, item_id=item.item_id) is not None:
        raise Permanent("a later date was asked for already, and no law extends twice")


def _write(
    database: Database,
    transaction: Transaction,
    desk: DeskProfile,
    plan: _Plan,
    why: tuple[str, Actor, datetime],
) -> UUID:
    ground, actor, now = why
    case, item, draft_id = plan.case, plan.item, new_id()
    thread = thread_with(transaction, case, case.requester or "")
    message = _message(plan, desk, ground, thread, (draft_id, now))
    findings = findings_of_draft(
        message, case, identity=desk.identity, told=ToldDates(promised=(plan.due,)), now=now
    )
    draft = replace(
        _draft(draft_id, case, message, plan.latest_at, now),
        reasons=(KIND, *as_reasons(findings)),
    )
    add_drafts(transaction, [draft])
    extension = Extension(
        item_id=item.item_id,
        case_id=case.case_id,
        message_id_key=database.lookup_key("message-id", message.message_id),
        asked_at=now,
        asked_by=actor.address,
        latest_at=plan.latest_at,
        due=plan.due,
    )
    add_extension(transaction, extension)
    payload = {"draft": draft_id, "kind": KIND, "right": item.right, "due": plan.due.on}
    event = AuditEvent(
        chain=case.case_id,
        kind=AuditKind.LETTER_DRAFTED,
        at=now,
        actor=str(actor),
        payload=payload,
    )
    append(transaction, [event])
    return draft_id


def later_date(
    item: RequestItem, events: Sequence[CaseEvent], laws: Sequence[Regime], now: datetime
) -> tuple[Due, datetime]:
    """Return the date after an extension, and the instant at which it is too late to tell it. Raises Permanent."""
    rules = rules_of(item.right, item.scope, laws)
    clock = clock_of(events, item.item_id, asked_at=item.received_at)
    happened = (*clock.happened, Happening(kind=EventKind.EXTENSION_NOTIFIED, at=now))
    before = bind(
        item.received_at,
        [one for one in rules if not one.is_promise] or rules,
        clock.happened,
        much_data=clock.much_data,
    )
    after = bind(item.received_at, rules, happened, much_data=clock.much_data)
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


def _check_ground(ground: str) -> None:
    if not ground.strip() or not ground.isprintable() or len(ground) > LONGEST_GROUND:
        raise Permanent(f"the ground is one line of at most {LONGEST_GROUND} characters")


def _remedies(case: Case, desk: DeskProfile, now: datetime) -> Remedies:
    """An extension can be complained about (GDPR Art. 12(4), PIPEDA 8(4)); nothing was refused that could be appealed."""
    ways = desk.ways_out(case.laws, now.date())
    return replace(
        named_remedies(ways),
        appeal_by=None,
        attorneys_general=(),
        grievance_by=None,
        recourse_until=None,
        kept_until=None,
        offer_help=False,
    )


def _message(
    plan: _Plan, desk: DeskProfile, ground: str, thread: Thread, made: tuple[UUID, datetime]
) -> OutboundMessage:
    draft_id, now = made
    case = plan.case
    later = LaterDate(
        due_on=plan.due.on, ground=ground.strip(), remedies=_remedies(case, desk, now)
    )
    letter = draft_extension(case, plan.item, desk.identity, later, book=desk.book)
    to = Addressee(about=draft_id, address=case.requester or "", thread=thread)
    return compose(case, letter, to, desk=desk, date=now, automation=Automation.APPROVED)


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
