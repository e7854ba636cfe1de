"""Sessions of visitors: who came in, and what they are told once on the next page."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from casework.signing_in import (
    SessionTerms,
    SignedIn,
    find_signed_in,
    sign_in_account,
    sign_out,
    tell_once,
)
from desk.visitor import OpenSession, Visitor
from privacy.ports import Clock
from storage.database import Database


class SessionBook(Protocol):
    """Where sessions are kept. Every function raises Retryable when the database is out of reach."""

    def begin(self, account: UUID, way: str) -> str | None:
        """Begin a session and return its secret, which only the cookie keeps; None without such an account."""

    def find(self, secret: str) -> OpenSession | None:
        """Return the session, None for one that is over or never was."""

    def tell(self, secret: str, message: str | None) -> None:
        """Keep what the next page of this session says; None once it was said."""

    def end(self, session: OpenSession) -> None:
        """End the session."""


class StoredSessions:
    """Fulfils SessionBook on the database."""

    def __init__(self, database: Database, terms: SessionTerms, clock: Clock) -> None:
        self._database = database
        self._terms = terms
        self._clock = clock

    def begin(self, account: UUID, way: str) -> str | None:
        """Begin a session and return its secret, None without such an account."""
        return sign_in_account(self._database, account, way, now=self._clock())

    def find(self, secret: str) -> OpenSession | None:
        """Return the session, None for one that is over or never was."""
        found = find_signed_in(self._database, secret, self._terms, now=self._clock())
        return None if found is None else _open(secret, found)

    def tell(self, secret: str, message: str | None) -> None:
        """Keep what the next page of this session says; None once it was said."""
        tell_once(self._database, secret, message)

    def end(self, session: OpenSession) -> None:
        """End the session."""
        sign_out(self._database, session.visitor.account, session.session_id)


def _open(secret: str, found: SignedIn) -> OpenSession:
    account, session = found.account, found.session
    visitor = Visitor(
        account=account.account_id,
        address=account.address,
        name=account.name,
        roles=account.roles,
        regions=account.regions,
    )
    return OpenSession(
        secret=secret,
        visitor=visitor,
        session_id=session.session_id,
        second_due=session.second_due,
        flash=session.flash,
    )
