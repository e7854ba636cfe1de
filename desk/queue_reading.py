"""What the queue and its search show, read in one view of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.statuses import statuses_of
from privacy.case_events import owner_of
from privacy.identity import Level
from storage.case_events import case_events_of
from storage.cases import CaseSummary, Page, known_cases, list_cases
from storage.database import Reading
from storage.identity import Standing, standings_of
from storage.queue import (
    QueueCounts,
    QueuedCase,
    QueueFilter,
    cases_of_address,
    cases_of_domain,
    count_queue,
    queued_cases,
)

PAGE_LENGTH = 50
MOST_FOUND = 200
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """One open case in the list, and where the identity of its person stands; None where nobody was asked."""

    case: QueuedCase
    standing: Standing | None

    @property
    def identity(self) -> str:
        """Return where it stands, as the list says it."""
        return identity_words(self.standing)


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """One page of the queue with the counts of the team. `after` is where the next page begins, None on the last."""

    lines: tuple[QueueLine, ...]
    counts: QueueCounts
    now: datetime
    after: Page | None


@dataclass(frozen=True, kw_only=True)
class FoundCase:
    """A case that was searched for, open or closed, with whoever has it."""

    case: CaseSummary
    owner: str | None = field(repr=False)


def read_queue(
    reading: Reading, wanted: QueueFilter, seen_by: str, *, now: datetime, after: Page | None
) -> QueuePage:
    """Return a page of the queue as this visitor sees it."""
    cases = queued_cases(reading, wanted, limit=PAGE_LENGTH + 1, after=after)
    shown = cases[:PAGE_LENGTH]
    standings = standings_of(reading, [one.case_id for one in shown])
    return QueuePage(
        lines=tuple(QueueLine(case=one, standing=standings.get(one.case_id)) for one in shown),
        counts=count_queue(
            reading, owner=seen_by, now=now, soon=now + WEEK, regions=wanted.regions
        ),
        now=now,
        after=shown[-1].page if len(cases) > PAGE_LENGTH else None,
    )


def read_found(
    reading: Reading,
    case_ids: Sequence[UUID],
    terms: ChallengeTerms | None,
    regions: frozenset[str],
) -> tuple[FoundCase, ...]:
    """Return the cases that were found, the newest first, with who has to act in each; all regions where none is named."""
    cases = [
        one
        for one in list_cases(reading, limit=MOST_FOUND, among=case_ids)
        if not regions or one.region in regions
    ]
    ids = [one.case_id for one in cases]
    statuses, happened = statuses_of(reading, ids, terms), case_events_of(reading, ids)
    return tuple(
        FoundCase(
            case=replace(one, status=statuses[one.case_id]),
            owner=owner_of(happened.get(one.case_id, [])),
        )
        for one in cases
    )


def search_cases(reading: Reading, term: str, *, limit: int) -> list[UUID]:
    """Return the cases with exactly this address, domain (`@firm.example` or `firm.example`) or reference."""
    local, at, domain = term.rpartition("@")
    if local:
        return cases_of_address(reading, term, limit=limit)
    named = known_cases(reading, numbers=[], references=[term.upper()])
    if named or (at == "" and "." not in term):
        return [one.case_id for one in named]
    return cases_of_domain(reading, domain, limit=limit)


def identity_words(standing: Standing | None) -> str:
    """Return where the identity of a person stands: what was proved, else what became of the question."""
    if standing is None:
        return "not asked"
    if standing.level is not Level.NONE:
        return f"{standing.level.name.lower().replace('_', ' ')} proved"
    return str(standing.state)
