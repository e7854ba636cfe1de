"""Sessions of visitors: who came in, and what they are told once on the next page."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import replace
from typing import Protocol

from desk.visitor import OpenSession, Visitor

MOST_SESSIONS = 1_000


class SessionBook(Protocol):
    """Where sessions are kept. Every function raises Retryable when the database is out of reach."""

    def begin(self, visitor: Visitor) -> str:
        """Begin a session and return its secret, which only the cookie keeps."""

    def find(self, secret: str) -> OpenSession | None:
        """Return the session, None for one that is over or never was."""

    def tell(self, secret: str, message: str | None) -> None:
        """Keep what the next page of this session says; None once it was said."""


class SessionsInMemory:
    """Sessions that end with the program; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, OpenSession] = OrderedDict()

    def begin(self, visitor: Visitor) -> str:
        """Begin a session and return its secret."""
        secret = secrets.token_urlsafe(32)
        self._open[secret] = OpenSession(secret=secret, visitor=visitor)
        if len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)
        return secret

    def find(self, secret: str) -> OpenSession | None:
        """Return the session, None for one that never was."""
        return self._open.get(secret)

    def tell(self, secret: str, message: str | None) -> None:
        """Keep what the next page of this session says."""
        session = self._open.get(secret)
        if session is not None:
            self._open[secret] = replace(session, flash=message)
