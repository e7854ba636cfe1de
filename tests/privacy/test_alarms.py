"""When the desk itself needs help."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import NOON, PRIVACY, calendar
from privacy.alarms import Alarm, AlarmBounds, Observation, find_alarms
from privacy.deadlines import BusinessCalendar

BOUNDS = AlarmBounds()
CALENDAR = calendar()
STARTED = NOON - timedelta(days=1)
WELL = Observation(now=NOON, started_at=STARTED, last_tick_at=NOON, mailbox_last_ok={PRIVACY: NOON})
AGES = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3))
TODAY = NOON.date()  # a Monday
LOCAL = datetime(2026, 11, 23)  # noqa: DTZ001


def codes(seen: Observation) -> list[str]:
    return [alarm.code for alarm in find_alarms(seen, BOUNDS, CALENDAR)]


def test_a_desk_that_is_well_calls_nobody() -> None:
    assert find_alarms(WELL, BOUNDS, CALENDAR) == ()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"database_ok": False}, "database-unreachable"),
        ({"mail_refused_at": NOON - timedelta(minutes=59)}, "mail-refused"),
        ({"disk_free": 499_999_999}, "disk-nearly-full"),
        ({"last_tick_at": NOON - timedelta(seconds=91)}, "scheduler-silent"),
        ({"oldest_unprocessed": NOON - timedelta(minutes=16)}, "mail-not-processed"),
        ({"oldest_unsent": NOON - timedelta(minutes=61)}, "letter-not-sent"),
        ({"transport_trouble": "login-refused"}, "transport"),
        ({"quarantined": 1}, "mail-in-quarantine"),
        ({"hold_due": TODAY}, "held-mail-waits"),
        ({"draft_due": TODAY}, "letter-waits-for-person"),
        ({"task_due": TODAY}, "task-waits"),
        ({"mailbox_last_ok": {PRIVACY: NOON - timedelta(minutes=31)}}, "mailbox-not-read"),
        ({"mailbox_trouble": {PRIVACY: "auth"}}, "mailbox-refused"),
        ({"mailbox_trouble": {PRIVACY: "certificate"}}, "mailbox-refused"),
    ],
)
def test_each_silence_has_an_alarm_of_its_own(wrong: dict[str, object], code: str) -> None:
    assert codes(replace(WELL, **wrong)) == [code]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "patient",
    [
        {"last_tick_at": NOON - BOUNDS.ticker_silent},
        {"mail_refused_at": NOON - timedelta(minutes=61)},
        {"disk_free": BOUNDS.disk_free},
        {"oldest_unprocessed": NOON - BOUNDS.message_unprocessed},
        {"oldest_unsent": NOON - BOUNDS.letter_unsent},
        {"mailbox_last_ok": {PRIVACY: NOON - BOUNDS.mailbox_unread}},
        {"mailbox_trouble": {PRIVACY: "connection"}},
    ],
)
def test_nobody_is_called_before_the_bound_is_passed(patient: dict[str, object]) -> None:
    assert codes(replace(WELL, **patient)) == []  # type: ignore[arg-type]


def test_a_mailbox_that_was_never_read_is_silent_since_the_start() -> None:
    never = replace(WELL, mailbox_last_ok={PRIVACY: None})
    assert codes(never) == ["mailbox-not-read"]
    assert codes(replace(never, started_at=NOON)) == []


def test_a_first_login_that_was_refused_is_not_silent() -> None:
    refused = replace(WELL, mailbox_last_ok={}, mailbox_trouble={PRIVACY: "auth"})
    assert find_alarms(refused, BOUNDS, CALENDAR) == (Alarm(code="mailbox-refused", part=PRIVACY),)


def test_a_connection_that_never_came_about_is_not_silent() -> None:
    unreached = replace(WELL, mailbox_last_ok={}, mailbox_trouble={PRIVACY: "connection"})
    assert codes(unreached) == ["mailbox-not-read"]


@given(AGES, AGES, AGES, st.integers(0, 3))
def test_waiting_longer_never_ends_an_alarm(
    unprocessed: timedelta, unsent: timedelta, wait: timedelta, quarantined: int
) -> None:
    seen = replace(
        WELL,
        oldest_unprocessed=NOON - unprocessed,
        oldest_unsent=NOON - unsent,
        quarantined=quarantined,
    )
    assert set(codes(seen)) <= set(codes(replace(seen, now=NOON + wait)))


def test_all_that_is_wrong_is_named_the_deepest_cause_first() -> None:
    wrong = replace(WELL, database_ok=False, quarantined=2, mailbox_trouble={PRIVACY: "auth"})
    assert codes(wrong) == ["database-unreachable", "mail-in-quarantine", "mailbox-refused"]


def test_an_alarm_reads_as_one_line() -> None:
    assert str(Alarm(code="transport", part="login-refused")) == "transport: login-refused"
    assert str(Alarm(code="database-unreachable")) == "database-unreachable"


@pytest.mark.parametrize(
    "field", ["now", "started_at", "last_tick_at", "oldest_unprocessed", "oldest_unsent"]
)
def test_a_local_time_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        replace(WELL, **{field: LOCAL})  # type: ignore[arg-type]


def test_a_local_time_of_a_mailbox_is_refused() -> None:
    with pytest.raises(ValueError, match="mailbox_last_ok"):
        replace(WELL, mailbox_last_ok={PRIVACY: LOCAL})


@pytest.mark.parametrize("what", ["hold_due", "draft_due", "task_due"])
@pytest.mark.parametrize(("days", "alarms"), [(-400, 1), (-1, 1), (0, 1), (1, 1), (2, 0), (30, 0)])
def test_what_waits_for_a_person_calls_from_one_working_day_before_its_day(
    what: str, days: int, alarms: int
) -> None:
    due = TODAY + timedelta(days=days)
    found = find_alarms(replace(WELL, **{what: due}), BOUNDS, CALENDAR)  # type: ignore[arg-type]
    assert [alarm.part for alarm in found] == [f"due {due.isoformat()}"] * alarms


@pytest.mark.parametrize(
    ("weekday", "called_on"), [(0, -3), (1, -1), (4, -1), (5, -1), (6, -2)], ids=str
)
def test_over_the_weekend_it_calls_on_friday(weekday: int, called_on: int) -> None:
    due = TODAY + timedelta(days=7 + weekday)
    assert called_from(due, calendar()) == due + timedelta(days=called_on)


def test_before_holidays_it_calls_on_the_last_day_on_which_people_work() -> None:
    christmas = calendar(date(2026, 12, 25), date(2026, 12, 28))  # a Friday, and its Monday
    assert called_from(date(2026, 12, 29), christmas) == date(2026, 12, 24)


def test_in_a_year_whose_holidays_nobody_knows_it_calls_a_week_before() -> None:
    assert called_from(date(2027, 1, 4), calendar(years=range(2026, 2027))) == date(2026, 12, 28)


def called_from(due: date, days: BusinessCalendar) -> date:
    """The first day on which the alarm is there."""
    noons = (NOON + timedelta(days=number) for number in range(60))
    seen = (replace(WELL, now=noon, task_due=due) for noon in noons)
    return next(
        one.now.date()
        for one in seen
        if any(alarm.code == "task-waits" for alarm in find_alarms(one, BOUNDS, days))
    )
