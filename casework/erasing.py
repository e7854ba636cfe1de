"""The two phases of an erasure: what is kept is stated and two people approve; then the person has time to cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from casework.actors import Actor, by_desk, by_person
from casework.erasure_notice import give_notice, is_on_file, waiting_task
from casework.named_cases import open_case_named, open_item
from casework.planning import begin_work
from casework.profile import DeskProfile
from casework.steps import StepRefused, refusals, take_step
from casework.task_kinds import ERASURE_WAITS
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState, RequestItem
from privacy.errors import Permanent
from privacy.ports import AddressOnFile, NobodyOnFile
from privacy.retention import KeptLine, Record, kept_lines
from privacy.rights import Right
from privacy.work import APPROVERS_OF_AN_ERASURE, Step
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.erasing import (
    CoolOff,
    ErasureApproval,
    KeptStatement,
    approve_erasure_of,
    due_cool_offs,
    erasure_approvers,
    look_at_cool_off,
    put_statement,
    start_cool_off,
)
from storage.erasure_notices import end_notices
from storage.holds import held_cases
from storage.tasks import add_tasks

SWEEP = "erasure"
BATCH = 200
LOOK_AGAIN = timedelta(days=1)  # at an erasure whose time is over and that may not be carried out
NOBODY = NobodyOnFile()
ON_HOLD = "case-is-on-hold"  # what a claim may need is not erased (GDPR Art. 17(3)(e))
OTHERS_MISSING = "two-people-approve-an-erasure"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class ErasureStanding:
    """How many approved the erasure, and until when the person can cancel it; None: not enough have approved."""

    given: int
    over_at: datetime | None


def propose_kept(
    desk: DeskProfile, country: str, records: Sequence[Record], *, now: datetime
) -> tuple[KeptLine, ...]:
    """Return what the table keeps of these records after an erasure today. Raises Permanent for an unknown record."""
    try:
        return kept_lines(desk.work.retention, country, records, erased_on=now.date())
    except ValueError as error:
        raise Permanent(str(error)) from None


def state_kept(
    database: Database,
    reference: str,
    lines: tuple[KeptLine, ...],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that the actor confirms what an erasure leaves. Raises Permanent once the data are being erased."""
    with database.transaction() as transaction:
        case = open_case_named(transaction, reference)
        item = open_item(case, Right.ERASURE)
        if item.state not in (ItemState.RECEIVED, ItemState.PLANNED):
            raise Permanent(f"erasure is {item.state.replace('_', ' ')}: what is kept is settled")
        statement = KeptStatement(
            item_id=item.item_id,
            case_id=case.case_id,
            lines=lines,
            confirmed_by=actor.address,
            os_user=actor.os_user,
            confirmed_at=now,
        )
        put_statement(transaction, statement)
        payload = {"item": item.item_id, "kept": [line.category for line in lines]}
        _trail(transaction, case, AuditKind.KEPT_STATED, str(actor), payload, now)


def approve_erasure(
    database: Database,
    desk: DeskProfile,
    reference: str,
    *,
    actor: Actor,
    now: datetime,
    on_file: AddressOnFile = NOBODY,
) -> ErasureStanding:
    """Record the actor's approval; with the last one the waiting time begins, and its notice goes out.

    Raises Permanent with every reason against it.
    """
    known = is_on_file(database, on_file, reference)
    with database.transaction() as transaction:
        case = open_case_named(transaction, reference)
        item = open_item(case, Right.ERASURE)
        by = by_person(actor, now, cause="approve-erasure")
        step = Step.APPROVE_ERASURE
        against = refusals(transaction, item, case=case, step=step, desk=desk, by=by)
        reasons = tuple(reason for reason in against if reason != OTHERS_MISSING)
        if reasons:
            raise StepRefused(step, item, reasons)
        if actor.address in erasure_approvers(transaction, item.item_id):
            raise Permanent(
                "you have approved this erasure already: another member of staff has to"
            )
        given = _approve(transaction, case, item, actor, now)
        if given < APPROVERS_OF_AN_ERASURE:
            return ErasureStanding(given=given, over_at=None)
        take_step(transaction, item, case=case, step=step, desk=desk, by=by)
        over_at = _wait(transaction, case, item, desk, on_file=known, now=now)
    return ErasureStanding(given=given, over_at=over_at)


def sweep_erasures(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Begin the erasures whose waiting time is over; returns how many. One that may not begin is a task, and is tried again."""
    with database.reading() as reading:
        due = due_cool_offs(reading, now=now, limit=BATCH)
    return sum(_begin(database, desk, cool_off, now) for cool_off in due)


def _begin(database: Database, desk: DeskProfile, cool_off: CoolOff, now: datetime) -> bool:
    with database.transaction() as transaction:
        case = get_case(transaction, cool_off.case_id)
        item = next(one for one in case.items if one.item_id == cool_off.item_id)
        if item.state is not ItemState.COOLING_OFF:
            look_at_cool_off(transaction, item.item_id, at=None)
            return False
        by = by_desk(SWEEP, now, cause="cool-off-over")
        if held_cases(transaction, [case.case_id]):
            return _wait_on(transaction, case, item, (ON_HOLD,), now)
        try:
            begin_work(transaction, item, case=case, desk=desk, by=by)
        except StepRefused as error:
            return _wait_on(transaction, case, item, error.reasons, now)
        look_at_cool_off(transaction, item.item_id, at=None)
        end_notices(transaction, item.item_id, at=now)
    return True


def _wait_on(
    transaction: Transaction,
    case: Case,
    item: RequestItem,
    reasons: Sequence[str],
    now: datetime,
) -> bool:
    """People see why; it is tried again the next day."""
    log.warning("erasure_waits", case=str(case.case_id), reasons=reasons)
    task = waiting_task(case, item, ERASURE_WAITS, ",".join(reasons), now)
    add_tasks(transaction, [task])
    look_at_cool_off(transaction, item.item_id, at=now + LOOK_AGAIN)
    return False


def _approve(
    transaction: Transaction, case: Case, item: RequestItem, actor: Actor, now: datetime
) -> int:
    approval = ErasureApproval(
        item_id=item.item_id,
        case_id=case.case_id,
        actor=actor.address,
        os_user=actor.os_user,
        at=now,
    )
    approve_erasure_of(transaction, approval)
    given = len(erasure_approvers(transaction, item.item_id))
    payload = {"item": item.item_id, "approvals": given, "needed": APPROVERS_OF_AN_ERASURE}
    _trail(transaction, case, AuditKind.ERASURE_APPROVED, str(actor), payload, now)
    return given


def _wait(
    transaction: Transaction,
    case: Case,
    item: RequestItem,
    desk: DeskProfile,
    *,
    on_file: bool,
    now: datetime,
) -> datetime:
    """The person is told when it begins and how to stop it."""
    over_at = now + desk.work.cool_off
    cool_off = CoolOff(item_id=item.item_id, case_id=case.case_id, started_at=now, over_at=over_at)
    start_cool_off(transaction, cool_off)
    give_notice(transaction, case, item, cool_off, desk=desk, on_file=on_file)
    return over_at


def _trail(
    transaction: Transaction,
    case: Case,
    kind: AuditKind,
    actor: str,
    payload: dict[str, object],
    now: datetime,
) -> None:
    event = AuditEvent(chain=case.case_id, kind=kind, at=now, actor=actor, payload=payload)
    append(transaction, [event])
