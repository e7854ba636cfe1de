"""Records a person's word that a contract promises zero retention, in the ledger and on the trail (policy P6)."""

from __future__ import annotations

from datetime import date, datetime

from casework.drafts import Actor
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.zero_retention import Attestation
from storage.audit import append
from storage.database import Database
from storage.model_calls import add_attestation


def attest_contract(
    database: Database,
    endpoint: str,
    *,
    contract: str,
    contract_date: date,
    actor: Actor,
    now: datetime,
) -> Attestation:
    """Keep the attestation and return it. Raises Permanent for a contract of the future or without reference."""
    if not contract.strip():
        raise Permanent("--contract: name the reference of the contract")
    if contract_date > now.date():
        raise Permanent("--date: the contract lies in the future")
    attestation = Attestation(
        endpoint=endpoint,
        contract=contract.strip(),
        contract_date=contract_date,
        attested_by=actor.address,
        attested_at=now,
    )
    payload = {"endpoint": endpoint, "contract": attestation.contract, "date": contract_date}
    with database.transaction() as transaction:
        name = add_attestation(transaction, attestation)
        event = AuditEvent(
            chain=name, kind=AuditKind.MODEL_ATTESTED, at=now, actor=str(actor), payload=payload
        )
        append(transaction, [event])
    return attestation
