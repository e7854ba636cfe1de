"""What systems are asked: the type of each right, the body that they see, and when it is tried again."""

import json
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.rights import Right, Scope
from privacy.system_calls import (
    BACK_OFF,
    LONGEST_OBEYED_WAIT,
    CallKind,
    Identifier,
    SystemOrder,
    SystemWay,
    Way,
    kind_of,
    next_call,
    order_body,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
TASK = UUID("0191f5e0-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    ("right", "scope", "kind"),
    [
        (Right.ERASURE, None, CallKind.RIGHT_EXECUTE),
        (Right.ACCESS, None, CallKind.RIGHT_EXECUTE),
        (Right.OBJECTION, Scope.MARKETING, CallKind.MARKETING_STOP),
        (Right.OBJECTION, Scope.ANALYTICS, CallKind.PREFERENCE_CHANGED),
        (Right.OBJECTION, None, CallKind.RIGHT_EXECUTE),
        (Right.OBJECTION, Scope.SALE_SHARING, CallKind.RIGHT_EXECUTE),
        (Right.WITHDRAW_CONSENT, None, CallKind.PREFERENCE_CHANGED),
        (Right.WITHDRAW_CONSENT, Scope.ANALYTICS, CallKind.PREFERENCE_CHANGED),
        (Right.WITHDRAW_CONSENT, Scope.MARKETING, CallKind.MARKETING_STOP),
        (Right.RESTRICTION, None, CallKind.PROCESSING_RESTRICT),
    ],
)
def test_a_right_becomes_the_message_that_the_policy_promises(right, scope, kind):
    assert kind_of(right, scope) is kind


def order(**changes):
    values = {
        "kind": CallKind.RIGHT_EXECUTE,
        "case": "PR-2026-000001-AB",
        "right": Right.ERASURE,
        "scope": None,
        "subject": {Identifier.ADDRESS: ("anné@person.example",)},
        "region": "eu-west-1",
        "task": TASK,
        "due_on": date(2026, 12, 20),
    }
    return SystemOrder(**(values | changes))


def test_the_body_says_what_the_system_needs_and_no_more():
    assert json.loads(order_body(order(), NOW)) == {
        "type": "right.execute",
        "timestamp": "2026-11-27T12:00:00+00:00",
        "data": {
            "case": "PR-2026-000001-AB",
            "task": str(TASK),
            "right": "erasure",
            "scope": None,
            "subject": {"address": ["anné@person.example"]},
            "due_on": "2026-12-20",
            "region": "eu-west-1",
        },
    }


@pytest.mark.parametrize(
    ("right", "preference"), [(Right.OBJECTION, "analytics"), (Right.WITHDRAW_CONSENT, "consent")]
)
def test_a_preference_is_off_at_once_in_the_workspaces_of_the_person(right, preference):
    made = order(kind=CallKind.PREFERENCE_CHANGED, right=right, workspaces=("w1", "w2"))
    data = json.loads(order_body(made, NOW))["data"]
    assert (data["preference"], data["value"], data["effective"]) == (preference, "off", "at_once")
    assert data["workspaces"] == ["w1", "w2"]


def test_a_notice_has_neither_a_task_nor_a_day():
    data = json.loads(order_body(order(task=None, due_on=None), NOW))["data"]
    assert (data["task"], data["due_on"]) == (None, None)


def test_nobody_is_named_where_an_order_is_shown():
    assert "person.example" not in repr(order())


def test_sendgrid_erases_and_does_nothing_else():
    sendgrid = SystemWay(way=Way.SENDGRID)
    assert [right for right in Right if sendgrid.carries_out(right)] == [Right.ERASURE]
    assert all(SystemWay(way=Way.WEBHOOK).carries_out(right) for right in Right)
    assert not any(SystemWay().carries_out(right) for right in Right)


@given(attempts=st.integers(1, len(BACK_OFF)), share=st.floats(0, 1))
def test_it_is_tried_again_later_each_time_and_never_by_all_at_once(attempts, share):
    at = next_call(attempts, share=share, now=NOW).at
    assert at is not None
    wait = at - NOW
    usual = BACK_OFF[attempts - 1]
    assert 0.79 * usual <= wait <= 1.21 * usual


def test_after_the_last_time_it_is_given_up():
    plan = next_call(len(BACK_OFF) + 1, share=0.5, now=NOW)
    assert (plan.at, plan.reason) == (None, "out-of-reach-7-times")


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(minutes=9), timedelta(minutes=9)),
        (timedelta(seconds=1), timedelta(seconds=30)),
        (timedelta(days=30), LONGEST_OBEYED_WAIT),
    ],
)
def test_a_wait_that_the_system_names_is_obeyed_within_reason(asked, waits):
    assert next_call(1, share=0.5, now=NOW, asked_to_wait=asked).at == NOW + waits
