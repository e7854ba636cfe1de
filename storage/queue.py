"""The queue of open cases: kept beside the cases in their own transactions, asked in the order of the dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Table,
    Text,
    TextClause,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
)

from privacy.deciding import Outcome
from privacy.rights import Lane
from privacy.work_status import WorkStatus
from storage.case_writes import ADDRESS
from storage.cases import Page
from storage.datakeys import load_keys
from storage.queue_rows import QUEUE
from storage.readable import readable_if_any
from storage.rows import DERIVED
from storage.tables import DATABASE_MARK, DRAFT, INBOUND, PARTY, PRIVACY_CASE
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

FAR_OFF = datetime(9999, 1, 1, tzinfo=UTC)  # where nothing is owed: the end of the list
MARK = f"{DERIVED}queue"  # which rules the rows were made by
AT_ONCE = 500  # cases
# Written out, not bound: the engines use a partial index only when the question repeats its condition.
_NOT_DISMISSED = text("inbound.state <> 'dismissed'")
_UNDECIDED = text("draft.state = 'waiting'")


@dataclass(frozen=True, kw_only=True)
class QueuedCase:
    """An open case as the queue shows it. `due_on`, `due_for` and `regime` are None where nothing is owed.

    `requester` is None without a believable address, and where nobody asked for it.
    """

    case_id: UUID
    reference: str
    region: str
    lane: Lane
    language: str
    status: WorkStatus
    rights: tuple[str, ...]
    owner: str | None
    received_at: datetime
    due_at: datetime
    due_on: date | None
    due_for: str | None
    regime: str | None
    waiting: bool
    needs_human: bool
    requester: str | None = field(default=None, repr=False)

    @property
    def page(self) -> Page:
        """Where a list goes on after this case."""
        return (self.due_at, self.case_id)


@dataclass(frozen=True, kw_only=True)
class QueueFilter:
    """Which open cases are wanted; what is None or empty leaves nothing out.

    `unassigned` and `owner` together: either. `regions` are those that the visitor may see, empty for all.
    """

    owner: str | None = None
    unassigned: bool = False
    status: WorkStatus | None = None
    right: str | None = None
    language: str | None = None
    regime: str | None = None
    lane: Lane | None = None
    before: datetime | None = None
    regions: frozenset[str] = frozenset()
    ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class QueueCounts:
    """How many open cases there are of each kind, messages set aside, and drafts that wait for approval."""

    mine: int
    unassigned: int
    soon: int
    late: int
    person: int
    held: int
    drafts: int


def queued_cases(
    reading: Reading, wanted: QueueFilter, *, limit: int, after: Page | None = None
) -> list[QueuedCase]:
    """Return open cases, the earliest date first, from `after` on, each with its requester."""
    row = QUEUE.c
    question = select(QUEUE).where(*_conditions(wanted)).order_by(row.due_at, row.case_id)
    if after is not None:
        question = question.where(tuple_(row.due_at, row.case_id) > after)
    rows = reading.fetch(question.limit(limit)).all()
    people = requesters_of(reading, [one.case_id for one in rows])
    return [_queued(one, people.get(one.case_id)) for one in rows]


def count_queue(
    reading: Reading, *, owner: str, now: datetime, soon: datetime, regions: frozenset[str]
) -> QueueCounts:
    """Return the counts for the head of the queue: each walks an index of its own."""
    row = QUEUE.c
    seen = (row.region.in_(sorted(regions)),) if regions else ()

    def count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
        counted = select(func.count()).select_from(QUEUE).where(*conditions, *seen)
        return counted.scalar_subquery()

    asked = {
        "mine": count(row.owner == owner),
        "unassigned": count(row.owner.is_(None)),
        "late": count(row.due_at <= now),
        "soon": count(row.due_at > now, row.due_at <= soon),
        "person": count(row.status == WorkStatus.WAITING_ON_PERSON),
        "held": _count_of(INBOUND, INBOUND.c.outcome == Outcome.HELD, _NOT_DISMISSED),
        "drafts": _count_of(DRAFT, _UNDECIDED),
    }
    found = reading.fetch(select(*(one.label(name) for name, one in asked.items()))).one()
    return QueueCounts(**found._asdict())


def cases_of_address(reading: Reading, address: str, *, limit: int) -> list[UUID]:
    """Return the cases whose person has exactly this address, the newest first."""
    key = reading.ring.lookup_key("address", address)
    return _newest(reading, PARTY.c.address_key == key, limit)


def cases_of_domain(reading: Reading, domain: str, *, limit: int) -> list[UUID]:
    """Return the cases whose person writes from exactly this domain, the newest first."""
    key = reading.ring.lookup_key("domain", domain)
    return _newest(reading, PARTY.c.domain_key == key, limit)


def requesters_of(reading: Reading, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the addresses of the people of these cases; who has none is left out."""
    load_keys(reading, list(case_ids))
    found = {}
    for chunk in in_chunks(case_ids):
        question = select(PARTY.c.case_id, PARTY.c.sealed_address)
        for row in reading.fetch(question.where(PARTY.c.case_id.in_(chunk))):
            address = readable_if_any(reading, row.case_id, ADDRESS, row.sealed_address)
            found.update({row.case_id: address} if address is not None else {})
    return found


def put_in_queue(
    transaction: Transaction, rows: Sequence[QueuedCase], gone: Iterable[UUID]
) -> None:
    """Set the rows of these cases anew, and take those away that are open no more."""
    for chunk in in_chunks(gone):
        transaction.change(delete(QUEUE).where(QUEUE.c.case_id.in_(chunk)))
    transaction.merge(QUEUE, [_row(one) for one in rows])


def lock_cases(transaction: Transaction, case_ids: Iterable[UUID]) -> None:
    """Let nobody else derive anything of these cases before this transaction ends; in one order, for two at once."""
    case = PRIVACY_CASE.c
    for chunk in in_chunks(sorted(case_ids)):
        locked = select(case.case_id).where(case.case_id.in_(chunk)).order_by(case.case_id)
        transaction.fetch(locked.with_for_update()).all()


def queue_mark(reading: Reading) -> bytes | None:
    """Return by which rules the rows were made, None where they were never made."""
    mark = select(DATABASE_MARK.c.value).where(DATABASE_MARK.c.name == MARK)
    found = reading.fetch(mark).scalar_one_or_none()
    return None if found is None else bytes(found)


def set_queue_mark(transaction: Transaction, value: bytes) -> None:
    """Record by which rules the rows are made."""
    transaction.merge(DATABASE_MARK, [{"name": MARK, "value": value}])


def cases_from(reading: Reading, after: UUID | None) -> list[UUID]:
    """Return the next cases in the order of their ids."""
    case = PRIVACY_CASE.c
    question = select(case.case_id).order_by(case.case_id).limit(AT_ONCE)
    if after is not None:
        question = question.where(case.case_id > after)
    return list(reading.fetch(question).scalars())


def name_domains(transaction: Transaction, case_ids: Sequence[UUID]) -> None:
    """Give the people of these cases the key of their domain, where a program before this one wrote them."""
    party = PARTY.c
    rows: list[Values] = [
        {"of_case": case_id, "key": domain_key(transaction, address)}
        for case_id, address in requesters_of(transaction, case_ids).items()
    ]
    unnamed = and_(party.case_id == bindparam("of_case"), party.domain_key.is_(None))
    transaction.change(PARTY.update().where(unnamed).values(domain_key=bindparam("key")), rows)


def domain_key(reading: Reading, address: str) -> bytes:
    """Return what stands for the domain of an address in look-ups."""
    return reading.ring.lookup_key("domain", address.rpartition("@")[2])


def _count_of(table: Table, *conditions: ColumnElement[bool] | TextClause) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*conditions).scalar_subquery()


def _newest(reading: Reading, condition: ColumnElement[bool], limit: int) -> list[UUID]:
    question = select(PARTY.c.case_id).where(condition).order_by(PARTY.c.party_id.desc())
    return list(dict.fromkeys(reading.fetch(question.limit(limit)).scalars()))


def _conditions(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    row = QUEUE.c
    plain = ("status", "language", "regime", "lane")
    asked: list[ColumnElement[bool]] = [
        row[name] == value for name in plain if (value := getattr(wanted, name)) is not None
    ]
    whose: list[ColumnElement[bool]] = [row.owner.is_(None)] if wanted.unassigned else []
    whose += [row.owner == wanted.owner] if wanted.owner is not None else []
    asked += [or_(*whose)] if whose else []
    if wanted.right is not None:
        asked.append(type_coerce(row.rights, Text()).contains(f'"{wanted.right}"', autoescape=True))
    if wanted.before is not None:
        asked.append(row.due_at < wanted.before)
    if wanted.regions:
        asked.append(row.region.in_(sorted(wanted.regions)))
    if wanted.ids is not None:
        asked.append(row.case_id.in_(wanted.ids))
    return asked


_NAMES = tuple(name for name in QueuedCase.__dataclass_fields__ if name != "requester")


def _queued(row: AnyRow, requester: str | None) -> QueuedCase:
    return QueuedCase(**{name: getattr(row, name) for name in _NAMES}, requester=requester)


def _row(one: QueuedCase) -> Values:
    return {name: getattr(one, name) for name in _NAMES}
