"""Keeps how far a run that destroys has come, and its certificate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from privacy.forgetting import DataClass, digest_of_ids
from storage.failures import NotFound
from storage.ids import new_id
from storage.postgres import Lock
from storage.retention_rows import RETENTION_BATCH, RETENTION_RUN
from storage.signing import sign
from storage.transactions import AnyRow, AnySelect, Reading, Transaction


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run: `certificate` and `signature` are None while it goes on."""

    run_id: UUID
    begun_at: datetime
    begun_by: str
    certificate: str | None = None
    signature: bytes | None = None


def begin_or_resume(transaction: Transaction, *, by: str, now: datetime) -> Run:
    """Return the run that was not finished, or a new one: there is one at a time."""
    transaction.lock(Lock.RETENTION)
    open_run = transaction.fetch(_runs().where(RETENTION_RUN.c.ended_at.is_(None))).first()
    if open_run is not None:
        return _run(open_run)
    run = Run(run_id=new_id(), begun_at=now, begun_by=by)
    row = {"run_id": run.run_id, "begun_at": now, "begun_by": by}
    empty = {"ended_at": None, "certificate": None, "signature": None}
    transaction.insert(RETENTION_RUN, [row | empty])
    return run


def is_open(transaction: Transaction, run_id: UUID) -> bool:
    """Say whether the run goes on, and let nobody else work on it in this transaction."""
    transaction.lock(Lock.RETENTION)
    ended = select(RETENTION_RUN.c.ended_at).where(RETENTION_RUN.c.run_id == run_id)
    return transaction.fetch(ended).scalar_one() is None


def add_batch(transaction: Transaction, run_id: UUID, data: DataClass, ids: Sequence[UUID]) -> None:
    """Write down what this transaction destroys."""
    batch = RETENTION_BATCH.c
    last = select(func.coalesce(func.max(batch.number), 0)).where(batch.run_id == run_id)
    row = {"run_id": run_id, "number": transaction.fetch(last).scalar_one() + 1}
    content = {"data_class": data, "count": len(ids), "digest": digest_of_ids(ids)}
    transaction.insert(RETENTION_BATCH, [row | content])


def batches_of(reading: Reading, run_id: UUID) -> dict[DataClass, list[tuple[int, str]]]:
    """Return count and digest of each batch of a run, by class, in their order."""
    batch = RETENTION_BATCH.c
    question = select(batch.data_class, batch.count, batch.digest).where(batch.run_id == run_id)
    found: dict[DataClass, list[tuple[int, str]]] = {}
    for data, count, digest in reading.fetch(question.order_by(batch.number)):
        found.setdefault(data, []).append((count, digest))
    return found


def finish_run(transaction: Transaction, run_id: UUID, certificate: str, *, at: datetime) -> Run:
    """Store the certificate with the desk's signature over it, and return the run."""
    signature = sign(transaction.ring, certificate.encode())
    ended = {"ended_at": at, "certificate": certificate, "signature": signature}
    transaction.change(
        update(RETENTION_RUN).where(RETENTION_RUN.c.run_id == run_id).values(**ended)
    )
    return get_run(transaction, run_id)


def get_run(reading: Reading, run_id: UUID) -> Run:
    """Return a run. Raises NotFound."""
    row = reading.fetch(_runs().where(RETENTION_RUN.c.run_id == run_id)).first()
    if row is None:
        raise NotFound("no run has this id")
    return _run(row)


def list_runs(reading: Reading, *, limit: int) -> list[Run]:
    """Return the runs, the newest first."""
    newest = _runs().order_by(RETENTION_RUN.c.begun_at.desc(), RETENTION_RUN.c.run_id.desc())
    return [_run(row) for row in reading.fetch(newest.limit(limit))]


def _runs() -> AnySelect:
    run = RETENTION_RUN.c
    return select(run.run_id, run.begun_at, run.begun_by, run.certificate, run.signature)


def _run(row: AnyRow) -> Run:
    signature = None if row.signature is None else bytes(row.signature)
    return Run(**(row._asdict() | {"signature": signature}))
