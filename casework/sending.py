"""Sends what is queued: claim, dial, record. The attempt is written down before dialling, and no transaction is open
while the network is.

Send, then mark: a crash between the two can make a second copy, never a missing letter, and the copy has the same
Message-ID. A letter of unknown outcome is looked for (Sent folder, built-in mailbox, own copy) for fifteen minutes
before it is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog

from casework.answered import against_leaving
from casework.approved_facts import CHANGED, back_to_review, changed_since_approval
from casework.confirming import record_traces
from casework.profile import DeskProfile
from casework.promises import letter_left
from casework.reviewing import MARK, findings_before_sending
from casework.told_dates import against_its_dates
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.outgoing import LEASE, next_attempt
from privacy.ports import Clock, SendReceipt, SentLookup, Transport
from responders.customers import FOLLOW_UP, REQUEST
from storage.audit import append
from storage.cases import acknowledgement_day
from storage.database import Database, Transaction
from storage.forwards import letter_with
from storage.outbox import (
    LeasedLetter,
    claim_letter,
    expire_leases,
    mark_failed,
    mark_retry,
    mark_sent,
    mark_uncertain,
    uncertain_letters,
)
from storage.tasks import Task, add_tasks

ACTOR = "sender"
RECORD_TRIES = 3  # each waits as long as the database's own patience lasts
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Sending:
    """What became of one attempt: whether there was work, and the trouble of the transport if it had any."""

    worked: bool
    trouble: str | None = None


def send_next(
    database: Database, transport: Transport, clock: Clock, *, desk: DeskProfile | None = None
) -> Sending:
    """Send the letter that waits longest; `worked` is False when none is due.

    A letter is asked again whether it may leave: what it says about a right, and whether its dates still lie ahead; without `desk` nobody's identity is known.
    """
    now = clock()
    with database.transaction() as transaction:
        expire_leases(transaction, now=now)
        letter = claim_letter(transaction, now=now, lease=LEASE)
        against = _against(transaction, letter, desk, now) if letter else ()
        if letter is not None and against:
            _keep_here(transaction, letter, against, now)
    if letter is None or against:
        return Sending(worked=letter is not None)
    trouble = _dial(database, transport, letter, clock)
    return Sending(worked=True, trouble=trouble)


def _against(
    transaction: Transaction, letter: LeasedLetter, desk: DeskProfile | None, now: datetime
) -> tuple[str, ...]:
    key = transaction.ring.lookup_key("message-id", letter.message.message_id)
    rights = against_leaving(transaction, key, desk, now=now)
    if letter.kind in {REQUEST, FOLLOW_UP} and letter_with(transaction, key) is None:
        rights = (*rights, "no-longer-asked")  # somebody tried it again: its code opens nothing
    changed = changed_since_approval(transaction, letter, key, desk, now)
    return (*rights, *changed, *against_its_dates(transaction, letter, key, now))


def _keep_here(
    transaction: Transaction, letter: LeasedLetter, against: tuple[str, ...], now: datetime
) -> None:
    """What was approved upon other facts is reviewed again; every other reason a person looks at first."""
    _fail(transaction, letter, f"may-not-leave: {', '.join(against)}", now)
    if not CHANGED.isdisjoint(against):
        key = transaction.ring.lookup_key("message-id", letter.message.message_id)
        back_to_review(transaction, key, at=now)


def _dial(
    database: Database, transport: Transport, letter: LeasedLetter, clock: Clock
) -> str | None:
    """Hand the letter over and record what came of it; returns the transport's trouble, None when it has none."""
    trouble: str | None = None
    findings = findings_before_sending(letter.message)
    if findings:
        _give_up(database, letter, f"{MARK}{findings[0]}", clock())
        return None
    try:
        receipt = transport.send(letter.message)
    except Retryable as error:
        _try_later(database, letter, error, clock())
        trouble = str(error)
    except OutcomeUnknown:
        _look_for_it(database, letter, clock())
        trouble = "outcome-unknown"
    except Permanent as error:
        _give_up(database, letter, str(error), clock())
    except Exception as error:  # noqa: BLE001 - the top of the loop: it may have left, so it is looked for
        log.error("transport_raised", letter=str(letter.letter_id), error=type(error).__name__)  # noqa: TRY400
        _look_for_it(database, letter, clock())
        trouble = "transport-raised"
    else:
        _surely_record_sent(database, letter, receipt, clock())
    return trouble


def reconcile(database: Database, lookups: Sequence[SentLookup], now: datetime) -> int:
    """Look for traces of letters of unknown outcome; returns how many were found and are now known to be sent."""
    with database.reading() as reading:
        waiting = uncertain_letters(reading)
    if not waiting:
        return 0
    found: set[str] = set()
    for lookup in lookups:
        try:
            found |= lookup.was_sent([letter.message_id for letter in waiting])
        except (Retryable, Permanent) as error:
            log.warning("sent_lookup_failed", error=type(error).__name__)
    if not found:
        return 0
    keys = {database.lookup_key("message-id", message_id) for message_id in found}
    with database.transaction() as transaction:
        return record_traces(
            transaction, keys, database.lookup_key, now=now, evidence="trace-found"
        )


def _surely_record_sent(
    database: Database, letter: LeasedLetter, receipt: SendReceipt, now: datetime
) -> None:
    """Try again while the database is busy: what is not recorded is in doubt, and may be sent twice."""
    for _ in range(RECORD_TRIES - 1):
        try:
            _record_sent(database, letter, receipt, now)
        except Retryable as error:
            log.warning("record_tried_again", letter=str(letter.letter_id), error=str(error))
        else:
            return
    _record_sent(database, letter, receipt, now)


def _record_sent(
    database: Database, letter: LeasedLetter, receipt: SendReceipt, now: datetime
) -> None:
    with database.transaction() as transaction:
        if not mark_sent(
            transaction, letter.letter_id, lease_token=letter.lease_token, receipt=receipt, at=now
        ):
            log.warning("lease_lost", letter=str(letter.letter_id))
            return
        key = database.lookup_key("message-id", letter.message.message_id)
        letter_left(transaction, letter.kind, letter.case_id, key, at=now)
        payload: dict[str, object] = {"attempts": letter.attempts, "resent": letter.was_uncertain}
        _trail(transaction, letter, AuditKind.LETTER_SENT, payload, now)


def _try_later(database: Database, letter: LeasedLetter, error: Retryable, now: datetime) -> None:
    plan = next_attempt(
        letter.attempts, queued_at=letter.queued_at, now=now, asked_to_wait=error.after
    )
    if plan.at is None:
        _give_up(database, letter, plan.reason, now)
        return
    with database.transaction() as transaction:
        mark_retry(
            transaction,
            letter.letter_id,
            lease_token=letter.lease_token,
            at=plan.at,
            reason=str(error),
        )


def _look_for_it(database: Database, letter: LeasedLetter, now: datetime) -> None:
    with database.transaction() as transaction:
        if mark_uncertain(transaction, letter.letter_id, lease_token=letter.lease_token, since=now):
            _trail(
                transaction, letter, AuditKind.LETTER_UNCERTAIN, {"attempts": letter.attempts}, now
            )


def _give_up(database: Database, letter: LeasedLetter, reason: str, now: datetime) -> None:
    """A letter that cannot leave is staff work: the person still has to be answered in time (mail.md E131)."""
    with database.transaction() as transaction:
        _fail(transaction, letter, reason, now)


def _fail(transaction: Transaction, letter: LeasedLetter, reason: str, now: datetime) -> None:
    if not mark_failed(
        transaction, letter.letter_id, lease_token=letter.lease_token, reason=reason, at=now
    ):
        return
    _trail(transaction, letter, AuditKind.LETTER_FAILED, {"reason": reason}, now)
    due_on = acknowledgement_day(transaction, letter.case_id)
    add_tasks(transaction, [_task(letter, reason, due_on, now)])


def _trail(
    transaction: Transaction,
    letter: LeasedLetter,
    kind: AuditKind,
    payload: dict[str, object],
    now: datetime,
) -> None:
    event = AuditEvent(
        chain=letter.case_id,
        kind=kind,
        at=now,
        actor=ACTOR,
        payload={"letter": letter.letter_id} | payload,
    )
    append(transaction, [event])


def _task(letter: LeasedLetter, reason: str, due_on: date | None, now: datetime) -> Task:
    return Task(
        case_id=letter.case_id,
        kind="letter_failed",
        reason=reason,
        due_on=due_on,
        urgent=True,
        created_at=now,
    )
