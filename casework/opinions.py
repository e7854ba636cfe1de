"""The opinion of the data protection officer about a letter: theirs alone, about exactly these words, before it is approved."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.profile import DeskProfile
from privacy.addresses import without_plus
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.reminders import Audience
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading
from storage.draft_edits import Remark, add_opinion, opinions_of
from storage.drafts import Draft, get_draft
from storage.states import DraftState

LONGEST_REMARK = 2_000  # characters


def give_opinion(
    database: Database, draft_id: UUID, words: str, *, actor: Actor, now: datetime
) -> None:
    """Record the opinion about the letter as it stands. Raises Permanent for one that is decided or has an opinion."""
    check_remark(words)
    with database.transaction() as transaction:
        get_case(transaction, get_draft(transaction, draft_id).case_id)
        draft = get_draft(transaction, draft_id)
        if draft.state is not DraftState.WAITING:
            raise Permanent("this draft has been decided already")
        if opinions_of(transaction, [draft]):
            raise Permanent("an opinion about this letter is recorded already")
        add_opinion(transaction, remark_on(draft, words, actor, now))
        append(transaction, [remark_event(draft, AuditKind.OPINION_GIVEN, actor, now)])


def lacks_opinion(reading: Reading, draft: Draft, desk: DeskProfile | None) -> bool:
    """Return whether an opinion has to come first: of a desk that has a data protection officer (advice: GDPR Art. 38(6))."""
    if desk is None or draft.kind not in desk.work.approvers.opinions:
        return False
    has_officer = any(Audience.DPO in one.roles for one in desk.staff)
    return has_officer and not opinions_of(reading, [draft])


def check_remark(words: str) -> None:
    """Raise Permanent for words that say nothing or too much."""
    if not words.strip() or len(words) > LONGEST_REMARK or "\0" in words:
        raise Permanent(f"a reason has 1 to {LONGEST_REMARK} characters")


def remark_on(draft: Draft, words: str, actor: Actor, now: datetime) -> Remark:
    """Return the words about the letter as it stands."""
    return Remark(
        draft_id=draft.draft_id,
        case_id=draft.case_id,
        digest=draft.digest,
        words=words.strip(),
        actor=without_plus(actor.address),
        os_user=actor.os_user,
        at=now,
    )


def remark_event(draft: Draft, kind: AuditKind, actor: Actor, now: datetime) -> AuditEvent:
    """Return what the trail tells of something done to the letter as it stands."""
    payload = {"draft": draft.draft_id, "digest": draft.digest}
    return AuditEvent(chain=draft.case_id, kind=kind, at=now, actor=str(actor), payload=payload)
