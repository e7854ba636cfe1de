"""Takes in what a source of the directory lists: the good lines, batch by batch, and in the end what is gone.

A bad line is reported and left out; while there is one, nobody is marked as left, for the line may have been theirs.
A stop at any point leaves everybody listed who was; the next reading begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from privacy.audit import AuditEvent, AuditKind
from privacy.directory import LeadRecord, PersonRecord, SourceLine, WorkspaceRecord
from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.ports import Clock, DirectorySource, SourceReading
from storage.audit import append
from storage.database import Database, Transaction
from storage.directory import known_version
from storage.directory_readings import (
    Extent,
    Gone,
    LeadsListed,
    begin_reading,
    end_reading,
    lists_people,
    note_trouble,
    note_unchanged,
)
from storage.directory_writes import (
    NO_WORKSPACE,
    ListedLead,
    ListedPerson,
    add_leads,
    add_people,
    add_workspaces,
    known_workspaces,
)

BATCH = 20_000  # lines in one transaction: the more, the less is written twice; mail is taken in between
DIRECTORY_CHAIN = UUID("0d1c7000-0000-4000-8000-000000000001")
NO_SUCH_WORKSPACE = "workspace: is not listed above this line, and never was"
Report = Callable[[SourceLine], None]
Progress = Callable[[int], None]


@dataclass
class Taken:
    """What a reading took. `gone` is None where nobody was marked as left, `changed` False where nothing was read."""

    generation: int = 0
    workspaces: int = 0
    people: int = 0
    leads: int = 0
    wrong: int = 0
    gone: Gone | None = None
    changed: bool = True

    @property
    def lines(self) -> int:
        """How many lines were looked at."""
        return self.workspaces + self.people + self.leads + self.wrong


@dataclass(frozen=True, kw_only=True)
class ReadingTerms:
    """Who reads, and whom a bad line and the progress are told.

    `complete`: the source lists everybody. A file does so for the kinds of lines that it holds, and for the leads of
    those workspaces of which it lists any.
    """

    actor: str
    complete: bool
    report: Report
    progress: Progress


@dataclass(frozen=True, kw_only=True)
class _Work:
    """What the steps of one reading share."""

    database: Database
    source: DirectorySource
    terms: ReadingTerms
    clock: Clock
    taken: Taken


def read_directory(
    database: Database, source: DirectorySource, terms: ReadingTerms, clock: Clock
) -> Taken:
    """Take in all that the source lists. Raises Permanent or Retryable; trouble of a complete source is kept."""
    work = _Work(database=database, source=source, terms=terms, clock=clock, taken=Taken())
    try:
        _read(work)
    except (Permanent, Retryable) as error:
        if terms.complete:
            _keep_trouble(work, error)
        raise
    return work.taken


def _read(work: _Work) -> None:
    began_at = work.clock()
    with work.database.reading() as reading:
        version = known_version(reading, work.source.name)
    listing = work.source.read(version)
    if listing is None:
        _keep_unchanged(work)
        return
    for batch in _batches(listing.lines):
        _take(work, batch)
        work.terms.progress(work.taken.lines)
    _end(work, listing, began_at)


def _batches(lines: Iterator[SourceLine]) -> Iterator[list[SourceLine]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _take(work: _Work, batch: Sequence[SourceLine]) -> None:
    """Take the good lines of a batch, all or none of them, and tell the bad ones."""
    taken = work.taken
    with work.database.transaction() as transaction:
        number = taken.generation or begin_reading(transaction, work.source.name, now=work.clock())
        workspaces = [line.record for line in batch if isinstance(line.record, WorkspaceRecord)]
        add_workspaces(transaction, workspaces, reading=number)
        people, leads, homeless = _placed(transaction, batch)
        add_people(transaction, people, reading=number)
        add_leads(transaction, leads, reading=number)
    taken.generation = number
    taken.workspaces += len(workspaces)
    taken.people += len(people)
    taken.leads += len(leads)
    for line in sorted((*_wrong(batch), *homeless), key=lambda line: line.place):
        taken.wrong += 1
        work.terms.report(line)


def _wrong(batch: Sequence[SourceLine]) -> Iterator[SourceLine]:
    return (line for line in batch if line.wrong is not None)


def _placed(
    transaction: Transaction, batch: Sequence[SourceLine]
) -> tuple[list[ListedPerson], list[ListedLead], list[SourceLine]]:
    """Return people and leads with their workspaces, and the lines whose workspace nobody knows."""
    records = [line for line in batch if isinstance(line.record, PersonRecord | LeadRecord)]
    named = (line.record.workspace for line in records if line.record is not None)
    known = known_workspaces(transaction, (name for name in named if name is not None))
    people: list[ListedPerson] = []
    leads: list[ListedLead] = []
    homeless: list[SourceLine] = []
    for line in records:
        record = line.record
        if isinstance(record, PersonRecord) and record.workspace is None:
            people.append((record, NO_WORKSPACE))
        elif record is None or record.workspace not in known:
            homeless.append(SourceLine(place=line.place, wrong=NO_SUCH_WORKSPACE))
        elif isinstance(record, LeadRecord):
            leads.append((record, known[record.workspace]))
        elif isinstance(record, PersonRecord):
            people.append((record, known[record.workspace]))
    return people, leads, homeless


def _end(work: _Work, listing: SourceReading, began_at: datetime) -> None:
    taken, now = work.taken, work.clock()
    if not taken.generation:
        raise Permanent("the directory lists nothing: nothing was changed")
    extent = _extent(work)
    with work.database.transaction() as transaction:
        if extent.people and not taken.people and lists_people(transaction):
            raise Permanent("the directory lists no person any more: nobody was marked as left")
        gone = end_reading(
            transaction,
            taken.generation,
            extent,
            began_at=began_at,
            now=now,
            version=listing.version,
        )
        append(transaction, [_event(work, gone, now)])
    taken.gone = None if taken.wrong else gone


def _extent(work: _Work) -> Extent:
    taken = work.taken
    if taken.wrong:
        return Extent()
    if work.terms.complete:
        return Extent(workspaces=True, people=True, leads=LeadsListed.ALL)
    return Extent(
        workspaces=taken.workspaces > 0,
        people=taken.people > 0,
        leads=LeadsListed.BY_WORKSPACE if taken.leads else LeadsListed.NONE,
    )


def _event(work: _Work, gone: Gone, now: datetime) -> AuditEvent:
    taken = work.taken
    payload = {
        "source": work.source.name,
        "generation": taken.generation,
        "workspaces": taken.workspaces,
        "people": taken.people,
        "leads": taken.leads,
        "wrong": taken.wrong,
        "people_left": gone.people,
        "leads_left": gone.leads,
    }
    return AuditEvent(
        chain=DIRECTORY_CHAIN,
        kind=AuditKind.DIRECTORY_READ,
        at=now,
        actor=work.terms.actor,
        payload=payload,
    )


def _keep_unchanged(work: _Work) -> None:
    work.taken.changed = False
    with work.database.transaction() as transaction:
        note_unchanged(transaction, now=work.clock())


def _keep_trouble(work: _Work, error: PrivacyError) -> None:
    """The trouble itself is what the caller hears; that it could not be kept as well adds nothing."""
    with suppress(PrivacyError), work.database.transaction() as transaction:
        note_trouble(transaction, work.source.name, str(error), now=work.clock())
