"""What ends the hours in which a security incident is reported: the words of a person that say what became of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from privacy.errors import Permanent

REPORTED_TO = "reported to "
ON = " on "
NOT_NEEDED = "no report needed because "
HOW = f"say '{REPORTED_TO}AUTHORITY{ON}2027-01-31' or '{NOT_NEEDED}REASON'"


class ReportOutcome(StrEnum):
    """What became of a report under one law."""

    REPORTED = "reported"
    NOT_NEEDED = "not-needed"


def outcome_told(words: str, today: date) -> ReportOutcome:
    """Return what these words say of the report; raises Permanent where they say neither, or a day that is to come.

    Who decides that none is needed says why: the reasoning is kept (GDPR Art. 33(1), (5)).
    """
    said = words.strip()
    lowered = said.lower()
    if lowered.startswith(NOT_NEEDED) and said[len(NOT_NEEDED) :].strip():
        return ReportOutcome.NOT_NEEDED
    whom, on, day = said[len(REPORTED_TO) :].rpartition(ON)
    if lowered.startswith(REPORTED_TO) and on and whom.strip():
        _check_day(day, today)
        return ReportOutcome.REPORTED
    raise Permanent(HOW)


def _check_day(day: str, today: date) -> None:
    try:
        reported = date.fromisoformat(day.strip())
    except ValueError:
        raise Permanent(HOW) from None
    if reported > today:
        raise Permanent("the day of the report is to come")
