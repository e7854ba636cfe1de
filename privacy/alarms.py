"""When the desk itself needs help: silence is a fault. One table from what is seen to alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from privacy.deadlines import BusinessCalendar, working_days_before
from privacy.instants import require_utc

A_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class AlarmBounds:
    """How long each part may be silent before somebody is called."""

    mailbox_unread: timedelta = timedelta(minutes=30)
    message_unprocessed: timedelta = timedelta(minutes=15)
    letter_unsent: timedelta = timedelta(hours=1)
    ticker_silent: timedelta = timedelta(seconds=90)
    mail_refused: timedelta = timedelta(hours=1)  # most senders have come back by then
    disk_free: int = 500_000_000  # bytes
    working_days_before: int = 1  # of the house, before the last day of what waits for a person


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the daemon sees of itself at one instant; None means that there is nothing to wait for."""

    now: datetime
    started_at: datetime
    last_tick_at: datetime
    mailbox_last_ok: Mapping[str, datetime | None] = field(default_factory=dict, repr=False)
    mailbox_trouble: Mapping[str, str] = field(default_factory=dict, repr=False)
    oldest_unprocessed: datetime | None = None
    oldest_unsent: datetime | None = None
    quarantined: int = 0
    hold_due: date | None = None
    draft_due: date | None = None
    task_due: date | None = None
    database_ok: bool = True
    mail_refused_at: datetime | None = None
    disk_free: int | None = None
    transport_trouble: str | None = None

    def __post_init__(self) -> None:
        require_utc(now=self.now, started_at=self.started_at, last_tick_at=self.last_tick_at)
        require_utc(oldest_unprocessed=self.oldest_unprocessed, oldest_unsent=self.oldest_unsent)
        require_utc(mail_refused_at=self.mail_refused_at)
        for moment in self.mailbox_last_ok.values():
            require_utc(mailbox_last_ok=moment)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One thing that is wrong: a stable code, and the part it concerns (a mailbox of ours, never a person)."""

    code: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.part}" if self.part else self.code


def find_alarms(
    seen: Observation, bounds: AlarmBounds, calendar: BusinessCalendar
) -> tuple[Alarm, ...]:
    """Return everything that is wrong at this instant, in the order in which it should be mended.

    `calendar` says on which days the house works.
    """
    due = partial(_day_row, seen.now.date(), bounds.working_days_before, calendar)
    rows = (
        (not seen.database_ok, Alarm(code="database-unreachable")),
        # Reading can work while nothing can be written: a full disk, a file that is gone, a database set to read-only.
        (_still(seen.mail_refused_at, seen.now, bounds.mail_refused), Alarm(code="mail-refused")),
        (
            seen.disk_free is not None and seen.disk_free < bounds.disk_free,
            Alarm(code="disk-nearly-full"),
        ),
        (seen.now - seen.last_tick_at > bounds.ticker_silent, Alarm(code="scheduler-silent")),
        (
            _older(seen.oldest_unprocessed, seen.now, bounds.message_unprocessed),
            Alarm(code="mail-not-processed"),
        ),
        (_older(seen.oldest_unsent, seen.now, bounds.letter_unsent), Alarm(code="letter-not-sent")),
        (
            seen.transport_trouble is not None,
            Alarm(code="transport", part=seen.transport_trouble or ""),
        ),
        (seen.quarantined > 0, Alarm(code="mail-in-quarantine", part=str(seen.quarantined))),
        # What people have not done by its day is late by law or by our promise (policy P16).
        *due(seen.hold_due, "held-mail-waits"),
        *due(seen.draft_due, "letter-waits-for-person"),
        *due(seen.task_due, "task-waits"),
    )
    # A mailbox whose first login was refused has no last success: its trouble must not be silent.
    names = dict.fromkeys((*seen.mailbox_last_ok, *seen.mailbox_trouble))
    mailboxes = tuple(alarm for name in names for alarm in _mailbox_alarms(name, seen, bounds))
    return tuple(alarm for wrong, alarm in rows if wrong) + mailboxes


def _mailbox_alarms(name: str, seen: Observation, bounds: AlarmBounds) -> tuple[Alarm, ...]:
    trouble = seen.mailbox_trouble.get(name)
    if trouble in {"auth", "certificate"}:  # waiting does not mend a refused login: call at once
        return (Alarm(code="mailbox-refused", part=name),)
    since = seen.mailbox_last_ok.get(name) or seen.started_at
    if seen.now - since > bounds.mailbox_unread:
        return (Alarm(code="mailbox-not-read", part=name),)
    return ()


def _day_row(
    today: date, ahead: int, calendar: BusinessCalendar, due: date | None, code: str
) -> tuple[tuple[bool, Alarm], ...]:
    if due is None:
        return ()
    called_from = _called_from(due, ahead, calendar)
    return ((today >= called_from, Alarm(code=code, part=f"due {due.isoformat()}")),)


def _called_from(due: date, ahead: int, calendar: BusinessCalendar) -> date:
    """In a year whose holidays nobody knows a week may hold none but the last day: it calls that much earlier."""
    try:
        return working_days_before(due, ahead, calendar)
    except ValueError:
        return due - A_WEEK


def _still(moment: datetime | None, now: datetime, bound: timedelta) -> bool:
    return moment is not None and now - moment <= bound


def _older(moment: datetime | None, now: datetime, bound: timedelta) -> bool:
    return moment is not None and now - moment > bound
