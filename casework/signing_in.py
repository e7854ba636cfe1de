"""Signing in: a mailed link that works once, sessions that end by themselves, a second factor where there is one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from casework.accounts import ACCOUNT_CHAIN
from privacy.addresses import without_plus
from privacy.audit import AuditEvent, AuditKind
from storage.accounts import Account, find_account, get_account
from storage.audit import append
from storage.database import Database, Transaction
from storage.desk_sessions import (
    DeskSession,
    add_link,
    add_session,
    end_session,
    end_sessions,
    find_session,
    forget_old,
    mark_seen,
    sessions_of,
    set_flash,
    take_link,
)

SECRET_BYTES = 32  # 256 bits
SEEN_EVERY = timedelta(minutes=1)  # a page that is looked at twice writes once


@dataclass(frozen=True, kw_only=True)
class SessionTerms:
    """How long a session lasts: unused, and at most; and how long a mailed link does."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=10)
    link: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class MadeLink:
    """A link that was made for somebody: its token is in the mail and nowhere else."""

    account: Account
    token: str = field(repr=False)
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session with whose it is."""

    session: DeskSession
    account: Account


def make_link(
    database: Database, address: str, terms: SessionTerms, *, now: datetime
) -> MadeLink | None:
    """Return a new link for the account of this address, None where there is none."""
    with database.reading() as reading:
        account = find_account(reading, without_plus(address))
    if account is None:
        return None
    token, ends = secrets.token_urlsafe(SECRET_BYTES), now + terms.link
    with database.transaction() as transaction:
        add_link(transaction, account.account_id, token, expires_at=ends)
    return MadeLink(account=account, token=token, made_at=now, expires_at=ends)


def sign_in_by_link(database: Database, token: str, *, now: datetime) -> str | None:
    """Return the secret of a new session; None for a link that is over, used, or never was."""
    with database.transaction() as transaction:
        account_id = take_link(transaction, token, now=now)
        account = None if account_id is None else get_account(transaction, account_id)
        return None if account is None else _begin(transaction, account, "link", now)


def sign_in_known(database: Database, address: str, way: str, *, now: datetime) -> str | None:
    """Return the secret of a new session for an address that somebody else has proved; None without an account."""
    with database.transaction() as transaction:
        account = find_account(transaction, without_plus(address))
        return None if account is None else _begin(transaction, account, way, now)


def sign_in_account(database: Database, account_id: UUID, way: str, *, now: datetime) -> str | None:
    """Return the secret of a new session of this account; None once it is removed."""
    with database.transaction() as transaction:
        account = get_account(transaction, account_id)
        return None if account is None else _begin(transaction, account, way, now)


def find_signed_in(
    database: Database, secret: str, terms: SessionTerms, *, now: datetime
) -> SignedIn | None:
    """Return the session of this secret and note that it is in use; None for one that is over."""
    with database.reading() as reading:
        session = find_session(reading, secret)
        if session is None or is_over(session, terms, now):
            return None
        account = get_account(reading, session.account_id)
    if account is None:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with database.transaction() as transaction:
            mark_seen(transaction, session.session_id, now=now)
    return SignedIn(session=session, account=account)


def is_over(session: DeskSession, terms: SessionTerms, now: datetime) -> bool:
    """Return whether the session was left alone for too long, or lasts too long."""
    return now - session.seen_at >= terms.idle or now - session.begun_at >= terms.longest


def tell_once(database: Database, secret: str, message: str | None) -> None:
    """Keep what the next page of the session tells, or nothing any more."""
    with database.transaction() as transaction:
        session = find_session(transaction, secret)
        if session is not None:
            set_flash(transaction, session, message)


def sign_out(database: Database, account_id: UUID, session_id: UUID) -> bool:
    """End a session of this account; False where there is none."""
    with database.transaction() as transaction:
        return end_session(transaction, account_id, session_id)


def sign_out_everywhere(database: Database, account_id: UUID) -> int:
    """End every session of this account; returns how many there were."""
    with database.transaction() as transaction:
        return end_sessions(transaction, account_id)


def open_sessions(
    database: Database, account_id: UUID, terms: SessionTerms, *, now: datetime
) -> list[DeskSession]:
    """Return the sessions of an account that are not over, the newest first."""
    with database.reading() as reading:
        found = sessions_of(reading, account_id)
    return [one for one in found if not is_over(one, terms, now)]


def forget_sessions(database: Database, terms: SessionTerms, *, now: datetime) -> None:
    """Forget sessions and links that are over."""
    with database.transaction() as transaction:
        forget_old(transaction, begun_before=now - terms.longest, now=now)


def begin_session(
    transaction: Transaction, account: Account, way: str, now: datetime, *, second_due: bool
) -> str:
    """Return the secret of a new session: one that a browser had before is worth nothing."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    add_session(transaction, account.account_id, secret, now=now, second_due=second_due)
    payload = {"account": str(account.account_id), "way": way}
    event = AuditEvent(
        chain=ACCOUNT_CHAIN,
        kind=AuditKind.SIGNED_IN,
        at=now,
        actor=account.address,
        payload=payload,
    )
    append(transaction, [event])
    return secret


def _begin(transaction: Transaction, account: Account, way: str, now: datetime) -> str:
    return begin_session(transaction, account, way, now, second_due=account.has_second)
