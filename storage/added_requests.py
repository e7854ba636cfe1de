"""Requests that staff entered: each once under its key, taken to work in the transaction that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from privacy.by_hand import Channel
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.states import MessageState
from storage.tables import ADDED_REQUEST, INBOUND
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

POSTAL = "added_request.sealed_postal"
LEASE = timedelta(minutes=5)  # it ends with the transaction; only its token is needed


@dataclass(frozen=True, kw_only=True)
class AddedRequest:
    """A request that came by no mail. `added_key` is None for one that was named by no key."""

    inbound_id: UUID
    case_id: UUID
    added_key: bytes | None = field(repr=False)
    content_key: bytes = field(repr=False)
    channel: Channel
    postal: str | None = field(repr=False)
    added_at: datetime
    added_by: str = field(repr=False)


def take_at_once(transaction: Transaction, inbound_id: UUID, *, now: datetime) -> UUID:
    """Return the token of a lease on a message that this transaction keeps and finishes: no worker ever sees it wait."""
    token = new_id()
    inbound = INBOUND.c
    taken = update(INBOUND).where(inbound.inbound_id == inbound_id)
    transaction.change(
        taken.values(state=MessageState.LEASED, lease_token=token, due_at=now + LEASE, attempts=1)
    )
    return token


def add_request(transaction: Transaction, request: AddedRequest) -> None:
    """Store how the request came; its message is kept already."""
    load_keys(transaction, [request.inbound_id])
    postal = request.postal
    row = {
        "inbound_id": request.inbound_id,
        "case_id": request.case_id,
        "added_key": request.added_key,
        "content_key": request.content_key,
        "channel": request.channel,
        "sealed_postal": transaction.vault.seal_text(request.inbound_id, POSTAL, postal)
        if postal
        else None,
        "added_at": request.added_at,
        "added_by": request.added_by,
    }
    transaction.insert(ADDED_REQUEST, [row])


def find_added(reading: Reading, added_key: bytes) -> AddedRequest | None:
    """Return the request that was entered under this key, None when there is none."""
    question = select(ADDED_REQUEST).where(ADDED_REQUEST.c.added_key == added_key)
    row = reading.fetch(question).one_or_none()
    return None if row is None else _request(reading, row)


def added_requests(reading: Reading, inbound_ids: Sequence[UUID]) -> dict[UUID, AddedRequest]:
    """Return how those of the messages came that staff entered."""
    found: dict[UUID, AddedRequest] = {}
    for chunk in in_chunks(inbound_ids):
        question = select(ADDED_REQUEST).where(ADDED_REQUEST.c.inbound_id.in_(chunk))
        for row in reading.fetch(question).all():
            found[row.inbound_id] = _request(reading, row)
    return found


def _request(reading: Reading, row: AnyRow) -> AddedRequest:
    return AddedRequest(
        inbound_id=row.inbound_id,
        case_id=row.case_id,
        added_key=None if row.added_key is None else bytes(row.added_key),
        content_key=bytes(row.content_key),
        channel=row.channel,
        postal=_postal(reading, row),
        added_at=row.added_at,
        added_by=row.added_by,
    )


def _postal(reading: Reading, row: AnyRow) -> str | None:
    if row.sealed_postal is None:
        return None
    load_keys(reading, [row.inbound_id])
    try:
        return reading.vault.unseal_text(row.inbound_id, POSTAL, bytes(row.sealed_postal))
    except CannotUnseal:
        return None
