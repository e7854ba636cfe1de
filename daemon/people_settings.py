"""Settings of our own people: who is reminded of what, in which language, and who stands in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator

from intake.settings import Address
from privacy.reminders import Audience
from privacy.staffing import Absence, StaffMember


class AbsenceEntry(BaseModel):
    """Days on which somebody is away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date = Field(description="First day of the absence.")
    last: date = Field(description="Last day of the absence.")
    deputy: Address | None = Field(
        default=None,
        description="Who is told instead, one of `people`; without one the data protection officer is.",
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> AbsenceEntry:
        if self.last < self.first:
            raise ValueError("an absence ends before it begins")
        return self


class PersonEntry(BaseModel):
    """One of our people who is reminded by mail."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address = Field(description="Where reminders and alarms go.")
    name: str = Field(default="", max_length=190, description="Name, for lists.")
    roles: tuple[Audience, ...] = Field(
        min_length=1,
        description="What they are told of: `handler` works on cases, `lead` administers, `dpo` is the officer.",
    )
    language: str = Field(
        default="en",
        pattern="^[a-z]{2}$",
        description="Language that they read (ISO 639-1); English where a letter is not written in it.",
    )
    absences: tuple[AbsenceEntry, ...] = Field(default=(), description="When they are away.")


def check_people(people: Sequence[PersonEntry]) -> None:
    """Raise ValueError for an address that is there twice and for a deputy who is nobody of them."""
    addresses = [one.address for one in people]
    if len(set(addresses)) != len(addresses):
        raise ValueError("people: an address is there twice")
    deputies = {absence.deputy for one in people for absence in one.absences if absence.deputy}
    if deputies - set(addresses):
        raise ValueError("people: a deputy is none of them")


def staff_of(people: Sequence[PersonEntry]) -> tuple[StaffMember, ...]:
    """Return the people as the core knows them."""
    return tuple(
        StaffMember(
            address=one.address,
            name=one.name,
            roles=frozenset(one.roles),
            language=one.language,
            absences=tuple(
                Absence(first=each.first, last=each.last, deputy=each.deputy)
                for each in one.absences
            ),
        )
        for one in people
    )
