"""One letter that waits, and the list of them, as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.draft_standing import DraftStanding, draft_standing
from casework.drafts import review_draft
from casework.editing import as_the_desk_wrote_it, can_be_edited
from casework.showing import ShownMessage, show_message
from desk.acting import DeskServices
from desk.visitor import Visitor
from privacy.cases import Case
from privacy.identity_codes import without_codes
from privacy.word_differences import Piece, word_difference
from storage.cases import get_case, get_cases
from storage.database import Reading
from storage.draft_edits import DraftEdit, edits_of
from storage.drafts import Draft, get_draft, list_drafts
from storage.failures import CannotUnseal, NotFound
from storage.messages import messages_of_case, raw_of
from storage.states import DraftState

MOST_LISTED = 200


@dataclass(frozen=True, kw_only=True)
class ListedDraft:
    """A letter that waits, in the list; `against` is why the visitor cannot approve it, None where they can."""

    draft: Draft
    standing: DraftStanding
    against: str | None

    def belongs_to(self, address: str) -> bool:
        """Return whether this person wrote or changed it."""
        return address in self.standing.writers


@dataclass(frozen=True, kw_only=True)
class DraftFile:
    """A letter beside the mail that it answers; `answered` is None where nothing can be read."""

    draft: Draft
    case: Case
    standing: DraftStanding
    findings: tuple[str, ...]
    difference: tuple[Piece, ...] = field(repr=False)
    edits: tuple[DraftEdit, ...] = field(repr=False)
    answered: ShownMessage | None = field(repr=False)

    @property
    def text(self) -> str:
        """Return the words of the letter, without what is for its reader alone."""
        return without_codes(self.draft.message.letter.text)

    @property
    def can_be_edited(self) -> bool:
        """Return whether its words may be changed."""
        return can_be_edited(self.draft)


def drafts_for(desk: DeskServices, visitor: Visitor) -> list[ListedDraft]:
    """Return the letters that wait, the first due first, in the regions that the visitor may see."""
    now = desk.clock()
    with desk.database.reading() as reading:
        drafts = list_drafts(reading, limit=MOST_LISTED)
        cases = {
            one.case_id: one for one in get_cases(reading, [draft.case_id for draft in drafts])
        }
        listed = [
            _listed(reading, draft, cases[draft.case_id], desk, visitor, now)
            for draft in drafts
            if draft.case_id in cases and visitor.sees(cases[draft.case_id].region)
        ]
    return sorted(listed, key=lambda one: (one.draft.due_on, one.draft.created_at))


def _listed(
    reading: Reading,
    draft: Draft,
    case: Case,
    desk: DeskServices,
    visitor: Visitor,
    now: datetime,
) -> ListedDraft:
    standing = draft_standing(reading, draft, case, desk.profile, now)
    return ListedDraft(draft=draft, standing=standing, against=standing.against(visitor.address))


def draft_seen(desk: DeskServices, visitor: Visitor, draft_id: UUID) -> Draft:
    """Return a letter. Raises NotFound, also where the visitor may not see the region of its case."""
    with desk.database.reading() as reading:
        draft = get_draft(reading, draft_id)
        _check_region(get_case(reading, draft.case_id), visitor)
    return draft


def read_draft(desk: DeskServices, visitor: Visitor, draft_id: UUID) -> DraftFile:
    """Return a letter as its page shows it. Raises NotFound as above."""
    now = desk.clock()
    with desk.database.reading() as reading:
        draft = get_draft(reading, draft_id)
        case = get_case(reading, draft.case_id)
        _check_region(case, visitor)
        before = as_the_desk_wrote_it(reading, draft).letter
        letter = draft.message.letter
        return DraftFile(
            draft=draft,
            case=case,
            standing=draft_standing(reading, draft, case, desk.profile, now),
            findings=tuple(_findings(reading, draft, desk, now)),
            difference=tuple(
                word_difference(
                    without_codes(f"{before.subject}\n\n{before.text}"),
                    without_codes(f"{letter.subject}\n\n{letter.text}"),
                )
            ),
            edits=tuple(edits_of(reading, draft_id)),
            answered=_answered(reading, draft),
        )


def _findings(reading: Reading, draft: Draft, desk: DeskServices, now: datetime) -> Sequence[str]:
    if draft.state is not DraftState.WAITING:
        return ()
    return review_draft(reading, draft, draft.message, now, identity=desk.profile.identity)


def _check_region(case: Case, visitor: Visitor) -> None:
    if not visitor.sees(case.region):
        raise NotFound("there is no such draft")


def _answered(reading: Reading, draft: Draft) -> ShownMessage | None:
    """The mail that it answers; where it answers none, the newest one of the case."""
    rows = messages_of_case(reading, draft.case_id)
    wanted = [row for row in rows if row.inbound_id == draft.inbound_id] or rows[-1:]
    try:
        return show_message(raw_of(reading, wanted[0].inbound_id)) if wanted else None
    except CannotUnseal:
        return None
