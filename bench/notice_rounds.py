"""A whole campaign with all its records, again and again in one database; `notices.py` compares it."""

from __future__ import annotations

import time

from sqlalchemy import func, select, update

from campaign_worker import IN_A_ROW, PACE
from casework.notice_sending import send_notices
from casework_values import profile
from daemon.clock import utc_now
from privacy.notices import AttemptOutcome
from privacy.ports import BatchTransport
from storage.database import Database
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER, POLICY_NOTICE


def send_all(database: Database, way: BatchTransport) -> float:
    """Return the seconds until every Owner has their notice, and its record is committed."""
    desk = profile(notices=PACE)
    begin = time.perf_counter()
    while send_notices(database, way, clock=utc_now, desk=desk, batches=IN_A_ROW).worked:
        pass
    return time.perf_counter() - begin


def whole_campaign(database: Database, way: BatchTransport, count: int) -> float:
    """Return the seconds of one campaign in a database that keeps: what was sent before is forgotten first."""
    with database.transaction() as transaction:
        transaction.change(NOTICE_ATTEMPT.delete())
        now = utc_now()
        again = {"state": "waiting", "attempts": 0, "due_at": now, "queued_at": now}
        never = dict.fromkeys(("told_at", "message_key", "language", "lease_token"))
        transaction.change(update(NOTICE_OWNER).values(**again, **never))
        transaction.change(
            update(POLICY_NOTICE).values(state="sending", paced_at=None, ended_at=None)
        )
    seconds = send_all(database, way)
    check(database, count)
    return seconds


def check(database: Database, count: int) -> None:
    """Raise where somebody was not told, or twice."""
    with database.reading() as reading:
        attempts = reading.fetch(
            select(func.count())
            .select_from(NOTICE_ATTEMPT)
            .where(NOTICE_ATTEMPT.c.outcome == AttemptOutcome.ACCEPTED)
        ).scalar_one()
    assert attempts == count, attempts
