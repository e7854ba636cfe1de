"""Two cases are worked as one, one case as two, or bear a label; clocks keep their earliest dates, and all is in the trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from casework.forward_ending import stop_all_asking, stop_what_was_taken_back
from casework.identifiers import draw_identifiers
from casework.proving import prove_task
from casework.task_kinds import ANSWER_BY_HAND
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, CaseState, ItemState, RequestItem
from privacy.challenges import StandingState
from privacy.deadlines import Asked, Due
from privacy.errors import Permanent
from privacy.relations import RelationKind
from privacy.rights import right_name
from storage.address_changes import changes_of
from storage.audit import append
from storage.cases import (
    add_cases,
    clock_events,
    extend_case,
    get_case,
    get_cases,
    known_cases,
    mark_acknowledged,
    set_date,
    who_acknowledged,
)
from storage.database import Database, Transaction
from storage.findings import findings_of, store_findings
from storage.forwards import wake_forwarding
from storage.holds import held_cases
from storage.identity import standings_of
from storage.merges import (
    Merge,
    add_merge,
    add_relation,
    drop_merge,
    drop_relation,
    merges_of,
)
from storage.messages import messages_of_case
from storage.moving_rights import move_messages, move_rights
from storage.states import ClockName
from storage.tasks import Task, add_tasks
from storage.work import set_case_state

By = tuple[Actor, datetime]
STILL_ASKED = frozenset({StandingState.WANTED, StandingState.ASKED, StandingState.LAPSED})
UNWORKED = frozenset({ItemState.RECEIVED, ItemState.NOT_A_REQUEST, ItemState.WITHDRAWN})
# Of these something goes on by itself, in whichever case they are: a system is asked, a time runs out, a letter leaves.
UNDER_WAY = frozenset(
    {
        ItemState.COOLING_OFF,
        ItemState.EXECUTING,
        ItemState.EXECUTED,
        ItemState.AWAITING_APPROVAL,
        ItemState.APPROVED,
    }
)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two cases, both locked."""

    one: Case
    other: Case


def merge_cases(database: Database, into: str, merged: str, *, by: By) -> Case:
    """Work the second case as part of the first, and return that one as it is now.

    Rights that only the second has move with their clocks, its messages and tasks too; of a right that both have the
    earlier date binds. The second is closed, keeps its own trail, letters and reference, and its token leads to the
    first. Raises Permanent where they cannot be one case.
    """
    actor, now = by
    with database.transaction() as transaction:
        pair = _pair(transaction, into, merged)
        _require_mergeable(transaction, pair)
        target, source = pair.one, pair.other
        moved = _moving(target, source)
        _require_unworked(moved)
        _require_no_change(transaction, source, source.items)
        _require_unworked([item for item in source.items if item.state in UNDER_WAY])
        messages = [row.inbound_id for row in messages_of_case(transaction, source.case_id)]
        _owe_first_answer(transaction, pair, now)
        move_messages(transaction, messages, target.case_id)
        move_rights(transaction, [item.item_id for item in moved], target.case_id)
        _keep_earliest(transaction, pair, now)
        stop_all_asking(transaction, source.case_id, actor=actor, now=now)
        wake_forwarding(transaction, [target.case_id], at=now)
        set_case_state(transaction, source.case_id, CaseState.CLOSED, at=now)
        whole = (*(item.item_id for item in moved), *messages)
        merge = Merge(
            case_id=source.case_id,
            into_id=target.case_id,
            moved=whole,
            at=now,
            author=actor.address,
        )
        add_merge(transaction, merge)
        label = (source.case_id, RelationKind.DUPLICATE_OF, target.case_id)
        add_relation(transaction, *label, author=actor.address, at=now)
        _record(transaction, AuditKind.CASE_MERGED, pair, moved, by)
        return get_case(transaction, target.case_id)


def undo_merge(database: Database, reference: str, *, by: By) -> Case:
    """Let a merged case stand alone again, with the rights and messages that it brought, and return it.

    Dates that came earlier stay. Raises Permanent where the case is not merged, or the other one is closed.
    """
    actor, now = by
    with database.transaction() as transaction:
        case = _cases_named(transaction, [reference])[0]
        merge = next(
            (one for one in merges_of(transaction, [case.case_id]) if one.case_id == case.case_id),
            None,
        )
        if merge is None:
            raise Permanent(
                "the case is part of no other; name the rights to split off with --item"
            )
        target = get_case(transaction, merge.into_id)
        if target.state is not CaseState.OPEN:
            raise Permanent("the other case is closed: what was done in it cannot be taken apart")
        back = [item for item in target.items if item.item_id in merge.moved]
        _require_unworked(back)
        _require_no_change(transaction, target, back)
        move_rights(transaction, [item.item_id for item in back], case.case_id)
        move_messages(transaction, merge.moved, case.case_id)
        set_case_state(transaction, case.case_id, CaseState.OPEN, at=now)
        set_case_state(transaction, target.case_id, CaseState.OPEN, at=now)
        drop_merge(transaction, case.case_id)
        drop_relation(transaction, case.case_id, RelationKind.DUPLICATE_OF, target.case_id)
        _ask_customers_anew(transaction, target.case_id, case.case_id, by=(actor, now))
        _record(transaction, AuditKind.CASE_SPLIT, Pair(one=target, other=case), back, by)
        return get_case(transaction, case.case_id)


def split_case(database: Database, reference: str, rights: Sequence[Asked], *, by: By) -> Case:
    """Put some open rights of a case into a new one with a reference of its own, and return it.

    Their clocks go on as they are, and the new case is acknowledged when the old one is. Raises Permanent where the
    rights are not there, or none would be left.
    """
    actor, now = by
    with database.transaction() as transaction:
        case = _cases_named(transaction, [reference])[0]
        if case.state is not CaseState.OPEN:
            raise Permanent("the case is closed")
        split = _named(case, rights)
        _require_unworked(split)
        _require_no_change(transaction, case, split)
        if len(split) == len([item for item in case.items if item.is_open]):
            raise Permanent("at least one right has to stay in the case")
        names = draw_identifiers(case.received_at)
        new = replace(
            case,
            case_id=names.case_id,
            number=names.number,
            reference=names.reference,
            items=(),
            own_due=None,
        )
        add_cases(transaction, [new], now=now)
        move_rights(transaction, [item.item_id for item in split], new.case_id)
        _acknowledge_alike(transaction, case, new)
        found = findings_of(transaction, [case.case_id]).values()
        store_findings(transaction, [replace(one, case_id=new.case_id) for one in found])
        _ask_customers_anew(transaction, case.case_id, new.case_id, by=by)
        if standings_of(transaction, [case.case_id]):
            add_tasks(transaction, [prove_task(new, "split-from-another-case", now)])
        label = (new.case_id, RelationKind.FOLLOW_UP_OF, case.case_id)
        add_relation(transaction, *label, author=actor.address, at=now)
        _record(transaction, AuditKind.CASE_SPLIT, Pair(one=case, other=new), split, by)
        return get_case(transaction, new.case_id)


def relate_cases(
    database: Database, one: str, kind: RelationKind, other: str, *, remove: bool, by: By
) -> None:
    """Add a label between two cases, or take it away; nothing else of either case changes. Raises Permanent."""
    actor, now = by
    with database.transaction() as transaction:
        pair = _pair(transaction, one, other)
        label = (pair.one.case_id, kind, pair.other.case_id)
        if not remove:
            add_relation(transaction, *label, author=actor.address, at=now)
        elif not drop_relation(transaction, *label):
            raise Permanent("there is no such relation")
        payload = {"kind": kind, "other": pair.other.reference, "removed": remove}
        event = AuditEvent(
            chain=pair.one.case_id,
            kind=AuditKind.CASE_RELATED,
            at=now,
            actor=str(actor),
            payload=payload,
        )
        append(transaction, [event])


def _pair(transaction: Transaction, one: str, other: str) -> Pair:
    if one == other:
        raise Permanent("two different cases are wanted")
    first, second = _cases_named(transaction, [one, other])
    return Pair(one=first, other=second)


def _cases_named(transaction: Transaction, references: Sequence[str]) -> list[Case]:
    """Locked in one order, whoever asks."""
    known = known_cases(transaction, numbers=(), references=references)
    found = get_cases(transaction, sorted(case.case_id for case in known))
    cases = {case.reference: case for case in found}
    if len(cases) < len(references):
        raise Permanent("there is no such case")
    return [cases[reference] for reference in references]


def _require_mergeable(transaction: Transaction, pair: Pair) -> None:
    both = [pair.one, pair.other]
    if any(case.state is not CaseState.OPEN for case in both):
        raise Permanent("both cases have to be open")
    if pair.one.region != pair.other.region:
        raise Permanent("cases of two regions are never one")
    if any(
        merge.into_id == pair.other.case_id
        for merge in merges_of(transaction, [pair.other.case_id])
    ):
        raise Permanent("other cases are part of the second one: split them off first")
    if set(pair.one.laws) != set(pair.other.laws):
        raise Permanent("the cases run under different laws: make them the same with cases correct")
    _require_one_person(transaction, pair)
    held = held_cases(transaction, [case.case_id for case in both])
    if pair.other.case_id in held and pair.one.case_id not in held:
        raise Permanent("the second case is on legal hold: put the first on hold as well")


def _require_one_person(transaction: Transaction, pair: Pair) -> None:
    """What one person proved never counts for another, and no question that somebody may answer is lost."""
    found = standings_of(transaction, [pair.one.case_id, pair.other.case_id])
    first, second = found.get(pair.one.case_id), found.get(pair.other.case_id)
    if second is not None and second.state in STILL_ASKED:
        raise Permanent("the second case waits to hear who asks: decide it with cases identity")
    is_another = pair.one.requester != pair.other.requester
    if is_another and first is not None and first.state is StandingState.PROVED:
        raise Permanent("the first case is proved, and for another person: relate them instead")


def _require_unworked(items: Sequence[RequestItem]) -> None:
    """What was planned, stated or drafted for a right is sealed with its case, and stays there."""
    worked = [item for item in items if item.state not in UNWORKED]
    if worked:
        raise Permanent(f"work on {worked[0].right} has begun: it stays in its case")


def _require_no_change(transaction: Transaction, case: Case, items: Sequence[RequestItem]) -> None:
    """A change of address is sealed with its case, and what has to be proved for it is never left behind."""
    changed = {one.item_id for one in changes_of(transaction, [case.case_id])}
    if any(item.item_id in changed for item in items):
        raise Permanent("an address is to be changed by it: the rectification stays in its case")


def _moving(target: Case, source: Case) -> list[RequestItem]:
    """What both ask for stays where it is: one right is owed once."""
    owed = {item.key for item in target.items if item.is_open}
    return [item for item in source.items if not item.is_open or item.key not in owed]


def _keep_earliest(transaction: Transaction, pair: Pair, now: datetime) -> None:
    target, source = pair.one, pair.other
    theirs = {item.key: item.due for item in source.items if item.is_open}
    for item in target.items:
        due = theirs.get(item.key)
        if item.is_open and due is not None and due.expires_at < item.due.expires_at:
            clock = (ClockName.RESPOND, item.item_id)
            set_date(transaction, target.case_id, clock, due, at=now)
    owed = _is_owed(transaction, target.case_id) and _is_owed(transaction, source.case_id)
    if owed and source.acknowledge.expires_at < target.acknowledge.expires_at:
        of_case = (ClockName.ACKNOWLEDGE, None)
        set_date(transaction, target.case_id, of_case, source.acknowledge, at=now)
    own_due = _earlier(target.own_due, source.own_due)
    needs_human = target.needs_human or source.needs_human
    changed = replace(target, own_due=own_due, needs_human=needs_human)
    extend_case(transaction, changed, (), now=now)


def _earlier(one: Due | None, other: Due | None) -> Due | None:
    known = [due for due in (one, other) if due is not None]
    return min(known, key=lambda due: due.expires_at, default=None)


def _owe_first_answer(transaction: Transaction, pair: Pair, now: datetime) -> None:
    """Whoever wrote the second case and was not told that it came is told all the same: its own clock stops here."""
    target, source = pair.one, pair.other
    same_person = target.requester is not None and target.requester == source.requester
    will_be_told = same_person and _is_owed(transaction, target.case_id)
    if not _is_owed(transaction, source.case_id) or will_be_told:
        return
    task = Task(
        case_id=target.case_id,
        kind=ANSWER_BY_HAND,
        reason=f"merged-before-acknowledged {source.reference}",
        due_on=source.acknowledge.on,
        created_at=now,
    )
    add_tasks(transaction, [task])


def _is_owed(transaction: Transaction, case_id: UUID) -> bool:
    return who_acknowledged(clock_events(transaction, case_id)) is None


def _ask_customers_anew(transaction: Transaction, left: UUID, gone_to: UUID, *, by: By) -> None:
    """What went over is asked of customers for the case that has it now, and for no other one."""
    actor, now = by
    before = get_case(transaction, left)
    stop_what_was_taken_back(transaction, before, actor=actor, now=now)
    wake_forwarding(transaction, [left, gone_to], at=now)


def _acknowledge_alike(transaction: Transaction, case: Case, new: Case) -> None:
    met = who_acknowledged(clock_events(transaction, case.case_id))
    if met is not None:
        key = met.message_id_key
        mark_acknowledged(transaction, new.case_id, message_id_key=key, at=met.at)


def _named(case: Case, rights: Sequence[Asked]) -> list[RequestItem]:
    found = [item for item in case.items if item.is_open and item.key in set(rights)]
    missing = set(rights) - {item.key for item in found}
    if missing:
        names = ", ".join(sorted(map(right_name, missing)))
        raise Permanent(f"the case asks for no {names}, or not any more")
    return found


def _record(
    transaction: Transaction,
    kind: AuditKind,
    pair: Pair,
    items: Sequence[RequestItem],
    by: By,
) -> None:
    """The same is in both trails: each names the other case and what went over."""
    actor, now = by
    for case, other in ((pair.one, pair.other), (pair.other, pair.one)):
        payload = {
            "into": pair.one.reference,
            "other": other.reference,
            "rights": [right_name(item.key) for item in items],
        }
        event = AuditEvent(chain=case.case_id, kind=kind, at=now, actor=str(actor), payload=payload)
        append(transaction, [event])
