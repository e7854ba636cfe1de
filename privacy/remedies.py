"""What a person can do against a decision: what each law that may govern gives, in one list without a date too many."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Authority:
    """To whom people complain: a name, and an https address."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class LawRemedies:
    """What one law gives. Days and months run from the day of the decision; None: the law knows no such way or end.

    `attorney_general` is the https address for whoever was refused in an appeal.
    """

    law: str
    authority: Authority | None = None
    court: bool = False
    complain_to_us: bool = False
    appeal_days: int | None = None
    grievance_days: int | None = None
    recourse_days: int | None = None
    recourse_months: int | None = None
    keep_days: int | None = None
    keep_until_recourse: bool = False
    attorney_general: str | None = None
    offer_help: bool = False


@dataclass(frozen=True, kw_only=True)
class WaysOut:
    """What a letter names, with days instead of periods."""

    authorities: tuple[Authority, ...]
    court: bool
    complain_to_us: bool
    appeal_by: date | None
    grievance_by: date | None
    recourse_until: date | None
    kept_until: date | None
    attorneys_general: tuple[str, ...]
    offer_help: bool


def ways_out(laws: Sequence[LawRemedies], decided_on: date) -> WaysOut:
    """Return what can be done against a decision of this day.

    Where several laws end a time, the person's own time ends with the first, our duties with the last.
    """
    recourse = [day for law in laws if (day := _recourse(law, decided_on)) is not None]
    appeal = [law.appeal_days for law in laws if law.appeal_days is not None]
    grievance = [law.grievance_days for law in laws if law.grievance_days is not None]
    kept = [day for law in laws if (day := _kept(law, decided_on)) is not None]
    return WaysOut(
        authorities=tuple(dict.fromkeys(law.authority for law in laws if law.authority)),
        court=any(law.court for law in laws),
        complain_to_us=any(law.complain_to_us for law in laws),
        appeal_by=decided_on + timedelta(days=max(appeal)) if appeal else None,
        grievance_by=decided_on + timedelta(days=min(grievance)) if grievance else None,
        recourse_until=min(recourse, default=None),
        kept_until=max(kept, default=None),
        attorneys_general=tuple(
            dict.fromkeys(law.attorney_general for law in laws if law.attorney_general)
        ),
        offer_help=any(law.offer_help for law in laws),
    )


def _recourse(law: LawRemedies, decided_on: date) -> date | None:
    if law.recourse_days is not None:
        return decided_on + timedelta(days=law.recourse_days)
    if law.recourse_months is not None:
        return _months_later(decided_on, law.recourse_months)
    return None


def _kept(law: LawRemedies, decided_on: date) -> date | None:
    if law.keep_until_recourse:
        return _recourse(law, decided_on)
    return None if law.keep_days is None else decided_on + timedelta(days=law.keep_days)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day of a shorter one."""
    year, month = divmod(day.month - 1 + months, MONTHS)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))
