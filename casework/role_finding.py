"""Looks up the people of cases in the directory, and keeps what it says about whose data it is.

It is for staff alone, and happens after every letter of the batch was decided: no letter can depend on it. Known or
not, each case costs the same look-ups. What the region of a workspace says about the laws is kept apart as well
(`casework.suggested_laws`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from casework.profile import DeskProfile, DirectoryTerms
from casework.suggested_laws import keep_suggestions, suggestions
from casework.task_kinds import DIRECTORY_MISSING
from privacy.audit import AuditEvent, AuditKind
from privacy.case_events import CaseEvent
from privacy.cases import Case
from privacy.directory import NEVER_READ, STALE, DirectoryState, Known
from privacy.forwarding import CUSTOMERS
from privacy.roles import FoundRole, find_role
from storage.audit import append
from storage.cases import get_cases
from storage.database import Database, Transaction
from storage.directory import directory_state, look_up
from storage.findings import StoredFinding, cases_to_look_up, findings_of, store_findings
from storage.forwards import wake_forwarding
from storage.tasks import Task, add_tasks, finish_tasks_of_case

ACTOR = "daemon"
BATCH = 200


def find_roles(
    transaction: Transaction, cases: Sequence[Case], terms: DirectoryTerms, now: datetime
) -> None:
    """Look up the people of these cases and store what was found, with a task for each case that has to wait.

    Without a directory nothing is looked up: the roles stay unknown.
    """
    state = directory_state(transaction)
    if not cases or not (terms.expected or state.generation):
        return
    before = findings_of(transaction, [case.case_id for case in cases])
    known = look_up(transaction, {case.case_id: case.requester or "" for case in cases})
    found = [
        one
        for one in _findings(cases, known, state, terms, now)
        if not (one.finding.waits and _is_known(before.get(one.case_id)))
    ]
    regions = {one.case_id: known[one.case_id].regions for one in found if not one.finding.waits}
    suggested = suggestions(transaction, regions, now)
    changed = [one for one in found if _is_news(one, before) or one.case_id in suggested]
    store_findings(transaction, found)
    append(transaction, [_event(one, suggested.get(one.case_id)) for one in changed])
    add_tasks(transaction, list(_waiting(cases, found, now)))
    wanted = [one.case_id for one in found if one.finding.role in CUSTOMERS]
    wake_forwarding(transaction, wanted, at=now)  # the customers decide: they hear of it
    waited = [one.case_id for one in before.values() if one.finding.waits]
    _end_waiting(transaction, waited, found, now)
    keep_suggestions(transaction, cases, suggested, actor=ACTOR, now=now)


def refresh_roles(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Look up again whoever was unknown to an older directory; returns how many cases were looked at."""
    looked_at = 0
    while True:
        with database.transaction() as transaction:
            state = directory_state(transaction)
            if state.missing(now, desk.directory.stale_after) is not None:
                return looked_at
            ids = cases_to_look_up(transaction, generation=state.generation, limit=BATCH)
            find_roles(transaction, get_cases(transaction, ids), desk.directory, now)
        looked_at += len(ids)
        if len(ids) < BATCH:
            return looked_at


def _findings(
    cases: Sequence[Case],
    known: Mapping[UUID, Known],
    state: DirectoryState,
    terms: DirectoryTerms,
    now: datetime,
) -> list[StoredFinding]:
    """A case without an address is looked up under none, like any other."""
    findings = {
        case.case_id: find_role(
            None if case.requester is None else known[case.case_id],
            state,
            now=now,
            stale_after=terms.stale_after,
        )
        for case in cases
    }
    return [
        StoredFinding(
            case_id=case_id,
            finding=finding,
            generation=0 if finding.waits else state.generation,
            found_at=now,
        )
        for case_id, finding in findings.items()
    ]


def _is_known(before: StoredFinding | None) -> bool:
    """What was known of a case stays while the directory is away."""
    return before is not None and before.finding.role is not FoundRole.UNKNOWN


def _is_news(found: StoredFinding, before: Mapping[UUID, StoredFinding]) -> bool:
    earlier = before.get(found.case_id)
    return earlier is None or earlier.finding != found.finding


def _event(found: StoredFinding, suggested: CaseEvent | None) -> AuditEvent:
    """What the workspace suggests stands beside the role, and why."""
    payload: dict[str, object] = {"role": found.finding.role, "reasons": found.finding.reasons}
    if suggested is not None and suggested.laws:
        payload |= {"laws_suggested": suggested.laws, "because": suggested.reasons}
    return AuditEvent(
        chain=found.case_id,
        kind=AuditKind.ROLE_FOUND,
        at=found.found_at,
        actor=ACTOR,
        payload=payload | {"generation": found.generation},
    )


def _waiting(
    cases: Sequence[Case], found: Iterable[StoredFinding], now: datetime
) -> Iterable[Task]:
    due = {case.case_id: case.acknowledge.on for case in cases}
    for one in found:
        if one.finding.waits:
            yield Task(
                case_id=one.case_id,
                kind=DIRECTORY_MISSING,
                reason=one.finding.reasons[0],
                due_on=due[one.case_id],
                created_at=now,
            )


def _end_waiting(
    transaction: Transaction, waited: Sequence[UUID], found: Iterable[StoredFinding], now: datetime
) -> None:
    """The directory is there again: what it was to be asked is answered, and nobody has to see to it."""
    answered = {one.case_id for one in found if not one.finding.waits}
    for case_id in waited:
        if case_id in answered:
            ended = finish_tasks_of_case(
                transaction, case_id, kind=DIRECTORY_MISSING, reasons=(NEVER_READ, STALE), at=now
            )
            append(transaction, [_done(case_id, task_id, now) for task_id in ended])


def _done(case_id: UUID, task_id: UUID, now: datetime) -> AuditEvent:
    payload = {"task": task_id, "kind": DIRECTORY_MISSING}
    return AuditEvent(chain=case_id, kind=AuditKind.TASK_DONE, at=now, actor=ACTOR, payload=payload)
