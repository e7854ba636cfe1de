"""Keeps messages as they arrive: one row per content, one delivery per coming, nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from privacy.deciding import Outcome
from privacy.messages import ArrivalBasis, RawMessage
from storage.datakeys import add_keys, load_keys
from storage.ids import new_id
from storage.postgres import Lock
from storage.states import MessageState
from storage.tables import DELIVERY, INBOUND, RAW_MESSAGE
from storage.transactions import Transaction, Values, in_chunks

RAW = "raw_message.sealed_raw"
ENVELOPE = "delivery.sealed_envelope"
Place = tuple[str, str, int, int]
# Put together once: SQLAlchemy takes longer over that than the engine over the answer.
KNOWN_UIDS = select(DELIVERY.c.uid, DELIVERY.c.inbound_id).where(
    DELIVERY.c.mailbox == bindparam("mailbox"),
    DELIVERY.c.folder == bindparam("folder"),
    DELIVERY.c.uidvalidity == bindparam("uidvalidity"),
    DELIVERY.c.uid.in_(bindparam("uids", expanding=True)),
)
KNOWN_CONTENTS = (
    select(
        INBOUND.c.inbound_id,
        INBOUND.c.content_key,
        INBOUND.c.received_at,
        INBOUND.c.arrival_basis,
        INBOUND.c.history,
        INBOUND.c.suspected_spam,
        INBOUND.c.truncated,
        INBOUND.c.quiet_reason,
        INBOUND.c.state,
        INBOUND.c.outcome,
    )
    .where(INBOUND.c.content_key.in_(bindparam("keys", expanding=True)))
    .with_for_update()
)
UPDATE_KNOWN = update(INBOUND).where(INBOUND.c.inbound_id == bindparam("b_id"))


@dataclass(frozen=True, kw_only=True)
class KeptMessage:
    """Where a message is kept; `is_new` is False for content that was there already."""

    inbound_id: UUID
    is_new: bool


@dataclass
class _Content:
    """One content with what its deliveries say together."""

    inbound_id: UUID
    content_key: bytes
    received_at: datetime
    arrival_basis: ArrivalBasis
    history: bool
    suspected_spam: bool
    truncated: bool
    quiet_reason: str | None
    state: MessageState = MessageState.RECEIVED
    outcome: Outcome | None = None
    raw: bytes | None = None  # None: stored by an earlier transaction
    changed: bool = False
    becomes_work: bool = False


def keep_raw(
    transaction: Transaction, batch: Sequence[RawMessage], *, now: datetime
) -> list[KeptMessage]:
    """Store each message of the batch byte for byte; returns in order where each is kept.

    The same bytes again are one more delivery of the same message, the same place again is nothing. A message
    that was history becomes work when it also comes as new mail.
    """
    transaction.lock(Lock.INTAKE)  # the same mail may be in two mailboxes at the same moment
    keys = [transaction.ring.lookup_key("raw", message.raw) for message in batch]
    places = _known_places(transaction, batch)
    contents = _known_contents(transaction, keys)
    kept: list[KeptMessage] = []
    comings: list[tuple[UUID, RawMessage]] = []
    for message, key in zip(batch, keys, strict=True):
        place = _place(message)
        if place is not None and place in places:
            kept.append(KeptMessage(inbound_id=places[place], is_new=False))
            continue
        content = contents.get(key)
        kept.append(
            KeptMessage(
                inbound_id=content.inbound_id if content else new_id(), is_new=content is None
            )
        )
        inbound_id = kept[-1].inbound_id
        if content is None:
            contents[key] = _new_content(inbound_id, key, message)
        else:
            _join(content, message)
        comings.append((inbound_id, message))
        if place is not None:
            places[place] = inbound_id
    _write(transaction, list(contents.values()), comings, now)
    return kept


def _place(message: RawMessage) -> Place | None:
    imap = message.imap
    return None if imap is None else (message.mailbox, imap.folder, imap.uidvalidity, imap.uid)


def _known_places(transaction: Transaction, batch: Iterable[RawMessage]) -> dict[Place, UUID]:
    """Folder by folder: SQLite finds no index for a list of rows."""
    uids: dict[tuple[str, str, int], list[int]] = {}
    for place in map(_place, batch):
        if place is not None:
            uids.setdefault(place[:3], []).append(place[3])
    return {
        (*folder, uid): inbound_id
        for folder, wanted in uids.items()
        for uid, inbound_id in _known_uids(transaction, folder, wanted)
    }


def _known_uids(
    transaction: Transaction, folder: tuple[str, str, int], uids: Iterable[int]
) -> Iterator[tuple[int, UUID]]:
    mailbox, name, uidvalidity = folder
    for chunk in in_chunks(uids):
        place = {"mailbox": mailbox, "folder": name, "uidvalidity": uidvalidity, "uids": chunk}
        yield from ((uid, inbound_id) for uid, inbound_id in transaction.fetch(KNOWN_UIDS, place))


def _known_contents(transaction: Transaction, keys: Sequence[bytes]) -> dict[bytes, _Content]:
    found: dict[bytes, _Content] = {}
    for chunk in in_chunks(keys):
        for row in transaction.fetch(KNOWN_CONTENTS, {"keys": chunk}):
            content = _Content(*row)
            found[bytes(content.content_key)] = content
    return found


def _new_content(inbound_id: UUID, key: bytes, message: RawMessage) -> _Content:
    return _Content(
        inbound_id=inbound_id,
        content_key=key,
        received_at=message.received_at,
        arrival_basis=message.arrival_basis,
        history=message.history,
        suspected_spam=message.suspected_spam,
        truncated=message.truncated,
        quiet_reason=message.quiet_reason,
        raw=message.raw,
    )


def _join(content: _Content, message: RawMessage) -> None:
    """Let one more delivery speak for content that nobody has worked; the person's favour decides in each point."""
    history = content.outcome is Outcome.HISTORY
    rescued = _is_rescued(content, message)
    waiting = content.state in {MessageState.RECEIVED, MessageState.LEASED}
    if not (waiting or history or rescued):
        return
    new_to_us = content.history and not message.history and content.raw is None
    content.becomes_work |= new_to_us or rescued
    content.history &= message.history
    content.suspected_spam &= message.suspected_spam
    content.truncated &= message.truncated
    content.quiet_reason = content.quiet_reason or message.quiet_reason
    if _arrived_earlier(message, content):
        content.received_at, content.arrival_basis = message.received_at, message.arrival_basis
    content.changed = content.raw is None


def _is_rescued(content: _Content, message: RawMessage) -> bool:
    """Whether somebody took the mail out of the junk folder: what was set aside as spam is worked after all."""
    spam = content.outcome is Outcome.SPAM and content.suspected_spam
    return spam and not message.suspected_spam and not message.history


def _arrived_earlier(message: RawMessage, content: _Content) -> bool:
    """An arrival that is known beats one that is not; else the earlier one counts (clocks.md, rule RECEIPT)."""
    unknown = ArrivalBasis.UNKNOWN
    if (message.arrival_basis is unknown) != (content.arrival_basis is unknown):
        return content.arrival_basis is unknown
    return message.received_at < content.received_at


def _write(
    transaction: Transaction,
    contents: Sequence[_Content],
    comings: Sequence[tuple[UUID, RawMessage]],
    now: datetime,
) -> None:
    new = [content for content in contents if content.raw is not None]
    add_keys(transaction, [content.inbound_id for content in new])
    transaction.insert(INBOUND, [_inbound_row(content, now) for content in new])
    transaction.insert(RAW_MESSAGE, [_raw_row(transaction, content) for content in new])
    load_keys(
        transaction, [inbound_id for inbound_id, message in comings if _has_envelope(message)]
    )
    transaction.insert(DELIVERY, [_delivery_row(transaction, *coming, now) for coming in comings])
    _update_known(transaction, [content for content in contents if content.changed], now)


def _inbound_row(content: _Content, now: datetime) -> Values:
    return {
        "inbound_id": content.inbound_id,
        "content_key": content.content_key,
        "size": len(content.raw or b""),
        "received_at": content.received_at,
        "arrival_basis": content.arrival_basis,
        "first_seen_at": now,
        "history": content.history,
        "suspected_spam": content.suspected_spam,
        "truncated": content.truncated,
        "quiet_reason": content.quiet_reason,
        "state": MessageState.RECEIVED,
        "due_at": now,
        "attempts": 0,
        "released": False,
        "rights": (),
        "reasons": (),
    }


def _raw_row(transaction: Transaction, content: _Content) -> Values:
    sealed = transaction.vault.seal(content.inbound_id, RAW, content.raw or b"")
    return {"inbound_id": content.inbound_id, "sealed_raw": sealed}


def _has_envelope(message: RawMessage) -> bool:
    return message.envelope_from is not None or bool(message.envelope_to)


def _delivery_row(
    transaction: Transaction, inbound_id: UUID, message: RawMessage, now: datetime
) -> Values:
    imap = message.imap
    return {
        "delivery_id": new_id(),
        "inbound_id": inbound_id,
        "mailbox": message.mailbox,
        "route": message.route,
        "received_at": message.received_at,
        "arrival_basis": message.arrival_basis,
        "folder": imap.folder if imap else None,
        "uidvalidity": imap.uidvalidity if imap else None,
        "uid": imap.uid if imap else None,
        "sealed_envelope": _sealed_envelope(transaction, inbound_id, message),
        "history": message.history,
        "seen_at": now,
    }


def _sealed_envelope(
    transaction: Transaction, inbound_id: UUID, message: RawMessage
) -> bytes | None:
    if not _has_envelope(message) or inbound_id not in transaction.vault:
        return None  # the second: erased before it came again, and stays erased
    client = message.client
    envelope: list[object] = [message.envelope_from, list(message.envelope_to)]
    if client is not None:
        envelope.append([client.address, client.helo])
    return transaction.vault.seal_text(inbound_id, ENVELOPE, json.dumps(envelope))


def _update_known(transaction: Transaction, contents: Sequence[_Content], now: datetime) -> None:
    values = [
        {
            "b_id": content.inbound_id,
            "received_at": content.received_at,
            "arrival_basis": content.arrival_basis,
            "history": content.history,
            "suspected_spam": content.suspected_spam,
            "truncated": content.truncated,
            "quiet_reason": content.quiet_reason,
        }
        for content in contents
    ]
    transaction.change(UPDATE_KNOWN, values)
    turned = [content.inbound_id for content in contents if content.becomes_work]
    for chunk in in_chunks(turned):
        # A worker that has it as history right now loses its lease, and its result with it.
        transaction.change(
            update(INBOUND)
            .where(INBOUND.c.inbound_id.in_(chunk))
            .values(
                state=MessageState.RECEIVED, due_at=now, attempts=0, lease_token=None, outcome=None
            )
        )
