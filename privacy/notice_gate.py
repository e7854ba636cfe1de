"""When a new policy may take effect: thirty full days after the last Owner was told, or nobody publishes it.

NOTICE30 (house promise, policy P21): the effective day is at least 31 days after the day on which the last Owner's mail
was accepted by the receiving server, both counted in the zone of the policy, in which it takes effect at 00:00.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy.clocks import earliest_to_take_effect
from privacy.instants import require_utc

FULL_DAYS = 30
HOUR = timedelta(hours=1)


class LateChoice(StrEnum):
    """What a person can decide when somebody was told too late, or cannot be told."""

    MOVE_ALL = "move_all"  # the policy takes effect later, for everybody
    MOVE_WORKSPACE = "move_workspace"  # later for this workspace; for the others as announced
    OTHERWISE_TOLD = "otherwise_told"  # this Owner was told in another way, in time: a letter, the product's own page


@dataclass(frozen=True, kw_only=True)
class SendingPlan:
    """So many Owners from `starts_at` on, at most `per_hour` of them in an hour; `zone` is that of the policy."""

    owners: int
    per_hour: int
    starts_at: datetime
    zone: str

    def __post_init__(self) -> None:
        require_utc(starts_at=self.starts_at)
        if self.owners < 0 or self.per_hour < 1:
            raise ValueError("a plan has Owners to tell, and a rate of at least one an hour")

    @property
    def ends_at(self) -> datetime:
        """When the last notice leaves, if nothing goes wrong."""
        return self.starts_at + self.owners * HOUR / self.per_hour

    @property
    def earliest(self) -> date:
        """The first day on which the policy can take effect."""
        return earliest_to_take_effect(local_day(self.ends_at, self.zone))


@dataclass(frozen=True, kw_only=True)
class Told:
    """How an Owner stands. `on` is the local day on which they were told, None while they were not.

    `effective_on` is when the policy takes effect for them. `joined`: they came after the announcement, and saw the coming
    text on joining, which is their notice. `decided`: a person decided about this Owner in particular.
    """

    on: date | None
    effective_on: date
    joined: bool = False
    decided: bool = False

    @property
    def days_before(self) -> int | None:
        """How many full days lie between; None while they were not told. It can be negative."""
        return None if self.on is None else (self.effective_on - self.on).days - 1

    @property
    def in_time(self) -> bool:
        """Whether they had the days that they were promised; a joiner always, they knew before there was any data."""
        days = self.days_before
        return self.joined or (days is not None and days >= FULL_DAYS)

    @property
    def holds(self) -> bool:
        """Whether publication waits for them: neither in time nor decided about."""
        return not self.in_time and not self.decided


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a campaign stands: Owners told in time, late without a decision, not told without one, and decided about."""

    in_time: int = 0
    joined: int = 0
    late: int = 0
    not_told: int = 0
    decided: int = 0
    last_told_on: date | None = None

    @property
    def may_publish(self) -> bool:
        """Whether nobody keeps the policy from taking effect."""
        return not self.late and not self.not_told


def local_day(moment: datetime, zone: str) -> date:
    """Return the day on which this instant falls in the zone of the policy."""
    return moment.astimezone(ZoneInfo(zone)).date()


def told_before(effective_on: date, zone: str) -> datetime:
    """Return the instant before which somebody has to be told to have their thirty full days."""
    day_after_the_last = effective_on - timedelta(days=FULL_DAYS)
    return datetime.combine(day_after_the_last, time(), ZoneInfo(zone)).astimezone(UTC)


def refusal_of(effective_on: date, plan: SendingPlan) -> str | None:
    """Return why this effective day cannot be promised, None where it can."""
    if effective_on >= plan.earliest:
        return None
    last = local_day(plan.ends_at, plan.zone)
    return (
        f"{effective_on} is too early: {plan.owners} Owners at {plan.per_hour} an hour are told by {last}, and "
        f"{FULL_DAYS} full days have to lie between; the earliest day is {plan.earliest}"
    )


def standing_of(owners: Iterable[tuple[Told, int]]) -> Standing:
    """Return how a campaign stands; each way of standing comes with the number of Owners who stand so.

    Joiners are counted apart and never move `last_told_on`.
    """
    counts = {"in_time": 0, "joined": 0, "late": 0, "not_told": 0, "decided": 0}
    last: date | None = None
    for told, number in owners:
        counts[_place(told)] += number
        if told.on is not None and not told.joined:
            last = told.on if last is None else max(last, told.on)
    return Standing(**counts, last_told_on=last)


def choices_for(told: Told, today: date) -> tuple[tuple[LateChoice, date | None], ...]:
    """Return what can be decided about an Owner who holds publication, each with the earliest day that it can bring.

    One who was not told yet counts as told today at the earliest.
    """
    if not told.holds:
        return ()
    first = earliest_to_take_effect(told.on or today)
    return (
        (LateChoice.MOVE_ALL, first),
        (LateChoice.MOVE_WORKSPACE, first),
        (LateChoice.OTHERWISE_TOLD, None),
    )


def is_left_out(cancelled_since: date | None, kept_for: timedelta, effective_on: date) -> bool:
    """Say whether a cancelled workspace is told nothing: its data is gone before the policy takes effect."""
    return cancelled_since is not None and cancelled_since + kept_for < effective_on


def _place(told: Told) -> str:
    if told.joined:
        return "joined"
    if told.in_time:
        return "in_time"
    if told.decided:
        return "decided"
    return "not_told" if told.on is None else "late"
