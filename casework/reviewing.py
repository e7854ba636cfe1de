"""Has a letter read once more: when it is drafted, when a person approves it, and before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from privacy.cases import Case
from privacy.letter_review import Expected, ExpectedMessage, review_message
from privacy.messages import OutboundMessage
from responders.settings import DeskIdentity
from templates.reviewing import review

STAFF_KINDS = frozenset({"staff_reminders", "staff_alarm"})
MARK = "review: "  # before each finding, where it stands among other reasons


def findings_before_sending(message: OutboundMessage) -> list[str]:
    """Return what is wrong with the letter itself, empty where nothing is; names no personal data.

    Its wording was read before: ours in the tests, the operator's at the start, a person's when the draft was approved.
    A digest for our own people is no letter of a case: it has no reference, and dates of many cases.
    """
    if message.letter.kind in STAFF_KINDS:
        return []
    expected = Expected(reference=message.case_reference or "", own_words=None)
    return review(message.letter, expected)


def findings_of_draft(
    message: OutboundMessage,
    case: Case,
    *,
    identity: DeskIdentity,
    told: Iterable[date] = (),
    now: datetime,
) -> list[str]:
    """Return what is wrong with a draft, its dates compared with those of the case; `told` are dates it newly tells.

    Of those, what lies behind us is what was done.
    """
    today, days = now.astimezone(UTC).date(), frozenset(told)
    expected = Expected(
        reference=case.reference,
        dates=frozenset(),
        past=frozenset(_past_days(case)) | frozenset(day for day in days if day <= today),
        deadlines=frozenset(_deadlines(case)) | days,
        today=today,
        own_words=tuple(identity.model_dump().values()),
    )
    return review(message.letter, expected)


def findings_of_approved(message: OutboundMessage, recipients: Iterable[str]) -> list[str]:
    """Return what is wrong with the mail around an approved letter: its recipient, or how it came about."""
    return review_message(
        message, ExpectedMessage(automatic=False, recipients=frozenset(recipients))
    )


def as_reasons(findings: Iterable[str]) -> tuple[str, ...]:
    """Return the findings as reasons of a draft, so that whoever sees it sees them."""
    return tuple(f"{MARK}{finding}" for finding in findings)


def _deadlines(case: Case) -> Iterator[date]:
    yield case.acknowledge.on
    yield from (item.due.on for item in case.items)
    if case.own_due is not None:
        yield case.own_due.on


def _past_days(case: Case) -> Iterator[date]:
    """The days on which its mails arrived, in each zone in which one of its clocks runs."""
    zones = {"UTC", case.acknowledge.zone, *(item.due.zone for item in case.items)}
    arrivals = {case.received_at, *(item.received_at for item in case.items)}
    for zone in zones:
        yield from (arrival.astimezone(ZoneInfo(zone)).date() for arrival in arrivals)
