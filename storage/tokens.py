"""OAuth tokens of our mailboxes, sealed; a rotated token replaces the one before it."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select

from privacy.ports import OAuthTokens
from storage.datakeys import add_keys, drop_keys, load_keys
from storage.ids import new_id
from storage.tables import OAUTH_TOKEN
from storage.transactions import Reading, Transaction

TOKENS = "oauth_token.sealed_tokens"


def load_tokens(reading: Reading, mailbox: str) -> OAuthTokens | None:
    """Return the tokens of the mailbox, None before the first login. Raises CannotUnseal."""
    row = reading.fetch(select(OAUTH_TOKEN).where(OAUTH_TOKEN.c.mailbox == mailbox)).one_or_none()
    if row is None:
        return None
    load_keys(reading, [row.token_id])
    values = json.loads(reading.vault.unseal(row.token_id, TOKENS, bytes(row.sealed_tokens)))
    return OAuthTokens(**values | {"expires_at": datetime.fromisoformat(values["expires_at"])})


def save_tokens(transaction: Transaction, mailbox: str, tokens: OAuthTokens) -> None:
    """Replace the tokens of the mailbox; the key of the old ones goes with them."""
    question = select(OAUTH_TOKEN.c.token_id).where(OAUTH_TOKEN.c.mailbox == mailbox)
    drop_keys(transaction, list(transaction.fetch(question).scalars()))
    token_id = new_id()
    add_keys(transaction, [token_id])
    content = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at.isoformat(),
    }
    sealed = transaction.vault.seal(token_id, TOKENS, json.dumps(content).encode())
    values = {"token_id": token_id, "sealed_tokens": sealed}
    insert = transaction.upsert(OAUTH_TOKEN).values(mailbox=mailbox, **values)
    transaction.change(insert.on_conflict_do_update(index_elements=["mailbox"], set_=values))
