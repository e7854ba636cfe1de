"""What goes over the API, in and out: every field named, nothing else taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from privacy.cases import CaseState, ItemState
from privacy.rights import Lane, Right, Scope
from privacy.suppression import SuppressionList
from privacy.work_status import CloseReason, WorkStatus
from storage.states import DraftState

REFERENCE = r"^[A-Z0-9-]{1,40}$"
MAIL_ADDRESS = (
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}([.][A-Za-z0-9-]{1,63}){1,4}$"
)
MailAddress = Annotated[str, Field(max_length=254, pattern=MAIL_ADDRESS)]


class Shape(BaseModel):
    """What every body shares: a field that is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseLine(Shape):
    """An open case in the list. `due_on` is null where nothing is owed."""

    case_id: UUID
    reference: str
    region: str
    lane: Lane
    language: str
    status: WorkStatus
    rights: list[str]
    owner: str | None
    received_at: datetime
    due_at: datetime | None
    due_on: date | None
    needs_human: bool


class CasePage(Shape):
    """A page of cases, what is owed first before the rest. `after` is where the next page begins."""

    cases: list[CaseLine]
    after: str | None


class DueDay(Shape):
    """A last day in its zone, and the first instant that is too late."""

    on: date
    expires_at: datetime
    regime: str


class ItemShape(Shape):
    """One right that was asked for."""

    item_id: UUID
    right: Right
    scope: Scope | None
    state: ItemState
    received_at: datetime
    due: DueDay


class CaseShape(Shape):
    """One case, without the words of anybody's mail."""

    case_id: UUID
    reference: str
    region: str
    state: CaseState
    status: WorkStatus
    lane: Lane
    language: str
    requester: str | None
    owner: str | None
    laws: list[str]
    received_at: datetime
    acknowledged_at: datetime | None
    due: DueDay | None
    needs_human: bool
    items: list[ItemShape]


class DraftLine(Shape):
    """A letter that waits for a decision."""

    draft_id: UUID
    case: str
    kind: str
    reasons: list[str]
    created_at: datetime
    due_on: date


class DraftPage(Shape):
    """A page of drafts, the oldest first."""

    drafts: list[DraftLine]
    after: UUID | None


class DraftShape(DraftLine):
    """A draft with its words, and why it could not leave as it stands. Codes for its reader are left out."""

    state: DraftState
    recipient: str
    subject: str
    text: str
    findings: list[str]


class Approved(Shape):
    """How many have approved the letter, and how many it needs."""

    given: int
    needed: int
    leaves: bool


class TaskShape(Shape):
    """Something that a person has to do."""

    task_id: UUID
    case: str | None
    kind: str
    reason: str
    due_on: date | None
    urgent: bool
    created_at: datetime


class TaskPage(Shape):
    """A page of open tasks, the oldest first."""

    tasks: list[TaskShape]
    after: UUID | None


class TaskDone(Shape):
    """What shows that it was done, where the task asks for that."""

    evidence: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class Closing(Shape):
    """Why a case is closed that does not close by itself."""

    reason: CloseReason


class Extending(Shape):
    """Why a right is answered later, in words that the person will read; without `right` every open one."""

    ground: Annotated[str, Field(min_length=1, max_length=500)]
    right: Right | None = None


class WrittenExtension(Shape):
    """A letter that tells a later date and waits for approval."""

    right: str
    draft_id: UUID
    due_on: date


class Extended(Shape):
    """The letters that were written, and the rights that no letter can extend."""

    written: list[WrittenExtension]
    refused: list[str]


class AskedRight(Shape):
    """A right, and what of it where it has parts."""

    right: Right
    scope: Scope | None = None


class Correcting(Shape):
    """What was understood wrongly: what is named is what is true. A right is added with a note of why."""

    lane: Lane | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2}$")] | None = None
    added: AskedRight | None = None
    not_asked: AskedRight | None = None
    note: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None


class Done(Shape):
    """It was done."""

    done: Literal[True] = True


class Addresses(Shape):
    """Mail addresses; they are hashed, and kept nowhere."""

    addresses: Annotated[list[MailAddress], Field(min_length=1, max_length=100)]


class Suppressing(Addresses):
    """Addresses for one list."""

    on: SuppressionList


class OnLists(Shape):
    """For each address that was asked about, in the same order, the lists that it is on."""

    lists: list[list[SuppressionList]]
