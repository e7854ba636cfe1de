"""Where rights stand, for people and for programs: no more than a letter says, and nothing of a person."""

from dataclasses import replace
from datetime import date

import pytest

from core_values import NOON, asking, case
from privacy.case_stands import BY_DECISION, stand_of, stands_of
from privacy.cases import ItemState
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand, Stand
from privacy.work import Decision

DAY = date(2026, 12, 23)


@pytest.mark.parametrize(
    ("state", "waits", "stand"),
    [
        (ItemState.RECEIVED, True, Stand.WAITING_FOR_YOU),
        (ItemState.RECEIVED, False, Stand.WORKING),
        (ItemState.EXECUTING, False, Stand.WORKING),
        (ItemState.APPROVED, False, Stand.WORKING),
        (ItemState.PARKED, False, Stand.RESTING),
        (ItemState.WITHDRAWN, True, Stand.WITHDRAWN),
        (ItemState.FULFILLED, False, Stand.ANSWERED),
        (ItemState.REFUSED, False, Stand.ANSWERED),
        (ItemState.NOT_A_REQUEST, False, None),
    ],
)
def test_a_state_stands_somewhere(state: ItemState, *, waits: bool, stand: Stand | None) -> None:
    item = replace(case().items[0], state=state)
    assert stand_of(item, waits=waits) is stand


def test_only_what_we_work_on_has_a_day() -> None:
    found = case(asking(Right.ACCESS, Right.ERASURE, Right.PORTABILITY)).items
    gone = replace(found[2], state=ItemState.NOT_A_REQUEST)
    told = stands_of((found[0], found[1], gone), [found[1]])
    assert [(one.stand, one.answer_by) for one in told] == [
        (Stand.WORKING, found[0].due.on),
        (Stand.WAITING_FOR_YOU, None),
    ]


def test_every_decision_stands_somewhere() -> None:
    assert BY_DECISION.keys() == set(Decision)


def test_a_case_stands_where_most_is_asked_of_anybody() -> None:
    working = RightStand(right=Right.ACCESS, scope=None, stand=Stand.WORKING, answer_by=DAY)
    waiting = RightStand(right=Right.ERASURE, scope=None, stand=Stand.WAITING_FOR_YOU)
    found = CaseStand(received_on=NOON.date(), rights=(working, waiting))
    assert (found.stand, found.answer_by) == (Stand.WAITING_FOR_YOU, DAY)
    empty = CaseStand(received_on=NOON.date(), rights=())
    assert (empty.stand, empty.answer_by) == (Stand.RECEIVED, None)


def test_programs_read_codes_and_days() -> None:
    one = RightStand(
        right=Right.OBJECTION, scope=Scope.MARKETING, stand=Stand.WORKING, answer_by=DAY
    )
    other = RightStand(right=Right.ACCESS, scope=None, stand=Stand.REFUSED, ground="excessive")
    found = CaseStand(received_on=NOON.date(), rights=(one, other))
    assert found.as_values("PR-2026-000007-00") == {
        "version": 1,
        "case": "PR-2026-000007-00",
        "status": "working",
        "received": "2026-11-23",
        "requests": [
            {
                "right": "objection",
                "scope": "marketing",
                "status": "working",
                "answer_by": "2026-12-23",
                "ground": None,
            },
            {
                "right": "access",
                "scope": None,
                "status": "refused",
                "answer_by": None,
                "ground": "excessive",
            },
        ],
    }
