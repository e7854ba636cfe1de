"""The hourly look at packages: what nobody fetched is told before it ends, and what is over is erased."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import structlog

from casework.announcing import GRANTED
from casework.packing import DROPPED, trail
from casework.profile import DeskProfile
from casework.task_kinds import DOWNLOAD_NOT_FETCHED
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.packages import (
    INCOMPLETE_AFTER,
    PackageFacts,
    PackageStep,
    look_at_package,
)
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.holds import held_cases
from storage.item_answers import letter_states
from storage.package_links import links_of, receipts_of
from storage.packages import (
    Package,
    drop_unfinished,
    due_packages,
    erase_package,
    get_package,
    look_at_package_at,
)
from storage.tasks import Task, add_tasks

ACTOR = "packages"
BATCH = 100

log = structlog.get_logger(__name__)


def sweep_packages(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Look at the packages that are due, each in a transaction of its own; returns how many were erased."""
    with database.reading() as reading:
        due = due_packages(reading, now=now, limit=BATCH)
    erased = 0
    for package in due:
        try:
            with database.transaction() as transaction:
                erased += _look(transaction, package.package_id, desk, now)
        except Exception as error:  # noqa: BLE001 - the top of the loop: the next sweep tries this one again
            log.error(  # noqa: TRY400
                "package_not_looked_at",
                package=str(package.package_id),
                error=type(error).__name__,
            )
    return erased


def _look(transaction: Transaction, package_id: UUID, desk: DeskProfile, now: datetime) -> bool:
    """The case is locked first: nobody adds a file or writes a letter meanwhile."""
    case = get_case(transaction, get_package(transaction, package_id).case_id)
    package = get_package(transaction, package_id)
    drop_unfinished(transaction, package_id, before=now - INCOMPLETE_AFTER)
    facts, terms = (
        _facts(transaction, package, case, young=now - desk.downloads.life),
        desk.downloads,
    )
    look = look_at_package(facts, now, tell_before=terms.tell_before, grace=terms.grace)
    if look.step is PackageStep.ERASE and erase_package(transaction, package_id, at=now):
        payload: dict[str, object] = {"package": package_id}
        trail(transaction, case, AuditKind.PACKAGE_ERASED, ACTOR, payload, now)
        return True
    if look.step is PackageStep.TELL and facts.expires_at is not None:
        add_tasks(transaction, [_task(case, facts.expires_at, now)])
    look_at_package_at(transaction, package_id, at=look.again_at)
    return False


def _facts(
    transaction: Transaction, package: Package, case: Case, *, young: datetime
) -> PackageFacts:
    """A package that was made since `young` for a right that is answered waits for the letter that names it.

    One whose right was taken back has ended, whatever letters named it.
    """
    links = links_of(transaction, [package.package_id]).get(package.package_id, [])
    queued = letter_states(transaction, [one.message_id_key for one in links])
    ends = [one.expires_at for one in links if one.message_id_key in queued]
    receipts = receipts_of(transaction, [package.package_id]).get(package.package_id, [])
    item = next((one for one in case.items if one.item_id == package.item_id), None)
    return PackageFacts(
        ended=package.ended_at is not None or (item is not None and item.state in DROPPED),
        is_owed=item is not None
        and (item.is_open or (item.state in GRANTED and package.created_at > young)),
        expires_at=max(ends, default=None),
        fetched=any(one.whole for one in receipts),
        on_hold=case.case_id in held_cases(transaction, [case.case_id]),
    )


def _task(case: Case, expires_at: datetime, now: datetime) -> Task:
    day = expires_at.astimezone(UTC).date()
    return Task(
        case_id=case.case_id,
        kind=DOWNLOAD_NOT_FETCHED,
        reason=f"waits-until-{day.isoformat()}",
        due_on=now.astimezone(UTC).date(),
        created_at=now,
    )
