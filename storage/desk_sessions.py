"""Sessions of the desk and links to sign in: kept by keyed hashes, so that this database opens no session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from storage.account_rows import DESK_SESSION, SIGN_IN_LINK
from storage.datakeys import load_keys
from storage.ids import new_id
from storage.transactions import AnyRow, Reading, Transaction, Values

SESSION, LINK = "desk-session", "sign-in-link"
FLASH = "desk_session.flash"
_ROW = DESK_SESSION.c


@dataclass(frozen=True, kw_only=True)
class DeskSession:
    """A session as it is kept; `flash` is what the next page tells."""

    session_id: UUID
    account_id: UUID
    begun_at: datetime
    seen_at: datetime
    second_due: bool
    flash: str | None = field(default=None, repr=False)


def add_link(
    transaction: Transaction, account_id: UUID, token: str, *, expires_at: datetime
) -> None:
    """Keep a link until it is used."""
    key = transaction.ring.lookup_key(LINK, token)
    row: Values = {"link_key": key, "account_id": account_id, "expires_at": expires_at}
    transaction.insert(SIGN_IN_LINK, [row])


def take_link(transaction: Transaction, token: str, *, now: datetime) -> UUID | None:
    """Return whose link this is and end it; None for one that is over, used, or never was."""
    row, key = SIGN_IN_LINK.c, transaction.ring.lookup_key(LINK, token)
    question = select(row.account_id, row.expires_at).where(row.link_key == key)
    found = transaction.fetch(question).one_or_none()
    if found is None or transaction.change(delete(SIGN_IN_LINK).where(row.link_key == key)) != 1:
        return None
    account_id: UUID = found.account_id
    return account_id if now < found.expires_at else None


def add_session(
    transaction: Transaction, account_id: UUID, secret: str, *, now: datetime, second_due: bool
) -> None:
    """Begin a session."""
    row: Values = {
        "session_key": transaction.ring.lookup_key(SESSION, secret),
        "session_id": new_id(),
        "account_id": account_id,
        "begun_at": now,
        "seen_at": now,
        "second_due": second_due,
        "sealed_flash": None,
    }
    transaction.insert(DESK_SESSION, [row])


def find_session(reading: Reading, secret: str) -> DeskSession | None:
    """Return the session of this secret, None for one that was ended or never was."""
    key = reading.ring.lookup_key(SESSION, secret)
    row = reading.fetch(select(DESK_SESSION).where(_ROW.session_key == key)).one_or_none()
    return None if row is None else _session(reading, row)


def sessions_of(reading: Reading, account_id: UUID) -> list[DeskSession]:
    """Return the sessions of an account, the newest first; what they tell is left out."""
    question = select(DESK_SESSION).where(_ROW.account_id == account_id)
    rows = reading.fetch(question.order_by(_ROW.begun_at.desc()))
    return [_bare(row) for row in rows]


def mark_seen(transaction: Transaction, session_id: UUID, *, now: datetime) -> None:
    """Note that the session is in use."""
    _change(transaction, session_id, seen_at=now)


def set_flash(transaction: Transaction, session: DeskSession, message: str | None) -> None:
    """Keep what the next page of the session tells, or nothing."""
    load_keys(transaction, [session.account_id])
    vault = transaction.vault
    sealed = None if message is None else vault.seal(session.account_id, FLASH, message.encode())
    _change(transaction, session.session_id, sealed_flash=sealed)


def end_session(transaction: Transaction, account_id: UUID, session_id: UUID) -> bool:
    """End a session of this account; False where there is none."""
    mine = (_ROW.session_id == session_id, _ROW.account_id == account_id)
    return transaction.change(delete(DESK_SESSION).where(*mine)) == 1


def end_sessions(transaction: Transaction, account_id: UUID) -> int:
    """End all sessions of the account and its links; returns how many sessions there were."""
    transaction.change(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.account_id == account_id))
    return transaction.change(delete(DESK_SESSION).where(_ROW.account_id == account_id))


def forget_old(transaction: Transaction, *, begun_before: datetime, now: datetime) -> None:
    """Forget sessions that began before this instant, and links that are over."""
    transaction.change(delete(DESK_SESSION).where(_ROW.begun_at < begun_before))
    transaction.change(delete(SIGN_IN_LINK).where(SIGN_IN_LINK.c.expires_at < now))


def _change(transaction: Transaction, session_id: UUID, **values: object) -> None:
    transaction.change(update(DESK_SESSION).where(_ROW.session_id == session_id).values(**values))


def _session(reading: Reading, row: AnyRow) -> DeskSession:
    session = _bare(row)
    if row.sealed_flash is None:
        return session
    load_keys(reading, [row.account_id])
    told = reading.vault.unseal(row.account_id, FLASH, bytes(row.sealed_flash)).decode()
    return DeskSession(**{**vars(session), "flash": told})


def _bare(row: AnyRow) -> DeskSession:
    return DeskSession(
        session_id=row.session_id,
        account_id=row.account_id,
        begun_at=row.begun_at,
        seen_at=row.seen_at,
        second_due=row.second_due,
    )
