"""Moves a message to the database of another region: sealed anew there, erased here."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from storage.datakeys import add_keys, erase_keys, load_keys
from storage.failures import NotFound
from storage.keeping import ENVELOPE, RAW
from storage.message_lists import raw_of
from storage.tables import DATABASE_MARK, DELIVERY, INBOUND, RAW_MESSAGE
from storage.transactions import Reading, Transaction, Values

_CONTENT = "raw"  # kind of the look-up key over the bytes


def move_raw(source: Transaction, target: Transaction, inbound_id: UUID) -> None:
    """Bring a worked message with its deliveries into `target`, and erase its bytes and key in `source`.

    The row stays in `source` as the ledger that it was taken in. Commit `target` first: after a crash between the
    two commits the same call finishes the move. Raises NotFound or CannotUnseal.
    """
    row = (
        source.fetch(select(INBOUND).where(INBOUND.c.inbound_id == inbound_id))
        .mappings()
        .one_or_none()
    )
    if row is None or row["moved_to"] is not None or row["due_at"] is not None:
        raise NotFound("no worked message with this id is in this database")
    if not _is_there(target, inbound_id):
        _copy(source, target, dict(row))
    source.change(RAW_MESSAGE.delete().where(RAW_MESSAGE.c.inbound_id == inbound_id))
    source.change(
        update(DELIVERY).where(DELIVERY.c.inbound_id == inbound_id).values(sealed_envelope=None)
    )
    source.change(
        update(INBOUND)
        .where(INBOUND.c.inbound_id == inbound_id)
        .values(moved_to=_region_of(target))
    )
    erase_keys(source, [inbound_id])


def _is_there(target: Transaction, inbound_id: UUID) -> bool:
    question = select(RAW_MESSAGE.c.inbound_id).where(RAW_MESSAGE.c.inbound_id == inbound_id)
    return target.fetch(question).first() is not None


def _region_of(reading: Reading) -> str:
    mark = reading.fetch(select(DATABASE_MARK.c.value).where(DATABASE_MARK.c.name == "region"))
    return bytes(mark.scalar_one()).decode()


def _copy(source: Transaction, target: Transaction, inbound: Values) -> None:
    inbound_id = inbound["inbound_id"]
    raw = raw_of(source, inbound_id)
    add_keys(target, [inbound_id])
    # The other keyed hashes stay behind: they belong to the look-up secret of their own region.
    keyed: Values = {
        "content_key": target.ring.lookup_key(_CONTENT, raw),
        "message_key": None,
        "message_id_key": None,
        "sender_key": None,
        "text_key": None,
    }
    target.insert(INBOUND, [inbound | keyed])
    sealed = target.vault.seal(inbound_id, RAW, raw)
    target.insert(RAW_MESSAGE, [{"inbound_id": inbound_id, "sealed_raw": sealed}])
    target.insert(DELIVERY, _resealed_deliveries(source, target, inbound_id))


def _resealed_deliveries(
    source: Transaction, target: Transaction, inbound_id: UUID
) -> list[Values]:
    load_keys(source, [inbound_id])
    rows = source.fetch(select(DELIVERY).where(DELIVERY.c.inbound_id == inbound_id)).mappings()
    deliveries: list[Values] = []
    for row in rows:
        sealed = row["sealed_envelope"]
        if sealed is not None:
            envelope = source.vault.unseal(inbound_id, ENVELOPE, bytes(sealed))
            sealed = target.vault.seal(inbound_id, ENVELOPE, envelope)
        deliveries.append({**row, "sealed_envelope": sealed})
    return deliveries
