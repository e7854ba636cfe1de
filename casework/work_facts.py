"""Loads what the guards of the work on one right look at, from the other axes, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.enclosing import enclosure_of
from casework.profile import DeskProfile
from casework.task_kinds import CHANGE_OF_ADDRESS
from casework.work_terms import WorkTerms
from privacy.address_change import against_change
from privacy.approvers import ApprovalRule, approvals_needed
from privacy.cases import Case, ItemState, RequestItem
from privacy.forwarding import ForwardState, is_only_customers
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.packages import Enclosure
from privacy.rights import Right
from privacy.work import LetterFate, WorkFacts
from storage.address_changes import change_of_item, is_contested
from storage.database import Reading
from storage.draft_edits import last_editor
from storage.drafts import get_draft
from storage.erasing import cool_off_of, erasure_approvers, statement_of
from storage.findings import findings_of
from storage.forwards import forwards_of
from storage.identity import evidence_of, standings_of
from storage.item_answers import ItemAnswer, answers_of_items, approvals_of, letter_states
from storage.tasks import is_task_open
from storage.work import plans_of

FATES = {
    OutgoingState.PENDING: LetterFate.ON_ITS_WAY,
    OutgoingState.LEASED: LetterFate.ON_ITS_WAY,
    OutgoingState.UNCERTAIN: LetterFate.ON_ITS_WAY,
    OutgoingState.SENT: LetterFate.ARRIVED,
    OutgoingState.FAILED: LetterFate.CAME_BACK,
}


def facts_of(
    reading: Reading, item: RequestItem, *, case: Case, desk: DeskProfile | None, now: datetime
) -> WorkFacts:
    """Return the facts about one right at this moment; without a desk nobody's identity suffices."""
    answer = answers_of_items(reading, [item.item_id]).get(item.item_id)
    plan = plans_of(reading, [item.item_id]).get(item.item_id, [])
    cool_off = cool_off_of(reading, item.item_id)
    is_erasure = item.right is Right.ERASURE
    author, approvers, needed = _approvals(reading, answer, case, desk)
    return WorkFacts(
        right=item.right,
        identity_suffices=desk is not None and identity_suffices(reading, item, case, desk),
        decision=answer.decision if answer else None,
        ground=answer.ground if answer else None,
        open_tasks=sum(task.done_at is None for task in plan),
        author=author,
        approvers=approvers,
        approvals_needed=needed,
        erasure_approvers=erasure_approvers(reading, item.item_id) if is_erasure else frozenset(),
        keeps_something=is_erasure,
        kept_is_stated=is_erasure and statement_of(reading, item.item_id) is not None,
        cool_off_over=cool_off is not None and cool_off.over_at <= now,
        enclosure=_enclosure(reading, answer),
        customers_decide=item.state is ItemState.PLANNED and _customers_decide(reading, item, case),
        against_address=_against_address(reading, item, case),
        controller_confirmed=item.state is ItemState.WITH_CONTROLLER
        and _customers_confirmed(reading, item, case),
        letter=_letter(reading, answer),
    )


def identity_suffices(reading: Reading, item: RequestItem, case: Case, desk: DeskProfile) -> bool:
    """Return whether the level that the case has reached is the one that this right needs now."""
    terms = desk.challenges
    if terms is None:
        return False
    standing = standings_of(reading, [case.case_id]).get(case.case_id)
    reached = standing.level if standing else Level.NONE
    return terms.suffices(reached, item.key, role=case.role, laws=case.laws)


def rule_for(
    kind: str, case: Case, answers: Sequence[ItemAnswer], desk: DeskProfile | None
) -> ApprovalRule:
    """Return how many people approve a letter of this kind in this case."""
    rights = {item.item_id: item.right for item in case.items}
    decided = [(rights[one.item_id], one.decision) for one in answers if one.item_id in rights]
    table = (desk.work if desk else WorkTerms()).approvers
    return approvals_needed(table, kind, case.lane, decided)


def _approvals(
    reading: Reading, answer: ItemAnswer | None, case: Case, desk: DeskProfile | None
) -> tuple[str | None, frozenset[str], int]:
    """Author, approvers of exactly what the draft says, and how many it needs; the author of a desk of one counts."""
    if answer is None:
        return None, frozenset(), 2
    draft = get_draft(reading, answer.draft_id)
    rule = rule_for(draft.kind, case, [answer], desk)
    given = approvals_of(reading, draft.draft_id, draft.digest)
    wrote = last_editor(reading, draft.draft_id) or answer.author
    author = None if rule.author_counts else wrote
    return author, frozenset(one.actor for one in given), rule.needed


def _against_address(reading: Reading, item: RequestItem, case: Case) -> str | None:
    if item.right is not Right.RECTIFICATION:
        return None
    change = change_of_item(reading, case.case_id, item.item_id)
    if (
        change is None
    ):  # a person who finishes the task without a new address says that none is changed
        unsettled = is_task_open(reading, case.case_id, CHANGE_OF_ADDRESS)
        return "address-change-not-settled" if unsettled else None
    evidence = [one.evidence for one in evidence_of(reading, case.case_id)]
    contested = is_contested(reading, change)
    return against_change(change.state, evidence, change.old_key, contested=contested)


def _enclosure(reading: Reading, answer: ItemAnswer | None) -> Enclosure:
    if answer is None:
        return Enclosure.MISSING
    return enclosure_of(reading, answer.draft_id, answer.item_id)


def _customers_decide(reading: Reading, item: RequestItem, case: Case) -> bool:
    found = findings_of(reading, [case.case_id]).get(case.case_id)
    return found is not None and is_only_customers(found.finding.role, item)


def _customers_confirmed(reading: Reading, item: RequestItem, case: Case) -> bool:
    """Every customer to whom the right was passed on said what becomes of it, and what we had to do is done."""
    forwards = forwards_of(reading, [case.case_id]).get(case.case_id, ())
    states = [one.state for one in forwards if item.item_id in one.items]
    return bool(states) and all(state is ForwardState.CONFIRMED for state in states)


def _letter(reading: Reading, answer: ItemAnswer | None) -> LetterFate:
    if answer is None:
        return LetterFate.NONE
    state = letter_states(reading, [answer.message_id_key]).get(answer.message_id_key)
    return LetterFate.NONE if state is None else FATES[state]
