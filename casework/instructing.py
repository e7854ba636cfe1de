"""Takes what a customer says about a request: on the page of a letter, told to staff, or by a signed call of the product.

An instruction opens tasks for our systems; what needs nothing of us confirms at once. The first one counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.forward_checks import readers_of_draft
from casework.forward_ending import stop_asking
from casework.forward_fates import hand_to_controller
from casework.forward_letters import forward_code_key, house_day
from casework.named_cases import open_case_named
from casework.profile import DeskProfile
from casework.referring import settle_passed_on
from casework.task_kinds import CARRY_OUT
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, CaseState
from privacy.challenges import PAGE_ATTEMPTS_A_DAY
from privacy.deadlines import add_business_days
from privacy.errors import Permanent
from privacy.forwarding import (
    FOR_US_TO_DO,
    LONGEST_NOTE,
    OF_CUSTOMERS,
    ForwardState,
    ForwardStep,
    Instruction,
    InstructionChannel,
    advance,
)
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.directory_writes import known_workspaces
from storage.drafts import drafts_of_case
from storage.forwards import (
    Forward,
    forward_with,
    forwards_of,
    letter_with_code,
    put_forward,
    use_code,
    wake_forwarding,
)
from storage.identity import attempts_of, count_attempt
from storage.ids import new_id
from storage.suppressions import suppress_for_customer
from storage.tasks import Task, add_tasks
from storage.work import PlanTask, add_plan, open_plan, plans_of

ACTOR = "customer"
MEANWHILE = "somebody else answered for this workspace meanwhile: look at it again"


@dataclass(frozen=True, kw_only=True)
class CustomerInstruction:
    """What a customer says about which case. `workspace` is the product's own id; `note` a line of their own words."""

    reference: str
    workspace: str
    instruction: Instruction
    note: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class InstructedBy:
    """Who instructed and how it reached us. `name`: an address, or the product's id of a user; `actor` goes on the trail."""

    channel: InstructionChannel
    name: str = field(repr=False)
    actor: str = ACTOR


def take_instruction(
    database: Database,
    desk: DeskProfile,
    given: CustomerInstruction,
    *,
    by: InstructedBy,
    now: datetime,
) -> list[Forward]:
    """Carry the instruction over to every open forward of the case to that workspace, and return them as they are now.

    Whoever calls has made sure that an Owner of the workspace speaks. Raises Permanent, with nothing changed: no such
    case or workspace, nothing passed on to it, answered already, a note that is no line, an answer that only staff
    can state, or that they state too early. Raises Retryable while the database is out of reach.
    """
    with database.transaction() as transaction:
        return instruct_within(transaction, desk, given, by=by, now=now)


def instruct_within(
    transaction: Transaction,
    desk: DeskProfile,
    given: CustomerInstruction,
    *,
    by: InstructedBy,
    now: datetime,
) -> list[Forward]:
    """Do the same inside of the caller's transaction; raises as above."""
    note = _checked(given)
    case = open_case_named(transaction, given.reference.upper())
    forwards = _open_forwards(transaction, case, given.workspace)
    for forward in forwards:
        _check_silence(forward, given.instruction, by)
    for forward in forwards:
        _take(transaction, desk, forward, _Said(given.instruction, note, by, now))
    now_at = {one.forward_id: one for one in _forwards(transaction, case)}
    return [now_at[one.forward_id] for one in forwards]


def instruct_by_page(
    database: Database,
    desk: DeskProfile,
    code: str,
    said: tuple[Instruction, str],
    *,
    client: str,
    now: datetime,
) -> bool:
    """Return whether the code took the instruction now; the same False for a wrong, an expired and a used one.

    Nor does it count from somebody who is no Owner, and not the contact, any more. `said` is the instruction with a note; `client` the network address of whoever pressed, under which wrong codes are
    counted. Raises Retryable.
    """
    instruction, note = said
    if instruction not in OF_CUSTOMERS or not _is_line(note):
        return False
    client_key = database.lookup_key("client", client)
    with database.transaction() as transaction:
        if attempts_of(transaction, client_key, day=now.date()) >= PAGE_ATTEMPTS_A_DAY:
            return False
        letter = letter_with_code(transaction, forward_code_key(code, transaction))
        if letter is None:
            limit = PAGE_ATTEMPTS_A_DAY
            count_attempt(transaction, client_key, day=now.date(), limit=limit)
            return False
        case = get_case(transaction, letter.case_id)
        forward = forward_with(transaction, letter.forward_id)
        reader = _reader(transaction, letter.draft_id, case)
        is_open = case.state is CaseState.OPEN and _accepts(forward, instruction)
        still_theirs = reader in readers_of_draft(transaction, letter.draft_id, case)
        if not (is_open and still_theirs and use_code(transaction, letter.draft_id, now=now)):
            return False
        by = InstructedBy(channel=InstructionChannel.PAGE, name=reader)
        _take(transaction, desk, forward, _Said(instruction, note.strip(), by, now))
    return True


def work_done(transaction: Transaction, task: PlanTask, *, at: datetime, actor: str) -> None:
    """A system did its part of an instruction; the last one confirms the forward."""
    forward = forward_with(transaction, task.item_id)
    plan = plans_of(transaction, [forward.forward_id])[forward.forward_id]
    to = advance(forward.state, ForwardStep.FINISH)
    if to is None or any(one.done_at is None for one in plan):
        return
    put_forward(transaction, replace(forward, state=to, confirmed_at=at), was=forward.state)
    _confirmed(transaction, forward, actor, at)


@dataclass(frozen=True)
class _Said:
    """What was said, in which words, by whom, and when."""

    instruction: Instruction
    note: str = field(repr=False)
    by: InstructedBy
    at: datetime


def _checked(given: CustomerInstruction) -> str:
    if not _is_line(given.note):
        raise Permanent(f"the note is one line of at most {LONGEST_NOTE} characters")
    return given.note.strip()


def _is_line(note: str) -> bool:
    return len(note) <= LONGEST_NOTE and (not note or note.isprintable())


def _forwards(transaction: Transaction, case: Case) -> list[Forward]:
    return forwards_of(transaction, [case.case_id]).get(case.case_id, [])


def _open_forwards(transaction: Transaction, case: Case, workspace: str) -> list[Forward]:
    named = known_workspaces(transaction, [workspace]).get(workspace)
    found = [one for one in _forwards(transaction, case) if one.workspace_id == named]
    if not found:
        raise Permanent("nothing of this case was passed on to such a workspace")
    still_open = [one for one in found if _accepts(one, Instruction.DONE)]
    if not still_open:
        raise Permanent(f"this workspace has answered already: {found[-1].instruction}")
    return still_open


def _accepts(forward: Forward, instruction: Instruction) -> bool:
    return advance(forward.state, ForwardStep.INSTRUCT, instruction) is not None


def _check_silence(forward: Forward, instruction: Instruction, by: InstructedBy) -> None:
    """That nobody answered only staff can state, after the last question and with what they did about it."""
    if instruction is not Instruction.NO_ANSWER:
        return
    if by.channel is not InstructionChannel.STAFF:
        raise Permanent("that nobody answered is stated by staff")
    asked_enough = forward.state is ForwardState.WITH_CUSTOMER and forward.remind_on is None
    if not asked_enough:
        raise Permanent("the customer is still being asked: not before the last reminder is over")


def _take(transaction: Transaction, desk: DeskProfile, forward: Forward, said: _Said) -> None:
    to = advance(forward.state, ForwardStep.INSTRUCT, said.instruction)
    if to is None:
        raise Permanent(MEANWHILE)
    is_over = to is ForwardState.CONFIRMED
    moved = replace(
        forward,
        state=to,
        instruction=said.instruction,
        channel=said.by.channel,
        by=said.by.name,
        note=said.note or None,
        instructed_at=said.at,
        confirmed_at=said.at if is_over else None,
        remind_on=None,
    )
    if not put_forward(transaction, moved, was=forward.state):
        raise Permanent(MEANWHILE)
    by = Actor(address=said.by.actor, os_user=ACTOR)
    stop_asking(transaction, forward, actor=by, now=said.at)
    case = get_case(transaction, forward.case_id)
    case = hand_to_controller(transaction, case, forward, at=said.at)
    _trail(transaction, forward, AuditKind.FORWARD_INSTRUCTED, said.by.actor, said.at, said)
    if said.instruction in FOR_US_TO_DO:
        _open_tasks(transaction, desk, case, forward, said)
    if said.instruction is Instruction.SUPPRESS:
        _suppress(transaction, case, forward, said)
    if is_over:
        _confirmed(transaction, forward, said.by.actor, said.at)


def _open_tasks(
    transaction: Transaction, desk: DeskProfile, case: Case, forward: Forward, said: _Said
) -> None:
    """The tasks of an instruction are planned like those of a right: with an owner, a day, and something to show."""
    calendar = desk.regimes[0].calendar
    days = desk.forwarding.carry_out_within
    due_on = add_business_days(house_day(desk, said.at), days, calendar)
    planned = [
        PlanTask(
            task_id=new_id(),
            case_id=case.case_id,
            item_id=forward.forward_id,
            position=position,
            system=task.system,
            owner=task.owner,
            due_on=due_on,
        )
        for position, task in enumerate(desk.forwarding.to_do(said.instruction))
    ]
    add_plan(transaction, planned)
    open_plan(transaction, forward.forward_id, at=said.at)
    tasks = [
        Task(
            task_id=one.task_id,
            case_id=one.case_id,
            kind=CARRY_OUT,
            reason=f"{said.instruction}:{one.system}:{one.owner}:customer-{forward.number}",
            due_on=one.due_on,
            created_at=said.at,
        )
        for one in planned
    ]
    add_tasks(transaction, tasks)


def _suppress(transaction: Transaction, case: Case, forward: Forward, said: _Said) -> None:
    """One customer keeps the address out of its own workspace; our lists, and other customers', are not its to write."""
    if case.requester is None:
        return
    suppress_for_customer(
        transaction,
        forward.workspace_id,
        case.requester,
        case_id=case.case_id,
        by=said.by.actor,
        now=said.at,
    )
    event = AuditEvent(
        chain=case.case_id,
        kind=AuditKind.SUPPRESSED,
        at=said.at,
        actor=said.by.actor,
        payload={"list": "customer", "customer": forward.number},
    )
    append(transaction, [event])


def _reader(transaction: Transaction, draft_id: UUID, case: Case) -> str:
    """The address to which the code was sent: whoever pressed reads its mail."""
    drafts = drafts_of_case(transaction, case.case_id)
    return next(one.message.recipient for one in drafts if one.draft_id == draft_id)


def _confirmed(transaction: Transaction, forward: Forward, actor: str, at: datetime) -> None:
    _trail(transaction, forward, AuditKind.FORWARD_CONFIRMED, actor, at)
    wake_forwarding(transaction, [forward.case_id], at=at)
    settle_passed_on(transaction, forward.case_id, at=at)


def _trail(
    transaction: Transaction,
    forward: Forward,
    kind: AuditKind,
    actor: str,
    at: datetime,
    said: _Said | None = None,
) -> None:
    payload: dict[str, object] = {"forward": forward.forward_id, "customer": forward.number}
    if said is not None:
        payload |= {"instruction": said.instruction, "channel": said.by.channel}
    event = AuditEvent(chain=forward.case_id, kind=kind, at=at, actor=actor, payload=payload)
    append(transaction, [event])
