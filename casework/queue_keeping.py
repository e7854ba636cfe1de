"""Keeps the queue of open cases: derived in the very transaction that changes a case, so that it never disagrees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.statuses import statuses_of
from privacy.case_events import owner_of
from privacy.cases import CaseState, Role
from privacy.identity import Level
from privacy.reminders import Watched
from privacy.rights import Right, Scope, right_name
from privacy.work_status import WorkStatus
from storage.cases import items_of
from storage.database import Database, Transaction
from storage.queue import (
    FAR_OFF,
    QueuedCase,
    cases_from,
    lock_cases,
    name_domains,
    put_in_queue,
    queue_mark,
    set_queue_mark,
)
from storage.reminders import WatchedCase, WatchedClock, watched_cases
from storage.transactions import AnyRow
from storage.work_lists import CaseHead, case_heads

RULES = b"1"  # another number has every row made anew at the next start


def keep_queue(database: Database, terms: ChallengeTerms | None) -> None:
    """Have every transaction of this database keep the queue, and make it where other rules or none made it."""
    database.derive_by(partial(derive_queue, terms=terms))
    rules = _rules_of(terms)
    with database.reading() as reading:
        if queue_mark(reading) == rules:
            return
    _make_anew(database, terms)
    with database.transaction() as transaction:
        set_queue_mark(transaction, rules)


def derive_queue(
    transaction: Transaction, case_ids: Iterable[UUID], *, terms: ChallengeTerms | None
) -> None:
    """Set the rows of these cases anew, from all that is stored of them now."""
    ids = sorted(case_ids)
    lock_cases(transaction, ids)
    heads = {one.case_id: one for one in case_heads(transaction, ids)}
    opened = [one for one, head in heads.items() if head.state is CaseState.OPEN]
    rows = _rows(transaction, [heads[one] for one in opened], terms) if opened else []
    put_in_queue(transaction, rows, set(ids) - set(opened))


def _rows(
    transaction: Transaction, heads: Sequence[CaseHead], terms: ChallengeTerms | None
) -> list[QueuedCase]:
    ids = [head.case_id for head in heads]
    statuses, items = statuses_of(transaction, ids, terms), items_of(transaction, ids)
    watched = {one.case_id: one for one in watched_cases(transaction, ids)}
    return [
        _row(head, watched[head.case_id], statuses[head.case_id], items.get(head.case_id, []))
        for head in heads
    ]


def _row(
    head: CaseHead, watched: WatchedCase, status: WorkStatus, items: Sequence[AnyRow]
) -> QueuedCase:
    first = min(watched.clocks, key=lambda one: one.due.expires_at, default=None)
    return QueuedCase(
        case_id=head.case_id,
        reference=watched.reference,
        region=head.region,
        lane=watched.lane,
        language=head.language,
        status=status,
        rights=tuple(dict.fromkeys(right_name((one.right_name, one.scope)) for one in items)),
        owner=owner_of(watched.happened),
        received_at=watched.received_at,
        due_at=FAR_OFF if first is None else first.due.expires_at,
        due_on=None if first is None else first.due.on,
        due_for=None if first is None else _what(first),
        regime=None if first is None else first.due.regime,
        waiting=first is not None and first.waiting is not None,
        needs_human=head.needs_human,
    )


def _what(clock: WatchedClock) -> str:
    return "acknowledge" if clock.clock is Watched.ACKNOWLEDGE else clock.right or "case"


def _make_anew(database: Database, terms: ChallengeTerms | None) -> None:
    """A transaction for some hundred cases each: whoever else writes meanwhile derives its own."""
    after: UUID | None = None
    while True:
        with database.transaction() as transaction:
            ids = cases_from(transaction, after)
            if not ids:
                return
            derive_queue(transaction, ids, terms=terms)
            name_domains(transaction, ids)
        after = ids[-1]


def _rules_of(terms: ChallengeTerms | None) -> bytes:
    """What the settings make of the status of a case: which level suffices for which right."""
    if terms is None:
        return RULES
    told = [
        _needed(terms.suffices, right, scope, terms) for right in Right for scope in (None, *Scope)
    ]
    return hashlib.sha256(RULES + repr(told).encode()).digest()


def _needed(
    suffices: Callable[..., bool], right: Right, scope: Scope | None, terms: ChallengeTerms
) -> list[int]:
    laws = [(), *((code,) for code in terms.codes)]
    return [
        sum(not suffices(level, (right, scope), role=role, laws=law) for level in Level)
        for role in Role
        for law in laws
    ]
