"""Who of the staff hears of a clock: by their roles, or their deputies while they are away; somebody always does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from privacy.addresses import without_plus
from privacy.reminders import Audience


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Days on which somebody is away, both included; `deputy` is the address of whoever stands in, if anybody does."""

    first: date
    last: date
    deputy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """One of our people. `language` is the one they read (ISO 639-1)."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    roles: frozenset[Audience] = frozenset()
    language: str = "en"
    absences: tuple[Absence, ...] = ()

    def absence_on(self, day: date) -> Absence | None:
        """Return the absence in which this day lies, None for a day on which they are here."""
        return next((one for one in self.absences if one.first <= day <= one.last), None)


def who_hears(
    to: Collection[Audience], *, owner: str | None, staff: Sequence[StaffMember], day: date
) -> tuple[StaffMember, ...]:
    """Return whom to tell on this day, each once. The case's owner hears for all handlers.

    Who is away is told through the deputy, whose absence counts as well; where nobody is here the data protection
    officer is told, and where there is none here either, everybody who was meant. Nobody only without any staff.
    """
    meant = _meant(to, owner, staff)
    present = _present(meant, staff, day)
    if not present:
        officers = [one for one in staff if Audience.DPO in one.roles]
        present = _present(officers, staff, day) or tuple(officers) or tuple(meant) or tuple(staff)
    return present


def _meant(
    to: Collection[Audience], owner: str | None, staff: Sequence[StaffMember]
) -> list[StaffMember]:
    owners = [one for one in staff if owner and one.address == without_plus(owner)]
    if Audience.HANDLER in to and owners:
        to = set(to) - {Audience.HANDLER}
        return [*owners, *(one for one in staff if one.roles & to and one not in owners)]
    return [one for one in staff if one.roles & set(to)]


def _present(
    people: Iterable[StaffMember], staff: Sequence[StaffMember], day: date
) -> tuple[StaffMember, ...]:
    by_address = {one.address: one for one in staff}
    return tuple(dict.fromkeys(_stand_ins(people, by_address, day)))


def _stand_ins(
    people: Iterable[StaffMember], by_address: dict[str, StaffMember], day: date
) -> Iterator[StaffMember]:
    for person in people:
        asked: set[str] = set()
        current: StaffMember | None = person
        while current is not None and current.address not in asked:
            absence = current.absence_on(day)
            if absence is None:
                yield current
                break
            asked.add(current.address)  # deputies who are away for one another end here
            current = by_address.get(without_plus(absence.deputy or ""))
