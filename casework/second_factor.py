"""The second factor: an app's codes, each taken once, and recovery codes for the day on which the app is gone."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from casework.signing_in import begin_session
from privacy.totp import SECRET_BYTES, matching_step
from storage.accounts import get_account, second_of, set_second, use_recovery, use_step
from storage.database import Database, Transaction
from storage.desk_sessions import end_session

RECOVERY_CODES = 8
RECOVERY_BYTES = 10  # 80 bits each: nobody guesses one
GROUP = 4


def new_secret() -> bytes:
    """Return a secret for an app; it holds from the first code on that proves that the app has it."""
    return secrets.token_bytes(SECRET_BYTES)


def set_second_factor(
    database: Database, account_id: UUID, secret: bytes, code: str, *, now: datetime
) -> tuple[str, ...] | None:
    """Return the recovery codes, told this once, when the code proves that the app has the secret; else None."""
    step = matching_step(secret, code, at=now, after=None)
    if step is None:
        return None
    recovery = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    with database.transaction() as transaction:
        set_second(transaction, account_id, secret, recovery)
        use_step(transaction, account_id, step)
    return recovery


def drop_second_factor(database: Database, account_id: UUID) -> None:
    """Take the second factor off."""
    with database.transaction() as transaction:
        set_second(transaction, account_id, None)


def prove_second_factor(
    database: Database, account_id: UUID, session_id: UUID, code: str, *, now: datetime
) -> str | None:
    """Return the secret of the session that takes the place of this one, None for a wrong code."""
    with database.transaction() as transaction:
        if not _is_right(transaction, account_id, code, now):
            return None
        account = get_account(transaction, account_id)
        if account is None or not end_session(transaction, account_id, session_id):
            return None
        return begin_session(transaction, account, "second factor", now, second_due=False)


def _is_right(transaction: Transaction, account_id: UUID, code: str, now: datetime) -> bool:
    second = second_of(transaction, account_id)
    if second is None:
        return False
    step = matching_step(second.secret, code, at=now, after=second.last_step)
    if step is not None:
        return use_step(transaction, account_id, step)
    return use_recovery(transaction, account_id, "".join(code.lower().split("-")).strip())


def _recovery_code() -> str:
    return secrets.token_hex(RECOVERY_BYTES)


def grouped(code: str) -> str:
    """Return a recovery code as people read it."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
