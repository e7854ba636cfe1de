"""Has a letter read once more: when it is drafted, when a person approves it, and before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from privacy.cases import Case
from privacy.deadlines import Due
from privacy.letter_review import Expected, ExpectedMessage, review_message
from privacy.messages import OutboundMessage
from responders.settings import DeskIdentity
from templates.reviewing import review

STAFF_KINDS = frozenset({"staff_reminders", "staff_alarm"})
PAST = "date: in the past"
MARK = "review: "  # before each finding, where it stands among other reasons


@dataclass(frozen=True, kw_only=True)
class ToldDates:
    """The dates that a letter tells beside those of its case: `promised` anew, or `named` in an answer.

    Of those in an answer, what lies behind us is what was done.
    """

    promised: tuple[Due, ...] = ()
    named: frozenset[date] = frozenset()

    def done(self, now: datetime) -> frozenset[date]:
        """The days up to today that an answer names."""
        today = now.astimezone(UTC).date()
        return frozenset(day for day in self.named if day <= today)


NO_DATES = ToldDates()


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
    told: ToldDates = NO_DATES,
    now: datetime,
) -> list[str]:
    """Return what is wrong with a draft, its dates compared with those of the case and those that it newly tells."""
    promised = [*_deadlines(case), *told.promised]
    expected = Expected(
        reference=case.reference,
        dates=frozenset(),
        past=_past_days(case) | told.done(now),
        deadlines=frozenset(due.on for due in promised) | told.named,
        over=_over(promised, now),
        own_words=tuple(identity.model_dump().values()),
    )
    return review(message.letter, expected)


def names_what_is_over(
    message: OutboundMessage, case: Case, told: ToldDates, now: datetime
) -> bool:
    """Return whether the letter promises a date that is over: it was approved, or written, when it was not."""
    expected = Expected(
        reference=case.reference,
        past=_past_days(case) | told.done(now),
        over=_over([*_deadlines(case), *told.promised], now),
        own_words=None,
    )
    return PAST in review(message.letter, expected)


def findings_of_approved(message: OutboundMessage, recipients: Iterable[str]) -> list[str]:
    """Return what is wrong with the mail around an approved letter: its recipient, or how it came about."""
    return review_message(
        message, ExpectedMessage(automatic=False, recipients=frozenset(recipients))
    )


def as_reasons(findings: Iterable[str]) -> tuple[str, ...]:
    """Return the findings as reasons of a draft, so that whoever sees it sees them."""
    return tuple(f"{MARK}{finding}" for finding in findings)


def _deadlines(case: Case) -> Iterator[Due]:
    yield case.acknowledge
    yield from (item.due for item in case.items)
    if case.own_due is not None:
        yield case.own_due


def _over(promised: Iterable[Due], now: datetime) -> frozenset[date]:
    """A day ends in its own zone; one that two clocks share is over with the first of them."""
    return frozenset(due.on for due in promised if due.expires_at <= now)


def _past_days(case: Case) -> frozenset[date]:
    """The days on which its mails arrived, in each zone in which one of its clocks runs."""
    zones = {"UTC", case.acknowledge.zone, *(item.due.zone for item in case.items)}
    arrivals = {case.received_at, *(item.received_at for item in case.items)}
    return frozenset(
        arrival.astimezone(ZoneInfo(zone)).date() for zone in zones for arrival in arrivals
    )
