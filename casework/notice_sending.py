"""Sends a notice to its Owners, a batch at a time: claim, hand over, record; any number of workers share a campaign.

The attempts of a batch are written down before the first is dialled, and what came of them in one transaction after the
last. A worker that dies in between leaves Owners of unknown outcome. By SMTP they are told again after a while, under
the same Message-ID, and the copy is counted; where a provider tells of deliveries its word is waited for instead.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog

from casework.actors import By, by_desk
from casework.notice_banners import order_banners
from casework.notice_batch import (
    NOT_DIALLED,
    REFUSED_IN_A_ROW,
    Came,
    Means,
    Work,
    batch_size,
    hand_over,
)
from casework.notice_campaign import rule_of
from casework.notice_drafting import record
from casework.profile import DeskProfile
from casework.sending import Sending
from casework.task_kinds import NOTICE_UNREACHED
from privacy.audit import AuditKind
from privacy.errors import Retryable
from privacy.notice_gate import local_day
from privacy.notices import NoticeState, OwnerState
from privacy.ports import BatchTransport, Clock
from storage.database import Database, Transaction
from storage.directory import directory_state
from storage.notice_banners import count_shown
from storage.notice_contacts import add_contacts
from storage.notice_lists import progress_of, stand_in_for_unreached
from storage.notice_roster import follow_directory, let_go
from storage.notice_sending import Reader, claim_owners, is_anything_due, record_outcomes
from storage.notices import Notice, change_notice, get_notice, letters_of, notices_in, readers_of
from storage.tasks import Task, add_tasks

PART = "notice-sender"
BATCHES_AN_HOUR = 60  # where the pace is slow a batch is what leaves in a minute
AHEAD = timedelta(seconds=5)  # of the pace: nobody wakes for every batch of a fast campaign
LEASE = timedelta(minutes=10)
RECORD_TRIES = 30  # each waits for the database as long as every transaction does; a large directory can take minutes
STOPPED_TASK = "notice_stopped"
log = structlog.get_logger(__name__)


def send_notices(
    database: Database,
    way: BatchTransport,
    *,
    clock: Clock,
    desk: DeskProfile,
    stopping: Callable[[], bool] = lambda: False,
    batches: int = 1,
) -> Sending:
    """Tell the next batch of Owners, or so many one after the other; `worked` is False when none is due now.

    Once `stopping` says so nobody is dialled for any more, and the rest of the batch waits as before.
    """
    now = clock()
    _follow(database, desk, now)
    means = Means(way=way, clock=clock, desk=desk, stopping=stopping)
    with database.reading() as reading:
        waiting = [one.notice_id for one in notices_in(reading, NoticeState.SENDING)]
    for notice_id in waiting:
        with database.transaction() as transaction:
            work = _claim(transaction, notice_id, means)
        if work is not None:
            with _collector_at_rest():
                return Sending(worked=True, trouble=_send(database, work, batches))
    return Sending(worked=False)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A campaign makes many objects: the collector need not look at the whole program each time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _send(database: Database, work: Work, batches: int) -> str | None:
    """Hand one batch over after the other while there are any; returns the trouble that ended it.

    While a batch is on the wire the one before it is written down and the one after it claimed. At a provider nothing
    is claimed ahead: what nobody dialled for would wait for events after a kill.
    """
    left, trouble, over = batches - 1, None, False
    following = deque[Future[Work | None]]()
    with ThreadPoolExecutor(1, thread_name_prefix=PART) as clerk:
        if left and not work.means.way.tells_delivery:
            left -= 1
            following.append(clerk.submit(_claim_ahead, database, work))
        batch: Work | None = work
        while batch is not None:
            came = NOT_DIALLED if over else hand_over(batch)
            over, trouble = over or came.ends_it, trouble or came.trouble
            go_on = left > 0 and not over
            left -= go_on
            following.append(clerk.submit(_record, database, batch, came, go_on=go_on))
            batch = _next_of(following)
    return trouble


def _next_of(following: deque[Future[Work | None]]) -> Work | None:
    """Return the batch that was claimed first, once all before it is written down; None where there is none."""
    while following:
        claimed = following.popleft().result()
        if claimed is not None:
            return claimed
    return None


def _claim_ahead(database: Database, work: Work) -> Work | None:
    with database.transaction() as transaction:
        return _claim(transaction, work.notice.notice_id, work.means)


def _claim(transaction: Transaction, notice_id: UUID, means: Means) -> Work | None:
    """Claim the next batch of this notice at its pace, None where nothing is due; with nothing left it ends."""
    now = means.clock()
    notice = get_notice(transaction, notice_id)
    if notice is None or notice.state is not NoticeState.SENDING:
        return None
    if notice.paced_at is not None and notice.paced_at > now + AHEAD:
        return None
    readers = readers_of(transaction, notice_id)
    batch = claim_owners(
        transaction,
        notice_id,
        Reader(languages=frozenset(readers), leading=_leading(readers)),
        most=min(batch_size(means.way), max(1, notice.per_hour // BATCHES_AN_HOUR)),
        lease=(now, now + LEASE),
        silent_for=means.silent_for,
    )
    if not batch.found:
        _end_if_done(transaction, notice, means.desk, now)
        return None
    pace = timedelta(hours=1) * len(batch.owners) / notice.per_hour
    change_notice(transaction, notice_id, paced_at=max(notice.paced_at or now, now) + pace)
    wanted = {owner.language for owner in batch.owners}
    letters = {one.reader: one.letter for one in letters_of(transaction, notice_id, wanted)}
    return Work(notice=notice, batch=batch, letters=letters, means=means)


def _leading(readers: Mapping[str, str]) -> str:
    """The language whose letter those get who read none of the others: the one that stands in for others, or the only one."""
    stands_in = {language for reader, language in readers.items() if reader != language}
    return min(stands_in or readers)


def _record(database: Database, work: Work, came: Came, *, go_on: bool) -> Work | None:
    """Write down what came of a batch, and claim the next one in the same commit; None where none follows.

    A busy database is asked again, for mails that left are not known otherwise.
    """
    for _ in range(RECORD_TRIES - 1):
        try:
            return _record_once(database, work, came, go_on=go_on)
        except Retryable as error:
            log.warning("notice_record_postponed", error=str(error))
    return _record_once(database, work, came, go_on=False)


def _record_once(database: Database, work: Work, came: Came, *, go_on: bool) -> Work | None:
    now = work.means.clock()
    with database.transaction() as transaction:
        notice = get_notice(transaction, work.notice.notice_id)
        held = record_outcomes(transaction, work.batch, came.outcomes)
        if held < len(came.outcomes):
            log.warning("lease_lost", owners=len(came.outcomes) - held)
        if notice is None or notice.state is not NoticeState.SENDING:
            return None
        if came.refused:
            _stop(transaction, notice, now)
        elif came.trouble is not None:
            log.warning("notice_way_broken", trouble=came.trouble)
            change_notice(transaction, notice.notice_id, paced_at=now + came.rest)
        elif go_on and not work.is_over():
            return _claim(transaction, notice.notice_id, work.means)
    return None


def _stop(transaction: Transaction, notice: Notice, now: datetime) -> None:
    """Everybody refuses us: a person looks before it goes on."""
    change_notice(transaction, notice.notice_id, state=NoticeState.STOPPED)
    by, why = _by(notice, now), f"{REFUSED_IN_A_ROW}-refusals-in-a-row"
    payload: dict[str, object] = {"reason": why}
    record(transaction, notice, kind=AuditKind.NOTICE_STOPPED, by=by, payload=payload)
    add_tasks(transaction, [_task(notice, STOPPED_TASK, why, now)])


def _end_if_done(
    transaction: Transaction, notice: Notice, desk: DeskProfile, now: datetime
) -> None:
    """Once nothing is due any more, later either, whoever could not be reached is looked at, and the campaign ends.

    Another Owner, then the billing contact, who is told first; then the product, and a person.
    """
    if is_anything_due(transaction, notice.notice_id):
        return
    let_go(transaction, notice.notice_id)
    count_shown(transaction, notice.notice_id)
    stood_in = stand_in_for_unreached(transaction, notice.notice_id)
    if add_contacts(transaction, notice.notice_id, now):
        return
    owners = progress_of(transaction, notice.notice_id).owners
    change_notice(transaction, notice.notice_id, state=NoticeState.ENDED, ended_at=now)
    payload = {str(state): number for state, number in sorted(owners.items())}
    record(transaction, notice, kind=AuditKind.NOTICE_ENDED, by=_by(notice, now), payload=payload)
    log.info("notice_ended", version=notice.version, stood_in=stood_in)
    if owners.get(OwnerState.UNREACHED, 0):
        order_banners(transaction, notice, desk, now)
        add_tasks(transaction, [_task(notice, NOTICE_UNREACHED, "not-reached", now)])


def _follow(database: Database, desk: DeskProfile, now: datetime) -> None:
    """Let the lists follow the directory where there was a whole reading since."""
    with database.reading() as reading:
        generation = directory_state(reading).generation
        running = notices_in(reading, NoticeState.SENDING, NoticeState.ENDED)
    for one in running:
        over = local_day(now, one.zone) > (one.effective_on or date.max)
        if one.generation == generation or over:
            continue
        with database.transaction() as transaction:
            notice = get_notice(transaction, one.notice_id)
            if notice is None or notice.generation == generation:
                continue
            moves = follow_directory(transaction, notice.notice_id, rule_of(notice, desk), now=now)
            change_notice(transaction, notice.notice_id, generation=generation)
            if moves.back or moves.readdressed:
                reopen(transaction, notice, "directory", now)
            log.info("notice_roster", joined=moves.joined, left=moves.left, back=moves.back)


def reopen(transaction: Transaction, notice: Notice, cause: str, now: datetime) -> None:
    """Let an ended campaign go on, because somebody on its list is not told (any more)."""
    if notice.state is not NoticeState.ENDED:
        return
    values: dict[str, object] = {"state": NoticeState.SENDING, "ended_at": None, "paced_at": None}
    change_notice(transaction, notice.notice_id, **values)
    payload: dict[str, object] = {"cause": cause}
    by = _by(notice, now)
    record(transaction, notice, kind=AuditKind.NOTICE_REOPENED, by=by, payload=payload)


def _by(notice: Notice, now: datetime) -> By:
    return by_desk(PART, now, cause=f"notice:{notice.notice_id}")


def _task(notice: Notice, kind: str, reason: str, now: datetime) -> Task:
    return Task(
        case_id=None,
        kind=kind,
        reason=f"{reason}: {notice.version}",
        due_on=notice.effective_on,
        urgent=True,
        created_at=now,
    )
