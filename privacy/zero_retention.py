"""Whether a model may be asked at all: how it is assured that nothing of what it is sent is kept (policy P6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from privacy.instants import require_utc

ATTESTED_FOR = timedelta(days=365)  # a contract is looked at once a year
PROVED_FOR = timedelta(hours=24)
NOTHING_KEPT = (
    "none"  # the one mode of the account that keeps nothing, whatever the model's own terms say
)
EVERYWHERE = "local"  # region of a model in the house: nothing leaves
# Families of models that are only offered with retention of 30 days ("covered models"), whatever the contract says.
_WITH_RETENTION = ("fable", "mythos")


class Assurance(StrEnum):
    """How zero retention is assured: by a contract, by the account's own setting, or because nothing leaves."""

    ATTESTED = "attested"
    BEDROCK_VERIFIED = "bedrock-verified"
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """A member of staff says that a contract promises zero retention at one endpoint."""

    endpoint: str
    contract: str
    contract_date: date
    attested_by: str
    attested_at: datetime

    def __post_init__(self) -> None:
        require_utc(attested_at=self.attested_at)


@dataclass(frozen=True, kw_only=True)
class RetentionProof:
    """What the account itself said about retention, and when it was asked."""

    mode: str
    read_at: datetime

    def __post_init__(self) -> None:
        require_utc(read_at=self.read_at)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where a model is asked: its host, its region, and how zero retention is assured there."""

    host: str
    region: str
    model: str
    assurance: Assurance


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Whether the model may be asked now, and why or why not in one line."""

    usable: bool
    says: str


def needs_retention(model: str) -> bool:
    """Return whether a model of this name is only offered where its input is kept."""
    return any(family in model.lower() for family in _WITH_RETENTION)


def region_fits(endpoint_region: str, case_region: str, also_serves: Collection[str]) -> bool:
    """Return whether the words of a case of one region may go to an endpoint of another."""
    return endpoint_region in {EVERYWHERE, case_region} or case_region in also_serves


def standing(
    endpoint: Endpoint,
    evidence: Attestation | RetentionProof | None,
    now: datetime,
    *,
    fits: bool,
) -> Standing:
    """Return whether the model may be asked: everything that is not proved is a no."""
    if needs_retention(endpoint.model):
        return _no(f"{endpoint.model} is only offered with retention")
    if not fits:
        return _no(f"the region {endpoint.region} does not serve cases of this desk's region")
    if endpoint.assurance is Assurance.LOCAL:
        return _yes(endpoint, "it runs in this house")
    if endpoint.assurance is Assurance.BEDROCK_VERIFIED:
        proof = evidence if isinstance(evidence, RetentionProof) else None
        return _by_proof(endpoint, proof, now)
    return _by_contract(endpoint, evidence if isinstance(evidence, Attestation) else None, now)


def _by_proof(endpoint: Endpoint, proof: RetentionProof | None, now: datetime) -> Standing:
    if proof is None:
        return _no("the account's data retention mode has not been read")
    if proof.mode != NOTHING_KEPT:
        return _no(f"the account's data retention mode is {proof.mode}, not {NOTHING_KEPT}")
    if not timedelta(0) <= now - proof.read_at <= PROVED_FOR:
        return _no("the account's data retention mode was not read in the last 24 hours")
    return _yes(endpoint, f"the account keeps nothing, read at {proof.read_at:%Y-%m-%d %H:%M} UTC")


def _by_contract(endpoint: Endpoint, attested: Attestation | None, now: datetime) -> Standing:
    if attested is None or attested.endpoint != endpoint.host:
        return _no(f"nobody has attested a contract for {endpoint.host}: `rightsdesk model attest`")
    if not timedelta(0) <= now - attested.attested_at <= ATTESTED_FOR:
        return _no("the attestation is older than a year: read the contract and attest it again")
    return _yes(
        endpoint,
        f"contract {attested.contract} of {attested.contract_date},"
        f" attested by {attested.attested_by} on {attested.attested_at:%Y-%m-%d}",
    )


def _yes(endpoint: Endpoint, why: str) -> Standing:
    where = f"{endpoint.model} at {endpoint.host} ({endpoint.region})"
    return Standing(usable=True, says=f"{where}, {endpoint.assurance}: {why}")


def _no(why: str) -> Standing:
    return Standing(usable=False, says=f"the model stays off: {why}")
