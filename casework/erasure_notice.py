"""The notice of an approved erasure, which goes by itself, and what stops the erasure while it waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from casework.actors import Actor, by_desk
from casework.case_letters import Addressee, compose, thread_with
from casework.closing import close_if_done
from casework.forward_ending import stop_what_was_taken_back
from casework.identity_letters import draw_code
from casework.identity_writes import code_key
from casework.known_address import address_of
from casework.profile import DeskProfile
from casework.steps import take_step
from casework.system_orders import About, take_orders_back
from casework.task_kinds import ERASURE_WAITS, TELL_COOL_OFF
from privacy.cases import Case, ItemState, RequestItem
from privacy.messages import Letter
from privacy.ports import AddressOnFile, OnFile
from privacy.work import Step
from responders.erasure import draft_notice, draft_stopped
from storage.cases import find_case, get_case
from storage.database import Database, Transaction
from storage.erasing import CoolOff, forget_approvals, look_at_cool_off
from storage.erasure_notices import ErasureNotice, add_notice, end_notices
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue
from storage.tasks import Task, add_tasks, finish_kind_of_case

PERSON = "person"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Somebody answers a notice. `how` is the code of the way; `surely`: it is the person, and they want it stopped."""

    notice: ErasureNotice = field(repr=False)
    desk: DeskProfile
    how: str
    surely: bool


def is_on_file(database: Database, on_file: AddressOnFile, reference: str) -> bool:
    """Return whether the directory lists the address to which a notice of this case would go."""
    with database.reading() as reading:
        case = find_case(reading, reference)
        address = None if case is None else address_of(reading, case)
    return address is not None and on_file.look_up(address) is OnFile.YES


def give_notice(
    transaction: Transaction,
    case: Case,
    item: RequestItem,
    cool_off: CoolOff,
    *,
    desk: DeskProfile,
    on_file: bool,
) -> None:
    """Tell the person when the erasure begins and how to stop it.

    Where nobody can say that the address is on file, or where there is none, staff see to it as well: whoever's data
    it is has to hear of it.
    """
    address = address_of(transaction, case)
    on = cool_off.over_at.astimezone(ZoneInfo(item.due.zone)).date()
    if address is None or not on_file:
        reason = f"erased-from-{on.isoformat()}"
        task = waiting_task(case, item, TELL_COOL_OFF, reason, cool_off.started_at)
        add_tasks(transaction, [task])
    if address is None:
        return
    code = draw_code()
    page = desk.challenges.page if desk.challenges else ""
    letter = draft_notice(case, desk.identity, erase_on=on, code=code, page=page, book=desk.book)
    notice = ErasureNotice(
        code_key=code_key(code, transaction.ring.lookup_key),
        case_id=case.case_id,
        item_id=item.item_id,
        address=address,
        noticed_at=cool_off.started_at,
        over_at=cool_off.over_at,
    )
    add_notice(transaction, notice)
    _queue(transaction, case, notice, letter, desk, cool_off.started_at)


def answer_notice(transaction: Transaction, stop: Stop, *, now: datetime) -> bool:
    """Do what an answer to a notice means; False when it came too late, or after another one.

    Who surely wants it stopped has it stopped, and is told. Whatever else is written under a code holds the erasure up
    until people have read it: what is erased does not come back.
    """
    case = get_case(transaction, stop.notice.case_id)
    item = next((one for one in case.items if one.item_id == stop.notice.item_id), None)
    if item is None or item.state is not ItemState.COOLING_OFF or not stop.notice.holds(now):
        return False
    look_at_cool_off(transaction, item.item_id, at=None)
    end_notices(transaction, item.item_id, at=now)
    if stop.surely:
        _stop(transaction, case, item, stop, now)
    else:
        _hold(transaction, case, item, stop, now)
    return True


def _stop(
    transaction: Transaction, case: Case, item: RequestItem, stop: Stop, now: datetime
) -> None:
    by = by_desk(PERSON, now, cause=stop.how)
    take_step(transaction, item, case=case, step=Step.WITHDRAW, desk=stop.desk, by=by)
    take_orders_back(transaction, About(case=case, item=item, desk=stop.desk, at=now))
    finish_kind_of_case(transaction, case.case_id, kind=TELL_COOL_OFF, actor=PERSON, at=now)
    on = now.astimezone(ZoneInfo(item.due.zone)).date()
    letter = draft_stopped(case, stop.desk.identity, stopped_on=on, book=stop.desk.book)
    _queue(transaction, case, stop.notice, letter, stop.desk, now)
    after, actor = get_case(transaction, case.case_id), Actor(address=PERSON, os_user=PERSON)
    stop_what_was_taken_back(transaction, after, actor=actor, now=now)
    close_if_done(transaction, case.case_id, now=now)


def _hold(
    transaction: Transaction, case: Case, item: RequestItem, stop: Stop, now: datetime
) -> None:
    """Back to where two people approve it: they have read by then what the person wrote."""
    by = by_desk(PERSON, now, cause=stop.how)
    take_step(transaction, item, case=case, step=Step.SEND_BACK, desk=stop.desk, by=by)
    forget_approvals(transaction, item.item_id)
    add_tasks(transaction, [waiting_task(case, item, ERASURE_WAITS, stop.how, now)])


def waiting_task(case: Case, item: RequestItem, kind: str, reason: str, now: datetime) -> Task:
    """Return an urgent task of today about an erasure that waits."""
    return Task(
        case_id=case.case_id,
        kind=kind,
        reason=reason,
        due_on=now.astimezone(ZoneInfo(item.due.zone)).date(),
        urgent=True,
        created_at=now,
    )


def _queue(
    transaction: Transaction,
    case: Case,
    notice: ErasureNotice,
    letter: Letter,
    desk: DeskProfile,
    now: datetime,
) -> None:
    """One letter for each notice and kind; it leaves at once, for the time to stop runs."""
    about = new_id()
    to = Addressee(
        about=about, address=notice.address, thread=thread_with(transaction, case, notice.address)
    )
    queued = QueuedLetter(
        letter_id=about,
        case_id=case.case_id,
        inbound_id=None,
        kind=letter.kind,
        dedupe_key=f"{letter.kind}|{notice.code_key.hex()}",
        message=compose(case, letter, to, desk=desk, date=now),
        queued_at=now,
        due_at=now,
        automatic=True,
        text_key=None,
    )
    enqueue(transaction, [queued])
