"""The ledger of a model's calls: a row before each call, its end afterwards, and what was said before in the same case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select, update

from privacy.model_calls import CallOutcome, ModelCall, Spent
from privacy.zero_retention import Attestation, Endpoint
from storage.ids import new_id
from storage.postgres import Lock
from storage.tables import INBOUND, MODEL_ATTESTATION, MODEL_CALL
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

_WAS_HEARD = MODEL_CALL.c.outcome == literal_column(f"'{CallOutcome.HEARD}'")  # as its index says


def begin_calls(transaction: Transaction, calls: Sequence[ModelCall]) -> None:
    """Write the rows of calls that are about to be made."""
    transaction.insert(MODEL_CALL, [_row(call) for call in calls])


def finish_calls(transaction: Transaction, calls: Sequence[ModelCall]) -> None:
    """Write down how these calls ended."""
    ended = ("finished_at", "tokens_in", "tokens_out", "cost", "outcome", "said", "changes")
    statement = update(MODEL_CALL).where(MODEL_CALL.c.call_id == bindparam("the_call"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in ended})
    rows = [
        {"the_call": call.call_id} | {f"new_{name}": _row(call)[name] for name in ended}
        for call in calls
    ]
    transaction.change(statement, rows)


def spent_since(reading: Reading, instant: datetime) -> int:
    """Return what calls since then cost or may have cost, in millionths.

    Within a transaction others who ask wait until its end, so that two workers cannot spend the same budget.
    """
    if isinstance(reading, Transaction):
        reading.lock(Lock.MODEL_BUDGET)
    question = select(func.coalesce(func.sum(MODEL_CALL.c.cost), 0))
    return int(reading.fetch(question.where(MODEL_CALL.c.started_at >= instant)).scalar_one())


def said_before(
    reading: Reading, wanted: Sequence[tuple[bytes, UUID, UUID | None]]
) -> dict[UUID, tuple[str, ...]]:
    """Return what was said about the same words in the same message or case, by message.

    `wanted` holds the key of the words, the message, and its case where it has one already.
    """
    cases = _messages_of(reading, [case for _, _, case in wanted if case is not None])
    said: dict[tuple[UUID, bytes], tuple[str, ...]] = {}
    call = MODEL_CALL.c
    for chunk in in_chunks([*(inbound for _, inbound, _ in wanted), *cases]):
        question = select(call.inbound_id, call.text_key, call.said)
        question = question.where(call.inbound_id.in_(chunk), _WAS_HEARD)
        for row in reading.fetch(question.order_by(call.started_at)):
            for owner in (row.inbound_id, cases.get(row.inbound_id, row.inbound_id)):
                said[owner, bytes(row.text_key)] = row.said
    found = (
        (inbound, said.get((inbound, key)) or said.get((case or inbound, key)))
        for key, inbound, case in wanted
    )
    return {inbound: words for inbound, words in found if words is not None}


def _messages_of(reading: Reading, cases: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return the case of each message of these cases."""
    message = INBOUND.c
    owners: dict[UUID, UUID] = {}
    for chunk in in_chunks(cases):
        question = select(message.inbound_id, message.case_id).where(message.case_id.in_(chunk))
        owners.update((row.inbound_id, row.case_id) for row in reading.fetch(question))
    return owners


def calls_since(reading: Reading, instant: datetime) -> list[ModelCall]:
    """Return the calls that began since then, oldest first."""
    question = select(MODEL_CALL).where(MODEL_CALL.c.started_at >= instant)
    rows = reading.fetch(question.order_by(MODEL_CALL.c.started_at, MODEL_CALL.c.call_id))
    return [_call(row) for row in rows]


def add_attestation(transaction: Transaction, attestation: Attestation) -> UUID:
    """Keep the attestation; returns its id."""
    name = new_id()
    row = {
        "attestation_id": name,
        "endpoint": attestation.endpoint,
        "contract": attestation.contract,
        "contract_date": attestation.contract_date,
        "attested_by": attestation.attested_by,
        "attested_at": attestation.attested_at,
    }
    transaction.insert(MODEL_ATTESTATION, [row])
    return name


def newest_attestation(reading: Reading, endpoint: str) -> Attestation | None:
    """Return the newest attestation for an endpoint, None when there is none."""
    row = MODEL_ATTESTATION.c
    question = select(MODEL_ATTESTATION).where(row.endpoint == endpoint)
    found = reading.fetch(question.order_by(row.attested_at.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    return Attestation(
        endpoint=found.endpoint,
        contract=found.contract,
        contract_date=found.contract_date,
        attested_by=found.attested_by,
        attested_at=found.attested_at,
    )


def _row(call: ModelCall) -> Values:
    return {
        "call_id": call.call_id,
        "inbound_id": call.inbound_id,
        "started_at": call.started_at,
        "finished_at": call.finished_at,
        "model": call.endpoint.model,
        "host": call.endpoint.host,
        "region": call.endpoint.region,
        "assurance": call.endpoint.assurance,
        "shadow": call.shadow,
        "text_key": call.text_key,
        "tokens_in": call.spent.tokens_in,
        "tokens_out": call.spent.tokens_out,
        "cost": call.cost,
        "outcome": call.outcome,
        "said": call.said,
        "changes": call.changes,
    }


def _call(row: AnyRow) -> ModelCall:
    return ModelCall(
        call_id=row.call_id,
        inbound_id=row.inbound_id,
        started_at=row.started_at,
        finished_at=row.finished_at,
        endpoint=Endpoint(
            host=row.host, region=row.region, model=row.model, assurance=row.assurance
        ),
        shadow=row.shadow,
        text_key=bytes(row.text_key),
        spent=Spent(tokens_in=row.tokens_in, tokens_out=row.tokens_out),
        cost=row.cost,
        outcome=row.outcome,
        said=row.said,
        changes=row.changes,
    )
