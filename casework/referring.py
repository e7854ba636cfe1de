"""Tells the person that a customer decides: in the same words for everybody before proof, "passed on" only after it.

The letter ends nothing by itself. Once every customer confirmed, and this letter has left, the rights that are theirs
alone end with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, by_desk
from casework.answered import answers_arrived
from casework.case_letters import Addressee, compose, thread_with
from casework.closing import close_if_done
from casework.forward_checks import told_days
from casework.forward_fates import OURS_AS_WELL
from casework.forward_letters import house_day
from casework.named_cases import open_case_named
from casework.profile import DeskProfile
from casework.reviewing import as_reasons, findings_of_draft
from casework.steps import take_step
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState, RequestItem
from privacy.deadlines import add_business_days
from privacy.errors import Permanent
from privacy.forwarding import ForwardState, Wording, referral_wording
from privacy.identity import Level
from privacy.messages import Automation
from privacy.outgoing import OutgoingState
from privacy.roles import item_role
from privacy.work import Decision, Step
from responders.customers import REFERRAL, Referred, draft_referral
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.directory import directory_state
from storage.directory_writes import known_workspaces
from storage.drafts import Draft, add_drafts, get_draft
from storage.findings import findings_of
from storage.forwards import (
    Forward,
    Referral,
    add_referral,
    forwards_of,
    referrals_of,
    wake_forwarding,
)
from storage.identity import Standing, standings_of
from storage.ids import new_id
from storage.item_answers import ItemAnswer, add_answers, answers_of_items, letter_states
from storage.states import DraftState
from storage.workspaces import contacts_of
from templates.fields.kinds import Done, Passed

ACTOR = "referral"
LEFT = frozenset({ForwardState.WITH_CUSTOMER, ForwardState.INSTRUCTED, ForwardState.CONFIRMED})
# What our own answer to it says is written already, or is the customer's to say.
ALREADY_WRITTEN = frozenset(
    {ItemState.AWAITING_APPROVAL, ItemState.APPROVED, ItemState.WITH_CONTROLLER}
)
LONGEST_GROUND = 500  # characters


@dataclass(frozen=True, kw_only=True)
class WantedReferral:
    """The letter to the person, as staff want it. A customer is named with a ground and after proof, or not at all."""

    reference: str
    workspace: str | None = None
    ground: str = field(default="", repr=False)
    done: tuple[Done, ...] = field(default=(), repr=False)


def refer(
    database: Database,
    desk: DeskProfile,
    wanted: WantedReferral,
    *,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Write the letter as a draft and return its id; its wording follows from the proof alone, and not from the directory.

    Raises Permanent: nobody to write to, a customer named without ground, before proof, or who was told nothing.
    """
    with database.transaction() as transaction:
        case = open_case_named(transaction, wanted.reference)
        forwards = forwards_of(transaction, [case.case_id]).get(case.case_id, [])
        proved = _level(transaction, case) >= Level.MAILBOX and any(
            one.state in LEFT for one in forwards
        )
        named = _named(transaction, wanted, forwards, proved=proved)
        wording = Wording.PASSED_ON if proved else Wording.CONDITIONAL
        told = _Told(wording=wording, named=named, ground=wanted.ground.strip(), done=wanted.done)
        draft_id = _write(transaction, case, desk, told, now)
        if named is not None:
            payload = {"draft": draft_id, "customer": _number(forwards, named)}
            _trail(transaction, case, AuditKind.CUSTOMER_NAMED, str(actor), payload, now)
    return draft_id


def refer_if_due(transaction: Transaction, case: Case, desk: DeskProfile, now: datetime) -> None:
    """Write the letter that is due to the person, once for each wording."""
    standing = standings_of(transaction, [case.case_id]).get(case.case_id)
    forwards = forwards_of(transaction, [case.case_id]).get(case.case_id, [])
    wording = referral_wording(
        standing.level if standing else Level.NONE,
        standing.state if standing else None,
        any_left=any(one.state in LEFT for one in forwards),
        all_confirmed=bool(forwards)
        and all(one.state is ForwardState.CONFIRMED for one in forwards),
    )
    before = {
        one.wording for one in referrals_of(transaction, case.case_id) if _stands(transaction, one)
    }
    if wording is Wording.PASSED_ON and _is_answered_by_us_too(transaction, case):
        return  # one letter says both: that which answers what is ours
    if wording is not None and wording not in before and case.requester is not None:
        _write(transaction, case, desk, _Told(wording=wording), now)


def want_referral(transaction: Transaction, case: Case, desk: DeskProfile, now: datetime) -> None:
    """The question of identity ran out: whoever it is, listed or not, hears the same of the customers now."""
    if desk.directory.expected or directory_state(transaction).generation:
        wake_forwarding(transaction, [case.case_id], at=now)


def settle_passed_on(transaction: Transaction, case_id: UUID, *, at: datetime) -> None:
    """End the rights whose customers all confirmed, with the letter that told the person; else nothing ends yet."""
    letter = _letter_that_left(transaction, case_id)
    case = get_case(transaction, case_id)
    if letter is not None:
        for item in _confirmed(transaction, case):
            _decide(transaction, case, item, letter, at)
        answers_arrived(transaction, letter.message_id_key, at=at)
    close_if_done(transaction, case_id, now=at)


def passed_on_with(reading: Reading, case: Case, desk: DeskProfile, now: datetime) -> Passed | None:
    """Return what an answer of ours says about customers who hold data of the same person, None where it says nothing.

    It is said once, after proof, and once a letter to a customer has left.
    """
    forwards = forwards_of(reading, [case.case_id]).get(case.case_id, [])
    if _level(reading, case) < Level.MAILBOX or not any(one.state in LEFT for one in forwards):
        return None
    if any(_may_reach(reading, one) for one in referrals_of(reading, case.case_id)):
        return None
    referred = _referred(reading, case, desk, _Told(wording=Wording.PASSED_ON), now)
    return Passed(forwarded_on=referred.forwarded_on, ask_again_on=referred.ask_again_on)


def store_passed_on(
    transaction: Transaction, case: Case, passed: Passed, letter: tuple[UUID, str], now: datetime
) -> None:
    """Store that an answer is the letter about customers too; `letter` is its draft's id and its Message-ID."""
    draft_id, message_id = letter
    stored = Referral(
        draft_id=draft_id,
        case_id=case.case_id,
        wording=Wording.PASSED_ON,
        message_id_key=transaction.ring.lookup_key("message-id", message_id),
        days=(passed.forwarded_on.isoformat(), passed.ask_again_on.isoformat()),
        made_at=now,
    )
    add_referral(transaction, stored)


def _may_reach(reading: Reading, told: Referral) -> bool:
    """Whether a letter told the person that it was passed on, or still may: it waits, is on its way, or has left."""
    if told.wording is not Wording.PASSED_ON:
        return False
    state = letter_states(reading, [told.message_id_key]).get(told.message_id_key)
    if state is None:
        return get_draft(reading, told.draft_id).state is DraftState.WAITING
    return state is not OutgoingState.FAILED


def _stands(reading: Reading, told: Referral) -> bool:
    """A letter about customers is written once, whatever became of it; of an answer that said it too, what may reach them."""
    is_answer = get_draft(reading, told.draft_id).kind != REFERRAL
    return not is_answer or _may_reach(reading, told)


def _is_answered_by_us_too(reading: Reading, case: Case) -> bool:
    """Whether a right is still to be answered that is ours as well, or alone."""
    found = findings_of(reading, [case.case_id]).get(case.case_id)
    return found is not None and any(
        item.is_open
        and item.state not in ALREADY_WRITTEN
        and item_role(found.finding.role, item.right, item.scope).role in OURS_AS_WELL
        for item in case.items
    )


def _letter_that_left(reading: Reading, case_id: UUID) -> Referral | None:
    written = referrals_of(reading, case_id)
    states = letter_states(reading, [one.message_id_key for one in written])
    left = [one for one in written if states.get(one.message_id_key) is OutgoingState.SENT]
    return left[-1] if left else None


def _confirmed(reading: Reading, case: Case) -> list[RequestItem]:
    forwards = forwards_of(reading, [case.case_id]).get(case.case_id, [])
    answered = answers_of_items(reading, [item.item_id for item in case.items])
    return [
        item
        for item in case.items
        if item.state is ItemState.WITH_CONTROLLER
        and item.item_id not in answered
        and all(
            one.state is ForwardState.CONFIRMED for one in forwards if item.item_id in one.items
        )
    ]


def _decide(
    transaction: Transaction, case: Case, item: RequestItem, letter: Referral, at: datetime
) -> None:
    """The letter was approved and has left: what it says holds for this right from now on."""
    answer = ItemAnswer(
        draft_id=letter.draft_id,
        item_id=item.item_id,
        case_id=case.case_id,
        decision=Decision.PASSED_ON,
        ground=None,
        author=ACTOR,
        message_id_key=letter.message_id_key,
        made_at=at,
    )
    add_answers(transaction, [answer])
    by = by_desk(ACTOR, at, cause=f"draft:{letter.draft_id}")
    drafted = take_step(transaction, item, case=case, step=Step.DRAFT, desk=None, by=by)
    take_step(transaction, drafted, case=case, step=Step.APPROVE, desk=None, by=by)


@dataclass(frozen=True, kw_only=True)
class _Told:
    wording: Wording
    named: UUID | None = None
    ground: str = field(default="", repr=False)
    done: tuple[Done, ...] = field(default=(), repr=False)


def _named(
    reading: Reading, wanted: WantedReferral, forwards: list[Forward], *, proved: bool
) -> UUID | None:
    if wanted.workspace is None:
        return None
    ground = wanted.ground.strip()
    if not ground or not ground.isprintable() or len(ground) > LONGEST_GROUND:
        raise Permanent(
            f"a customer is named with a ground, one line of at most {LONGEST_GROUND} characters"
        )
    if not proved:
        raise Permanent("no customer is named before the person has shown who they are")
    named = known_workspaces(reading, [wanted.workspace]).get(wanted.workspace)
    if named is None or named not in {one.workspace_id for one in forwards if one.state in LEFT}:
        raise Permanent("nothing of this case was passed on to such a workspace")
    return named


def _write(
    transaction: Transaction, case: Case, desk: DeskProfile, told: _Told, now: datetime
) -> UUID:
    if case.requester is None:
        raise Permanent("nobody can be written to: the case names no believable address")
    draft_id = new_id()
    referred = _referred(transaction, case, desk, told, now)
    letter = draft_referral(case, referred, desk.identity, desk.book)
    thread = thread_with(transaction, case, case.requester)
    to = Addressee(about=draft_id, address=case.requester, thread=thread)
    message = compose(case, letter, to, desk=desk, date=now, automation=Automation.APPROVED)
    done = [one.on.isoformat() for one in referred.done]
    passed_on, again_on = referred.forwarded_on.isoformat(), referred.ask_again_on.isoformat()
    told_dates = told_days(again_on, [passed_on, *done])
    findings = findings_of_draft(message, case, identity=desk.identity, told=told_dates, now=now)
    draft = Draft(
        draft_id=draft_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=letter.kind,
        message=message,
        digest=letter_digest(message),
        reasons=("about-customers", str(told.wording), *as_reasons(findings)),
        created_at=now,
        due_on=case.due.on if case.due else case.acknowledge.on,
    )
    add_drafts(transaction, [draft])
    stored = Referral(
        draft_id=draft_id,
        case_id=case.case_id,
        wording=told.wording,
        message_id_key=transaction.ring.lookup_key("message-id", message.message_id),
        days=(passed_on, again_on, *done),
        made_at=now,
        named_id=told.named,
        ground=told.ground or None,
    )
    add_referral(transaction, stored)
    payload = {"draft": draft_id, "kind": letter.kind, "wording": told.wording}
    _trail(transaction, case, AuditKind.LETTER_DRAFTED, ACTOR, payload, now)
    return draft_id


def _referred(
    reading: Reading, case: Case, desk: DeskProfile, told: _Told, now: datetime
) -> Referred:
    """Before proof every date follows from the mail alone: the same for whoever wrote at this time."""
    terms, calendar = desk.forwarding, desk.regimes[0].calendar
    proved = told.wording is Wording.PASSED_ON
    start = house_day(desk, case.received_at)
    by = add_business_days(start, terms.within, calendar)
    if proved:
        forwards = forwards_of(reading, [case.case_id])[case.case_id]
        start = by = max(
            house_day(desk, one.left_at or one.made_at) for one in forwards if one.state in LEFT
        )
    soonest = add_business_days(house_day(desk, now), terms.remind_after[0], calendar)
    again_on = max(add_business_days(start, terms.silent_after, calendar), soonest)
    return Referred(
        proved=proved,
        forwarded_on=by,
        ask_again_on=again_on,
        customer=_name(reading, told.named),
        done=told.done,
    )


def _name(reading: Reading, named: UUID | None) -> str:
    if named is None:
        return ""
    workspace = contacts_of(reading, [named])[named].workspace
    return workspace.name or workspace.workspace


def _number(forwards: list[Forward], workspace_id: UUID) -> int:
    return next(one.number for one in forwards if one.workspace_id == workspace_id)


def _level(reading: Reading, case: Case) -> Level:
    standing: Standing | None = standings_of(reading, [case.case_id]).get(case.case_id)
    return standing.level if standing else Level.NONE


def _trail(
    transaction: Transaction,
    case: Case,
    kind: AuditKind,
    actor: str,
    payload: dict[str, object],
    now: datetime,
) -> None:
    event = AuditEvent(chain=case.case_id, kind=kind, at=now, actor=actor, payload=payload)
    append(transaction, [event])
