"""An identity challenge: to which one address it goes, how long it lives, and what answers it.

Everything about it is settled before anybody is looked up, so that a challenge tells nobody who is a customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy.clocks import Effect
from privacy.deadlines import BusinessCalendar, end_of_day, working_days_before
from privacy.instants import require_utc
from privacy.messages import Authenticity, AuthenticityLevel
from privacy.screening import Kind

LIFE = timedelta(days=14)
WORKING_DAYS_AHEAD = (
    2  # of the earliest date that does not wait: time to answer, or to close in time
)
SHORTEST_FOR_REMINDER = timedelta(days=4)  # one reminder at most, and none that comes with the end
ATTEMPTS_A_CASE = 3
ATTEMPTS_A_DAY = 10  # of one address
PAGE_ATTEMPTS_A_DAY = (
    50  # with codes that are none, from one network address: many people can share it
)


class ChallengeState(StrEnum):
    """WANTED is not asked yet; OPEN can be answered once; USED was; VOID ran out of time or attempts, or was replaced."""

    WANTED = "wanted"
    OPEN = "open"
    USED = "used"
    VOID = "void"


class StandingState(StrEnum):
    """Where the identity of a case's person stands.

    WANTED: the question waits until its letter may go out. ASKED waits for the person, ANSWERED for us, because an
    answer did not reach the level. LAPSED went by without proof, and the closing letter is written; PARKED: it has
    left. A later answer resumes either.
    """

    WANTED = "wanted"
    ASKED = "asked"
    ANSWERED = "answered"
    PROVED = "proved"
    LAPSED = "lapsed"
    PARKED = "parked"


class ClockEffect(StrEnum):
    """What the question does to the time for our answer, as the person is told: the least of all laws that may govern."""

    WAITS = "waits"
    STARTS = "starts"
    RUNS = "runs"


def clock_effect(effects: Iterable[Effect]) -> ClockEffect:
    """Return what is true under every law: the time runs where it runs under one of them."""
    known = set(effects)
    if not known or known & {Effect.RUNS, Effect.DELAYS}:
        return ClockEffect.RUNS
    return ClockEffect.STARTS if known == {Effect.RESTARTS} else ClockEffect.WAITS


@dataclass(frozen=True, kw_only=True)
class FixedDate:
    """A date of a law that does not wait for proof, with the calendar and zone in which it counts."""

    due_on: date
    zone: str
    calendar: BusinessCalendar


@dataclass(frozen=True, kw_only=True)
class ChallengePlan:
    """How long a challenge lives, set when it is made. `remind_at` is None where its life is too short."""

    asked_at: datetime
    expires_on: date
    expires_at: datetime
    remind_at: datetime | None

    def __post_init__(self) -> None:
        require_utc(asked_at=self.asked_at, expires_at=self.expires_at, remind_at=self.remind_at)


def challenge_address(writing: str, named: Sequence[str]) -> str:
    """Return the one address that is asked: the one that the letter names as the account's, else the writing one.

    A letter that names several names none. Reply-To is no argument: it never counts.
    """
    others = {address.lower() for address in named}
    if len(others) != 1 or writing.lower() in others:
        return writing
    return others.pop()


def plan_challenge(
    asked_at: datetime, zone: str, dates: Iterable[FixedDate]
) -> ChallengePlan | None:
    """Return how long a challenge that leaves then lives: 14 days, at most until two working days before the earliest
    date that does not wait (GDPR Art. 12(6); 11 CCR § 7021(b)). None where no day is left for an answer.

    Raises ValueError for a year without holidays.
    """
    asked_on = asked_at.astimezone(ZoneInfo(zone)).date()
    latest = [working_days_before(one.due_on, WORKING_DAYS_AHEAD, one.calendar) for one in dates]
    expires_on = min([asked_on + LIFE, *latest])
    if expires_on <= asked_on:
        return None
    expires_at = end_of_day(expires_on, zone)
    life = expires_at - asked_at
    return ChallengePlan(
        asked_at=asked_at,
        expires_on=expires_on,
        expires_at=expires_at,
        remind_at=asked_at + life / 2 if life >= SHORTEST_FOR_REMINDER else None,
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A mail that carries a code of ours. `asked` is the address that the code was sent to, None for a code not ours."""

    kind: Kind
    sender: str | None = field(repr=False)
    authenticity: Authenticity
    asked: str | None = field(repr=False)
    only_forwarded: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerVerdict:
    """Whether the mail answers the challenge, and the code of the row that said so."""

    accepted: bool
    reason: str


def judge_answer(answer: Answer) -> AnswerVerdict:
    """Return whether this mail may answer a challenge; the first row that is hit decides."""
    reason = next((reason for hit, reason in _refusals(answer) if hit), None)
    return AnswerVerdict(accepted=reason is None, reason=reason or "answered-by-reply")


def _refusals(answer: Answer) -> tuple[tuple[bool, str], ...]:
    checked = answer.authenticity.checked
    aligned = answer.authenticity.level is AuthenticityLevel.ALIGNED
    sender = (answer.sender or "").lower()
    return (
        (answer.asked is None, "no-such-code"),
        # An absence note quotes what it answers: nobody has read it.
        (answer.kind is not Kind.PERSON, "not-written-by-a-person"),
        (not sender, "no-believable-sender"),
        # Somebody to whom it was forwarded, or who reads along.
        (sender != (answer.asked or "").lower(), "another-sender"),
        (answer.only_forwarded, "only-in-a-forwarded-mail"),
        # Where senders are checked, a forged one does not answer; the page is left.
        (checked and not aligned, "sender-not-aligned"),
    )


def judge_challenge(state: ChallengeState, *, expires_at: datetime, now: datetime) -> AnswerVerdict:
    """Return whether the challenge can still be answered. The person is never told which of the reasons it was."""
    require_utc(expires_at=expires_at, now=now)
    if state is ChallengeState.USED:
        return AnswerVerdict(accepted=False, reason="used-before")
    if state is ChallengeState.VOID or now >= expires_at:
        return AnswerVerdict(accepted=False, reason="expired")
    return AnswerVerdict(accepted=True, reason="open")
