"""Reads the directory's source when it is time, and lets cases that waited for it know."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog

from casework.directory_reading import ReadingTerms, Taken, read_directory
from casework.role_finding import refresh_roles
from daemon.clock import utc_now
from daemon.settings import Settings
from daemon.wiring import Desk
from directory.endpoint import EndpointSource
from directory.settings import SourceKind
from directory.sql_view import SqlViewSource
from privacy.directory import DirectoryState, SourceLine
from privacy.errors import Permanent, Retryable
from privacy.ports import DirectorySource
from storage.directory import directory_state

ACTOR = "daemon"
MOST_TOLD = 20  # bad lines in the log, of one reading

log = structlog.get_logger(__name__)


class _Stopped(Exception):
    """The reading ends here; the next one begins anew."""


def build_source(settings: Settings) -> DirectorySource | None:
    """Return the source that is read on a schedule, None where there is none."""
    terms = settings.directory
    if terms.source is SourceKind.ENDPOINT and terms.endpoint is not None:
        return EndpointSource(terms.endpoint, terms.words, utc_now)
    if terms.source is SourceKind.SQL and terms.sql is not None:
        return SqlViewSource(terms.sql, terms.words)
    return None


class DirectoryWatch:
    """Looks after the directory of one running desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._source = build_source(desk.settings)
        self._stopping = threading.Event()
        self._refreshed: tuple[int, datetime | None] | None = None

    def look(self) -> bool:
        """Read the source if it is time, and look up again who waited; never more than one reading at a time."""
        state = self._state()
        if self._source is not None and self._is_due(state):
            self._read(self._source)
            state = self._state()
        seen = (state.generation, state.read_at)
        if seen != self._refreshed:
            refresh_roles(self._desk.database, self._desk.services.desk, utc_now())
            self._refreshed = seen
        return False

    def stop(self) -> None:
        """Have a reading that is under way end with its present batch."""
        self._stopping.set()

    def _state(self) -> DirectoryState:
        with self._desk.database.reading() as reading:
            return directory_state(reading)

    def _is_due(self, state: DirectoryState) -> bool:
        next_at = state.next_at(self._desk.settings.directory.every)
        return next_at is None or utc_now() >= next_at

    def _read(self, source: DirectorySource) -> None:
        told = _Told()
        terms = ReadingTerms(
            actor=ACTOR, complete=True, report=told.line, progress=self._stop_if_asked
        )
        try:
            taken = read_directory(self._desk.database, source, terms, utc_now)
        except _Stopped:
            return
        except (Permanent, Retryable) as error:
            log.error("directory_not_read", source=source.name, error=str(error))  # noqa: TRY400
            return
        _log(source, taken)

    def _stop_if_asked(self, _lines: int) -> None:
        if self._stopping.is_set():
            raise _Stopped


class _Told:
    """Says which lines were bad, the first few of them: a broken source must not fill the log."""

    def __init__(self) -> None:
        self._told = 0

    def line(self, line: SourceLine) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            log.warning("directory_line_left_out", line=line.place, reason=line.wrong)


def _log(source: DirectorySource, taken: Taken) -> None:
    log.info(
        "directory_read",
        source=source.name,
        changed=taken.changed,
        workspaces=taken.workspaces,
        people=taken.people,
        leads=taken.leads,
        wrong=taken.wrong,
    )
