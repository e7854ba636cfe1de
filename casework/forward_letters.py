"""Writes the letters to the people of a customer as drafts: the request handed over, and the question what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from casework.case_letters import Addressee, compose
from casework.forward_checks import told_days
from casework.identity_letters import draw_code
from casework.profile import DeskProfile
from casework.reviewing import as_reasons, findings_of_draft
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, RequestItem
from privacy.forwarding import NO_WORK_IS_OWED, Recipient, recipients_of, request_words
from privacy.identity_codes import core_of, without_codes
from privacy.messages import Automation, Letter
from responders.customers import PassedOn, draft_follow_up, draft_request
from storage.audit import append
from storage.database import Reading, Transaction
from storage.directory import lead_workspaces
from storage.drafts import Draft, add_drafts
from storage.forwards import Forward, ForwardLetter, add_forward_letters, letters_to
from storage.ids import new_id
from storage.workspaces import WorkspaceContacts, contacts_of

ACTOR = "forwarding"
LIMITS_COUNT = timedelta(days=1)
NO_PAGE, NOBODY, LIMIT = "no-page-to-instruct-on", "nobody-to-write-to", "recipient-limit"


@dataclass(frozen=True, kw_only=True)
class ForwardAtWork:
    """A forward with its case and all that writing about it needs; `day` is the date ahead that its letters name."""

    case: Case
    forward: Forward
    desk: DeskProfile
    day: date
    now: datetime

    @property
    def items(self) -> list[RequestItem]:
        """The rights that are passed on, as far as the person has not taken them back."""
        return [
            item
            for item in self.case.items
            if item.item_id in self.forward.items and item.state not in NO_WORK_IS_OWED
        ]


def forward_code_key(code: str, reading: Reading) -> bytes:
    """Return the keyed hash under which the code of a letter to a customer is kept and looked for."""
    return reading.ring.lookup_key("forward-code", core_of(code) or code)


def house_day(desk: DeskProfile, at: datetime) -> date:
    """Return the day on which an instant falls where the house is."""
    return at.astimezone(ZoneInfo(desk.regimes[0].zone)).date()


def write_to_customer(transaction: Transaction, at_work: ForwardAtWork) -> str | None:
    """Write to everybody of the customer; returns why to nobody, None where somebody was.

    What has left once is asked for again; else the request is handed over.
    """
    terms, forward = at_work.desk.challenges, at_work.forward
    contacts = contacts_of(transaction, [forward.workspace_id]).get(forward.workspace_id)
    if terms is None or not terms.page:
        return NO_PAGE
    listed = _recipients(contacts, at_work.desk)
    if contacts is None or not listed:
        return NOBODY
    free = _within_limits(transaction, listed, at_work)
    _store(transaction, at_work, [_written(transaction, at_work, contacts, one) for one in free])
    return None if free else LIMIT


def _recipients(contacts: WorkspaceContacts | None, desk: DeskProfile) -> list[Recipient]:
    """Never an address of ours: two desks would write to each other."""
    if contacts is None:
        return []
    listed = recipients_of(
        contacts.owners,
        contacts.workspace.privacy_contact,
        contacts.workspace.locale,
        most=desk.forwarding.most_recipients,
    )
    return [one for one in listed if not desk.is_ours(one.address)]


def _within_limits(
    transaction: Transaction, listed: Iterable[Recipient], at_work: ForwardAtWork
) -> list[Recipient]:
    keys = {transaction.ring.lookup_key("address", one.address): one for one in listed}
    counts = letters_to(transaction, keys, since=at_work.now - LIMITS_COUNT)
    most = at_work.desk.forwarding.per_recipient_per_day
    return [one for key, one in keys.items() if counts.get(key, 0) < most]


def _written(
    transaction: Transaction,
    at_work: ForwardAtWork,
    contacts: WorkspaceContacts,
    to: Recipient,
) -> tuple[Draft, ForwardLetter]:
    case, desk, code, draft_id = at_work.case, at_work.desk, draw_code(), new_id()
    letter = _letter(transaction, at_work, contacts, (to, code))
    addressee = Addressee(about=draft_id, address=to.address)
    message = compose(
        case, letter, addressee, desk=desk, date=at_work.now, automation=Automation.APPROVED
    )
    days = [day.isoformat() for day in _days(at_work)]
    told = told_days(days[0], days[1:])
    findings = findings_of_draft(message, case, identity=desk.identity, told=told, now=at_work.now)
    draft = Draft(
        draft_id=draft_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=letter.kind,
        message=message,
        digest=letter_digest(message),
        reasons=(f"to-customer-{at_work.forward.number}", *as_reasons(findings)),
        created_at=at_work.now,
        due_on=at_work.forward.due_on if at_work.forward.left_at is None else at_work.day,
    )
    lookup = transaction.ring.lookup_key
    stored = ForwardLetter(
        draft_id=draft_id,
        forward_id=at_work.forward.forward_id,
        case_id=case.case_id,
        message_id_key=lookup("message-id", message.message_id),
        address_key=lookup("address", to.address),
        code_key=forward_code_key(code, transaction),
        days=tuple(days),
        made_at=at_work.now,
        expires_at=at_work.now + timedelta(days=desk.forwarding.link_days),
    )
    return draft, stored


def _days(at_work: ForwardAtWork) -> list[date]:
    """The date ahead first: it is when the customer is asked again."""
    left_at = at_work.forward.left_at
    return [at_work.day] + ([house_day(at_work.desk, left_at)] if left_at else [])


def _letter(
    reading: Reading,
    at_work: ForwardAtWork,
    contacts: WorkspaceContacts,
    to: tuple[Recipient, str],
) -> Letter:
    (recipient, code), case, desk = to, at_work.case, at_work.desk
    passed = PassedOn(
        items=at_work.items,
        workspace=contacts.workspace.name or contacts.workspace.workspace,
        locale=recipient.locale,
        page=desk.challenges.page if desk.challenges else "",
        code=code,
        day=at_work.day,
    )
    if at_work.forward.left_at is not None:
        left_on = house_day(desk, at_work.forward.left_at)
        return draft_follow_up(case, passed, left_on, desk.identity, desk.book)
    others = _other_customers(reading, case, contacts)
    words = without_codes(request_words(at_work.items, others))
    return draft_request(case, passed, words, desk.identity, desk.book)


def _other_customers(reading: Reading, case: Case, contacts: WorkspaceContacts) -> list[str]:
    """The names of all others who have this person: none of them is told to this one."""
    listed = lead_workspaces(reading, case.requester or "")
    return [one.name for one in listed if one.name != contacts.workspace.name]


def _store(
    transaction: Transaction,
    at_work: ForwardAtWork,
    written: Sequence[tuple[Draft, ForwardLetter]],
) -> None:
    add_drafts(transaction, [draft for draft, _ in written])
    add_forward_letters(transaction, [letter for _, letter in written])
    events = [
        AuditEvent(
            chain=at_work.case.case_id,
            kind=AuditKind.LETTER_DRAFTED,
            at=at_work.now,
            actor=ACTOR,
            payload={
                "draft": draft.draft_id,
                "kind": draft.kind,
                "customer": at_work.forward.number,
            },
        )
        for draft, _ in written
    ]
    append(transaction, events)
