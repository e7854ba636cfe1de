"""What lists need to know of many cases at once to say who has to act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from privacy.cases import CaseState, Role
from privacy.outgoing import OutgoingState
from storage.tables import OUTGOING, PRIVACY_CASE
from storage.transactions import Reading, in_chunks
from storage.work_rows import ITEM_ANSWER


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """Whether a case is open, whose data it is about, where it is kept, and whether a person has to look."""

    case_id: UUID
    state: CaseState
    role: Role
    region: str
    language: str
    needs_human: bool


def case_heads(reading: Reading, case_ids: Sequence[UUID]) -> list[CaseHead]:
    """Return the heads of these cases; unknown ids are left out."""
    case = PRIVACY_CASE.c
    question = select(*(case[name] for name in CaseHead.__dataclass_fields__))
    return [
        CaseHead(**row)
        for chunk in in_chunks(case_ids)
        for row in reading.fetch(question.where(case.case_id.in_(chunk))).mappings()
    ]


def cases_with_failed_letters(reading: Reading, case_ids: Sequence[UUID]) -> set[UUID]:
    """Return the cases of which the newest letter of a kind failed; letters that decide about a right have their own state."""
    letter = OUTGOING.c
    decides = select(ITEM_ANSWER.c.message_id_key).where(
        ITEM_ANSWER.c.message_id_key == letter.message_id_key
    )
    question = select(letter.case_id, letter.kind, letter.state).where(~decides.exists())
    newest: dict[tuple[UUID, str], OutgoingState] = {}
    for chunk in in_chunks(case_ids):
        of_cases = question.where(letter.case_id.in_(chunk))
        for row in reading.fetch(of_cases.order_by(letter.queued_at, letter.letter_id)):
            newest[row.case_id, row.kind] = row.state
    return {case_id for (case_id, _), state in newest.items() if state is OutgoingState.FAILED}
