"""The date that binds a case: the earliest among all laws that may govern it, and what was told to the person.

Which law governs is seldom known: each candidate counts the same happenings in its own zone and by its own rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from privacy.clocks import (
    ClockEvent,
    ClockRules,
    ClockState,
    EventKind,
    elapsed_clock,
    run_clock,
)
from privacy.deadlines import ELAPSED, Due, earliest, end_of_day
from privacy.instants import require_utc


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to a request, at an instant: on which day that was depends on the law."""

    kind: EventKind
    at: datetime

    def __post_init__(self) -> None:
        require_utc(at=self.at)


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What binds: `due` is None where no period runs under any law, and silence closes the case by `closing_by`.

    `target` is the earliest day for which any law plans the work; `extension_latest` the last day on which a letter
    can still extend the law that binds, None where it knows no extension. `owed` is `due`, or where no period runs the
    day of the closing letter.
    """

    due: Due | None
    target: date | None
    acknowledge_by: date
    closing_by: date | None
    extension_latest: date | None
    owed: Due


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """What one law says."""

    rules: ClockRules
    state: ClockState

    @property
    def due(self) -> Due | None:
        """The date, None where no period runs under this law."""
        state = self.state
        if state.due is None or state.expires_at is None:
            return None
        return self._at(state.due, state.expires_at)

    @property
    def silence(self) -> Due | None:
        """The day of the closing letter where no period runs under this law, None where one does."""
        closing_by = self.state.closing_by
        if closing_by is None:
            return None
        return self._at(closing_by, end_of_day(closing_by, self.rules.zone))

    def _at(self, on: date, expires_at: datetime) -> Due:
        return Due(
            on=on,
            expires_at=expires_at,
            regime=self.rules.code,
            rule=self.state.rule,
            zone=self.rules.zone,
            trace=self.state.trace,
            calendar=self.rules.calendar.name,
        )


def bind(
    received_at: datetime,
    laws: Sequence[ClockRules],
    happened: Iterable[Happening] = (),
    *,
    much_data: bool = False,
) -> Binding:
    """Return the earliest date among the laws after all that happened.

    A letter that extends a law in time takes the place of the house's promise, never of another law's date.
    Raises ValueError without any law, for naive time, and for a year without holidays.
    """
    require_utc(received_at=received_at)
    happened = tuple(happened)
    counted = [_count(received_at, rules, happened, much_data=much_data) for rules in laws]
    if any(_is_extended(one, happened) for one in counted):
        counted = [one for one in counted if not one.rules.is_promise]
    return _earliest(counted)


def _count(
    received_at: datetime, rules: ClockRules, happened: Sequence[Happening], *, much_data: bool
) -> _Counted:
    zone = ZoneInfo(rules.zone)
    received_on = received_at.astimezone(zone).date()
    if rules.period.unit in ELAPSED:
        return _Counted(rules=rules, state=elapsed_clock(received_at, received_on, rules))
    events = [ClockEvent(kind=one.kind, on=one.at.astimezone(zone).date()) for one in happened]
    return _Counted(rules=rules, state=run_clock(received_on, rules, events, much_data=much_data))


def _is_extended(one: _Counted, happened: Sequence[Happening]) -> bool:
    latest, zone = one.state.extension_latest, ZoneInfo(one.rules.zone)
    return latest is not None and any(
        event.at.astimezone(zone).date() <= latest
        for event in happened
        if event.kind is EventKind.EXTENSION_NOTIFIED
    )


def _earliest(counted: Sequence[_Counted]) -> Binding:
    owed = {due.regime: (due, one.state) for one in counted if (due := one.due) is not None}
    first = earliest(due for due, _ in owed.values()) if owed else None
    silences = [due for one in counted if (due := one.silence) is not None]
    return Binding(
        due=first,
        target=_first(state.target for _, state in owed.values()),
        acknowledge_by=min(one.state.acknowledge_by for one in counted),
        closing_by=_first(one.state.closing_by for one in counted),
        extension_latest=owed[first.regime][1].extension_latest if first else None,
        owed=first or earliest(silences),
    )


def _first(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day is not None), default=None)


def date_to_hold(told: date, counted: date) -> date:
    """Return the date that binds us: the counted one, but never later than what the person was told last."""
    return min(told, counted)
