"""What an answer, a login or a decision of staff means for the proof of a case: evidence, level, clock and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.happenings import note_happening, person_answered
from casework.suggested_laws import bind_suggested
from casework.task_kinds import GO_ON, PROVE_IDENTITY
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case
from privacy.challenges import (
    ATTEMPTS_A_CASE,
    ATTEMPTS_A_DAY,
    AnswerVerdict,
    ChallengeState,
    StandingState,
    judge_challenge,
)
from privacy.clocks import EventKind
from privacy.identity import Evidence, EvidenceKind, Level, Reached, level_reached
from privacy.ports import OnFile
from storage.audit import append
from storage.cases import get_case
from storage.database import Transaction
from storage.forwards import look_again
from storage.identity import (
    Challenge,
    Standing,
    StoredEvidence,
    add_evidence,
    challenges_of,
    count_attempt,
    count_wrong_answer,
    evidence_of,
    put_standing,
    standings_of,
    use_challenge,
)
from storage.ids import new_id
from storage.tasks import Task, add_tasks, finish_kind_of_case

ACTOR = "identity"
NOBODY_ASKED = "nobody-was-asked"
# Refusals after which only a person can help whoever honestly tried.
FOR_A_PERSON = frozenset({"another-sender", "sender-not-aligned", "only-in-a-forwarded-mail"})


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer to a challenge, by mail or on the page. `challenge` None: the code is none of this case.

    `sender_key` is the keyed hash of whoever tries: attempts are counted under it.
    """

    case_id: UUID
    challenge: Challenge | None
    verdict: AnswerVerdict
    kind: EvidenceKind
    on_file: OnFile
    sender_key: bytes = field(repr=False)
    terms: ChallengeTerms
    inbound_id: UUID | None = None


def record_answer(transaction: Transaction, answered: Answered, *, now: datetime) -> bool:
    """Write down what the answer changes; True when it proved the mailbox. Nobody is told why it did not."""
    challenge = answered.challenge
    if challenge is not None and challenge.state is ChallengeState.USED:
        return (
            False  # later mails of a thread quote the code that was used: no attempt, and no news
        )
    against = _against(transaction, answered, now)
    if challenge is None or against is not None:
        return _refuse(transaction, answered, against or "no-such-code", now)
    if not use_challenge(transaction, challenge.challenge_id, now=now):
        return False  # another worker, or the page, was quicker by a moment
    _take(transaction, answered, challenge, now)
    return True


def _against(transaction: Transaction, answered: Answered, now: datetime) -> str | None:
    """Return what speaks against the answer, None for nothing; every attempt is counted before it is judged."""
    challenge = answered.challenge
    if not count_attempt(transaction, answered.sender_key, day=now.date(), limit=ATTEMPTS_A_DAY):
        return "too-many-attempts"
    if challenge is None or not answered.verdict.accepted:
        return answered.verdict.reason
    alive = judge_challenge(challenge.state, expires_at=challenge.expires_at, now=now)
    return None if alive.accepted else alive.reason


def _take(
    transaction: Transaction, answered: Answered, challenge: Challenge, now: datetime
) -> None:
    kinds = [answered.kind]
    kinds += [EvidenceKind.ADDRESS_ON_FILE] if answered.on_file is OnFile.YES else []
    found = [Evidence(kind=kind, at=now, about=challenge.address_key) for kind in kinds]
    record_evidence(
        transaction, answered.case_id, found, actor=ACTOR, inbound_id=answered.inbound_id
    )
    payload = {
        "kind": answered.kind,
        "on_file": answered.on_file,
        "inbound": answered.inbound_id,
    }
    trail(transaction, answered.case_id, AuditKind.IDENTITY_EVIDENCE, ACTOR, payload, now)
    person_answered(transaction, answered.case_id, at=now, actor=ACTOR)
    settle(transaction, answered.case_id, answered.terms, actor=ACTOR, now=now)


def _refuse(transaction: Transaction, answered: Answered, reason: str, now: datetime) -> bool:
    """An answer that does not count; the last attempt that a case has ends its question."""
    payload = {"reason": reason, "inbound": answered.inbound_id}
    trail(transaction, answered.case_id, AuditKind.IDENTITY_REFUSED, ACTOR, payload, now)
    if reason in FOR_A_PERSON:
        case = get_case(transaction, answered.case_id)
        add_tasks(transaction, [prove_task(case, reason, now)])
    if answered.challenge is None:
        for one in challenges_of(transaction, [answered.case_id]).get(answered.case_id, ()):
            over = count_wrong_answer(transaction, one.challenge_id, limit=ATTEMPTS_A_CASE, now=now)
            if over:
                _look_at_once(transaction, answered.case_id, now)
    return False


def _look_at_once(transaction: Transaction, case_id: UUID, now: datetime) -> None:
    standing = standings_of(transaction, [case_id]).get(case_id)
    if standing is not None:
        put_standing(transaction, replace(standing, due_at=now), now=now)


def record_evidence(
    transaction: Transaction,
    case_id: UUID,
    found: list[Evidence],
    *,
    actor: str,
    reason: str | None = None,
    inbound_id: UUID | None = None,
) -> None:
    """Store evidence of a case."""
    stored = [
        StoredEvidence(
            evidence_id=new_id(),
            case_id=case_id,
            evidence=one,
            actor=actor,
            reason=reason,
            inbound_id=inbound_id,
        )
        for one in found
    ]
    add_evidence(transaction, stored)


def settle(
    transaction: Transaction, case_id: UUID, terms: ChallengeTerms, *, actor: str, now: datetime
) -> Standing:
    """Work out where the case stands with all its evidence, write it down, and return it.

    What reaches the level that the rights need is told to the clock; what does not is a task.
    """
    case = get_case(transaction, case_id)
    reached = level_reached([one.evidence for one in evidence_of(transaction, case_id)])
    needed = terms.needed(case)
    before = standings_of(transaction, [case_id]).get(case_id)
    standing = _standing(case_id, before, reached, needed, now)
    put_standing(transaction, standing, now=now)
    look_again(transaction, case_id, at=now)  # whoever proved it may hear to whom it was passed on
    is_news = before is None or before.state is not StandingState.PROVED
    if standing.state is StandingState.PROVED and is_news:
        finish_kind_of_case(transaction, case_id, kind=PROVE_IDENTITY, actor=actor, at=now)
        note_happening(transaction, case_id, EventKind.IDENTITY_PROVED, at=now, actor=actor)
        bind_suggested(transaction, case_id, actor=actor, now=now)
        add_tasks(transaction, [_task(case, GO_ON, f"reached-{reached.level.label}", now)])
    elif standing.state is StandingState.ANSWERED:
        reason = f"needs-{needed.label}-has-{reached.level.label}"
        add_tasks(transaction, [prove_task(case, reason, now)])
    return standing


def _standing(
    case_id: UUID, before: Standing | None, reached: Reached, needed: Level, now: datetime
) -> Standing:
    proved = reached.level >= needed
    earlier = before.proved_at if before and before.state is StandingState.PROVED else None
    return Standing(
        case_id=case_id,
        state=StandingState.PROVED if proved else StandingState.ANSWERED,
        level=reached.level,
        reasons=reached.reasons,
        asked_at=before.asked_at if before else None,
        proved_at=(earlier or now) if proved else None,
        due_at=None,
    )


def trail(
    transaction: Transaction,
    case_id: UUID,
    kind: AuditKind,
    actor: str,
    payload: Mapping[str, object],
    now: datetime,
) -> None:
    """Record an event in the chain of the case; codes and ids only."""
    append(
        transaction,
        [AuditEvent(chain=case_id, kind=kind, at=now, actor=actor, payload=payload)],
    )


def nobody_was_asked(transaction: Transaction, case: Case, terms: ChallengeTerms | None) -> bool:
    """Return whether a right needs proof in a case whose person no mail made us ask: then a person finds out."""
    if terms is None or terms.needed(case) is Level.NONE:
        return False
    return case.case_id not in standings_of(transaction, [case.case_id])


def prove_task(case: Case, reason: str, now: datetime) -> Task:
    """Return the task to find out who somebody is, where no rule can."""
    return _task(case, PROVE_IDENTITY, reason, now)


def _task(case: Case, kind: str, reason: str, now: datetime) -> Task:
    return Task(
        case_id=case.case_id,
        kind=kind,
        reason=reason,
        due_on=case.due.on if case.due else None,
        created_at=now,
    )
