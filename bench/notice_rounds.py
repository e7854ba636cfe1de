"""A whole campaign with all its records, again and again in one database; `notices.py` compares it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select, update

from campaign_values import Campaign, notice_terms, owner, workspace
from casework.notice_sending import send_notices
from casework.profile import NoticePace
from casework_values import TestDesk, profile
from daemon.clock import utc_now
from privacy.notices import AttemptOutcome
from privacy.ports import BatchTransport
from storage.database import Database
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER, POLICY_NOTICE

PACE = NoticePace(per_hour=100_000_000)
IN_A_ROW = 20


def people(count: int) -> Iterator[object]:
    """Two Owners in each workspace; the workspaces come first."""
    yield from (workspace(f"w{place}") for place in range((count + 1) // 2))
    yield from (owner(f"p{number}", of=f"w{number // 2}") for number in range(count))


def list_owners(database: Database, count: int) -> Campaign:
    """Bring a campaign to the point from which it is sent."""
    campaign = Campaign(TestDesk(database, profile(notices=PACE), now=utc_now()))
    effective_on = utc_now().date() + timedelta(days=90)
    campaign.begin(*people(count), terms=notice_terms(effective_on=effective_on))
    return campaign


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
