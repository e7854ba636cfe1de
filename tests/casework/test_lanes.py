"""The desk does in each lane what the table of lanes says, and something else when the table says otherwise."""

from dataclasses import replace

import pytest

from casework_values import NOON, ReaderAtHand, SayingClassifier, TestDesk, mail, profile
from core_values import asking
from privacy.deadlines import any_right_due, lane_due
from privacy.deciding import Outcome
from privacy.lanes import FirstLetter, LaneTable
from privacy.rights import Classification, Lane, Right
from regimes.lanes import load_lanes


def receive(desk: TestDesk, classification: Classification, *, number: int = 1) -> Outcome | None:
    desk.reader = ReaderAtHand(classifier=SayingClassifier(classification))
    return desk.receive_one(mail("Words of Anne.", number=number)).outcome


@pytest.mark.parametrize("lane", Lane)
def test_a_mail_without_a_right_is_a_case_with_an_urgent_task_where_the_lane_says_so(
    desk, lane: Lane
) -> None:
    row = load_lanes().of(lane)
    outcome = receive(desk, Classification(lane=lane))
    assert outcome is (Outcome.CASE if row.at_once else Outcome.HELD)
    (task,) = desk.tasks()
    assert task.urgent == row.at_once


@pytest.mark.parametrize("lane", Lane)
def test_a_letter_leaves_by_itself_in_no_lane_that_wants_a_person(desk, lane: Lane) -> None:
    receive(desk, replace(asking(Right.ERASURE), lane=lane))
    by_person = load_lanes().of(lane).first_letter is FirstLetter.BY_PERSON
    assert bool(desk.drafts()) == by_person
    assert bool(desk.letters()) == (not by_person)


@pytest.mark.parametrize("lane", sorted(load_lanes().at_once))
def test_the_case_itself_has_the_date_that_the_laws_give_its_lane(desk, lane: Lane) -> None:
    receive(desk, Classification(lane=lane))
    laws = desk.profile.regimes
    of_lane = lane_due(NOON, lane, laws)
    assert (of_lane is not None) == (lane in {Lane.COMPLAINT, Lane.SECURITY_INCIDENT})
    assert desk.case().own_due == (of_lane or any_right_due(NOON, laws))


def test_a_house_that_writes_another_table_has_another_desk(desk) -> None:
    rows = dict(load_lanes().rows)
    rows[Lane.VENDOR] = replace(rows[Lane.VENDOR], at_once=True)
    desk.profile = profile(lanes=LaneTable(rows))
    assert receive(desk, Classification(lane=Lane.VENDOR)) is Outcome.CASE
    assert [task.urgent for task in desk.tasks()] == [True]
