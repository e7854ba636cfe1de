"""Writes the annex of a copy of data for the person of a case: from the house's record of use, and who they are to us."""

from __future__ import annotations

from casework.profile import DeskProfile
from privacy.annex import Annex, annex_for
from privacy.cases import Case
from responders.answers import COMPLETION
from responders.frame import language_of
from storage.database import Reading
from storage.directory import people_at


def annex_of(reading: Reading, case: Case, desk: DeskProfile) -> Annex | None:
    """Return what stands beside the copy, in the language of its letter; None where the house keeps no record of use.

    Whoever the directory does not list is told what holds for anybody.
    """
    record = desk.work.annex
    if record is None:
        return None
    people = people_at(reading, case.requester) if case.requester else []
    standings = {one.held.standing for person in people for one in person.standings}
    language, _ = language_of(case.language, COMPLETION)
    return annex_for(record, standings, language)
