"""What an approval asks about a letter to or about a customer: who may get it, and which days it may name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from casework.reviewing import NO_DATES, ToldDates
from privacy.cases import Case
from privacy.deadlines import Due, end_of_day
from privacy.forwarding import recipients_of
from storage.database import Reading
from storage.forwards import forward_with, letter_in_draft, letter_with, referral_with
from storage.workspaces import contacts_of

EVERYBODY = 10_000
UTC, HOUSE, RULE = "UTC", "house", "FORWARD"


def readers_of_draft(reading: Reading, draft_id: UUID, case: Case) -> Iterable[str]:
    """Return who may get a letter: to a customer whoever is listed there now, every other one the person of the case."""
    letter = letter_in_draft(reading, draft_id)
    if letter is None:
        return [case.requester or ""]
    forward = forward_with(reading, letter.forward_id)
    contacts = contacts_of(reading, [forward.workspace_id])[forward.workspace_id]
    listed = recipients_of(contacts.owners, contacts.workspace.privacy_contact, "", most=EVERYBODY)
    return [one.address for one in listed]


def days_about_customers(reading: Reading, message_id_key: bytes) -> ToldDates:
    """Return the dates of a letter to or about a customer, none for every other letter."""
    letter = letter_with(reading, message_id_key)
    if letter is not None:
        return told_days(letter.days[0], letter.days[1:])
    referral = referral_with(reading, message_id_key)
    if referral is not None:
        passed_on, again_on, *done = referral.days
        return told_days(again_on, [passed_on, *done])
    return NO_DATES


def told_days(ahead: str, named: Iterable[str]) -> ToldDates:
    """Return the dates of such a letter (ISO 8601): the one that it promises, and what was done."""
    day = date.fromisoformat(ahead)
    promised = Due(
        on=day, expires_at=end_of_day(day, UTC), regime=HOUSE, rule=RULE, zone=UTC, trace=()
    )
    return ToldDates(promised=(promised,), named=frozenset(map(date.fromisoformat, named)))
