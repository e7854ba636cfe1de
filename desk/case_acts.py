"""What can be done with a case now, as its page of actions shows it: later dates, holds, tasks, and who is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from casework.extending import later_date
from desk.acting import DeskServices
from desk.visitor import Visitor
from privacy.case_events import CaseEvent, owner_of
from privacy.cases import Case, RequestItem
from privacy.errors import Permanent
from privacy.staffing import StaffMember
from storage.case_events import case_events
from storage.cases import find_case
from storage.database import Reading
from storage.failures import NotFound
from storage.holds import held_cases
from storage.identity import Standing, standings_of
from storage.tasks import Task, open_tasks_of


@dataclass(frozen=True, kw_only=True)
class LaterDate:
    """The date after an extension, or why there is none."""

    item: RequestItem
    on: date | None = None
    against: str = ""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """One of our people: until when they are away today, and who stands in."""

    address: str = field(repr=False)
    away_until: date | None = None
    deputy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class CaseActs:
    """A case with what its forms offer."""

    case: Case
    owner: str | None = field(repr=False)
    later: tuple[LaterDate, ...]
    on_hold: bool
    tasks: tuple[Task, ...]
    standing: Standing | None
    colleagues: tuple[Colleague, ...] = field(repr=False)

    @property
    def open_items(self) -> list[RequestItem]:
        """Return the rights that are not answered yet."""
        return [item for item in self.case.items if item.is_open]


def case_seen(desk: DeskServices, visitor: Visitor, reference: str) -> Case:
    """Return the case. Raises NotFound, also where the visitor may not see its region."""
    with desk.database.reading() as reading:
        return _seen(reading, visitor, reference)


def read_acts(desk: DeskServices, visitor: Visitor, reference: str) -> CaseActs:
    """Return what can be done with the case. Raises NotFound as above."""
    now = desk.clock()
    with desk.database.reading() as reading:
        case = _seen(reading, visitor, reference)
        events = case_events(reading, case.case_id)
        return CaseActs(
            case=case,
            owner=owner_of(events),
            later=tuple(_later(case, events, desk, now)),
            on_hold=bool(held_cases(reading, [case.case_id])),
            tasks=tuple(open_tasks_of(reading, case.case_id)),
            standing=standings_of(reading, [case.case_id]).get(case.case_id),
            colleagues=colleagues_on(
                desk.profile.staff, now.astimezone(ZoneInfo(desk.ladder.zone)).date()
            ),
        )


def require_task(desk: DeskServices, case: Case, task_id: UUID) -> None:
    """Raise Permanent unless this is an open task of the case."""
    with desk.database.reading() as reading:
        if task_id not in {one.task_id for one in open_tasks_of(reading, case.case_id)}:
            raise Permanent("the case has no such open task")


def colleagues_on(staff: Sequence[StaffMember], day: date) -> tuple[Colleague, ...]:
    """Return our people as they are on this day."""
    return tuple(_colleague(one, day) for one in staff)


def _colleague(member: StaffMember, day: date) -> Colleague:
    absence = member.absence_on(day)
    if absence is None:
        return Colleague(address=member.address)
    return Colleague(address=member.address, away_until=absence.last, deputy=absence.deputy)


def _seen(reading: Reading, visitor: Visitor, reference: str) -> Case:
    case = find_case(reading, reference.upper())
    if case is None or not visitor.sees(case.region):
        raise NotFound("there is no such case")
    return case


def _later(
    case: Case, events: Sequence[CaseEvent], desk: DeskServices, now: datetime
) -> list[LaterDate]:
    laws = desk.profile.laws_named(case.laws)
    found = []
    for item in case.items:
        if not item.is_open:
            continue
        try:
            due, _ = later_date(item, events, laws, now)
        except Permanent as error:
            found.append(LaterDate(item=item, against=str(error)))
        else:
            found.append(LaterDate(item=item, on=due.on))
    return found
