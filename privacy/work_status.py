"""What lists show of a case: derived from identity, work, letters and clocks, so that it can never disagree with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from privacy.cases import ENDED, CaseState, ItemState
from privacy.rights import Right
from privacy.work import LetterFate


class WorkStatus(StrEnum):
    """Who has to act; the order is the order of urgency, and a case has that of its most urgent right."""

    BLOCKED_DELIVERY = "blocked_delivery"
    NEEDS_DECISION = "needs_decision"
    WAITING_ON_US = "waiting_on_us"
    NEEDS_IDENTITY = "needs_identity"
    WAITING_ON_PERSON = "waiting_on_person"
    DONE = "done"


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One right as the status needs it. `asked`: a question about identity is with the person."""

    right: Right
    state: ItemState
    identity_suffices: bool = False
    asked: bool = False
    letter: LetterFate = LetterFate.NONE


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """One case as the status needs it. `letter_failed`: a letter of the case cannot leave or came back."""

    state: CaseState
    items: tuple[ItemView, ...]
    letter_failed: bool = False


URGENCY = tuple(WorkStatus)
_BEFORE_PROOF = frozenset({ItemState.RECEIVED, ItemState.PLANNED})


def item_status(item: ItemView) -> WorkStatus:
    """Return who has to act on one right: the first row that holds."""
    unproved = item.state in _BEFORE_PROOF and not item.identity_suffices
    rows = (
        # Whoever can prove, or cancel.
        (item.state in (ItemState.PARKED, ItemState.COOLING_OFF), WorkStatus.WAITING_ON_PERSON),
        (item.state in ENDED, WorkStatus.DONE),
        (item.letter is LetterFate.CAME_BACK, WorkStatus.BLOCKED_DELIVERY),
        (item.state is ItemState.AWAITING_APPROVAL, WorkStatus.NEEDS_DECISION),
        (unproved and item.asked, WorkStatus.WAITING_ON_PERSON),
        (unproved, WorkStatus.NEEDS_IDENTITY),
        # Two people approve an erasure.
        (
            item.state is ItemState.PLANNED and item.right is Right.ERASURE,
            WorkStatus.NEEDS_DECISION,
        ),
    )
    return next((status for holds, status in rows if holds), WorkStatus.WAITING_ON_US)


def case_status(case: CaseView) -> WorkStatus:
    """Return who has to act on a case: what is most urgent in it. A case in which no right is known waits on us."""
    if case.state is CaseState.CLOSED:
        return WorkStatus.DONE
    if case.letter_failed:
        return WorkStatus.BLOCKED_DELIVERY
    # An open case in which every right has ended waits on us to close it.
    found = {item_status(item) for item in case.items} - {WorkStatus.DONE}
    return min(found, key=URGENCY.index, default=WorkStatus.WAITING_ON_US)


class CloseReason(StrEnum):
    """Why a person closes a case that does not close by itself."""

    NOTHING_ASKED = "nothing_asked"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    DUPLICATE = "duplicate"
    NO_ANSWER = "no_answer"
    OTHER = "other"
