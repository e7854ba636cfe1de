"""The trail: events in chains, each link over the one before; the end of each chain is kept apart (privacy.audit)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from privacy.audit import GENESIS, AuditEvent, AuditKind, canonical, chain_hash
from privacy.audit_checks import ChainCheck, ChainLink
from storage.columns import storable
from storage.tables import AUDIT_CHAIN, AUDIT_EVENT
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

SALT_BYTES = 16
ENDS = (
    select(AUDIT_CHAIN.c.chain, AUDIT_CHAIN.c.length, AUDIT_CHAIN.c.head)
    .where(AUDIT_CHAIN.c.chain.in_(bindparam("chains", expanding=True)))
    .order_by(AUDIT_CHAIN.c.chain)
)


def append(transaction: Transaction, events: Sequence[AuditEvent]) -> None:
    """Add the events to their chains, in the given order."""
    ends = _ends_of(transaction, [event.chain for event in events])
    salts = os.urandom(SALT_BYTES * len(events))
    rows: list[Values] = []
    for index, event in enumerate(events):
        length, head = ends.get(event.chain, (0, GENESIS))
        salt = salts[index * SALT_BYTES : (index + 1) * SALT_BYTES]
        row = _link(event, salt, length, head)
        ends[event.chain] = (length + 1, row["link"])
        rows.append(row)
    transaction.insert(AUDIT_EVENT, rows)
    _keep_ends(transaction, ends)


def verify_chain(reading: Reading, chain: UUID) -> bool:
    """Say whether the chain is whole: no event changed, missing or moved, and its end where it was last."""
    check = ChainCheck(chain=str(chain))
    for link in chain_links(reading, chain):
        check.take(link)
    length, head = _ends_of(reading, [chain]).get(chain, (0, GENESIS))
    return not check.end(length, head)


def events_of(reading: Reading, chain: UUID) -> list[AuditEvent]:
    """Return the events of a chain, oldest first; an erased payload is empty."""
    return [event_of_row(row) for row in _links(reading, chain)]


def happened_since(
    reading: Reading, chain: UUID, kind: AuditKind, *, actor: str, since: datetime
) -> bool:
    """Say whether this actor did this in the chain after the instant."""
    event = AUDIT_EVENT.c
    question = select(event.position).where(
        event.chain == chain, event.kind == kind, event.actor == actor, event.at > since
    )
    return reading.fetch(question.limit(1)).first() is not None


def chain_links(reading: Reading, chain: UUID) -> list[ChainLink]:
    """Return the links of a chain, the oldest first."""
    return [link_of_row(row) for row in _links(reading, chain)]


def link_of_row(row: AnyRow) -> ChainLink:
    """Return a stored event as its chain holds it."""
    return ChainLink(
        position=row.position,
        kind=str(row.kind),
        at=row.at.isoformat(),
        actor=row.actor,
        payload=row.payload or "",
        salt=bytes(row.salt or b"").hex(),
        payload_digest=row.payload_digest,
        link=row.link,
    )


def chain_head(reading: Reading, chain: UUID) -> str:
    """Return the last link of a chain, GENESIS for an empty one."""
    return _ends_of(reading, [chain]).get(chain, (0, GENESIS))[1]


def _link(event: AuditEvent, salt: bytes, position: int, previous: str) -> Values:
    actor = storable(event.actor)
    if actor != event.actor:
        event = replace(event, actor=actor)  # hashed as it is stored
    payload = canonical(event.payload)
    digest = _payload_digest(salt, payload)
    return {
        "chain": event.chain,
        "position": position,
        "kind": event.kind,
        "at": event.at,
        "actor": event.actor,
        "payload": payload.decode(),
        "salt": salt,
        "payload_digest": digest,
        "link": chain_hash(event, digest, previous),
    }


def _payload_digest(salt: bytes, payload: bytes) -> str:
    """As privacy.audit.payload_hash, over the very bytes that are stored."""
    return hashlib.sha256(salt + payload).hexdigest()


def event_of_row(row: AnyRow) -> AuditEvent:
    """Return the event as it stands in its row."""
    try:
        payload = json.loads(row.payload or "{}")
    except ValueError:
        payload = {}  # edited by somebody; verify_chain says so
    return AuditEvent(chain=row.chain, kind=row.kind, at=row.at, actor=row.actor, payload=payload)


def _links(reading: Reading, chain: UUID) -> Sequence[AnyRow]:
    question = select(AUDIT_EVENT).where(AUDIT_EVENT.c.chain == chain)
    return reading.fetch(question.order_by(AUDIT_EVENT.c.position)).all()


def _ends_of(reading: Reading, chains: Sequence[UUID]) -> dict[UUID, tuple[int, str]]:
    """Length and head by chain; a writer on PostgreSQL holds the rows, so that no other adds to these chains."""
    question = ENDS.with_for_update() if isinstance(reading, Transaction) else ENDS
    ends: dict[UUID, tuple[int, str]] = {}
    for chunk in in_chunks(sorted(chains)):
        found = reading.fetch(question, {"chains": chunk})
        ends.update({chain: (length, head) for chain, length, head in found})
    return ends


def _keep_ends(transaction: Transaction, ends: dict[UUID, tuple[int, str]]) -> None:
    rows = [
        {"chain": chain, "length": length, "head": head} for chain, (length, head) in ends.items()
    ]
    if not rows:
        return
    insert = transaction.upsert(AUDIT_CHAIN)
    changed = {"length": insert.excluded.length, "head": insert.excluded.head}
    transaction.change(insert.on_conflict_do_update(index_elements=["chain"], set_=changed), rows)
