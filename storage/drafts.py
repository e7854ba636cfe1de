"""Letters that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text, update

from privacy.messages import OutboundMessage
from storage.datakeys import load_keys
from storage.failures import NotFound
from storage.letters import readable_messages, seal_message
from storage.states import DraftState
from storage.tables import DRAFT, PRIVACY_CASE
from storage.transactions import AnyRow, AnySelect, Reading, Transaction, Values

MESSAGE = "draft.sealed_message"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A letter that did not go out by itself, why, and by when it is promised. The last fields are told by the database."""

    draft_id: UUID
    case_id: UUID
    inbound_id: UUID | None
    kind: str
    message: OutboundMessage = field(repr=False)
    digest: str
    reasons: tuple[str, ...]
    created_at: datetime
    due_on: date
    state: DraftState = DraftState.WAITING
    decided_at: datetime | None = None
    decided_by: str | None = None
    case_reference: str | None = None


def add_drafts(transaction: Transaction, drafts: Sequence[Draft]) -> None:
    """Store letters for a person to decide about."""
    load_keys(transaction, [draft.case_id for draft in drafts])
    transaction.insert(DRAFT, [_draft_row(transaction, draft) for draft in drafts])


def list_drafts(reading: Reading, *, limit: int = 50) -> list[Draft]:
    """Return the letters that wait, the oldest first."""
    question = _rows().where(DRAFT.c.state == DraftState.WAITING)
    question = question.order_by(DRAFT.c.created_at, DRAFT.c.draft_id).limit(limit)
    return _drafts(reading, reading.fetch(question).all())


def earliest_draft(reading: Reading) -> date | None:
    """Return the first day on which a waiting letter is due, None when none waits."""
    waiting = text("draft.state = 'waiting'")  # written out: the condition of the partial index
    due: date | None = reading.fetch(select(func.min(DRAFT.c.due_on)).where(waiting)).scalar_one()
    return due


def drafts_of_case(reading: Reading, case_id: UUID) -> list[Draft]:
    """Return the letters of a case that a person had or has to decide about, the oldest first."""
    question = _rows().where(DRAFT.c.case_id == case_id)
    return _drafts(
        reading, reading.fetch(question.order_by(DRAFT.c.created_at, DRAFT.c.draft_id)).all()
    )


def get_draft(reading: Reading, draft_id: UUID) -> Draft:
    """Return one draft. Raises NotFound."""
    found = _drafts(reading, reading.fetch(_rows().where(DRAFT.c.draft_id == draft_id)).all())
    if not found:
        raise NotFound("there is no such draft")
    return found[0]


def decide_draft(  # noqa: PLR0913 who decided, as whom, on what and when belong in one record
    transaction: Transaction,
    draft_id: UUID,
    *,
    digest: str,
    decision: str,
    actor: str,
    os_user: str,
    at: datetime,
) -> bool:
    """Record `approved` or `rejected` for exactly this content; False when it was decided or changed meanwhile."""
    waiting = update(DRAFT).where(
        DRAFT.c.draft_id == draft_id, DRAFT.c.state == DraftState.WAITING, DRAFT.c.digest == digest
    )
    decided = waiting.values(
        state=DraftState(decision), decided_at=at, decided_by=actor, os_user=os_user
    )
    return transaction.change(decided) == 1


def _draft_row(transaction: Transaction, draft: Draft) -> Values:
    return {
        "draft_id": draft.draft_id,
        "case_id": draft.case_id,
        "inbound_id": draft.inbound_id,
        "kind": draft.kind,
        "sealed_message": seal_message(transaction.vault, draft.case_id, MESSAGE, draft.message),
        "digest": draft.digest,
        "reasons": draft.reasons,
        "state": DraftState.WAITING,
        "created_at": draft.created_at,
        "due_on": draft.due_on,
    }


def _rows() -> AnySelect:
    joined = DRAFT.join(PRIVACY_CASE, PRIVACY_CASE.c.case_id == DRAFT.c.case_id)
    return select(DRAFT, PRIVACY_CASE.c.reference.label("case_reference")).select_from(joined)


_TAKEN_OVER = tuple(name for name in Draft.__dataclass_fields__ if name != "message")


def _drafts(reading: Reading, rows: Sequence[AnyRow]) -> list[Draft]:
    messages = readable_messages(
        reading, MESSAGE, [(row.case_id, row.sealed_message) for row in rows]
    )
    return [
        Draft(**{name: getattr(row, name) for name in _TAKEN_OVER}, message=message)
        for row, message in zip(rows, messages, strict=True)
    ]
