from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event

from privacy.cases import CaseState, ItemState
from privacy.errors import Retryable
from privacy.rights import Right, Scope
from storage.cases import (
    add_cases,
    clock_events,
    extend_case,
    find_case,
    get_case,
    get_cases,
    known_cases,
    list_cases,
    mark_acknowledged,
)
from storage.datakeys import erase_keys
from storage.failures import NotFound
from storage.ids import new_id
from storage.states import ClockChange, ClockName

DAY = timedelta(days=1)


def add(database, now, *cases):
    with database.transaction() as transaction:
        add_cases(transaction, cases, now=now)


def test_a_case_comes_back_exactly_as_it_went_in(database, make):
    case = make.case(
        items=(
            make.item(),
            make.item(Right.OBJECTION, scope=Scope.MARKETING, quote="böse \x00 \ud800 Wörter"),
        )
    )
    add(database, make.now, case)
    with database.reading() as reading:
        assert get_case(reading, case.case_id) == case
        assert find_case(reading, case.reference) == case


def test_a_stub_without_requester_comes_back_as_it_went_in(database, make):
    case = make.case(
        requester=None, requester_name="", items=(), stub_reason="encrypted", needs_human=True
    )
    add(database, make.now, case)
    with database.reading() as reading:
        assert get_case(reading, case.case_id) == case


def test_cases_come_back_in_the_order_asked_for_and_unknown_ones_are_left_out(database, make):
    first, second = make.case(), make.case()
    add(database, make.now, first, second)
    with database.transaction() as transaction:
        found = get_cases(transaction, [second.case_id, new_id(), first.case_id])
    assert found == [second, first]


def test_a_case_that_is_not_there_is_named_as_such(database):
    with database.reading() as reading:
        assert find_case(reading, "PR-2026-999999-ZZ") is None
        with pytest.raises(NotFound):
            get_case(reading, new_id())


def test_an_extended_case_keeps_its_first_clocks_and_starts_new_ones(database, make):
    case = make.case()
    add(database, make.now, case)
    second = make.item(Right.ACCESS, due=make.due(date(2026, 4, 20)))
    longer = make.case(
        case_id=case.case_id,
        number=case.number,
        reference=case.reference,
        items=(*case.items, second),
        needs_human=True,
    )
    with database.transaction() as transaction:
        extend_case(transaction, longer, [second], now=make.now)
    with database.reading() as reading:
        assert get_case(reading, case.case_id) == longer
        assert len(clock_events(reading, case.case_id)) == 3


def test_a_stub_learns_who_asks_once_and_a_case_never_changes_its_person(database, make):
    stub = make.case(requester=None, requester_name="", items=(), stub_reason="broken")
    add(database, make.now, stub)
    for requester in (make.anne, "mallory@elsewhere.example"):
        read = replace(stub, requester=requester, requester_name="Anne", stub_reason=None)
        with database.transaction() as transaction:
            extend_case(transaction, read, [], now=make.now)
    with database.reading() as reading:
        case = get_case(reading, stub.case_id)
    assert (case.requester, case.requester_name, case.stub_reason) == (make.anne, "Anne", None)


def test_only_a_case_that_is_there_can_be_extended(database, make):
    with pytest.raises(NotFound), database.transaction() as transaction:
        extend_case(transaction, make.case(), [make.item()], now=make.now)


def test_the_same_right_is_not_added_twice_by_two_workers(database, make):
    case = make.case(items=(make.item(Right.ERASURE),))
    add(database, make.now, case)
    with pytest.raises(Retryable), database.transaction() as transaction:
        extend_case(transaction, case, [make.item(Right.ERASURE)], now=make.now)


def put_aside(make, **changes):
    return make.case(items=(make.item(Right.ERASURE, state=ItemState.WITHDRAWN),), **changes)


def ask_again(transaction, make, case):
    again = make.item(Right.ERASURE, received_at=make.now + DAY, due=make.due(date(2026, 4, 3)))
    extend_case(transaction, replace(case, items=(*case.items, again)), [again], now=make.now)
    return again


def test_a_withdrawn_right_is_asked_for_anew_by_a_later_mail(database, make):
    case = put_aside(make)
    add(database, make.now, case)
    with database.transaction() as transaction:
        again = ask_again(transaction, make, case)
    with database.reading() as reading:
        stored = get_case(reading, case.case_id)
        [summary] = list_cases(reading)
    assert stored.items == (*case.items, again)
    assert (stored.due, summary.due_on, summary.rights) == (again.due, again.due.on, ("erasure",))


def test_a_withdrawn_right_is_not_asked_for_anew_by_two_workers(database, make):
    case = put_aside(make)
    add(database, make.now, case)
    with database.transaction() as transaction:
        ask_again(transaction, make, case)
    with pytest.raises(Retryable), database.transaction() as transaction:
        ask_again(transaction, make, case)


def test_a_case_whose_rights_are_all_put_aside_owes_no_date(database, make):
    add(database, make.now, put_aside(make))
    with database.reading() as reading:
        [summary] = list_cases(reading)
    assert summary.due_on is None


def test_the_date_of_the_case_itself_moves_stops_and_starts_again(database, make):
    case = make.case(items=(), own_due=make.due(date(2026, 3, 12)))
    add(database, make.now, case)
    for step, on in enumerate((date(2026, 3, 12), date(2026, 3, 11), None, None, date(2026, 4, 1))):
        later = replace(case, own_due=None if on is None else make.due(on))
        with database.transaction() as transaction:
            extend_case(transaction, later, [], now=make.now + DAY * step)
        with database.reading() as reading:
            assert get_case(reading, case.case_id) == later
            assert [one.due_on for one in list_cases(reading)] == [on]
            changes = [
                event.change
                for event in clock_events(reading, case.case_id)
                if event.clock is ClockName.RESPOND
            ]
    started, stopped = ClockChange.STARTED, ClockChange.STOPPED
    assert changes == [started, started, stopped, started]


def test_known_cases_are_found_by_number_and_by_reference_each_once(database, make):
    case, other, nobody = (
        make.case(),
        make.case(requester="Otto@Home.example"),
        make.case(requester=None),
    )
    add(database, make.now, case, other, nobody)
    with database.transaction() as transaction:
        found = known_cases(
            transaction,
            numbers=[case.number, nobody.number, 2**39],
            references=[case.reference, other.reference, "PR-2026-000000-00"],
        )
    parties = {known.case_id: known.parties for known in found}
    assert parties == {
        case.case_id: frozenset({make.anne}),
        other.case_id: frozenset({"otto@home.example"}),
        nobody.case_id: frozenset(),
    }


def test_the_acknowledgement_clock_is_met_once(database, make):
    case = make.case()
    add(database, make.now, case)
    for later in (1, 2):
        with database.transaction() as transaction:
            at = make.now + timedelta(minutes=later)
            mark_acknowledged(transaction, case.case_id, message_id_key=b"k" * 32, at=at)
    with database.reading() as reading:
        met = [
            change
            for change in clock_events(reading, case.case_id)
            if change.change is ClockChange.MET
        ]
        [summary] = list_cases(reading)
    assert [(one.clock, one.at, one.due) for one in met] == [
        (ClockName.ACKNOWLEDGE, make.now + timedelta(minutes=1), None)
    ]
    assert summary.acknowledged_at == make.now + timedelta(minutes=1)


def test_clock_events_show_the_date_and_how_it_came_about(database, make):
    case = make.case()
    add(database, make.now, case)
    with database.reading() as reading:
        events = clock_events(reading, case.case_id)
    assert {(event.clock, event.item_id, event.due) for event in events} == {
        (ClockName.ACKNOWLEDGE, None, case.acknowledge),
        (ClockName.RESPOND, case.items[0].item_id, case.items[0].due),
    }


def test_the_list_shows_the_newest_first_with_their_dates(database, make):
    items = (
        make.item(),
        make.item(Right.OBJECTION, scope=Scope.MARKETING, due=make.due(date(2026, 3, 20))),
    )
    old = make.case(received_at=make.now - DAY, items=())
    new = make.case(items=items)
    add(database, make.now, old, new)
    with database.reading() as reading:
        first, second = list_cases(reading)
    assert (first.reference, first.rights) == (new.reference, ("erasure", "objection:marketing"))
    assert (first.acknowledge_by, first.due_on) == (date(2026, 3, 9), date(2026, 3, 20))
    assert (first.requester, first.acknowledged_at) == (make.anne, None)
    assert (second.reference, second.rights, second.due_on) == (old.reference, (), None)
    assert make.anne not in repr(first)


def test_the_list_goes_on_where_a_page_ended_even_within_one_instant(database, make):
    add(database, make.now, *(make.case() for _ in range(7)))
    closed = make.case(state=CaseState.CLOSED)
    add(database, make.now, closed)
    seen, after = [], None
    with database.reading() as reading:
        while page := list_cases(reading, limit=3, after=after, state=CaseState.OPEN):
            seen += [summary.case_id for summary in page]
            after = page[-1].page
        assert len(set(seen)) == len(seen) == 7
        assert len(list_cases(reading)) == 8
        assert [one.case_id for one in list_cases(reading, state=CaseState.CLOSED)] == [
            closed.case_id
        ]


def test_an_erased_case_keeps_its_frame_and_loses_its_words(database, make):
    case = make.case()
    add(database, make.now, case)
    with database.transaction() as transaction:
        erase_keys(transaction, [case.case_id])
    with database.reading() as reading:
        erased = get_case(reading, case.case_id)
        assert (erased.requester, erased.requester_name, erased.items[0].quote) == ("(erased)",) * 3
        assert erased.acknowledge == case.acknowledge
        assert list_cases(reading)[0].requester == "(erased)"


def test_a_page_of_cases_asks_a_fixed_number_of_questions(database, make):
    add(database, make.now, *(make.case() for _ in range(40)))

    def questions(limit):
        asked = []
        with database.reading() as reading:
            listen = (
                reading.connection,
                "before_cursor_execute",
                lambda *told: asked.append(told[2]),
            )
            event.listen(*listen)
            list_cases(reading, limit=limit)
            event.remove(*listen)
        return len(asked)

    assert questions(40) == questions(2)


def test_dates_before_1970_and_far_ahead_survive(database, make):
    instants = [
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
    ]
    cases = [make.case(received_at=instant) for instant in instants]
    add(database, make.now, *cases)
    with database.reading() as reading:
        assert [
            one.received_at for one in get_cases(reading, [c.case_id for c in cases])
        ] == instants
