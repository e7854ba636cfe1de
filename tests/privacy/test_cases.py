"""A case: opened and extended without ever losing what a person asked for."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import (
    ANNE,
    GDPR,
    HOUSE,
    IDENTIFIERS,
    LAWS,
    NOON,
    PRIVACY,
    asking,
    case,
    claim,
    counter,
    days,
    hours,
    origin,
)
from privacy.cases import (
    Case,
    CaseState,
    ItemState,
    Origin,
    Role,
    _no_item_is_made,
    add_message,
    added_items,
    open_case,
    open_stub,
)
from privacy.deadlines import LanePeriods, any_right_due, lane_due
from privacy.rights import Classification, Lane, Right, Scope

classifications = st.builds(
    Classification,
    lane=st.sampled_from(Lane),
    rights=st.lists(
        st.builds(claim, st.sampled_from(Right), st.none() | st.sampled_from(Scope)), max_size=6
    ).map(tuple),
    needs_human=st.booleans(),
)
LATER = NOON + timedelta(days=3)


def add(to: Case, classification: Classification, *, mail: int = 2, at: datetime = LATER) -> Case:
    said = origin(mail=mail, received_at=at)
    return add_message(to, said, classification, regimes=LAWS, new_id=counter(mail * 1000))


def judged(opened: Case, state: ItemState) -> Case:
    return replace(opened, items=tuple(replace(item, state=state) for item in opened.items))


def test_a_case_starts_open_with_its_clock_from_arrival() -> None:
    opened = case(asking(Right.ACCESS))
    assert (opened.state, opened.role, opened.lane) == (CaseState.OPEN, Role.UNKNOWN, Lane.RIGHTS)
    assert (opened.received_at, opened.acknowledge.on) == (NOON, date(2026, 11, 30))
    assert (opened.requester, opened.mailbox) == (ANNE, PRIVACY)


def test_each_right_has_a_clock_of_its_own() -> None:
    opened = add(case(asking(Right.ACCESS)), asking(Right.ERASURE))
    access, erasure = opened.items
    assert (access.received_at, erasure.received_at) == (NOON, LATER)
    assert erasure.due.expires_at > access.due.expires_at
    assert opened.due == access.due


def test_a_case_that_names_no_right_is_due_like_the_right_with_the_earliest_date() -> None:
    opened = case(asking())
    assert opened.due == opened.own_due == any_right_due(NOON, LAWS)
    assert opened.acknowledge.on == date(2026, 11, 30)


COMPLAINING = Classification(lane=Lane.COMPLAINT)
KNOWS_COMPLAINTS = (
    replace(HOUSE, lanes={Lane.COMPLAINT: LanePeriods(acknowledge=days(2), complete=days(20))}),
    GDPR,
)


def test_a_complaint_has_the_dates_of_its_lane() -> None:
    opened = case(COMPLAINING, regimes=KNOWS_COMPLAINTS)
    assert opened.acknowledge.on == NOON.date() + timedelta(2)
    assert opened.due == lane_due(NOON, Lane.COMPLAINT, KNOWS_COMPLAINTS)


def test_a_complaint_that_asks_for_a_right_too_is_due_by_the_earlier_of_both() -> None:
    both = replace(COMPLAINING, rights=(claim(Right.ACCESS),))
    opened = case(both, regimes=KNOWS_COMPLAINTS)
    assert opened.own_due is not None
    assert opened.due == opened.own_due
    assert opened.own_due.expires_at < opened.items[0].due.expires_at


def test_a_complaint_in_a_later_mail_has_its_date_from_that_mail_and_keeps_it() -> None:
    opened = case(asking(Right.ACCESS), regimes=KNOWS_COMPLAINTS)
    assert opened.own_due is None
    complained = opened
    for mail, at in ((2, LATER), (3, LATER + timedelta(days=1))):
        complained = add_message(
            complained,
            origin(mail=mail, received_at=at),
            COMPLAINING,
            regimes=KNOWS_COMPLAINTS,
            new_id=counter(),
        )
    assert complained.own_due == lane_due(LATER, Lane.COMPLAINT, KNOWS_COMPLAINTS)


def test_a_right_that_was_put_aside_no_longer_dates_the_case() -> None:
    put_aside = judged(case(asking(Right.ERASURE)), ItemState.WITHDRAWN)
    assert put_aside.due is None
    again = add(put_aside, asking(Right.ERASURE))
    assert again.due == again.items[1].due


def test_an_objection_to_marketing_has_the_period_of_its_scope() -> None:
    own = {(Right.OBJECTION, Scope.MARKETING): hours(48)}
    claims = (claim(Right.OBJECTION, Scope.MARKETING), claim(Right.OBJECTION))
    objecting = Classification(lane=Lane.RIGHTS, rights=claims)
    marketing, general = case(objecting, regimes=(replace(HOUSE, periods=own),)).items
    assert marketing.due.expires_at == NOON + timedelta(hours=48)
    assert general.due.on == NOON.date() + timedelta(30)


def test_an_item_keeps_the_words_that_asked_and_the_mail_they_came_in() -> None:
    (item,) = case(asking(Right.ERASURE)).items
    assert (item.quote, item.inbound_id, item.reason) == (
        "delete me",
        origin().inbound_id,
        "en.test",
    )
    assert item.key == claim(Right.ERASURE).key


def test_a_right_that_is_open_already_is_joined_and_keeps_its_first_clock() -> None:
    opened = case(asking(Right.ACCESS))
    assert add(opened, asking(Right.ACCESS)).items == opened.items


@pytest.mark.parametrize("state", [ItemState.WITHDRAWN, ItemState.NOT_A_REQUEST])
def test_a_right_that_is_asked_for_again_after_it_was_put_aside_runs_anew(state: ItemState) -> None:
    put_aside = judged(case(asking(Right.ERASURE)), state)
    again = add(put_aside, asking(Right.ERASURE))
    (item,) = added_items(put_aside, again)
    assert (item.state, item.received_at) == (ItemState.RECEIVED, LATER)


@pytest.mark.parametrize("state", ItemState)
def test_the_same_mail_read_again_brings_nothing_back(state: ItemState) -> None:
    put_aside = judged(case(asking(Right.ERASURE)), state)
    assert add(put_aside, asking(Right.ERASURE), mail=1, at=NOON) == put_aside


def test_a_right_named_twice_in_one_mail_is_one_request_with_the_first_words() -> None:
    twice = (claim(quote="delete me"), claim(Right.ACCESS), claim(quote="erase it all"))
    opened = case(Classification(lane=Lane.RIGHTS, rights=twice))
    assert [(item.right, item.quote) for item in opened.items] == [
        (Right.ERASURE, "delete me"),
        (Right.ACCESS, "delete me"),
    ]


def test_an_objection_to_marketing_and_a_general_one_are_two_requests() -> None:
    general, marketing = claim(Right.OBJECTION), claim(Right.OBJECTION, Scope.MARKETING)
    opened = case(Classification(lane=Lane.RIGHTS, rights=(general, marketing)))
    assert len(opened.items) == 2


@given(classifications, classifications)
def test_adding_a_message_twice_is_adding_it_once(
    first: Classification, second: Classification
) -> None:
    once = add(case(first), second)
    assert add(once, second) == once


@given(classifications, st.lists(classifications, max_size=4))
def test_nothing_that_was_asked_for_is_ever_lost(
    first: Classification, more: list[Classification]
) -> None:
    current = case(first)
    for mail, following in enumerate(more, start=2):
        before, current = current, add(current, following, mail=mail)
        assert current.items[: len(before.items)] == before.items
        assert current.items[len(before.items) :] == added_items(before, current)
    asked = {one.key for said in (first, *more) for one in said.rights}
    assert {item.key for item in current.items} == asked


@given(classifications, classifications)
def test_a_further_mail_changes_only_items_and_the_need_for_a_person(
    first: Classification, second: Classification
) -> None:
    before = case(first)
    after = add(before, second)
    assert after.needs_human == (first.needs_human or second.needs_human)
    assert replace(after, items=before.items, needs_human=before.needs_human) == before


@given(st.lists(classifications, min_size=1, max_size=4))
def test_every_case_has_a_date(said: list[Classification]) -> None:
    current = case(said[0], regimes=KNOWS_COMPLAINTS)
    for mail, following in enumerate(said[1:], start=2):
        current = add(current, following, mail=mail)
    assert current.due is not None


@given(classifications)
def test_the_case_is_due_when_its_first_right_is(classification: Classification) -> None:
    opened = add(case(classification), asking(Right.ACCESS))
    assert opened.due is not None
    assert all(opened.due.expires_at <= item.due.expires_at for item in opened.items)


def test_what_cannot_be_read_is_a_case_whose_clocks_run() -> None:
    stub = open_stub(IDENTIFIERS, origin(), "encrypted", regimes=LAWS)
    assert (stub.stub_reason, stub.lane, stub.needs_human) == ("encrypted", Lane.UNCLEAR, True)
    assert (stub.items, stub.acknowledge.on) == ((), date(2026, 11, 30))
    assert stub.due == any_right_due(NOON, LAWS)


def test_a_person_without_a_believable_address_gets_a_case_all_the_same() -> None:
    opened = open_case(
        IDENTIFIERS, origin(sender=None), asking(Right.ACCESS), regimes=LAWS, new_id=counter()
    )
    assert opened.requester is None
    assert len(opened.items) == 1


@pytest.mark.parametrize(
    "made", [origin(), case(), case().items[0]], ids=["origin", "case", "item"]
)
def test_a_local_time_is_refused_where_a_value_is_made(made: Origin | Case) -> None:
    with pytest.raises(ValueError, match="received_at"):
        replace(made, received_at=datetime(2026, 11, 23))  # noqa: DTZ001


def test_neither_the_person_nor_the_words_are_shown() -> None:
    shown = repr((case(asking(Right.ERASURE)), origin()))
    assert not [word for word in (ANNE, "Anne", "delete me") if word in shown]


def test_a_stub_draws_no_id_for_an_item() -> None:

    with pytest.raises(AssertionError):
        _no_item_is_made()
