"""A correction changes what it names and nothing else; what a person was told becomes earlier, never later."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import NOON, asking
from privacy.by_hand import claim_by_hand
from privacy.cases import Case, CaseIdentifiers, ItemState, Origin, open_case
from privacy.correcting import Change, Corrected, Correction, Found, correct
from privacy.deadlines import acknowledgement_due, any_right_due, completion_due, lane_due
from privacy.errors import Permanent
from privacy.messages import Sender
from privacy.rights import Classification, Lane, Right, Scope, right_name
from regimes import load_regimes

LAWS = load_regimes(("house", "gdpr", "uk_gdpr", "dpdp", "ccpa"))
ORIGIN = Origin(
    inbound_id=UUID(int=7),
    mailbox="privacy@autocloz.example",
    region="default",
    received_at=NOON,
    sender=Sender(address="anne@person.example"),
    language="en",
)
MARKETING, GENERAL = (Right.OBJECTION, Scope.MARKETING), (Right.OBJECTION, None)
ERASURE, ACCESS = (Right.ERASURE, None), (Right.ACCESS, None)


def case_of(classification: Classification) -> Case:
    name = CaseIdentifiers(case_id=UUID(int=1), number=1, reference="PR-2026-000001-00")
    return open_case(name, ORIGIN, classification, regimes=LAWS, new_id=uuid4)


def change(case: Case, **wrong: object) -> Corrected:
    return correct(case, Correction(**wrong), regimes=LAWS, new_id=uuid4)  # type: ignore[arg-type]


def found(asked, *, days: int = 0) -> Found:
    return Found(
        claim=claim_by_hand(asked, quote="my file", start=3),
        inbound_id=UUID(int=8),
        received_at=NOON + timedelta(days=days),
    )


ASKED = case_of(asking(Right.ERASURE))


def test_a_right_that_is_added_has_the_clock_of_the_message_that_asked_for_it() -> None:
    done = change(ASKED, added=found(ACCESS, days=2))
    (item,) = done.added
    assert done.case.items == (*ASKED.items, item)
    assert item.due == completion_due(NOON + timedelta(days=2), Right.ACCESS, LAWS)
    assert (item.quote, item.start, item.end, item.inbound_id) == ("my file", 3, 10, UUID(int=8))
    assert done.changes == (Change(what="right", before=None, after="access"),)
    assert done.items == ()


def test_what_is_no_request_is_owed_no_more_and_its_row_stays() -> None:
    both = change(ASKED, added=found(ACCESS)).case
    done = change(both, not_asked=ACCESS)
    assert [item.state for item in done.case.items] == [ItemState.RECEIVED, ItemState.NOT_A_REQUEST]
    assert done.case.due == ASKED.items[0].due
    assert done.changes[0] == Change(what="right", before="access", after=None)


def test_a_case_in_which_nothing_is_asked_any_more_has_a_date_until_a_person_closes_it() -> None:
    done = change(ASKED, not_asked=ERASURE)
    assert done.case.own_due == any_right_due(NOON, LAWS)
    again = change(done.case, added=found(ERASURE))
    assert again.case.own_due is None
    assert [item.is_open for item in again.case.items] == [False, True]


def test_a_right_that_somebody_sees_takes_the_place_of_the_date_without_any() -> None:
    nothing_seen = case_of(Classification(lane=Lane.UNCLEAR))
    assert nothing_seen.own_due is not None
    assert change(nothing_seen, added=found(ACCESS)).case.own_due is None


@pytest.mark.parametrize(("before", "after"), [(GENERAL, Scope.MARKETING), (MARKETING, None)])
def test_another_scope_brings_a_date_forward_and_never_back(before, after) -> None:
    case = change(ASKED, added=found(before)).case
    done = change(case, rescoped=(before, after))
    (item,) = done.items
    counted = completion_due(NOON, Right.OBJECTION, LAWS, scope=after)
    assert item.scope is after
    assert item.due.expires_at == min(case.items[1].due.expires_at, counted.expires_at)
    named = done.changes[0]
    assert (named.before, named.after) == (right_name(before), right_name((Right.OBJECTION, after)))


def test_a_right_named_without_its_scope_is_the_only_one_of_its_kind() -> None:
    one = change(ASKED, added=found(MARKETING)).case
    assert change(one, not_asked=GENERAL).items[0].scope is Scope.MARKETING
    two = change(one, added=found((Right.OBJECTION, Scope.ANALYTICS))).case
    with pytest.raises(Permanent, match="asks for no objection"):
        change(two, not_asked=GENERAL)
    assert change(two, not_asked=MARKETING).items[0].scope is Scope.MARKETING


@pytest.mark.parametrize("lane", [lane for lane in Lane if lane is not Lane.RIGHTS])
def test_another_lane_sets_the_date_of_the_case_anew_and_its_first_answer_no_later(lane) -> None:
    done = change(ASKED, lane=lane)
    assert done.case.lane is lane
    assert done.case.own_due == lane_due(NOON, lane, LAWS)
    by_lane = acknowledgement_due(NOON, LAWS, lane=lane)
    assert done.case.acknowledge.expires_at <= min(ASKED.acknowledge.expires_at, by_lane.expires_at)
    assert done.changes[0] == Change(what="lane", before="rights", after=str(lane))


def test_an_incident_that_is_none_has_no_hours_any_more() -> None:
    incident = change(ASKED, lane=Lane.SECURITY_INCIDENT).case
    done = change(incident, lane=Lane.RIGHTS)
    assert done.case.own_due is None
    assert done.case.due == ASKED.items[0].due


def test_the_first_answer_comes_forward_where_the_lane_wants_it_earlier() -> None:
    late = replace(ASKED, acknowledge=completion_due(NOON, Right.ERASURE, LAWS))
    done = change(late, lane=Lane.OTHER)
    assert done.case.acknowledge == acknowledgement_due(NOON, LAWS)
    assert done.changes[1].what == "acknowledge_by"


def test_another_language_moves_no_date() -> None:
    done = change(ASKED, language="de")
    assert done.case == replace(ASKED, language="de")
    assert done.changes == (Change(what="language", before="en", after="de"),)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "nothing would change"),
        ({"lane": Lane.RIGHTS, "language": "en"}, "nothing would change"),
        ({"not_asked": ACCESS}, "asks for no access"),
        ({"added": found(ERASURE)}, "asks for erasure already"),
        ({"rescoped": (MARKETING, None)}, "asks for no objection:marketing"),
        ({"rescoped": (ERASURE, None)}, "the scope is none already"),
    ],
)
def test_what_cannot_be_corrected_is_said_in_one_line(wrong, told: str) -> None:
    with pytest.raises(Permanent, match=told):
        change(ASKED, **wrong)


def test_two_open_rights_never_become_the_same() -> None:
    both = change(ASKED, added=found(GENERAL)).case
    both = change(both, added=found(MARKETING)).case
    with pytest.raises(Permanent, match="asks for objection:marketing already"):
        change(both, rescoped=(GENERAL, Scope.MARKETING))


@given(
    st.lists(
        st.sampled_from(
            [
                {"added": found(ACCESS)},
                {"added": found(GENERAL)},
                {"added": found(MARKETING)},
                {"not_asked": ERASURE},
                {"not_asked": ACCESS},
                {"not_asked": GENERAL},
                {"rescoped": (GENERAL, Scope.MARKETING)},
                {"rescoped": (MARKETING, None)},
                {"lane": Lane.COMPLAINT},
                {"lane": Lane.RIGHTS},
                {"language": "fr"},
            ]
        ),
        max_size=8,
    )
)
def test_whatever_is_corrected_a_case_has_a_date_and_no_right_twice(steps) -> None:
    case = ASKED
    for step in steps:
        try:
            done = change(case, **step)
        except Permanent:
            continue
        before, case = case, done.case
        keys = [item.key for item in case.items if item.is_open]
        assert len(keys) == len(set(keys))
        assert case.due is not None
        dates = {item.item_id: item.due.expires_at for item in case.items}
        assert all(dates[item.item_id] <= item.due.expires_at for item in before.items)
        assert case.acknowledge.expires_at <= before.acknowledge.expires_at


def test_a_right_on_which_work_has_begun_is_no_misunderstanding() -> None:
    case = case_of(asking(Right.ACCESS))
    worked = replace(case.items[0], state=ItemState.EXECUTING)
    with pytest.raises(Permanent, match="work on access has begun"):
        change(replace(case, items=(worked,)), not_asked=(Right.ACCESS, None))
