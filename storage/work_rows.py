"""The tables of the work on rights: steps, tasks for systems, answers with their approvals, and what an erasure needs."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.cases import ItemState
from privacy.work import Decision, Step
from storage import draft_rows  # noqa: F401 - beside what it answers: here are all tables of letters
from storage.columns import Codes, Count, Day, Flag, Id, OneOf, Plain, UtcDateTime
from storage.rows import (
    SMALL,
    STRICT,
    Row,
    index_where,
    key_column,
    of_case,
    one_of,
    table_of,
)


class WorkEventRow(Row, table=True):
    """One step of the work on one right, never changed afterwards."""

    __tablename__ = "work_event"
    __table_args__ = (
        of_case(),
        one_of("step", Step),
        one_of("from_state", ItemState),
        one_of("to_state", ItemState),
        Index("ix_work_event_case", "case_id"),  # work_events
        STRICT,
    )
    event_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    step: Step = Field(sa_type=OneOf(Step))
    from_state: ItemState = Field(sa_type=OneOf(ItemState))
    to_state: ItemState = Field(sa_type=OneOf(ItemState))
    actor: str = Field(sa_type=Plain)  # a member of staff, or the part of the desk that did it
    os_user: str | None = Field(sa_type=Plain)  # NULL: no person was at the keyboard
    at: datetime = Field(sa_type=UtcDateTime)
    sealed_ground: bytes | None  # NULL: the step needs none
    cause: str = Field(sa_type=Plain)  # a code and an id, such as `draft:…`


class PlanTaskRow(Row, table=True):
    """What one system has to do for one right; it has a row among the tasks once it may be carried out."""

    __tablename__ = "plan_task"
    __table_args__ = (
        of_case(),
        Index("ix_plan_task_item", "item_id", "position"),  # plans_of
        STRICT,
    )
    task_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    position: int = Field(sa_type=Count)
    system: str = Field(sa_type=Plain)
    owner: str = Field(sa_type=Plain)  # a role, never a person
    due_on: date = Field(sa_type=Day)
    opened_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: it may not be carried out yet
    done_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL, as the next: it is not done
    done_by: str | None = Field(sa_type=Plain)  # a member of staff
    sealed_evidence: bytes | None  # NULL: not done, or nothing to show for it


class ItemAnswerRow(Row, table=True):
    """What a draft says about one right; it holds once the letter arrived."""

    __tablename__ = "item_answer"
    __table_args__ = (
        of_case(),
        one_of("decision", Decision),
        Index("ix_item_answer_item", "item_id", "made_at"),  # answers_of_items
        Index("ix_item_answer_letter", "message_id_key"),  # answers_in_letter
        STRICT,
    )
    draft_id: UUID = key_column()
    item_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    decision: Decision = Field(sa_type=OneOf(Decision))
    sealed_ground: bytes | None  # NULL: the decision needs none
    author: str = Field(sa_type=Plain)
    message_id_key: bytes
    days: tuple[str, ...] = Field(sa_type=Codes)  # that the letter names, ISO 8601
    made_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: it was not sent back


class DraftApprovalRow(Row, table=True):
    """Somebody approved a draft as it stood: exactly this digest."""

    __tablename__ = "draft_approval"
    __table_args__ = (of_case(), STRICT)
    draft_id: UUID = key_column()
    actor: str = Field(primary_key=True, sa_type=Plain)  # nobody counts twice
    digest: str = Field(primary_key=True, sa_type=Plain)
    case_id: UUID = Field(sa_type=Id)
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class ErasureApprovalRow(Row, table=True):
    """Somebody approved that data are erased, before anything is."""

    __tablename__ = "erasure_approval"
    __table_args__ = (of_case(), STRICT)
    item_id: UUID = key_column()
    actor: str = Field(primary_key=True, sa_type=Plain)
    case_id: UUID = Field(sa_type=Id)
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class CoolOffRow(Row, table=True):
    """The time in which a person can cancel an approved erasure."""

    __tablename__ = "cool_off"
    __table_args__ = (
        of_case(),
        # due_cool_offs
        index_where("ix_cool_off_due", "due_at", where="due_at IS NOT NULL"),
        STRICT,
    )
    item_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    started_at: datetime = Field(sa_type=UtcDateTime)
    over_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # of the next look; NULL: carried out or cancelled


class KeptStatementRow(Row, table=True):
    """Staff confirmed what an erasure leaves; with no line of its own: nothing is kept."""

    __tablename__ = "kept_statement"
    __table_args__ = (of_case(), STRICT)
    item_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    keeps: bool = Field(sa_type=Flag)
    confirmed_by: str = Field(sa_type=Plain)
    os_user: str = Field(sa_type=Plain)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class KeptLineRow(Row, table=True):
    """One category of data that an erasure leaves: words of the house's table, never of a person."""

    __tablename__ = "kept_line"
    __table_args__ = (of_case(), SMALL)
    item_id: UUID = key_column()
    position: int = Field(primary_key=True, sa_type=Count)
    case_id: UUID = Field(sa_type=Id)
    category: str = Field(sa_type=Plain)
    law: str = Field(sa_type=Plain)
    purpose: str = Field(sa_type=Plain)
    access: str = Field(sa_type=Plain)  # who can reach it: a team, never a person
    until: str = Field(sa_type=Plain)  # a day, or the criterion that ends it


WORK_EVENT = table_of(WorkEventRow)
PLAN_TASK = table_of(PlanTaskRow)
ITEM_ANSWER = table_of(ItemAnswerRow)
DRAFT_APPROVAL = table_of(DraftApprovalRow)
ERASURE_APPROVAL = table_of(ErasureApprovalRow)
COOL_OFF = table_of(CoolOffRow)
KEPT_STATEMENT = table_of(KeptStatementRow)
KEPT_LINE = table_of(KeptLineRow)
