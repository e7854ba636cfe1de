"""Identity of the people of cases: questions to them, what speaks for them, where each case stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from privacy.challenges import ChallengeState, StandingState
from privacy.identity import Evidence, Level
from storage.datakeys import load_keys
from storage.identity_rows import (
    IDENTITY_ATTEMPT,
    IDENTITY_CHALLENGE,
    IDENTITY_EVIDENCE,
    IDENTITY_STANDING,
)
from storage.readable import readable, readable_if_any, sealed_if_any
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

ADDRESS = "identity_challenge.sealed_address"
REASON = "identity_evidence.sealed_reason"
_REPLACED = (
    update(IDENTITY_CHALLENGE)
    .where(
        IDENTITY_CHALLENGE.c.case_id == bindparam("of_case"),
        IDENTITY_CHALLENGE.c.level == bindparam("of_level"),
        IDENTITY_CHALLENGE.c.state == ChallengeState.OPEN,
    )
    .values(state=ChallengeState.VOID, ended_at=bindparam("at"), remind_at=None)
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where the identity of a case's person stands. `due_at`: when to look again, None while we wait for nothing."""

    case_id: UUID
    state: StandingState
    level: Level = Level.NONE
    reasons: tuple[str, ...] = ()
    asked_at: datetime | None = None
    proved_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A question to one address. `code_key` is the keyed hash of its code, `address_key` that of the address."""

    challenge_id: UUID
    case_id: UUID
    level: Level
    code_key: bytes = field(repr=False)
    address_key: bytes = field(repr=False)
    address: str = field(repr=False)
    asked_at: datetime
    expires_at: datetime
    expires_on: date
    remind_at: datetime | None
    state: ChallengeState = ChallengeState.OPEN
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class StoredEvidence:
    """A piece of evidence of a case, who recorded it, and a reason in words where a person gave one."""

    evidence_id: UUID
    case_id: UUID
    evidence: Evidence
    actor: str
    reason: str | None = field(default=None, repr=False)
    inbound_id: UUID | None = None


def standings_of(reading: Reading, case_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Return where each of these cases stands; one that nobody was asked about is left out."""
    found: dict[UUID, Standing] = {}
    for chunk in in_chunks(case_ids):
        question = select(IDENTITY_STANDING).where(IDENTITY_STANDING.c.case_id.in_(chunk))
        found.update({row.case_id: _standing(row) for row in reading.fetch(question)})
    return found


def put_standing(transaction: Transaction, standing: Standing, *, now: datetime) -> None:
    """Store where the case stands from now on."""
    put_standings(transaction, [standing], now=now)


def put_standings(
    transaction: Transaction, standings: Sequence[Standing], *, now: datetime
) -> None:
    """Store where each of the cases stands from now on; of several for one case the last one holds."""
    rows = {one.case_id: _standing_row(one, now) for one in standings}
    transaction.merge(IDENTITY_STANDING, list(rows.values()))


def wake_wanted(transaction: Transaction, case_id: UUID, *, at: datetime) -> None:
    """Have the sweep ask the person of the case at this instant, if a question waits for its letter."""
    standing = IDENTITY_STANDING.c
    wanted = and_(standing.case_id == case_id, standing.state == StandingState.WANTED)
    transaction.change(update(IDENTITY_STANDING).where(wanted).values(due_at=at))


def due_standings(reading: Reading, *, now: datetime, limit: int) -> list[UUID]:
    """Return the cases in which something is due, the longest due first."""
    standing = IDENTITY_STANDING.c
    due = select(standing.case_id).where(standing.due_at <= now).order_by(standing.due_at)
    return list(reading.fetch(due.limit(limit)).scalars())


def claim_standing(transaction: Transaction, case_id: UUID, *, now: datetime) -> Standing | None:
    """Return where a case stands in which something is due, for this transaction alone; None when nothing is (any more)."""
    standing = IDENTITY_STANDING.c
    due = select(IDENTITY_STANDING).where(standing.case_id == case_id, standing.due_at <= now)
    row = transaction.fetch(due.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _standing(row)


def park(transaction: Transaction, case_id: UUID) -> None:
    """Record that the closing letter of the case has left; its person can still answer."""
    standing = IDENTITY_STANDING.c
    lapsed = and_(standing.case_id == case_id, standing.state == StandingState.LAPSED)
    transaction.change(update(IDENTITY_STANDING).where(lapsed).values(state=StandingState.PARKED))


def add_challenges(transaction: Transaction, challenges: Sequence[Challenge]) -> None:
    """Store questions; an open one of the same case and level ends with it."""
    transaction.change(
        _REPLACED,
        [
            {"of_case": one.case_id, "of_level": int(one.level), "at": one.asked_at}
            for one in challenges
        ],
    )
    load_keys(transaction, [one.case_id for one in challenges])
    rows = [_challenge_row(transaction, one) for one in challenges]
    transaction.insert(IDENTITY_CHALLENGE, rows)


def ask_wanted(transaction: Transaction, challenge: Challenge) -> bool:
    """Open a question that waited, with its code and dates; False when it waits no more."""
    row = IDENTITY_CHALLENGE.c
    waits = and_(row.challenge_id == challenge.challenge_id, row.state == ChallengeState.WANTED)
    opened = (
        update(IDENTITY_CHALLENGE)
        .where(waits)
        .values(
            state=ChallengeState.OPEN,
            code_key=challenge.code_key,
            asked_at=challenge.asked_at,
            expires_at=challenge.expires_at,
            expires_on=challenge.expires_on,
            remind_at=challenge.remind_at,
        )
    )
    return transaction.change(opened) == 1


def find_challenges(reading: Reading, code_keys: Iterable[bytes]) -> dict[bytes, Challenge]:
    """Return the questions with these codes, whatever became of them."""
    found: dict[bytes, Challenge] = {}
    for chunk in in_chunks(code_keys):
        question = select(IDENTITY_CHALLENGE).where(IDENTITY_CHALLENGE.c.code_key.in_(chunk))
        for challenge in _challenges(reading, reading.fetch(question).all()):
            found[challenge.code_key] = challenge
    return found


def challenges_of(reading: Reading, case_ids: Iterable[UUID]) -> dict[UUID, list[Challenge]]:
    """Return the questions of each case, the newest last."""
    found: dict[UUID, list[Challenge]] = {}
    for chunk in in_chunks(case_ids):
        question = select(IDENTITY_CHALLENGE).where(IDENTITY_CHALLENGE.c.case_id.in_(chunk))
        rows = reading.fetch(question.order_by(IDENTITY_CHALLENGE.c.challenge_id)).all()
        for challenge in _challenges(reading, rows):
            found.setdefault(challenge.case_id, []).append(challenge)
    return found


def use_challenge(transaction: Transaction, challenge_id: UUID, *, now: datetime) -> bool:
    """Take the one use of a question; False when it was used, is over, or another was quicker."""
    challenge = IDENTITY_CHALLENGE.c
    alive = and_(challenge.challenge_id == challenge_id, challenge.expires_at > now)
    return _end(transaction, ChallengeState.USED, now, alive) == 1


def end_challenges(transaction: Transaction, case_id: UUID, *, now: datetime) -> None:
    """Let no open question of the case be answered any more."""
    _end(transaction, ChallengeState.VOID, now, IDENTITY_CHALLENGE.c.case_id == case_id)


def mark_reminded(transaction: Transaction, challenge_id: UUID) -> None:
    """Record that the one reminder was written."""
    challenge = IDENTITY_CHALLENGE.c
    transaction.change(
        update(IDENTITY_CHALLENGE)
        .where(challenge.challenge_id == challenge_id)
        .values(remind_at=None)
    )


def count_wrong_answer(
    transaction: Transaction, challenge_id: UUID, *, limit: int, now: datetime
) -> bool:
    """Count a wrong answer against an open question; True when that was the last one, and the question is over."""
    challenge = IDENTITY_CHALLENGE.c
    one = and_(challenge.challenge_id == challenge_id, challenge.state == ChallengeState.OPEN)
    counted = update(IDENTITY_CHALLENGE).where(one).values(attempts=challenge.attempts + 1)
    transaction.change(counted)
    return _end(transaction, ChallengeState.VOID, now, and_(one, challenge.attempts >= limit)) == 1


def count_attempt(transaction: Transaction, address_key: bytes, *, day: date, limit: int) -> bool:
    """Count an attempt of an address on a day; False, and not counted, when it has had all of that day.

    One statement: however many come at once, no more than `limit` are let through.
    """
    number = IDENTITY_ATTEMPT.c.number
    first = transaction.upsert(IDENTITY_ATTEMPT).values(address_key=address_key, day=day, number=1)
    once_more = first.on_conflict_do_update(
        index_elements=["address_key", "day"], set_={"number": number + 1}, where=number < limit
    )
    return transaction.fetch(once_more.returning(number)).first() is not None


def attempts_of(reading: Reading, address_key: bytes, *, day: date) -> int:
    """Return how many attempts of an address were counted on a day."""
    attempt = IDENTITY_ATTEMPT.c
    question = select(attempt.number).where(attempt.address_key == address_key, attempt.day == day)
    return reading.fetch(question).scalar_one_or_none() or 0


def forget_attempts(transaction: Transaction, *, before: date) -> int:
    """Drop the counts of earlier days; returns how many."""
    return transaction.change(IDENTITY_ATTEMPT.delete().where(IDENTITY_ATTEMPT.c.day < before))


def add_evidence(transaction: Transaction, found: Sequence[StoredEvidence]) -> None:
    """Store evidence; it is never changed afterwards."""
    load_keys(transaction, [one.case_id for one in found])
    transaction.insert(IDENTITY_EVIDENCE, [_evidence_row(transaction, one) for one in found])


def evidence_of(reading: Reading, case_id: UUID) -> list[StoredEvidence]:
    """Return what speaks for the person of a case, in the order in which it was recorded."""
    question = select(IDENTITY_EVIDENCE).where(IDENTITY_EVIDENCE.c.case_id == case_id)
    rows = reading.fetch(question.order_by(IDENTITY_EVIDENCE.c.evidence_id)).all()
    load_keys(reading, [case_id])
    return [_evidence(reading, row) for row in rows]


def _end(
    transaction: Transaction, state: ChallengeState, at: datetime, which: ColumnElement[bool]
) -> int:
    still_open = IDENTITY_CHALLENGE.c.state == ChallengeState.OPEN
    ended = update(IDENTITY_CHALLENGE).where(still_open, which)
    return transaction.change(ended.values(state=state, ended_at=at, remind_at=None))


def _standing(row: AnyRow) -> Standing:
    names = ("case_id", "state", "reasons", "asked_at", "proved_at", "due_at")
    return Standing(**{name: getattr(row, name) for name in names}, level=Level(row.level))


def _standing_row(standing: Standing, now: datetime) -> Values:
    return {
        "case_id": standing.case_id,
        "state": standing.state,
        "level": int(standing.level),
        "reasons": standing.reasons,
        "asked_at": standing.asked_at,
        "proved_at": standing.proved_at,
        "due_at": standing.due_at,
        "changed_at": now,
    }


def _challenge_row(transaction: Transaction, one: Challenge) -> Values:
    return {
        "challenge_id": one.challenge_id,
        "case_id": one.case_id,
        "level": int(one.level),
        "code_key": one.code_key,
        "address_key": one.address_key,
        "sealed_address": transaction.vault.seal_text(one.case_id, ADDRESS, one.address),
        "state": one.state,
        "asked_at": one.asked_at,
        "expires_at": one.expires_at,
        "expires_on": one.expires_on,
        "remind_at": one.remind_at,
        "attempts": one.attempts,
        "ended_at": None,
    }


def _challenges(reading: Reading, rows: Sequence[AnyRow]) -> list[Challenge]:
    load_keys(reading, [row.case_id for row in rows])
    return [
        Challenge(
            challenge_id=row.challenge_id,
            case_id=row.case_id,
            level=Level(row.level),
            code_key=bytes(row.code_key),
            address_key=bytes(row.address_key),
            address=readable(reading, row.case_id, ADDRESS, row.sealed_address),
            asked_at=row.asked_at,
            expires_at=row.expires_at,
            expires_on=row.expires_on,
            remind_at=row.remind_at,
            state=row.state,
            attempts=row.attempts,
        )
        for row in rows
    ]


def _evidence_row(transaction: Transaction, one: StoredEvidence) -> Values:
    evidence = one.evidence
    return {
        "evidence_id": one.evidence_id,
        "case_id": one.case_id,
        "kind": evidence.kind,
        "at": evidence.at,
        "about": evidence.about,
        "level": None if evidence.level is None else int(evidence.level),
        "doubt": evidence.doubt,
        "actor": one.actor,
        "sealed_reason": sealed_if_any(transaction, one.case_id, REASON, one.reason),
        "inbound_id": one.inbound_id,
    }


def _evidence(reading: Reading, row: AnyRow) -> StoredEvidence:
    return StoredEvidence(
        evidence_id=row.evidence_id,
        case_id=row.case_id,
        evidence=Evidence(
            kind=row.kind,
            at=row.at,
            about=None if row.about is None else bytes(row.about),
            level=None if row.level is None else Level(row.level),
            doubt=row.doubt,
        ),
        actor=row.actor,
        reason=readable_if_any(reading, row.case_id, REASON, row.sealed_reason),
        inbound_id=row.inbound_id,
    )
