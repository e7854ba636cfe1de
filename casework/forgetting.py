"""The desk forgets: batch by batch what is kept no longer is destroyed, what is on hold stays, and a signed certificate says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from privacy.audit import AuditEvent, AuditKind
from privacy.forgetting import (
    Certificate,
    ClassCount,
    DataClass,
    RetentionClass,
    Verdict,
    Why,
    audit_class,
    certificate_text,
    cutoff,
    digest_of_batches,
    judge,
)
from storage.audit import append
from storage.database import Database, Reading, Transaction
from storage.due_records import AUDIT, Record, records_before
from storage.forgetting import forget, merged_cases
from storage.holds import held_cases
from storage.queue import lock_cases
from storage.retention_runs import (
    Run,
    add_batch,
    batches_of,
    begin_or_resume,
    finish_run,
    get_run,
    is_open,
    list_runs,
)

CHAIN = UUID(int=3)  # of the certificates
FIRST = UUID(int=0)  # before every id
BATCH = 200
EVERY = timedelta(days=1)
Rules = Sequence[RetentionClass]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a run would destroy of one class now, and what a hold keeps from it."""

    name: DataClass
    due: int
    held: int


def look_ahead(database: Database, rules: Rules, now: datetime) -> list[Standing]:
    """Return what a run would do, and do nothing."""
    with database.reading() as reading:
        return [_standing(reading, rule, now) for rule in _ours(rules)]


def run_retention(database: Database, rules: Rules, *, by: str, now: datetime) -> Run:
    """Destroy what is due and return the run with its certificate; a run that was killed half-way goes on first.

    Each batch is one transaction with its own record, so a run can end anywhere. Raises Retryable or Permanent.
    """
    with database.transaction() as transaction:
        run = begin_or_resume(transaction, by=by, now=now)
    for rule in _ours(rules):
        after: UUID | None = FIRST
        while after is not None:
            with database.transaction() as transaction:
                after = _batch(transaction, run, rule, after=after, now=now)
    with database.transaction() as transaction:
        if not is_open(transaction, run.run_id):  # another daemon was quicker
            return get_run(transaction, run.run_id)
        return _finish(transaction, run, rules, now)


def is_run_due(database: Database, now: datetime) -> bool:
    """Say whether a day has passed since the last run began, or one was never finished."""
    with database.reading() as reading:
        last = list_runs(reading, limit=1)
    return not last or last[0].certificate is None or now - last[0].begun_at >= EVERY


def _ours(rules: Rules) -> list[RetentionClass]:
    return [rule for rule in rules if rule.name is not DataClass.BACKUPS]


def _batch(
    transaction: Transaction, run: Run, rule: RetentionClass, *, after: UUID, now: datetime
) -> UUID | None:
    """Destroy what is due of the next records; returns where to go on, None at the end.

    Counted back from when the run began: later than that nothing is destroyed early, however long it was interrupted.
    """
    if not is_open(transaction, run.run_id):
        return None
    before = cutoff(rule, run.begun_at)
    records = records_before(transaction, rule.name, before=before, after=after, limit=BATCH)
    # No hold comes in between: who puts one on a case locks it first.
    lock_cases(transaction, [case for record in records for case in record.cases])
    judged = _judged(transaction, rule, records, run.begun_at)
    ids = [record.ident for record, verdict in judged if verdict.is_due]
    if ids:
        forget(transaction, rule.name, ids, before=before, now=now)
        add_batch(transaction, run.run_id, rule.name, ids)
    return records[-1].ident if len(records) == BATCH else None


def _judged(
    reading: Reading, rule: RetentionClass, records: Sequence[Record], now: datetime
) -> list[tuple[Record, Verdict]]:
    """A case that is worked as part of another is held with it."""
    cases = {case for record in records for case in record.cases}
    merged = merged_cases(reading, sorted(cases))
    held = held_cases(reading, sorted({*cases, *merged.values()}))
    return [
        (record, judge(rule, record.started_at, now, on_hold=_is_held(record, merged, held)))
        for record in records
        if rule.name not in AUDIT or audit_class(record.plans) is rule.name
    ]


def _is_held(record: Record, merged: dict[UUID, UUID], held: set[UUID]) -> bool:
    return any(case in held or merged.get(case) in held for case in record.cases)


def _standing(reading: Reading, rule: RetentionClass, now: datetime) -> Standing:
    verdicts = list(_walk(reading, rule, now))
    return Standing(
        name=rule.name,
        due=sum(one.is_due for one in verdicts),
        held=sum(one.why is Why.ON_HOLD for one in verdicts),
    )


def _walk(reading: Reading, rule: RetentionClass, now: datetime) -> Iterator[Verdict]:
    before, after = cutoff(rule, now), FIRST
    while records := records_before(reading, rule.name, before=before, after=after, limit=BATCH):
        yield from (verdict for _, verdict in _judged(reading, rule, records, now))
        after = records[-1].ident


def _finish(transaction: Transaction, run: Run, rules: Rules, now: datetime) -> Run:
    batches = batches_of(transaction, run.run_id)
    classes = tuple(
        ClassCount(
            name=rule.name,
            count=sum(count for count, _ in batches.get(rule.name, [])),
            digest=digest_of_batches([digest for _, digest in batches.get(rule.name, [])]),
            held=_standing(transaction, rule, run.begun_at).held,
            before=cutoff(rule, run.begun_at),
        )
        for rule in _ours(rules)
    )
    certificate = Certificate(
        run=run.run_id, by=run.begun_by, at=run.begun_at, ended_at=now, classes=classes
    )
    text = certificate_text(certificate)
    finished = finish_run(transaction, run.run_id, text.decode(), at=now)
    payload: dict[str, object] = {
        "run": run.run_id,
        "certificate_sha256": sha256(text).hexdigest(),
        "destroyed": {one.name.value: one.count for one in classes if one.count},
    }
    event = AuditEvent(
        chain=CHAIN, kind=AuditKind.RETENTION_RUN, at=now, actor=run.begun_by, payload=payload
    )
    append(transaction, [event])
    return finished
