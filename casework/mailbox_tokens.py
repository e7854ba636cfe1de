"""Keeps the OAuth tokens of our mailboxes: a rotated token is committed before it is used."""

from __future__ import annotations

from privacy.ports import OAuthTokens
from storage.database import Database
from storage.tokens import load_tokens, save_tokens


class DatabaseTokenStore:
    """Fulfils privacy.ports.TokenStore."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, mailbox: str) -> OAuthTokens | None:
        """Return the tokens of the mailbox, None before the first login."""
        with self._database.reading() as reading:
            return load_tokens(reading, mailbox)

    def save(self, mailbox: str, tokens: OAuthTokens) -> None:
        """Replace the tokens of the mailbox, durably."""
        with self._database.transaction() as transaction:
            save_tokens(transaction, mailbox, tokens)
