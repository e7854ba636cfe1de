"""The life of an outgoing mail: closed list of states, back-off table, and what to do after each outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from privacy.instants import require_utc


class OutgoingState(StrEnum):
    """PENDING waits for its time, LEASED is being sent, UNCERTAIN may have been accepted, SENT and FAILED are final."""

    PENDING = "pending"
    LEASED = "leased"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"


# Waiting times after the first, second, ... failed attempt; the last one repeats until GIVE_UP_AFTER
# (RFC 5321 section 4.5.4.1: retries at least 30 minutes apart on average, give up after 4 to 5 days).
BACK_OFF: tuple[timedelta, ...] = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
)
GIVE_UP_AFTER = timedelta(days=5)
LEASE = timedelta(minutes=2)
RECONCILE_FOR = timedelta(minutes=15)
LONGEST_OBEYED_WAIT = timedelta(hours=4)


@dataclass(frozen=True, kw_only=True)
class NextAttempt:
    """What becomes of a mail that could not be handed over: tried again `at`, or given up with `reason`."""

    at: datetime | None
    reason: str


def next_attempt(
    attempts: int, *, queued_at: datetime, now: datetime, asked_to_wait: timedelta | None = None
) -> NextAttempt:
    """Return when to try again after `attempts` failures, obeying a server's own wait up to a bound."""
    require_utc(queued_at=queued_at, now=now)
    if now - queued_at >= GIVE_UP_AFTER:
        return NextAttempt(at=None, reason="not-accepted-for-5-days")
    wait = BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]
    if asked_to_wait is not None:
        wait = max(wait, min(asked_to_wait, LONGEST_OBEYED_WAIT))
    return NextAttempt(at=now + wait, reason="retry-later")


def may_resend(uncertain_since: datetime, now: datetime) -> bool:
    """Say whether the search for a trace has lasted long enough to send the same Message-ID again."""
    require_utc(uncertain_since=uncertain_since, now=now)
    return now - uncertain_since >= RECONCILE_FOR
