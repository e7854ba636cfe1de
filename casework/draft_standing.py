"""Where a letter stands with the people who decide about it: who wrote it, who approved it, what is still missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.drafts import writers_of
from casework.opinions import lacks_opinion
from casework.profile import DeskProfile
from casework.undoing import undo_until
from casework.work_facts import rule_for
from privacy.cases import Case
from storage.database import Reading
from storage.draft_edits import Remark, opinions_of, returns_of
from storage.drafts import Draft
from storage.item_answers import Approval, answers_in_draft, approvals_of
from storage.states import DraftState


@dataclass(frozen=True, kw_only=True)
class DraftStanding:
    """`undo_until` is None where no approval can be taken back; `author_counts` where one person is enough."""

    state: DraftState
    writers: frozenset[str | None] = field(repr=False)
    author_counts: bool
    approvals: tuple[Approval, ...] = field(repr=False)
    needed: int
    returned: Remark | None = None
    opinion: Remark | None = None
    lacks_opinion: bool = False
    undo_until: datetime | None = None

    def against(self, address: str) -> str | None:
        """Return why this person cannot approve the letter now, None where they can; no word of a letter."""
        rows = (
            ("decided", self.state is not DraftState.WAITING),
            ("sent-back", self.returned is not None),
            ("wrote-it", address in self.writers and not self.author_counts),
            ("approved-it", any(one.actor == address for one in self.approvals)),
            ("opinion-first", self.lacks_opinion),
        )
        return next((reason for reason, holds in rows if holds), None)


def draft_standing(
    reading: Reading, draft: Draft, case: Case, desk: DeskProfile, now: datetime
) -> DraftStanding:
    """Return where the letter stands as it is now."""
    answers = [one for one in answers_in_draft(reading, draft.draft_id) if one.ended_at is None]
    rule = rule_for(draft.kind, case, answers, desk)
    return DraftStanding(
        state=draft.state,
        writers=writers_of(reading, draft, answers),
        author_counts=rule.author_counts,
        approvals=tuple(approvals_of(reading, draft.draft_id, draft.digest)),
        needed=rule.needed,
        returned=returns_of(reading, [draft]).get(draft.draft_id),
        opinion=opinions_of(reading, [draft]).get(draft.draft_id),
        lacks_opinion=lacks_opinion(reading, draft, desk),
        undo_until=undo_until(reading, draft, now),
    )
