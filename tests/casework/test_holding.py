"""A legal hold has a reason, a beginning and an end, one at a time; it is seen, and in the trail without its reason."""

from datetime import timedelta

import pytest

from casework.holding import hold_case, release_case
from casework_values import BOTH_ENGINES, NOON, SAM, TestDesk, mail
from privacy.audit import AuditKind
from privacy.errors import Permanent
from storage.holds import held_cases, holds_of

LAWSUIT = "Anne sued us at the court of Sampletown."


@pytest.fixture
def reference(desk) -> str:
    """Give the reference of Anne's case."""
    desk.receive_one(mail())
    return desk.case().reference


def hold(desk: TestDesk, reference: str, reason: str = LAWSUIT) -> None:
    hold_case(desk.database, reference, reason, actor=SAM, now=desk.now)


def release(desk: TestDesk, reference: str, reason: str = "The court has decided.") -> None:
    release_case(desk.database, reference, reason, actor=SAM, now=desk.now)


def is_held(desk: TestDesk) -> bool:
    with desk.database.reading() as reading:
        return bool(held_cases(reading, [desk.case().case_id]))


@BOTH_ENGINES
def test_a_hold_lasts_until_it_is_released_and_both_reasons_stay(desk, reference) -> None:
    case = desk.case()
    assert not is_held(desk)
    hold(desk, reference)
    assert is_held(desk)
    desk.now += timedelta(days=400)
    release(desk, reference)
    assert not is_held(desk)
    with desk.database.reading() as reading:
        (kept,) = holds_of(reading, case.case_id)
    assert (kept.reason, kept.held_at, kept.held_by) == (LAWSUIT, NOON, SAM.address)
    assert (kept.release, kept.released_at) == ("The court has decided.", desk.now)
    assert desk.case() == case
    hold(desk, reference)
    assert is_held(desk)


@BOTH_ENGINES
def test_nothing_is_held_or_released_twice(desk, reference) -> None:
    with pytest.raises(Permanent, match="not on hold"):
        release(desk, reference)
    hold(desk, reference)
    with pytest.raises(Permanent, match="on hold already"):
        hold(desk, reference)
    assert is_held(desk)


def test_the_trail_says_who_and_when_and_never_why(desk, reference) -> None:
    hold(desk, reference)
    release(desk, reference)
    events = desk.events(desk.case().case_id)[-2:]
    assert [event.kind for event in events] == [AuditKind.CASE_HELD, AuditKind.CASE_HOLD_ENDED]
    assert {event.actor for event in events} == {str(SAM)}
    assert "Anne" not in str(events)
    assert desk.chain_holds(desk.case().case_id)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_a_hold_has_a_reason(desk, reference, reason: str) -> None:
    for change in (hold, release):
        with pytest.raises(Permanent, match="1 to 2000 characters"):
            change(desk, reference, reason)


def test_there_is_no_such_case(desk) -> None:
    for change in (hold, release):
        with pytest.raises(Permanent, match="no such case"):
            change(desk, "PR-2026-000000-00")
