"""How a campaign stands: counted in the database, and its Owners a page at a time, so that a million need no memory."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update

from privacy.notices import APART, AT_WORK, TOLD, AttemptOutcome, OwnerState
from storage.datakeys import load_keys
from storage.directory_rows import DIRECTORY_PERSON, DIRECTORY_WORKSPACE
from storage.directory_writes import PERSON_FACTS, WORKSPACE_FACTS
from storage.notice_banners import ShownBanner, banners_of
from storage.notice_roster import FIRST
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER, NOTICE_WORKSPACE
from storage.notice_sending import RECORD
from storage.readable import ERASED, readable
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

PAGE = 500
_OWNER, _ATTEMPT, _PAIR = NOTICE_OWNER.c, NOTICE_ATTEMPT.c, NOTICE_WORKSPACE.c


@dataclass(frozen=True, kw_only=True)
class Group:
    """Owners who stand alike: the last instant at which one of them was told, None where none was."""

    state: OwnerState
    effective_on: date | None
    decided: bool
    owners: int
    last_told_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a campaign is: Owners by state, attempts by outcome, and how many copies may have left."""

    owners: Mapping[OwnerState, int]
    attempts: Mapping[AttemptOutcome, int]
    copies: int
    contacts: Mapping[OwnerState, int] = field(default_factory=dict)  # billing contacts, apart
    complained: int = 0

    @property
    def at_work(self) -> int:
        """How many people the desk still has to reach by itself."""
        return sum(who.get(state, 0) for who in (self.owners, self.contacts) for state in AT_WORK)


@dataclass(frozen=True, kw_only=True)
class ShownAttempt:
    """One attempt; address and answer are a mark once the person was erased."""

    number: int
    at: datetime
    ended_at: datetime | None
    outcome: AttemptOutcome
    address: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ShownOwner:
    """An Owner with all that happened. `person` and `workspaces` are the product's ids, `workspace_ids` are ours.

    `is_contact`: no Owner but the billing contact of the one workspace, who has no id of the product.
    """

    person_id: UUID
    person: str = field(repr=False)
    is_contact: bool
    workspaces: tuple[str, ...]
    workspace_ids: tuple[UUID, ...]
    state: OwnerState
    language: str | None
    told_at: datetime | None
    stand_in: UUID | None
    effective_on: date | None
    decided: bool
    reason: str | None
    complained_at: datetime | None
    attempts: tuple[ShownAttempt, ...]
    banner: ShownBanner | None


def progress_of(reading: Reading, notice_id: UUID) -> Progress:
    """Return how far a campaign is."""
    of_notice = _OWNER.notice_id == notice_id
    is_contact = _OWNER.contact_of.is_not(None)
    listed = select(_OWNER.state, is_contact, func.count()).where(of_notice)
    rows = reading.fetch(listed.group_by(_OWNER.state, is_contact)).all()
    attempts = select(_ATTEMPT.outcome, func.count()).where(_ATTEMPT.notice_id == notice_id)
    return Progress(
        owners={state: number for state, contact, number in rows if not contact},
        contacts={state: number for state, contact, number in rows if contact},
        attempts={row[0]: row[1] for row in reading.fetch(attempts.group_by(_ATTEMPT.outcome))},
        copies=_copies(reading, notice_id),
        complained=_complained(reading, notice_id),
    )


def groups_of(
    reading: Reading, notice_id: UUID, bounds: Mapping[date | None, datetime]
) -> Iterator[Group]:
    """Yield the Owners in groups that stand alike, those to whom nothing is owed left out.

    `bounds` says for each effective day until which instant somebody is told in time.
    """
    for effective_on, bound in bounds.items():
        same_day = (
            _OWNER.effective_on.is_(None)
            if effective_on is None
            else _OWNER.effective_on == effective_on
        )
        in_time = func.coalesce(_OWNER.told_at < bound, False)
        question = (
            select(_OWNER.state, _OWNER.decided, in_time, func.count(), func.max(_OWNER.told_at))
            .where(_OWNER.notice_id == notice_id, same_day, _OWNER.state.not_in(APART))
            .where(_OWNER.contact_of.is_(None))
            .group_by(_OWNER.state, _OWNER.decided, in_time)
        )
        for state, decided, _, number, last in reading.fetch(question):
            yield Group(
                state=state,
                effective_on=effective_on,
                decided=decided,
                owners=number,
                last_told_at=last,
            )


def effective_days(reading: Reading, notice_id: UUID) -> list[date | None]:
    """Return the days that hold for Owners of their own; None stands for that of the notice."""
    question = select(_OWNER.effective_on).where(_OWNER.notice_id == notice_id).distinct()
    return list(reading.fetch(question).scalars())


def owners_in(
    reading: Reading,
    notice_id: UUID,
    *,
    after: UUID = FIRST,
    late_from: Mapping[date | None, datetime] | None = None,
    most: int = PAGE,
) -> list[ShownOwner]:
    """Return the next page of Owners by their ids; with `late_from` only those who hold publication."""
    question = select(NOTICE_OWNER).where(_OWNER.notice_id == notice_id, _OWNER.person_id > after)
    if late_from is not None:
        late = [
            and_(
                _OWNER.effective_on.is_(None) if day is None else _OWNER.effective_on == day,
                _OWNER.told_at >= bound,
            )
            for day, bound in late_from.items()
        ]
        holds = or_(_OWNER.told_at.is_(None), *late)
        fine = (*APART, OwnerState.JOINED)
        question = question.where(holds, _OWNER.decided.is_(False), _OWNER.state.not_in(fine))
        question = question.where(_OWNER.contact_of.is_(None))
    rows = list(reading.fetch(question.order_by(_OWNER.person_id).limit(most)))
    return _shown(reading, notice_id, rows)


def owners_named(reading: Reading, notice_id: UUID, people: Sequence[UUID]) -> list[ShownOwner]:
    """Return these Owners by their ids; at most a page of them."""
    of_page = and_(_OWNER.notice_id == notice_id, _OWNER.person_id.in_(people))
    rows = reading.fetch(select(NOTICE_OWNER).where(of_page).order_by(_OWNER.person_id)).all()
    return _shown(reading, notice_id, rows)


def stand_in_for_unreached(transaction: Transaction, notice_id: UUID) -> int:
    """Let unreached Owners count as told where another Owner of each of their workspaces was; returns how many.

    They count as told when the last of those others was.
    """
    found = 0
    after = FIRST
    while page := _unreached(transaction, notice_id, after):
        after = page[-1]
        for person, (other, told_at) in _others_told(transaction, notice_id, page).items():
            values = {"state": OwnerState.STOOD_IN, "stand_in": other, "told_at": told_at}
            of_owner = and_(_OWNER.notice_id == notice_id, _OWNER.person_id == person)
            found += transaction.change(update(NOTICE_OWNER).where(of_owner).values(**values))
    return found


def _unreached(reading: Reading, notice_id: UUID, after: UUID) -> list[UUID]:
    question = select(_OWNER.person_id).where(
        _OWNER.notice_id == notice_id,
        _OWNER.state == OwnerState.UNREACHED,
        _OWNER.contact_of.is_(None),
        _OWNER.person_id > after,
    )
    return list(reading.fetch(question.order_by(_OWNER.person_id).limit(PAGE)).scalars())


def _others_told(
    reading: Reading, notice_id: UUID, people: Sequence[UUID]
) -> dict[UUID, tuple[UUID, datetime]]:
    """For each of these people who has one, the other Owner who was told last among the first of each workspace."""
    mine: dict[UUID, list[UUID]] = {}
    pairs = select(_PAIR.person_id, _PAIR.workspace_id).where(
        _PAIR.notice_id == notice_id, _PAIR.person_id.in_(people)
    )
    for person, workspace in reading.fetch(pairs):
        mine.setdefault(person, []).append(workspace)
    first = _first_told(reading, notice_id, {one for places in mine.values() for one in places})
    found = {}
    for person, places in mine.items():
        told = [first[one] for one in places if one in first]
        if len(told) == len(places):
            told_at, who = max(told)
            found[person] = (who, told_at)
    return found


def _first_told(
    reading: Reading, notice_id: UUID, workspaces: Collection[UUID]
) -> dict[UUID, tuple[datetime, UUID]]:
    """For each of these workspaces that has one, the Owner who was told first, or its billing contact."""
    found: dict[UUID, tuple[datetime, UUID]] = {}
    for chunk in in_chunks(sorted(workspaces)):
        question = select(_PAIR.workspace_id, _OWNER.told_at, _OWNER.person_id).where(
            _PAIR.notice_id == notice_id,
            _PAIR.workspace_id.in_(chunk),
            _OWNER.notice_id == notice_id,
            _OWNER.person_id == _PAIR.person_id,
            _OWNER.state.in_(TOLD),
        )
        for workspace, told_at, who in reading.fetch(question):
            found[workspace] = min(found.get(workspace, (told_at, who)), (told_at, who))
    return found


def _complained(reading: Reading, notice_id: UUID) -> int:
    of_notice = and_(_OWNER.notice_id == notice_id, _OWNER.complained_at.is_not(None))
    number: int = reading.fetch(
        select(func.count()).select_from(NOTICE_OWNER).where(of_notice)
    ).scalar_one()
    return number


def _copies(reading: Reading, notice_id: UUID) -> int:
    """Attempts that came after one of which nobody knew whether it left."""
    earlier = NOTICE_ATTEMPT.alias("earlier")
    unknown = exists().where(
        earlier.c.notice_id == notice_id,
        earlier.c.person_id == _ATTEMPT.person_id,
        earlier.c.number == _ATTEMPT.number - 1,
        earlier.c.outcome == AttemptOutcome.UNKNOWN,
    )
    question = select(func.count()).select_from(NOTICE_ATTEMPT)
    number: int = reading.fetch(
        question.where(_ATTEMPT.notice_id == notice_id, unknown)
    ).scalar_one()
    return number


def _shown(reading: Reading, notice_id: UUID, rows: Sequence[AnyRow]) -> list[ShownOwner]:
    people = [row.person_id for row in rows]
    load_keys(reading, people)
    attempts = _attempts(reading, notice_id, people)
    banners = banners_of(reading, notice_id, people)
    names, workspaces = _names(reading, people), _workspaces(reading, notice_id, people)
    for person in people:  # a key is used once: those of a million Owners need no memory
        reading.vault.forget(person)
    return [
        ShownOwner(
            person_id=row.person_id,
            person="" if row.contact_of else names.get(row.person_id, ERASED),
            is_contact=row.contact_of is not None,
            workspaces=tuple(name for _, name in workspaces.get(row.person_id, ())),
            workspace_ids=tuple(name for name, _ in workspaces.get(row.person_id, ())),
            state=row.state,
            language=row.language,
            told_at=row.told_at,
            stand_in=row.stand_in,
            effective_on=row.effective_on,
            decided=row.decided,
            reason=row.reason,
            complained_at=row.complained_at,
            attempts=tuple(attempts.get(row.person_id, ())),
            banner=banners.get(row.person_id),
        )
        for row in rows
    ]


def _names(reading: Reading, people: Sequence[UUID]) -> dict[UUID, str]:
    row = DIRECTORY_PERSON.c
    found = {}
    for chunk in in_chunks(people):
        question = select(row.person_id, row.sealed_facts).where(row.person_id.in_(chunk))
        for who, sealed in reading.fetch(question):
            found[who] = _id_in(reading, who, PERSON_FACTS, sealed)
    return found


def _workspaces(
    reading: Reading, notice_id: UUID, people: Sequence[UUID]
) -> dict[UUID, list[tuple[UUID, str]]]:
    row = DIRECTORY_WORKSPACE.c
    pairs = list[AnyRow]()
    for chunk in in_chunks(people):
        question = (
            select(_PAIR.person_id, row.workspace_id, row.sealed_facts)
            .where(_PAIR.notice_id == notice_id, _PAIR.person_id.in_(chunk))
            .where(row.workspace_id == _PAIR.workspace_id)
            .order_by(_PAIR.person_id, row.workspace_id)
        )
        pairs += reading.fetch(question).all()
    load_keys(reading, [pair.workspace_id for pair in pairs])
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for pair in pairs:
        name = _id_in(reading, pair.workspace_id, WORKSPACE_FACTS, pair.sealed_facts)
        found.setdefault(pair.person_id, []).append((pair.workspace_id, name))
    for pair in pairs:
        reading.vault.forget(pair.workspace_id)
    return found


def _attempts(
    reading: Reading, notice_id: UUID, people: Sequence[UUID]
) -> dict[UUID, list[ShownAttempt]]:
    found: dict[UUID, list[ShownAttempt]] = {}
    for chunk in in_chunks(people):
        question = select(NOTICE_ATTEMPT).where(
            _ATTEMPT.notice_id == notice_id, _ATTEMPT.person_id.in_(chunk)
        )
        rows = reading.fetch(question.order_by(_ATTEMPT.person_id, _ATTEMPT.number))
        for row in rows:
            text = readable(reading, row.person_id, RECORD, bytes(row.sealed_record))
            told = {"address": ERASED, "answer": ERASED} if text == ERASED else json.loads(text)
            attempt = ShownAttempt(
                number=row.number, at=row.at, ended_at=row.ended_at, outcome=row.outcome, **told
            )
            found.setdefault(row.person_id, []).append(attempt)
    return found


def _id_in(reading: Reading, owner: UUID, column: str, sealed: bytes) -> str:
    text = readable(reading, owner, column, sealed)
    return ERASED if text == ERASED else str(json.loads(text)["id"])
