"""Figures are counted by the database: the same on both engines, and right at every edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from privacy.cases import ItemState
from privacy.rights import Right
from privacy.work import Step
from storage.cases import add_cases, mark_acknowledged
from storage.ids import new_id
from storage.report_counts import (
    Span,
    agreement_by_month,
    answers_by_right,
    languages_by_month,
    rights_by_month,
    times_by_clock,
)
from storage.work_rows import WORK_EVENT

DAY = timedelta(days=1)
MARCH, APRIL, MAY = (datetime(2026, month, 1, tzinfo=UTC) for month in (3, 4, 5))
SPAN = Span(edges=(MARCH, APRIL, MAY))


def begin(database, make, received_at, **facts):
    item = make.item(Right.ACCESS, received_at=received_at)
    case = make.case(received_at=received_at, items=(item,), **facts)
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=received_at)
    return case


def test_a_right_counts_in_the_month_of_its_mail_and_the_next_month_begins_at_its_first_instant(
    database, make
) -> None:
    for at in (MARCH, APRIL - timedelta(microseconds=1), APRIL, MARCH - DAY, MAY):
        begin(database, make, at)
    with database.reading() as reading:
        counts = [(one.month, one.name, one.number) for one in rights_by_month(reading, SPAN)]
    assert counts == [(0, "access", 2), (1, "access", 1)]


def test_a_region_is_counted_alone_and_cases_are_told_by_language(database, make) -> None:
    begin(database, make, MARCH, language="de", region="eu")
    begin(database, make, MARCH, language="fr", region="in")
    with database.reading() as reading:
        (one,) = languages_by_month(reading, Span(edges=SPAN.edges, regions=frozenset({"eu"})))
    assert (one.name, one.number) == ("de", 1)


def test_half_and_nine_of_ten_are_told_by_nearest_rank_and_who_was_late_is_counted(
    database, make
) -> None:
    for days in range(1, 11):  # their clock ends on 9 March
        case = begin(database, make, MARCH)
        with database.transaction() as transaction:
            mark_acknowledged(transaction, case.case_id, message_id_key=None, at=MARCH + days * DAY)
    begin(database, make, MARCH)
    with database.reading() as reading:
        (times,) = times_by_clock(reading, SPAN)
    assert (times.clock, times.met, times.on_time) == ("acknowledge", 10, 8)
    assert (times.median, times.ninth) == (5 * DAY, 9 * DAY)


def test_a_right_is_finished_when_its_answer_is_complete(database, make) -> None:
    case = begin(database, make, MARCH)
    with database.transaction() as transaction:
        transaction.insert(WORK_EVENT, [completed(case, MARCH + 12 * DAY)])
    with database.reading() as reading:
        (times,) = times_by_clock(reading, SPAN)
    assert (times.clock, times.met, times.on_time, times.median) == ("finish", 1, 1, 12 * DAY)


def completed(case, at):
    return {
        "event_id": new_id(),
        "case_id": case.case_id,
        "item_id": case.items[0].item_id,
        "step": Step.COMPLETE,
        "from_state": ItemState.APPROVED,
        "to_state": ItemState.FULFILLED,
        "actor": "daemon",
        "os_user": None,
        "at": at,
        "sealed_ground": None,
        "cause": "letter:sent",
    }


def test_where_nothing_happened_nothing_is_counted(database) -> None:
    with database.reading() as reading:
        assert answers_by_right(reading, SPAN) == []
        assert agreement_by_month(reading, SPAN) == []
        assert times_by_clock(reading, SPAN) == []
