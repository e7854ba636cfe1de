"""Whether an address is on file, as the directory says it: the product's people, our contacts, and customers' leads."""

from __future__ import annotations

from datetime import timedelta

import structlog

from privacy.errors import PrivacyError
from privacy.ports import Clock, OnFile
from storage.database import Database
from storage.directory import directory_state, look_up

log = structlog.get_logger(__name__)


class DirectoryOnFile:
    """Fulfils AddressOnFile on the directory; one that cannot be relied on knows nothing."""

    def __init__(self, database: Database, *, stale_after: timedelta, clock: Clock) -> None:
        self._database = database
        self._stale_after = stale_after
        self._clock = clock

    def look_up(self, address: str) -> OnFile:
        """Return whether this exact address is current; one that somebody gave up is not. Never raises."""
        try:
            with self._database.reading() as reading:
                state = directory_state(reading)
                known = look_up(reading, {address: address})[address]
        except PrivacyError as error:
            log.warning("directory_not_asked", error=type(error).__name__)
            return OnFile.UNKNOWN
        if state.missing(self._clock(), self._stale_after) is not None:
            return OnFile.UNKNOWN
        is_current = any(one.holds for one in known.standings)
        return OnFile.YES if is_current or known.lead_of else OnFile.NO
