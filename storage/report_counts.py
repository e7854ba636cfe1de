"""Figures over many cases, each counted by the database: volumes, times, answers, and how the model agreed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    case,
    extract,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from privacy.model_calls import CallOutcome
from privacy.work import Step
from storage.clock_rows import CLOCK_EVENT
from storage.states import ClockChange, ClockName
from storage.tables import MODEL_CALL, PRIVACY_CASE
from storage.tables import REQUEST_ITEM as ITEM
from storage.transactions import AnySelect, Reading
from storage.work_rows import ITEM_ANSWER, WORK_EVENT

MICROSECONDS = 1_000_000
Number = ColumnElement[Any]


@dataclass(frozen=True, kw_only=True)
class Span:
    """What is counted: months by their first instants with the end of the last one, and regions; none means every one."""

    edges: tuple[datetime, ...]
    regions: frozenset[str] = frozenset()

    @property
    def since(self) -> datetime:
        """The first instant."""
        return self.edges[0]

    @property
    def until(self) -> datetime:
        """The first instant that is counted no more."""
        return self.edges[-1]


@dataclass(frozen=True, kw_only=True)
class MonthCount:
    """How many of this name there are in a month; `month` is its place in the span."""

    month: int
    name: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many there are under two names."""

    name: str
    beside: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Times:
    """How long clocks of one name ran until they were met, by nearest rank, and how many were met by their last date."""

    clock: str
    met: int
    on_time: int
    median: timedelta
    ninth: timedelta  # of ten, nine took no longer


def rights_by_month(reading: Reading, span: Span) -> list[MonthCount]:
    """Return how many rights were asked for by month; a right counts in the month of its own mail."""
    month, joined = _month(ITEM.c.received_at, span), ITEM.join(PRIVACY_CASE)
    question = select(month, ITEM.c.right_name, func.count()).select_from(joined)
    question = _within(question, ITEM.c.received_at, span).group_by(month, ITEM.c.right_name)
    return _by_month(reading, question)


def languages_by_month(reading: Reading, span: Span) -> list[MonthCount]:
    """Return how many cases began by month and language."""
    month, language = _month(PRIVACY_CASE.c.received_at, span), PRIVACY_CASE.c.language
    question = _within(select(month, language, func.count()), PRIVACY_CASE.c.received_at, span)
    return _by_month(reading, question.group_by(month, language))


def answers_by_right(reading: Reading, span: Span) -> list[Counted]:
    """Return how the rights that were asked for in this span were answered, by right and decision."""
    joined = ITEM_ANSWER.join(ITEM, ITEM.c.item_id == ITEM_ANSWER.c.item_id).join(
        PRIVACY_CASE, PRIVACY_CASE.c.case_id == ITEM.c.case_id
    )
    names = (ITEM.c.right_name, ITEM_ANSWER.c.decision)
    question = select(*names, func.count(ITEM.c.item_id.distinct())).select_from(joined)
    question = question.where(ITEM_ANSWER.c.ended_at.is_(None))
    question = _within(question, ITEM.c.received_at, span).group_by(*names).order_by(*names)
    rows = reading.fetch(question)
    return [Counted(name=str(right), beside=str(what), number=n) for right, what, n in rows]


def agreement_by_month(reading: Reading, span: Span) -> list[MonthCount]:
    """Return the model's answers by month, as `agreed` and `differed`."""
    call = MODEL_CALL.c
    month, how = (
        _month(call.started_at, span),
        case((call.changes == (), "agreed"), else_="differed"),
    )
    question = select(month, how, func.count()).where(
        call.outcome == CallOutcome.HEARD,
        call.started_at >= span.since,
        call.started_at < span.until,
    )
    return _by_month(reading, question.group_by(month, how))


def times_by_clock(reading: Reading, span: Span) -> list[Times]:
    """Return how long the clocks of cases that began in this span ran, those that were met."""
    ranked = _ranked(_met(span), is_sqlite=reading.is_sqlite)
    row = ranked.c
    question = select(
        row.clock,
        row.number,
        func.sum(row.on_time),
        func.max(case((row.place == (row.number + 1) // 2, row.seconds))),
        func.max(case((row.place == (row.number * 9 + 9) // 10, row.seconds))),
    ).group_by(row.clock, row.number)
    return [
        Times(
            clock=str(clock),
            met=number,
            on_time=int(on_time),
            median=timedelta(seconds=float(median)),
            ninth=timedelta(seconds=float(ninth)),
        )
        for clock, number, on_time, median, ninth in reading.fetch(question.order_by(row.clock))
    ]


def _met(span: Span) -> Subquery:
    """Each promise that was kept: when, since when it was owed, and the latest date that its clock ran to."""
    return union_all(_acknowledged(span), _completed(span)).subquery()


def _acknowledged(span: Span) -> AnySelect:
    event = CLOCK_EVENT.c
    met_at = func.max(case((event.change == ClockChange.MET, event.at)))
    question = select(
        literal("acknowledge").label("clock"),
        PRIVACY_CASE.c.received_at,
        met_at.label("met_at"),
        func.max(event.expires_at).label("expires_at"),
    ).select_from(CLOCK_EVENT.join(PRIVACY_CASE))
    question = _within(question, PRIVACY_CASE.c.received_at, span)
    question = question.where(event.clock == ClockName.ACKNOWLEDGE)
    key = (event.case_id, PRIVACY_CASE.c.received_at)
    return question.group_by(*key).having(met_at.is_not(None))


def _completed(span: Span) -> AnySelect:
    event, item = CLOCK_EVENT.c, ITEM.c
    its_clock = (event.case_id == item.case_id) & (event.item_id == item.item_id)
    last_date = select(func.max(event.expires_at)).where(its_clock).scalar_subquery()
    joined = WORK_EVENT.join(ITEM, item.item_id == WORK_EVENT.c.item_id).join(
        PRIVACY_CASE, PRIVACY_CASE.c.case_id == item.case_id
    )
    question = select(
        literal("finish").label("clock"),
        item.received_at,
        func.max(WORK_EVENT.c.at).label("met_at"),
        last_date.label("expires_at"),
    ).select_from(joined)
    question = _within(question, item.received_at, span)
    key = (item.item_id, item.case_id, item.received_at)
    return question.where(WORK_EVENT.c.step == Step.COMPLETE).group_by(*key)


def _ranked(met: Subquery, *, is_sqlite: bool) -> Subquery:
    row = met.c
    seconds = _seconds(row.met_at, row.received_at, is_sqlite=is_sqlite)
    return select(
        row.clock,
        seconds.label("seconds"),
        case((row.met_at <= row.expires_at, 1), else_=0).label("on_time"),
        func.row_number().over(partition_by=row.clock, order_by=seconds).label("place"),
        func.count().over(partition_by=row.clock).label("number"),
    ).subquery()


def _seconds(later: Number, sooner: Number, *, is_sqlite: bool) -> Number:
    """Instants are microseconds in the one engine, and instants in the other."""
    if is_sqlite:
        return (type_coerce(later, BigInteger) - type_coerce(sooner, BigInteger)) // MICROSECONDS
    return extract("epoch", later - sooner)


def _month(at: Number, span: Span) -> Number:
    ends = enumerate(end for _, end in pairwise(span.edges))
    return case(*((at < end, place) for place, end in ends), else_=len(span.edges) - 2)


def _within(question: AnySelect, at: Number, span: Span) -> AnySelect:
    question = question.where(at >= span.since, at < span.until)
    return _in_regions(question, span.regions)


def _in_regions(question: AnySelect, regions: Collection[str]) -> AnySelect:
    return question.where(PRIVACY_CASE.c.region.in_(sorted(regions))) if regions else question


def _by_month(reading: Reading, question: AnySelect) -> list[MonthCount]:
    rows: Sequence[Any] = reading.fetch(question).all()
    found = [MonthCount(month=month, name=str(name), number=n) for month, name, n in rows]
    return sorted(found, key=lambda one: (one.month, one.name))
