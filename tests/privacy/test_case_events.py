"""The date of a right is a fold over what is stored; what a letter that came back said does not count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import due
from privacy.case_events import (
    ANSWERS,
    ASKED,
    CaseEvent,
    CaseEventKind,
    Ground,
    clock_of,
    laws_of,
    next_date,
    owner_of,
    reported_under,
    standing,
    suggested_laws,
    waiting_for,
)
from privacy.clocks import EventKind

MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
ITEM, OTHER = UUID(int=1), UUID(int=2)
K = CaseEventKind


def event(kind: CaseEventKind, days: int = 0, **changes: object) -> CaseEvent:
    return replace(CaseEvent(kind=kind, at=MONDAY + days * DAY), **changes)


ADDED = event(K.RIGHT_ADDED, item_id=ITEM)
ASKED_BY_LETTER = event(K.IDENTITY_ASKED, 1, letter=b"k", ground="identity")


def test_a_clock_begins_with_its_right_and_hears_of_what_concerns_it() -> None:
    events = [
        event(K.RECEIVED),
        event(K.RIGHT_ADDED, 2, item_id=OTHER),
        ADDED,
        event(K.IDENTITY_ASKED, 3, item_id=OTHER),
        event(K.CLARIFICATION_ASKED, 4),
    ]
    clock = clock_of(events, ITEM)
    assert clock.received_at == MONDAY
    assert [one.kind for one in clock.happened] == [EventKind.CLARIFICATION_ASKED]
    assert len(clock_of(events, OTHER).happened) == 2


def test_a_right_of_which_nothing_is_known_has_no_clock() -> None:
    with pytest.raises(ValueError, match="asked for"):
        clock_of([event(K.RECEIVED)], ITEM)
    stood_in = clock_of([], ITEM, asked_at=MONDAY)
    assert (stood_in.received_at, stood_in.told_by) == (MONDAY, None)
    with pytest.raises(ValueError, match="UTC"):
        CaseEvent(kind=K.RECEIVED, at=datetime(2027, 3, 1))  # noqa: DTZ001 - what is refused


def test_a_question_waits_until_it_is_answered() -> None:
    asked = [ADDED, ASKED_BY_LETTER]
    waiting = clock_of(asked, ITEM).waiting
    assert waiting == waiting_for(asked, ITEM) == ASKED_BY_LETTER
    other = event(K.FEE_ASKED, 2)
    assert clock_of([*asked, other], ITEM).waiting == ASKED_BY_LETTER
    assert clock_of([*asked, other, event(K.IDENTITY_PROVED, 5)], ITEM).waiting == other
    assert clock_of([*asked, event(K.IDENTITY_PROVED, 5)], ITEM).waiting is None


def test_what_a_letter_said_that_came_back_was_told_to_nobody() -> None:
    told = [ADDED, ASKED_BY_LETTER, event(K.BOUNCED, 2, letter=b"k")]
    assert clock_of(told, ITEM).happened == ()
    again = [*told, event(K.IDENTITY_ASKED, 3, letter=b"k")]
    assert len(clock_of(again, ITEM).happened) == 1
    other = [ADDED, ASKED_BY_LETTER, event(K.BOUNCED, 2, letter=b"other")]
    assert len(clock_of(other, ITEM).happened) == 1
    assert standing([event(K.BOUNCED)]) == (event(K.BOUNCED),)


def test_a_later_date_needs_the_letter_that_told_it() -> None:
    proved = event(K.IDENTITY_PROVED, 5)
    extended = event(K.EXTENSION_NOTIFIED, 6, letter=b"e")
    told_by = {
        (ADDED,): None,
        (ADDED, ASKED_BY_LETTER): b"k",
        (ADDED, ASKED_BY_LETTER, proved): b"k",
        (ADDED, replace(ASKED_BY_LETTER, letter=None), proved): None,
        (ADDED, proved): None,
        (ADDED, extended): b"e",
        (ADDED, extended, event(K.CALENDAR_CHANGED, 7)): None,
        (ADDED, event(K.ACKNOWLEDGED, 1, letter=b"a")): None,
    }
    for events, letter in told_by.items():
        assert clock_of(events, ITEM).told_by == letter


def test_the_scope_of_much_data_is_remembered() -> None:
    asked = event(K.CLARIFICATION_ASKED, 1, ground=str(Ground.MUCH_DATA))
    assert clock_of([ADDED, asked], ITEM).much_data
    assert not clock_of([ADDED, ASKED_BY_LETTER], ITEM).much_data


def test_the_last_laws_govern_and_the_last_owner_has_the_case() -> None:
    events = [
        event(K.RECEIVED, laws=("gdpr",), reasons=("candidate:gdpr",)),
        event(K.LAWS_CHANGED, 1, laws=("lgpd",), reasons=("staff",)),
        event(K.ASSIGNED, 2, ground="sam@autocloz.example"),
        event(K.CALENDAR_CHANGED, 3),
    ]
    assert laws_of(events) == (("lgpd",), ("staff",))
    assert owner_of(events) == "sam@autocloz.example"
    assert (laws_of([]), owner_of([])) == (((), ()), None)


def test_every_ground_is_a_question_with_its_answer() -> None:
    assert set(ASKED) == set(Ground)
    assert set(ASKED.values()) == set(ANSWERS)
    for kind in EventKind:
        assert CaseEventKind(str(kind))


def at(days: int):
    day = date(2027, 4, 1) + timedelta(days=days)
    return due(day, datetime(day.year, day.month, day.day, 23, tzinfo=UTC))


@given(st.integers(0, 90), st.integers(0, 90), st.booleans())
def test_no_date_comes_later_untold(held: int, counted: int, told: bool) -> None:  # noqa: FBT001 - drawn
    found = next_date(at(held), at(counted), told=told)
    assert found == (at(counted) if told else at(min(held, counted)))


kinds = st.sampled_from([*ANSWERS, *ANSWERS.values(), K.BOUNCED, K.EXTENSION_NOTIFIED])
letters = st.sampled_from([None, b"a", b"b"])
happenings = st.lists(st.tuples(kinds, st.integers(0, 60), letters), max_size=8)


@given(happenings)
def test_the_fold_never_keeps_what_came_back(drawn: list[tuple[CaseEventKind, int, bytes]]) -> None:
    events = [ADDED, *(event(kind, days, letter=letter) for kind, days, letter in drawn)]
    kept = standing(events)
    for place, one in enumerate(events):
        later = events[place + 1 :]
        bounced = one.letter is not None and any(
            other.kind is K.BOUNCED and other.letter == one.letter for other in later
        )
        gone = bounced and one.kind is not K.BOUNCED
        assert (sum(one is other for other in kept) == 0) == gone


SUGGESTED = event(K.LAWS_SUGGESTED, 1, laws=("dpdp", "gdpr"), reasons=("workspace-region:x",))


def received(*reasons: str) -> CaseEvent:
    return event(K.RECEIVED, laws=("house", "gdpr"), reasons=reasons)


def test_what_a_workspace_suggests_governs_nothing_yet() -> None:
    told = [received("always:house"), SUGGESTED]
    assert laws_of(told)[0] == ("house", "gdpr")
    assert suggested_laws(told) == (("dpdp",), ("workspace-region:x",))
    assert suggested_laws([received(), SUGGESTED, event(K.LAWS_SUGGESTED, 2)]) == ((), ())


@pytest.mark.parametrize(
    "happened",
    [
        [],
        [SUGGESTED],
        [received()],
        [received("residence:india"), SUGGESTED],
        [received(), event(K.LAWS_CHANGED, 2, laws=("house",), reasons=("staff",)), SUGGESTED],
        [received(), SUGGESTED, event(K.LAWS_CHANGED, 2, laws=("house", "gdpr", "dpdp"))],
    ],
    ids=["nothing", "operators", "none", "they said where they live", "staff decided", "it does"],
)
def test_it_suggests_nothing_that_is_settled_or_governs_already(happened) -> None:
    assert suggested_laws(happened) == ((), ())


def test_a_report_is_known_by_its_law_and_by_when_it_was_told_last() -> None:
    told = [event(K.INCIDENT_REPORTED, day, ground=law) for day, law in enumerate(("a", "b", "a"))]
    assert reported_under([received(), *told]) == {
        "a": MONDAY + 2 * DAY,
        "b": MONDAY + DAY,
    }
    assert reported_under([event(K.INCIDENT_REPORTED)]) == {}
