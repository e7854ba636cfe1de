"""What became of a notice that had left, as others tell it: delivered, taken, or come back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, update

from privacy.deliveries import CLOCKS_DIFFER_BY
from privacy.notices import AttemptOutcome, OwnerState
from storage.datakeys import load_keys
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER
from storage.notice_sending import RECORD
from storage.transactions import Reading, Transaction, Values

_OWNER, _ATTEMPT = NOTICE_OWNER.c, NOTICE_ATTEMPT.c
_OPEN = frozenset(  # attempts about which there can be news
    {
        AttemptOutcome.REGISTERED,
        AttemptOutcome.UNKNOWN,
        AttemptOutcome.ACCEPTED,
        AttemptOutcome.SILENT,
    }
)
_NOT_TOLD_YET = frozenset(
    {
        OwnerState.LEASED,
        OwnerState.UNCERTAIN,
        OwnerState.HANDED_OVER,
        OwnerState.UNREACHED,
        OwnerState.STOOD_IN,
    }
)


@dataclass(frozen=True, kw_only=True)
class LastAttempt:
    """How an Owner stands, with the last attempt to tell them."""

    notice_id: UUID
    person_id: UUID
    state: OwnerState
    told_at: datetime | None
    number: int
    outcome: AttemptOutcome
    at: datetime

    def is_meant(self, at: datetime) -> bool:
        """Whether what is told of `at` can be about this attempt, and not about one to an earlier address."""
        return (self.told_at or self.at) <= at + CLOCKS_DIFFER_BY


def attempt_of_message(reading: Reading, message_key: bytes) -> LastAttempt | None:
    """Return the last attempt of the notice with this key in its Message-ID, None for no notice of ours."""
    last = and_(
        _ATTEMPT.notice_id == _OWNER.notice_id,
        _ATTEMPT.person_id == _OWNER.person_id,
        _ATTEMPT.number == _OWNER.attempts,
    )
    question = select(
        _OWNER.notice_id, _OWNER.person_id, _OWNER.state, _OWNER.told_at,
        _ATTEMPT.number, _ATTEMPT.outcome, _ATTEMPT.at,
    ).where(_OWNER.message_key == message_key, last)  # fmt: skip
    row = reading.fetch(question).one_or_none()
    if row is None:
        return None
    return LastAttempt(
        notice_id=row.notice_id,
        person_id=row.person_id,
        state=row.state,
        told_at=row.told_at,
        number=row.number,
        outcome=row.outcome,
        at=row.at,
    )


def mark_delivered(
    transaction: Transaction, last: LastAttempt, *, at: datetime, now: datetime
) -> bool:
    """Count an Owner as told `at`, because the receiving server has the notice; False where that is no news."""
    if last.outcome not in _OPEN or last.state not in _NOT_TOLD_YET or not last.is_meant(at):
        return False
    told_at = min(at, now)
    _set_attempt(transaction, last, {"outcome": AttemptOutcome.DELIVERED, "ended_at": told_at})
    return _set_told(transaction, last, told_at)


def mark_taken(transaction: Transaction, last: LastAttempt, *, at: datetime, now: datetime) -> bool:
    """Note that what may have left was taken; False where that is no news.

    Where a copy would follow, this is the server's acceptance and the Owner is told; at a provider that tells of
    deliveries it is only its own.
    """
    if last.outcome is not AttemptOutcome.UNKNOWN or not last.is_meant(at):
        return False
    taken: Values = {"outcome": AttemptOutcome.ACCEPTED, "ended_at": min(at, now)}
    _set_attempt(transaction, last, taken)
    if last.state is OwnerState.UNCERTAIN:
        return _set_told(transaction, last, min(at, now))
    return True


def mark_complained(
    transaction: Transaction, last: LastAttempt, *, at: datetime, now: datetime
) -> bool:
    """Note that the notice was called spam; False where that was known.

    Whoever calls it spam has it: they count as told, at that instant at the latest.
    """
    mark_delivered(transaction, last, at=at, now=now)
    row = update(NOTICE_OWNER).where(
        _OWNER.notice_id == last.notice_id,
        _OWNER.person_id == last.person_id,
        _OWNER.complained_at.is_(None),
    )
    return bool(transaction.change(row.values(complained_at=min(at, now))))


def mark_bounced(
    transaction: Transaction, last: LastAttempt, *, answer: str, at: datetime, now: datetime
) -> bool:
    """Open an Owner again whose notice came back `at`; False where no notice to them is with anybody.

    Whoever counted as told through them is open again as well.
    """
    is_out = last.state is OwnerState.ACCEPTED or (
        last.state in _NOT_TOLD_YET and last.outcome in _OPEN
    )
    if not is_out or not last.is_meant(at):
        return False
    waiting: Values = {
        "state": OwnerState.WAITING, "due_at": now, "queued_at": now, "told_at": None,
        "lease_token": None, "stand_in": None, "reason": None,
    }  # fmt: skip
    if not _set_owner(transaction, last, waiting):
        return False
    others = update(NOTICE_OWNER).where(
        _OWNER.notice_id == last.notice_id, _OWNER.stand_in == last.person_id
    )
    unreached = {"state": OwnerState.UNREACHED, "told_at": None, "stand_in": None}
    transaction.change(others.values(**unreached))
    changed: Values = {"outcome": AttemptOutcome.BOUNCED, "ended_at": now}
    _set_attempt(transaction, last, changed | _record(transaction, last, answer))
    return True


def _set_told(transaction: Transaction, last: LastAttempt, told_at: datetime) -> bool:
    told: Values = {
        "state": OwnerState.ACCEPTED, "due_at": None, "told_at": told_at,
        "lease_token": None, "stand_in": None, "reason": None,
    }  # fmt: skip
    return _set_owner(transaction, last, told)


def _set_owner(transaction: Transaction, last: LastAttempt, values: Values) -> bool:
    """Change the Owner's row while it is as it was read."""
    row = update(NOTICE_OWNER).where(
        _OWNER.notice_id == last.notice_id,
        _OWNER.person_id == last.person_id,
        _OWNER.state == last.state,
    )
    return bool(transaction.change(row.values(**values)))


def _set_attempt(transaction: Transaction, last: LastAttempt, values: Values) -> None:
    row = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == last.notice_id,
        _ATTEMPT.person_id == last.person_id,
        _ATTEMPT.number == last.number,
    )
    transaction.change(row.values(**values))


def _record(transaction: Transaction, last: LastAttempt, answer: str) -> Values:
    """The attempt's record with what was said last; nothing can be sealed for whoever was erased."""
    load_keys(transaction, [last.person_id])
    if last.person_id not in transaction.vault:
        return {}
    kept = select(_ATTEMPT.sealed_record).where(
        _ATTEMPT.notice_id == last.notice_id,
        _ATTEMPT.person_id == last.person_id,
        _ATTEMPT.number == last.number,
    )
    sealed = bytes(transaction.fetch(kept).scalar_one())
    record = json.loads(transaction.vault.unseal_text(last.person_id, RECORD, sealed))
    text = json.dumps({**record, "answer": answer}, ensure_ascii=False)
    return {"sealed_record": transaction.vault.seal_text(last.person_id, RECORD, text)}
