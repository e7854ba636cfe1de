"""A clock waits for the person: who asked, on which ground of the law, by which letter; and the answer ends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework.clock_keeping import Change, asked_of, changes_after, rules_of, write_happening
from casework.drafts import Actor
from casework.named_cases import open_case_named, open_items
from casework.profile import DeskProfile
from privacy.case_events import ANSWERS, ASKED, CaseEvent, CaseEventKind, Ground, waiting_for
from privacy.cases import Case, RequestItem
from privacy.deadlines import Due
from privacy.errors import Permanent
from privacy.outgoing import OutgoingState
from privacy.pausing import why_it_runs_on
from privacy.rights import Right, right_name
from storage.case_events import case_events
from storage.database import Database, Transaction
from storage.delivered import letters_by_message_id


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the person was asked, in which case, and when.

    `right` is None for every open one. `letter` is the Message-ID, with or without brackets, of the letter that asked
    and said that time waits: only then a later date can bind.
    """

    reference: str
    ground: Ground
    at: datetime
    right: Right | None = None
    letter: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The person answered what was asked, or one kind of it; `right` as above."""

    reference: str
    at: datetime
    ground: Ground | None = None
    right: Right | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the date of one right."""

    right: str
    was: Due
    now: Due


def pause(
    database: Database, desk: DeskProfile, question: Question, *, actor: Actor, now: datetime
) -> list[Outcome]:
    """Let the clocks of the rights wait for which a law of the case waits; returns what became of each of them.

    Raises Permanent, with the reason, where no law waits for such an answer, where it is asked for already, and where
    the letter is none of this case or has not left.
    """
    with database.transaction() as transaction:
        case, items = _open_items(transaction, question.reference, question.right)
        events = case_events(transaction, case.case_id)
        waiting = _that_wait(case, items, question, desk)
        _check_not_asked(waiting, events, question.ground)
        _check_instant(waiting, question.at, now)
        key = _key_of_letter(database, transaction, case, question.letter)
        asked = [
            CaseEvent(
                kind=ASKED[question.ground],
                at=question.at,
                item_id=item.item_id,
                ground=str(question.ground),
                author=actor.address,
                letter=key,
            )
            for item in waiting
        ]
        return _happen(transaction, (case, waiting, events), asked, desk, (actor, now))


def resume(
    database: Database, desk: DeskProfile, answer: Answer, *, actor: Actor, now: datetime
) -> list[Outcome]:
    """End the waiting; returns what became of the date of each right that waited. Raises Permanent where none does."""
    with database.transaction() as transaction:
        case, items = _open_items(transaction, answer.reference, answer.right)
        events = case_events(transaction, case.case_id)
        answered, waited = _answers(items, events, answer, actor)
        if not answered:
            raise Permanent("nothing waits for such an answer")
        return _happen(transaction, (case, waited, events), answered, desk, (actor, now))


def _open_items(
    transaction: Transaction, reference: str, right: Right | None
) -> tuple[Case, list[RequestItem]]:
    case = open_case_named(transaction, reference)
    return case, open_items(case, right)


def _that_wait(
    case: Case, items: Sequence[RequestItem], question: Question, desk: DeskProfile
) -> list[RequestItem]:
    """Return the rights of which a law waits. The promise of the house is no law where there is one."""
    waiting, refused = [], []
    for item in items:
        rules = rules_of(item.right, item.scope, desk.laws_named(case.laws))
        whys = [
            why_it_runs_on(one, question.ground, received_at=item.received_at, asked_at=question.at)
            for one in ([one for one in rules if not one.is_promise] or rules)
        ]
        if None in whys:
            waiting.append(item)
        refused += [why for why in whys if why is not None]
    if not waiting:
        raise Permanent("; ".join(dict.fromkeys(refused)))
    return waiting


def _check_not_asked(
    items: Sequence[RequestItem], events: Sequence[CaseEvent], ground: Ground
) -> None:
    for item in items:
        waiting = waiting_for(events, item.item_id)
        if waiting is not None and waiting.kind is ASKED[ground]:
            raise Permanent(f"{item.right} waits already, since {waiting.at.date().isoformat()}")


def _check_instant(items: Sequence[RequestItem], at: datetime, now: datetime) -> None:
    if at > now:
        raise Permanent("that lies in the future")
    if any(at < item.received_at for item in items):
        raise Permanent("that lies before the request")


def _key_of_letter(
    database: Database, transaction: Transaction, case: Case, letter: str | None
) -> bytes | None:
    """Return the key of the letter; one that we did not send was written by hand, and its author answers for it."""
    if letter is None or not letter.strip():
        return None
    message_id = f"<{letter.strip().strip('<>').lower()}>"
    key = database.lookup_key("message-id", message_id)
    ours = letters_by_message_id(transaction, [key]).get(key)
    if ours is not None and ours.case_id != case.case_id:
        raise Permanent("this letter belongs to another case")
    if ours is not None and ours.state is not OutgoingState.SENT:
        raise Permanent("this letter has not left, or came back: nobody was told anything by it")
    return key


def _answers(
    items: Sequence[RequestItem], events: Sequence[CaseEvent], answer: Answer, actor: Actor
) -> tuple[list[CaseEvent], list[RequestItem]]:
    answered, waited = [], []
    for item in items:
        waiting = waiting_for(events, item.item_id)
        if waiting is None or (answer.ground and waiting.kind is not ASKED[answer.ground]):
            continue
        if answer.at < waiting.at:
            raise Permanent("the answer cannot come before the question")
        waited.append(item)
        answered.append(_answered(ANSWERS[waiting.kind], item, waiting, answer, actor))
    return answered, waited


def _answered(
    kind: CaseEventKind, item: RequestItem, waiting: CaseEvent, answer: Answer, actor: Actor
) -> CaseEvent:
    return CaseEvent(
        kind=kind,
        at=answer.at,
        item_id=item.item_id,
        ground=waiting.ground,
        author=actor.address,
    )


def _happen(
    transaction: Transaction,
    before: tuple[Case, Sequence[RequestItem], Sequence[CaseEvent]],
    happened: Sequence[CaseEvent],
    desk: DeskProfile,
    by: tuple[Actor, datetime],
) -> list[Outcome]:
    case, items, events = before
    actor, now = by
    asked, laws = [asked_of(item) for item in items], desk.laws_named(case.laws)
    changes = changes_after(asked, [*events, *happened], laws)
    write_happening(transaction, case.case_id, happened, changes, actor=str(actor), now=now)
    return [_outcome(item, changes) for item in items]


def _outcome(item: RequestItem, changes: Sequence[Change]) -> Outcome:
    moved = (one.due for one in changes if one.clock[1] == item.item_id)
    return Outcome(right=right_name(item.key), was=item.due, now=next(moved, item.due))
