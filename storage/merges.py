"""Which cases are worked as part of another one, and the labels between cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select

from privacy.cases import CaseState
from privacy.relations import RelationKind
from privacy.threads import KnownCase
from storage.cases import get_cases
from storage.ids import new_id
from storage.staff_rows import CASE_MERGE, CASE_RELATION
from storage.tables import PRIVACY_CASE
from storage.transactions import Reading, Transaction, in_chunks


@dataclass(frozen=True, kw_only=True)
class Merge:
    """A case that is worked as part of another one, with what it brought there."""

    case_id: UUID
    into_id: UUID
    moved: tuple[UUID, ...]
    at: datetime
    author: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A label between two cases, named by their references."""

    case: str
    kind: RelationKind
    other: str
    at: datetime
    author: str = field(repr=False)


def add_merge(transaction: Transaction, merge: Merge) -> None:
    """Store a merge."""
    row = {
        "case_id": merge.case_id,
        "into_id": merge.into_id,
        "moved": tuple(map(str, merge.moved)),
        "at": merge.at,
        "author": merge.author,
    }
    transaction.insert(CASE_MERGE, [row])


def drop_merge(transaction: Transaction, case_id: UUID) -> None:
    """Forget the merge of a case that stands alone again."""
    transaction.change(delete(CASE_MERGE).where(CASE_MERGE.c.case_id == case_id))


def merges_of(reading: Reading, case_ids: Sequence[UUID]) -> list[Merge]:
    """Return the merges in which these cases take part, on either side, the oldest first."""
    found: dict[UUID, Merge] = {}
    for chunk in in_chunks(case_ids):
        merge = CASE_MERGE.c
        question = select(CASE_MERGE).where(or_(merge.case_id.in_(chunk), merge.into_id.in_(chunk)))
        for row in reading.fetch(question):
            found[row.case_id] = Merge(
                case_id=row.case_id,
                into_id=row.into_id,
                moved=tuple(map(UUID, row.moved)),
                at=row.at,
                author=row.author,
            )
    return sorted(found.values(), key=lambda merge: (merge.at, merge.case_id))


def followed(reading: Reading, known: Sequence[KnownCase]) -> list[KnownCase]:
    """Return the cases, a merged one as the case that it is worked in: its token leads there, for the people of both."""
    merges = merges_of(reading, [case.case_id for case in known])
    if not merges:
        return list(known)
    into = {merge.case_id: merge.into_id for merge in merges}
    merges = merges_of(reading, list(into.values()))  # the others of the same case
    into |= {merge.case_id: merge.into_id for merge in merges}
    cases = {case.case_id: case for case in get_cases(reading, [*into, *into.values()])}
    people: dict[UUID, set[str]] = {}
    for case in cases.values():
        if case.requester is not None:
            people.setdefault(into.get(case.case_id, case.case_id), set()).add(
                case.requester.lower()
            )
    return [_as_part(one, into, people, {i: c.state for i, c in cases.items()}) for one in known]


def _as_part(
    known: KnownCase,
    into: dict[UUID, UUID],
    people: dict[UUID, set[str]],
    states: dict[UUID, CaseState],
) -> KnownCase:
    target = into.get(known.case_id, known.case_id)
    if target not in states:
        return known
    return replace(
        known, case_id=target, state=states[target], parties=frozenset(people.get(target, ()))
    )


def add_relation(
    transaction: Transaction,
    case_id: UUID,
    kind: RelationKind,
    other_id: UUID,
    *,
    author: str,
    at: datetime,
) -> None:
    """Store a label; one that is there already stays as it is. Neither case is touched."""
    row = {
        "relation_id": new_id(),
        "case_id": case_id,
        "other_id": other_id,
        "kind": kind,
        "at": at,
        "author": author,
    }
    transaction.insert_new(CASE_RELATION, [row])


def drop_relation(
    transaction: Transaction, case_id: UUID, kind: RelationKind, other_id: UUID
) -> bool:
    """Take a label away; False when there was none."""
    relation = CASE_RELATION.c
    gone = delete(CASE_RELATION).where(
        relation.case_id == case_id, relation.kind == kind, relation.other_id == other_id
    )
    return transaction.change(gone) == 1


def relations_of(reading: Reading, case_id: UUID) -> list[Relation]:
    """Return the labels of a case, on either side, the oldest first."""
    relation, one, other = CASE_RELATION.c, PRIVACY_CASE.alias(), PRIVACY_CASE.alias()
    joined = CASE_RELATION.join(one, one.c.case_id == relation.case_id).join(
        other, other.c.case_id == relation.other_id
    )
    question = select(
        one.c.reference.label("case"),
        relation.kind,
        other.c.reference.label("other"),
        relation.at,
        relation.author,
    ).select_from(joined)
    question = question.where(or_(relation.case_id == case_id, relation.other_id == case_id))
    rows = reading.fetch(question.order_by(relation.at, relation.relation_id)).mappings()
    return [Relation(**row) for row in rows]
