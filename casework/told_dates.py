"""Looks up which dates a letter tells that are not those of its case: an extension, and days in an answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from casework.forward_checks import days_about_customers
from casework.reviewing import MARK, PAST, STAFF_KINDS, ToldDates, names_what_is_over
from storage.cases import get_cases
from storage.database import Reading, Transaction
from storage.extensions import find_extension
from storage.item_answers import ItemAnswer, answers_in_letter
from storage.outbox import LeasedLetter
from storage.package_links import links_in_letter


def told_dates(reading: Reading, message_id_key: bytes, answers: Iterable[ItemAnswer]) -> ToldDates:
    """Return the dates that the letter with this Message-ID tells, besides those of its case."""
    extension = find_extension(reading, message_id_key=message_id_key)
    customers = days_about_customers(reading, message_id_key)
    days = frozenset(date.fromisoformat(day) for answer in answers for day in answer.days)
    waits = frozenset(link.expires_on for link in links_in_letter(reading, message_id_key))
    return ToldDates(
        promised=(*([extension.due] if extension else []), *customers.promised),
        named=days | waits | customers.named,
    )


def against_its_dates(
    transaction: Transaction, letter: LeasedLetter, message_id_key: bytes, now: datetime
) -> tuple[str, ...]:
    """Return what speaks against sending the letter now: a date that it promises was over before it could leave."""
    if letter.kind in STAFF_KINDS:
        return ()
    answers = answers_in_letter(transaction, message_id_key)
    told = told_dates(transaction, message_id_key, answers)
    cases = get_cases(transaction, [letter.case_id])
    is_over = any(names_what_is_over(letter.message, case, told, now) for case in cases)
    return (f"{MARK}{PAST}",) if is_over else ()
