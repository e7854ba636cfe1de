"""Works out what lists show of cases, for a whole page of them in a few questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.work_facts import FATES
from privacy.case_events import laws_of
from privacy.cases import ItemState
from privacy.challenges import StandingState
from privacy.deadlines import Asked
from privacy.identity import Level
from privacy.rights import Right, Scope
from privacy.work import LetterFate
from privacy.work_status import CaseView, ItemView, WorkStatus, case_status
from storage.case_events import case_events_of
from storage.cases import items_of
from storage.database import Reading
from storage.identity import Standing, standings_of
from storage.item_answers import answers_of_items, letter_states
from storage.work_lists import CaseHead, case_heads, cases_with_failed_letters

ASKED = frozenset({StandingState.WANTED, StandingState.ASKED})


@dataclass(frozen=True, kw_only=True)
class _Item:
    item_id: UUID
    right: Right
    scope: Scope | None
    state: ItemState


def statuses_of(
    reading: Reading, case_ids: Sequence[UUID], terms: ChallengeTerms | None
) -> dict[UUID, WorkStatus]:
    """Return who has to act on each of these cases; without terms nobody's identity is known."""
    items = _items(reading, case_ids)
    standings = standings_of(reading, case_ids)
    letters = _letters(reading, [one.item_id for found in items.values() for one in found])
    failed = cases_with_failed_letters(reading, case_ids)
    happened = case_events_of(reading, case_ids)
    found = {}
    for head in case_heads(reading, case_ids):
        suffices = _judge(head, laws_of(happened.get(head.case_id, ()))[0], standings, terms)
        standing = standings.get(head.case_id)
        views = tuple(
            ItemView(
                right=item.right,
                state=item.state,
                identity_suffices=suffices((item.right, item.scope)),
                asked=standing is not None and standing.state in ASKED,
                letter=letters.get(item.item_id, LetterFate.NONE),
            )
            for item in items.get(head.case_id, ())
        )
        view = CaseView(state=head.state, items=views, letter_failed=head.case_id in failed)
        found[head.case_id] = case_status(view)
    return found


def _items(reading: Reading, case_ids: Sequence[UUID]) -> dict[UUID, list[_Item]]:
    return {
        case_id: [
            _Item(
                item_id=row.item_id,
                right=row.right_name,
                scope=Scope(row.scope) if row.scope else None,
                state=row.state,
            )
            for row in rows
        ]
        for case_id, rows in items_of(reading, case_ids).items()
    }


def _judge(
    head: CaseHead,
    laws: tuple[str, ...],
    standings: Mapping[UUID, Standing],
    terms: ChallengeTerms | None,
) -> Callable[[Asked], bool]:
    """Return what says whether the level that the case has reached suffices for a right."""
    standing = standings.get(head.case_id)
    reached = standing.level if standing else Level.NONE
    if terms is None:
        return lambda _: False
    return partial(terms.suffices, reached, role=head.role, laws=laws)


def _letters(reading: Reading, item_ids: Sequence[UUID]) -> Mapping[UUID, LetterFate]:
    answers = answers_of_items(reading, item_ids)
    states = letter_states(reading, [one.message_id_key for one in answers.values()])
    return {
        item_id: FATES[states[answer.message_id_key]]
        for item_id, answer in answers.items()
        if answer.message_id_key in states
    }
