"""Staff change the words of a waiting letter, or send it back with a reason; what was approved of it counts no more."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.drafts import check_content, review_draft
from casework.enclosing import enclosed_digest
from casework.opinions import check_remark, remark_event, remark_on
from privacy.addresses import without_plus
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.identity_codes import without_codes
from privacy.messages import Automation, OutboundMessage
from responders.settings import DeskIdentity
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.draft_edits import add_return, edits_of, returns_of, store_edit, void_approvals
from storage.drafts import Draft, get_draft
from storage.states import DraftState
from templates.rewriting import rewritten

LONGEST_SUBJECT, LONGEST_TEXT = 300, 60_000  # characters
CHANGED_MEANWHILE = "this letter was changed or decided meanwhile: look at it again"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Subject and text of a letter as somebody typed them."""

    subject: str = field(repr=False)
    text: str = field(repr=False)


def edit_draft(
    database: Database,
    draft_id: UUID,
    wording: Wording,
    *,
    seen: str,
    by: tuple[Actor, datetime],
) -> None:
    """Put these words in place of those that stand; `seen` is the digest of the letter that was changed.

    The HTML follows from the text. Raises Permanent for a letter that others changed or decided, that holds a secret
    of its reader, or that stays as it is.
    """
    actor, now = by
    _check_wording(wording)
    with database.transaction() as transaction:
        draft = _waiting(transaction, draft_id, seen)
        if not can_be_edited(draft):
            raise Permanent(
                "this letter holds a secret for its reader: it is written anew, not edited"
            )
        check_content(transaction, draft, now)
        message = reworded(draft, wording)
        digest = letter_digest(message, enclosed=enclosed_digest(transaction, draft_id))
        if digest == draft.digest:
            raise Permanent("nothing was changed")
        who = (without_plus(actor.address), actor.os_user)
        if not store_edit(transaction, draft, (message, digest), by=who, at=now):
            raise Permanent(CHANGED_MEANWHILE)
        append(transaction, [_edited(draft, digest, actor, now)])


def send_back(
    database: Database, draft_id: UUID, reason: str, *, seen: str, by: tuple[Actor, datetime]
) -> None:
    """Leave the letter to be changed: as it stands nobody approves it. Raises Permanent where it is decided or changed."""
    actor, now = by
    check_remark(reason)
    with database.transaction() as transaction:
        draft = _waiting(transaction, draft_id, seen)
        if returns_of(transaction, [draft]):
            raise Permanent("this letter is sent back already")
        add_return(transaction, remark_on(draft, reason, actor, now))
        void_approvals(transaction, draft_id)
        append(transaction, [remark_event(draft, AuditKind.LETTER_SENT_BACK, actor, now)])


def can_be_edited(draft: Draft) -> bool:
    """Return whether its words may be changed: a code or a secret link is for its reader alone, and would be lost."""
    text = draft.message.letter.text
    return draft.state is DraftState.WAITING and without_codes(text) == text


def reworded(draft: Draft, wording: Wording) -> OutboundMessage:
    """Return the mail with these words."""
    letter = rewritten(draft.message.letter, wording.subject.strip(), wording.text)
    return replace(draft.message, letter=letter)


def as_the_desk_wrote_it(reading: Reading, draft: Draft) -> OutboundMessage:
    """Return the letter before anybody changed it."""
    edits = edits_of(reading, draft.draft_id)
    return edits[0].before if edits else draft.message


def findings_of_wording(
    reading: Reading,
    draft: Draft,
    wording: Wording,
    now: datetime,
    *,
    identity: DeskIdentity,
) -> list[str]:
    """Return why the letter could not leave with these words, empty where nothing keeps it; changes nothing."""
    message = replace(reworded(draft, wording), automation=Automation.APPROVED, date=now)
    return review_draft(reading, draft, message, now, identity=identity)


def _check_wording(wording: Wording) -> None:
    if not 0 < len(wording.subject.strip()) <= LONGEST_SUBJECT or "\n" in wording.subject:
        raise Permanent(f"a subject is one line of at most {LONGEST_SUBJECT} characters")
    if not 0 < len(wording.text.strip()) <= LONGEST_TEXT:
        raise Permanent(f"a letter has 1 to {LONGEST_TEXT} characters")
    if any(one != "\n" and not one.isprintable() for one in wording.text + wording.subject):
        raise Permanent("a letter holds printable characters and line ends, nothing else")


def _waiting(transaction: Transaction, draft_id: UUID, seen: str) -> Draft:
    """Read the draft again once its case is locked."""
    get_case(transaction, get_draft(transaction, draft_id).case_id)
    draft = get_draft(transaction, draft_id)
    if draft.state is not DraftState.WAITING or draft.digest != seen:
        raise Permanent(CHANGED_MEANWHILE)
    return draft


def _edited(draft: Draft, digest: str, actor: Actor, now: datetime) -> AuditEvent:
    return AuditEvent(
        chain=draft.case_id,
        kind=AuditKind.LETTER_EDITED,
        at=now,
        actor=str(actor),
        payload={"draft": draft.draft_id, "before": draft.digest, "digest": digest},
    )
