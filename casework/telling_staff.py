"""Takes reminders to the people whom they concern: a digest for each person, and each alarm at once, through the outbox.

A letter belongs to the case that stands first in it. It is queued in the transaction that marks its reminders as told,
so that each is told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from casework.profile import DeskProfile
from privacy.case_events import owner_of
from privacy.cases import Case
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.reminders import Ladder, Rung
from privacy.staffing import StaffMember, who_hears
from privacy.tokens import bounce_address, make_message_id
from storage.cases import get_case
from storage.database import Transaction
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue
from storage.reminders import WatchedCase
from templates.staff import StaffEntry, StaffLetter, render_staff_letter, staff_language

# Of letters to our own people: what is asked of letters to a person, such as a reference, is not asked of these.
KINDS = {StaffLetter.REMINDERS: "staff_reminders", StaffLetter.ESCALATION: "staff_alarm"}


@dataclass(frozen=True, kw_only=True)
class DueEntry:
    """What is told about one clock of one case, and by which rung."""

    case: WatchedCase
    rung: Rung
    entry: StaffEntry


def queue_letters(
    transaction: Transaction,
    desk: DeskProfile,
    letter: StaffLetter,
    due: Sequence[DueEntry],
    *,
    at: tuple[Ladder, datetime],
) -> None:
    """Queue one letter for each person who has to hear of anything."""
    ladder, now = at
    day = now.astimezone(ZoneInfo(ladder.zone)).date()
    heard: dict[StaffMember, list[DueEntry]] = {}
    for one in due:
        owner = owner_of(one.case.happened)
        for person in who_hears(one.rung.to, owner=owner, staff=desk.staff, day=day):
            heard.setdefault(person, []).append(one)
    letters = [
        _letter(transaction, desk, letter, (person, entries), now)
        for person, entries in heard.items()
    ]
    enqueue(transaction, letters)


def _letter(
    transaction: Transaction,
    desk: DeskProfile,
    letter: StaffLetter,
    told: tuple[StaffMember, Sequence[DueEntry]],
    now: datetime,
) -> QueuedLetter:
    person, entries = told
    case, letter_id = get_case(transaction, entries[0].case.case_id), new_id()
    shown = [one.entry for one in entries]
    language = staff_language(letter, person.language)
    subject, text = render_staff_letter(letter, shown, language=language)
    words = Letter(
        kind=KINDS[letter],
        language=language,
        subject=subject,
        text=text,
        html=f'<html lang="{language}"><body><pre>{escape(text)}</pre></body></html>',
    )
    return QueuedLetter(
        letter_id=letter_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=KINDS[letter],
        dedupe_key=f"{KINDS[letter]}|{letter_id}",
        message=_message(case, desk, person, words, (f"{KINDS[letter]}|{letter_id}", now)),
        queued_at=now,
        automatic=False,  # no answer to anybody: the limits on those do not count it
        text_key=None,
    )


def _message(
    case: Case, desk: DeskProfile, person: StaffMember, words: Letter, made: tuple[str, datetime]
) -> OutboundMessage:
    what, now = made
    mailbox = desk.mailbox_profile(case.mailbox)
    message_id = make_message_id(case.number, what, key=desk.token_key, domain=mailbox.domain)
    carried = mailbox.envelope_sender
    return OutboundMessage(
        message_id=message_id,
        sender=mailbox.address,
        sender_name=desk.identity.name,
        recipient=person.address,
        envelope_from=bounce_address(mailbox.address, message_id) if carried else mailbox.address,
        letter=words,
        automation=Automation.GENERATED,
        date=now,
    )
