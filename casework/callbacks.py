"""What systems say when they call back: the table of types that are believed, and what each of them changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casework.actors import by_desk
from casework.calling import hand_to_people
from casework.identity_decisions import is_login_of, login_seen
from casework.instructing import CustomerInstruction, InstructedBy, instruct_within
from casework.notice_banners import banner_shown
from casework.profile import DeskProfile
from casework.proving import trail
from casework.tasks import carry_out
from privacy.audit import AuditKind
from privacy.callbacks import Callback, Field
from privacy.cases import CaseState
from privacy.errors import Permanent
from privacy.forwarding import OF_CUSTOMERS, Instruction, InstructionChannel
from privacy.notice_banners import BANNER_SHOWN
from privacy.system_calls import BY_STAFF, CallState
from privacy.tokens import TOKEN_LENGTH, read_token
from storage.calls import end_call_of_task, remember_callback
from storage.cases import get_case, known_cases
from storage.database import Database, Transaction
from storage.tasks import finish_task
from storage.work import PlanTask, plan_task

OTHER_ACCOUNT = "login-of-another-account"


class Taken(StrEnum):
    """What became of a callback: it took effect, it had before, or it does not fit what we know."""

    NOW = "now"
    BEFORE = "before"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Which system calls back, at which desk, and when."""

    system: str
    desk: DeskProfile
    now: datetime

    @property
    def name(self) -> str:
        """The system as the trail names it."""
        return f"system:{self.system}"


Data = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Taker:
    """One type: the fields that it has, all of them, and the function that takes it."""

    fields: tuple[Field, ...]
    take: Callable[[Transaction, Caller, Data], Taken]


def take_callback(database: Database, caller: Caller, name: str, said: Callback) -> Taken:
    """Do what a system says, once under its id. Raises Permanent, and changes nothing, for what is not so here.

    The id and the effect are one transaction: a crash leaves neither, and the system says it again.
    """
    with database.transaction() as transaction:
        new = remember_callback(transaction, caller.system, name, kind=said.kind, now=caller.now)
        return TAKERS[said.kind].take(transaction, caller, said.data) if new else Taken.BEFORE


def _task_done(transaction: Transaction, caller: Caller, data: Data) -> Taken:
    """A system did its task: as staff's `tasks done`, with what it shows."""
    task = _open_task(transaction, caller, data["task"])
    if task.done_at is not None:
        return Taken.BEFORE
    by = by_desk(caller.name, caller.now, cause=f"task:{task.task_id}")
    carry_out(transaction, task, data["evidence"], by)
    finish_task(transaction, task.task_id, actor=caller.name, at=caller.now)
    _answered(transaction, caller, task, "task.done")
    return Taken.NOW


def _task_failed(transaction: Transaction, caller: Caller, data: Data) -> Taken:
    """A system cannot do its task: its people do, and see its code for why."""
    task = _open_task(transaction, caller, data["task"])
    if task.done_at is not None:
        raise Permanent("callback: the task is done")
    end_call_of_task(transaction, task, CallState.FAILED, reason=data["reason"])
    hand_to_people(transaction, task.task_id, data["reason"], caller.now)
    _answered(transaction, caller, task, "task.failed")
    return Taken.NOW


def _person_confirmed(transaction: Transaction, caller: Caller, data: Data) -> Taken:
    """Somebody who is signed in pressed the product's button: this request is theirs.

    Only an account that fits the case counts; another one is a refusal in the trail of the case.
    """
    terms = caller.desk.challenges
    if terms is None or not _confirms_people(caller):
        raise Permanent("callback: this system confirms nobody")
    number = read_token(data["case_token"], caller.desk.token_keys)
    found = [] if number is None else known_cases(transaction, numbers=[number], references=[])
    if not found or found[0].state is not CaseState.OPEN:
        raise Permanent("callback: there is no such open case")
    case = get_case(transaction, found[0].case_id)
    if not is_login_of(transaction, case, data["account"]):
        payload = {"reason": OTHER_ACCOUNT}
        kind = AuditKind.IDENTITY_REFUSED
        trail(transaction, case.case_id, kind, caller.name, payload, caller.now)
        return Taken.REFUSED
    login_seen(transaction, terms, case, data["account"], now=caller.now)
    return Taken.NOW


def _customer_instructed(transaction: Transaction, caller: Caller, data: Data) -> Taken:
    """An Owner of a customer, signed in to the product, says what becomes of a request about the customer's data."""
    if not _confirms_people(caller):
        raise Permanent("callback: this system speaks for nobody")
    given = CustomerInstruction(
        reference=data["case"],
        workspace=data["workspace"],
        instruction=_instruction(data["instruction"]),
    )
    by = InstructedBy(channel=InstructionChannel.PRODUCT, name=data["account"], actor=caller.name)
    instruct_within(transaction, caller.desk, given, by=by, now=caller.now)
    return Taken.NOW


def _banner_shown(transaction: Transaction, caller: Caller, data: Data) -> Taken:
    """The product showed a notice to an Owner whom no mail had reached: they are told."""
    new = banner_shown(transaction, caller.system, data["banner"], data["evidence"], now=caller.now)
    return Taken.NOW if new else Taken.BEFORE


def _instruction(name: str) -> Instruction:
    if name not in OF_CUSTOMERS:
        raise Permanent("callback: a customer says one of " + ", ".join(OF_CUSTOMERS))
    return Instruction(name)


def _confirms_people(caller: Caller) -> bool:
    return caller.desk.work.ways.get(caller.system, BY_STAFF).confirms_people


def _open_task(transaction: Transaction, caller: Caller, name: str) -> PlanTask:
    """Return the task of this very system. Raises Permanent for any other one, and one that may not be carried out."""
    try:
        task = plan_task(transaction, UUID(name))
    except ValueError:
        task = None
    if task is None or task.system != caller.system:
        raise Permanent("callback: this system has no such task")
    case = get_case(transaction, task.case_id)  # locked: what was read before may have changed
    item = next((one for one in case.items if one.item_id == task.item_id), None)
    task = plan_task(transaction, task.task_id)
    is_over = (
        item is not None and not item.is_open
    )  # without a right it is of a customer's instruction
    if task is None or task.opened_at is None or is_over:
        raise Permanent("callback: the task is not to be carried out")
    return task


def _answered(transaction: Transaction, caller: Caller, task: PlanTask, said: str) -> None:
    payload = {"system": caller.system, "type": said, "task": task.task_id}
    kind = AuditKind.SYSTEM_ANSWERED
    trail(transaction, task.case_id, kind, caller.name, payload, caller.now)


_TASK = Field(name="task", longest=36)
# What is not in this table is not believed. A new type is one row: its fields, and the function that takes it.
TAKERS: Mapping[str, Taker] = {
    "task.done": Taker(fields=(_TASK, Field(name="evidence", longest=500)), take=_task_done),
    "task.failed": Taker(
        fields=(_TASK, Field(name="reason", longest=60, is_code=True)), take=_task_failed
    ),
    "person.confirmed": Taker(
        fields=(
            Field(name="case_token", longest=TOKEN_LENGTH),
            Field(name="account", longest=254),
        ),
        take=_person_confirmed,
    ),
    "customer.instructed": Taker(
        fields=(
            Field(name="case", longest=40),
            Field(name="workspace", longest=200),
            Field(name="account", longest=254),
            Field(name="instruction", longest=20, is_code=True),
        ),
        take=_customer_instructed,
    ),
    BANNER_SHOWN: Taker(
        fields=(Field(name="banner", longest=36), Field(name="evidence", longest=500)),
        take=_banner_shown,
    ),
}
FIELDS = {kind: taker.fields for kind, taker in TAKERS.items()}
