"""A member of staff decides how surely somebody is known, or the product says who is logged in: evidence beside a mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.challenge_terms import ChallengeTerms
from casework.drafts import Actor
from casework.happenings import person_answered
from casework.known_address import asked_address
from casework.named_cases import case_named
from casework.proving import record_evidence, settle, trail
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.errors import Permanent
from privacy.identity import Evidence, EvidenceKind, Level, login_fits
from storage.cases import find_case
from storage.database import Database, Reading, Transaction
from storage.identity import Standing, end_challenges

LONGEST_REASON = 500  # characters: a sentence or two
PRODUCT = "product"


@dataclass(frozen=True, kw_only=True)
class IdentityDecision:
    """Which level a case has from now on, and why; `doubt`: there is a reasonable doubt (GDPR Art. 12(6))."""

    reference: str
    level: Level
    reason: str = field(repr=False)
    doubt: bool = False


def decide_identity(
    database: Database,
    terms: ChallengeTerms,
    decision: IdentityDecision,
    *,
    actor: Actor,
    now: datetime,
) -> Standing:
    """Record the decision and return where the case stands by it; an open question to the person ends.

    Raises Permanent for an unknown case and for a reason that is none.
    """
    reason = decision.reason.strip()
    if not reason or not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise Permanent(f"the reason is one line of at most {LONGEST_REASON} characters")
    evidence = Evidence(
        kind=EvidenceKind.STAFF_DECISION, at=now, level=decision.level, doubt=decision.doubt
    )
    with database.transaction() as transaction:
        case = case_named(transaction, decision.reference)
        record_evidence(transaction, case.case_id, [evidence], actor=actor.address, reason=reason)
        payload = {"level": decision.level.label, "doubt": decision.doubt}
        trail(transaction, case.case_id, AuditKind.IDENTITY_DECIDED, str(actor), payload, now)
        end_challenges(transaction, case.case_id, now=now)
        return settle(transaction, case.case_id, terms, actor=actor.address, now=now)


def record_login(
    database: Database, terms: ChallengeTerms, reference: str, address: str, *, now: datetime
) -> Standing:
    """Record that the product saw a fresh login of the account with this address, for this case.

    Only the signed door of the product calls this. Raises Permanent for an unknown case, and for an account that is
    not the one of the person who asks: somebody else's login proves somebody else.
    """
    with database.transaction() as transaction:
        case = find_case(transaction, reference)
        if case is None or case.requester is None:
            raise Permanent("there is no such case, or nobody who could be logged in")
        if not is_login_of(transaction, case, address):
            raise Permanent("the login is of another account than the person of this case")
        return login_seen(transaction, terms, case, address, now=now)


def is_login_of(reading: Reading, case: Case, address: str) -> bool:
    """Say whether a login to the account with this address is one of the person of the case."""
    return login_fits(address, writing=case.requester, asked=asked_address(reading, case))


def login_seen(
    transaction: Transaction, terms: ChallengeTerms, case: Case, address: str, *, now: datetime
) -> Standing:
    """Record a fresh login of the person of the case; an open question to them ends, and its clock goes on."""
    about = transaction.ring.lookup_key("address", address.strip().lower())
    evidence = Evidence(kind=EvidenceKind.SIGNED_IN, at=now, about=about)
    record_evidence(transaction, case.case_id, [evidence], actor=PRODUCT)
    payload = {"kind": EvidenceKind.SIGNED_IN}
    trail(transaction, case.case_id, AuditKind.IDENTITY_EVIDENCE, PRODUCT, payload, now)
    person_answered(transaction, case.case_id, at=now, actor=PRODUCT)
    end_challenges(transaction, case.case_id, now=now)
    return settle(transaction, case.case_id, terms, actor=PRODUCT, now=now)
