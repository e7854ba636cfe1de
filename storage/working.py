"""The work on messages: claimed under a lease, finished or given back, always by conditional update."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select, update

from privacy.audit import AuditEvent, AuditKind
from privacy.deciding import Outcome
from privacy.messages import ArrivalBasis, Route, SmtpClient
from storage.audit import append
from storage.datakeys import load_keys
from storage.failures import CannotUnseal, LeaseLost
from storage.ids import new_id
from storage.keeping import ENVELOPE, RAW
from storage.setting_aside import quarantine_message
from storage.states import MessageState
from storage.tables import DELIVERY, INBOUND, RAW_MESSAGE
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

CLAIM_BYTES = 16 * 1024 * 1024  # at least one message; more than this is left for the next claim
CANNOT_UNSEAL = "cannot-unseal"
# Outcomes after which the same mail, coming again, is worked all the same.
_NOT_WORKED = frozenset({Outcome.HISTORY, Outcome.DUPLICATE, Outcome.QUARANTINED, Outcome.SPAM})


@dataclass(frozen=True, kw_only=True)
class ClaimedMessage:
    """A message that the caller may work until the lease ends. `case_id` is set when it was worked before."""

    inbound_id: UUID
    raw: bytes = field(repr=False)
    attempts: int
    lease_token: UUID
    mailboxes: tuple[str, ...]
    envelope_from: str | None = field(repr=False)
    envelope_to: tuple[str, ...] = field(repr=False)
    received_at: datetime
    arrival_basis: ArrivalBasis
    route: Route
    history: bool
    suspected_spam: bool
    truncated: bool
    quiet_reason: str | None
    first_seen_at: datetime
    released: bool = False
    case_id: UUID | None = None
    client: SmtpClient | None = None


@dataclass(frozen=True, kw_only=True)
class FinishedMessage:
    """What was made of a claimed message."""

    inbound_id: UUID
    lease_token: UUID
    outcome: Outcome
    reason: str
    case_id: UUID | None
    kind: str
    language: str
    lane: str | None
    rights: tuple[str, ...]
    reasons: tuple[str, ...]
    message_key: bytes | None
    message_id_key: bytes | None
    sender_key: bytes | None
    text_key: bytes | None
    original_id: UUID | None
    suggestion: UUID | None
    hold_due_on: date | None
    finished_at: datetime


@dataclass(frozen=True, kw_only=True)
class SameMail:
    """A worked message that another one may be a copy of."""

    inbound_id: UUID
    received_at: datetime
    case_id: UUID | None


@dataclass
class _Deliveries:
    """What all deliveries of one message say."""

    mailboxes: dict[str, None] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    envelope_from: str | None = None
    envelope_to: dict[str, None] = field(default_factory=dict)
    client: SmtpClient | None = None


def claim_messages(
    transaction: Transaction, *, now: datetime, limit: int, lease: timedelta
) -> list[ClaimedMessage]:
    """Return messages to work: new ones before history, the oldest arrival first.

    The attempt and the lease are written before any work. A message whose bytes cannot be unsealed is set aside
    in quarantine with the reason CANNOT_UNSEAL and holds up nobody (see quarantined_without_case).
    """
    token = new_id()
    ids = _lease(transaction, now, limit, (token, now + lease))
    if not ids:
        return []
    load_keys(transaction, ids)
    deliveries = _deliveries_of(transaction, ids)
    claimed: list[ClaimedMessage] = []
    unsealable: list[AnyRow] = []
    for row in _rows_of(transaction, ids):
        try:
            claimed.append(
                _claimed(transaction, row, deliveries.get(row.inbound_id, _Deliveries()))
            )
        except CannotUnseal:
            unsealable.append(row)
    for row in unsealable:
        _set_aside_unsealable(transaction, row, now)
    order = {inbound_id: place for place, inbound_id in enumerate(ids)}
    return sorted(claimed, key=lambda message: order[message.inbound_id])


def _lease(
    transaction: Transaction, now: datetime, limit: int, lease: tuple[UUID, datetime]
) -> list[UUID]:
    inbound = INBOUND.c
    waiting = transaction.fetch(
        select(inbound.inbound_id, inbound.size)
        .where(inbound.due_at <= now)
        .order_by(inbound.history, inbound.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids: list[UUID] = []
    total = 0
    for inbound_id, size in waiting.all():
        total += size
        if ids and total > CLAIM_BYTES:
            break
        ids.append(inbound_id)
    token, until = lease
    for chunk in in_chunks(ids):
        transaction.change(
            update(INBOUND)
            .where(inbound.inbound_id.in_(chunk))
            .values(
                state=MessageState.LEASED,
                due_at=until,
                lease_token=token,
                attempts=inbound.attempts + 1,
            )
        )
    return ids


def _rows_of(transaction: Transaction, ids: Sequence[UUID]) -> list[AnyRow]:
    joined = INBOUND.outerjoin(RAW_MESSAGE, RAW_MESSAGE.c.inbound_id == INBOUND.c.inbound_id)
    question = select(INBOUND, RAW_MESSAGE.c.sealed_raw).select_from(joined)
    rows: list[AnyRow] = []
    for chunk in in_chunks(ids):
        rows.extend(transaction.fetch(question.where(INBOUND.c.inbound_id.in_(chunk))))
    return rows


def _deliveries_of(transaction: Transaction, ids: Sequence[UUID]) -> dict[UUID, _Deliveries]:
    delivery = DELIVERY.c
    question = select(
        delivery.inbound_id, delivery.mailbox, delivery.route, delivery.sealed_envelope
    )
    found: dict[UUID, _Deliveries] = {}
    for chunk in in_chunks(ids):
        rows = transaction.fetch(
            question.where(delivery.inbound_id.in_(chunk)).order_by(delivery.delivery_id)
        )
        for inbound_id, mailbox, route, sealed in rows:
            all_of_it = found.setdefault(inbound_id, _Deliveries())
            all_of_it.mailboxes[mailbox] = None
            all_of_it.routes.append(route)
            if sealed is not None and inbound_id in transaction.vault:
                _read_envelope(transaction, inbound_id, sealed, all_of_it)
    return found


def _read_envelope(
    transaction: Transaction, inbound_id: UUID, sealed: bytes, deliveries: _Deliveries
) -> None:
    try:
        text = transaction.vault.unseal_text(inbound_id, ENVELOPE, bytes(sealed))
        sender, recipients, *clients = json.loads(text)
    except (CannotUnseal, ValueError, TypeError):
        return  # the bytes decide whether the message can be worked; a lost envelope only carries less
    if deliveries.envelope_from is None:
        # Never the client of one delivery with the sender of another: together they could prove a lie.
        deliveries.envelope_from = sender
        deliveries.client = (
            SmtpClient(address=clients[0][0], helo=clients[0][1]) if clients else None
        )
    deliveries.envelope_to.update(dict.fromkeys(recipients))


def _claimed(transaction: Transaction, row: AnyRow, deliveries: _Deliveries) -> ClaimedMessage:
    if row.sealed_raw is None or not deliveries.routes:
        raise CannotUnseal("the bytes of this message, or its deliveries, are not in this database")
    return ClaimedMessage(
        inbound_id=row.inbound_id,
        raw=transaction.vault.unseal(row.inbound_id, RAW, bytes(row.sealed_raw)),
        attempts=row.attempts,
        lease_token=row.lease_token,
        mailboxes=tuple(deliveries.mailboxes),
        envelope_from=deliveries.envelope_from,
        envelope_to=tuple(deliveries.envelope_to),
        client=deliveries.client,
        received_at=row.received_at,
        arrival_basis=row.arrival_basis,
        route=deliveries.routes[0],
        history=row.history,
        suspected_spam=row.suspected_spam,
        truncated=row.truncated,
        quiet_reason=row.quiet_reason,
        first_seen_at=row.first_seen_at,
        released=row.released,
        case_id=row.case_id,
    )


def _set_aside_unsealable(transaction: Transaction, row: AnyRow, now: datetime) -> None:
    quarantine_message(
        transaction,
        row.inbound_id,
        lease_token=row.lease_token,
        reason=CANNOT_UNSEAL,
        case_id=None,
        at=now,
    )
    event = AuditEvent(
        chain=row.inbound_id,
        kind=AuditKind.MESSAGE_QUARANTINED,
        at=now,
        actor="storage",
        payload={"inbound": row.inbound_id, "reason": CANNOT_UNSEAL},
    )
    append(transaction, [event])


_SAME_MAIL = select(
    INBOUND.c.message_key, INBOUND.c.inbound_id, INBOUND.c.received_at, INBOUND.c.case_id
).where(INBOUND.c.message_key.in_(bindparam("keys", expanding=True)))


def find_same_mail(reading: Reading, message_keys: Sequence[bytes]) -> dict[bytes, SameMail]:
    """Return by key the messages that were worked before and are the same mail; history does not count."""
    found: dict[bytes, SameMail] = {}
    for chunk in in_chunks(message_keys):
        for key, inbound_id, received_at, case_id in reading.fetch(_SAME_MAIL, {"keys": chunk}):
            found[bytes(key)] = SameMail(
                inbound_id=inbound_id, received_at=received_at, case_id=case_id
            )
    return found


_FINISH = (
    update(INBOUND)
    .where(INBOUND.c.inbound_id == bindparam("b_id"), INBOUND.c.lease_token == bindparam("b_token"))
    .values(
        case_id=func.coalesce(bindparam("b_case", type_=INBOUND.c.case_id.type), INBOUND.c.case_id)
    )
)


def finish_messages(transaction: Transaction, results: Sequence[FinishedMessage]) -> None:
    """Write down what was made of claimed messages. Raises LeaseLost when one belongs to another worker by now."""
    if transaction.change(_FINISH, [_result_row(result) for result in results]) != len(results):
        raise LeaseLost("a lease ended before the work did")


def _result_row(result: FinishedMessage) -> Values:
    return {
        "b_id": result.inbound_id,
        "b_token": result.lease_token,
        "b_case": result.case_id,
        "state": MessageState.DONE,
        "due_at": None,
        "lease_token": None,
        "outcome": result.outcome,
        "reason": result.reason,
        "kind": result.kind,
        "language": result.language,
        "lane": result.lane,
        "rights": result.rights,
        "reasons": result.reasons,
        "message_key": None if result.outcome in _NOT_WORKED else result.message_key,
        "message_id_key": result.message_id_key,
        "sender_key": result.sender_key,
        "text_key": result.text_key,
        "original_id": result.original_id,
        "suggested_case_id": result.suggestion,
        "hold_due_on": result.hold_due_on,
        "finished_at": result.finished_at,
    }


def postpone_messages(
    transaction: Transaction,
    claimed: Sequence[ClaimedMessage],
    *,
    until: datetime,
    reason: str,
    counts: bool = False,
) -> None:
    """Give claimed messages back until later; those whose lease was lost stay as they are.

    The attempt is given back with them, because attempts count what the messages did to their workers; it stays
    counted where `counts` says that the message itself is the trouble.
    """
    inbound = INBOUND.c
    for message in claimed:
        transaction.change(
            update(INBOUND)
            .where(
                inbound.inbound_id == message.inbound_id,
                inbound.lease_token == message.lease_token,
            )
            .values(
                state=MessageState.RECEIVED,
                due_at=until,
                lease_token=None,
                reason=reason,
                attempts=inbound.attempts if counts else inbound.attempts - 1,
            )
        )
