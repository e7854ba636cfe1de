"""Builds the page on which people see where their request stands."""

from __future__ import annotations

from casework.profile import DeskProfile
from casework.status_page import person_status
from daemon.clock import utc_now
from desk.status_page import StatusPage
from privacy.person_status import PersonStatus
from storage.database import Database


def build_status_page(database: Database, profile: DeskProfile) -> StatusPage | None:
    """Return the page, None where no letter names it."""
    if profile.challenges is None or not profile.challenges.page:
        return None

    def look(code: str) -> PersonStatus | None:
        return person_status(database, profile, code, now=utc_now())

    return StatusPage(look, company=profile.identity.legal_name, clock=utc_now)
