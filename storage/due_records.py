"""Finds what may have to go: for each class of the desk's data what began before an instant, and which cases it is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from privacy.cases import CaseState
from privacy.deciding import Outcome
from privacy.forgetting import DataClass
from storage.directory_rows import DIRECTORY_WORKSPACE
from storage.forward_rows import FORWARD
from storage.identity_rows import IDENTITY_CHALLENGE, IDENTITY_EVIDENCE
from storage.package_rows import PACKAGE
from storage.states import DraftState, MessageState
from storage.tables import (
    AUDIT_EVENT,
    DATA_KEY,
    DELIVERY,
    DRAFT,
    INBOUND,
    MODEL_CALL,
    OUTGOING,
    PRIVACY_CASE,
)
from storage.transactions import AnySelect, Reading, in_chunks

EMPTY = b""
WAITS_FOR_A_PERSON = (Outcome.HELD, Outcome.QUARANTINED, Outcome.CASE)
AUDIT = frozenset(
    {
        DataClass.AUDIT_PRO,
        DataClass.AUDIT_BUSINESS,
        DataClass.AUDIT_ENTERPRISE,
        DataClass.AUDIT_HOUSE,
    }
)
_CASE = PRIVACY_CASE.c
_MAIL = INBOUND.c


@dataclass(frozen=True, kw_only=True)
class Record:
    """Something of one class: when its period began, the cases it is of, and the plans of the workspaces in these."""

    ident: UUID
    started_at: datetime
    cases: tuple[UUID, ...]
    plans: frozenset[str] = frozenset()


def records_before(
    reading: Reading, data: DataClass, *, before: datetime, after: UUID, limit: int
) -> list[Record]:
    """Return at most `limit` records of the class whose period began at `before` or earlier, in the order of their ids."""
    if data is DataClass.WORKSPACES:
        return _workspaces(reading, before=before, after=after, limit=limit)
    question, ident = _question(data, before)
    rows = reading.fetch(question.where(ident > after).order_by(ident).limit(limit)).all()
    plans = _plans(reading, [row.ident for row in rows]) if data in AUDIT else {}
    return [
        Record(
            ident=row.ident,
            started_at=row.started_at,
            cases=tuple(one for one in row[2:] if one is not None),
            plans=plans.get(row.ident, frozenset()),
        )
        for row in rows
    ]


def _question(data: DataClass, before: datetime) -> tuple[AnySelect, ColumnElement[UUID]]:
    if data in AUDIT:
        return _events(before), AUDIT_EVENT.c.chain
    made = {
        DataClass.RAW_MAIL: (_raw_mail, _MAIL.inbound_id),
        DataClass.OTHER_MAIL: (_other_mail, _MAIL.inbound_id),
        DataClass.IDENTITY_EVIDENCE: (_evidence, _CASE.case_id),
        DataClass.DRAFTS: (_drafts, DRAFT.c.draft_id),
        DataClass.PACKAGES: (_packages, PACKAGE.c.package_id),
        DataClass.MODEL_LEDGER: (_model_calls, MODEL_CALL.c.call_id),
        DataClass.DELIVERY_LOG: (_deliveries, DELIVERY.c.delivery_id),
        DataClass.SERVER_ANSWERS: (_answers, OUTGOING.c.letter_id),
        DataClass.CASE_REGISTER: (_cases, _CASE.case_id),
    }
    build, ident = made[data]
    return build(before), ident


def _closed(before: datetime) -> ColumnElement[bool]:
    """A case that was touched after it was closed counts from then: later, never earlier."""
    return and_(_CASE.state == CaseState.CLOSED, _CASE.changed_at <= before)


def _has_key(owner: ColumnElement[UUID]) -> ColumnElement[bool]:
    return exists().where(DATA_KEY.c.owner_id == owner)


def _raw_mail(before: datetime) -> AnySelect:
    joined = INBOUND.join(PRIVACY_CASE, _CASE.case_id == _MAIL.case_id)
    named = select(_MAIL.inbound_id.label("ident"), _CASE.changed_at.label("started_at"))
    return (
        named.add_columns(_CASE.case_id)
        .select_from(joined)
        .where(_closed(before), _MAIL.due_at.is_(None), _has_key(_MAIL.inbound_id))
    )


def _other_mail(before: datetime) -> AnySelect:
    """What waits for a person has no period; a copy belongs to the case of its original as well."""
    original = INBOUND.alias("original")
    joined = INBOUND.outerjoin(original, original.c.inbound_id == _MAIL.original_id)
    began = func.coalesce(_MAIL.finished_at, _MAIL.first_seen_at)
    decided = and_(_MAIL.state == MessageState.DONE, _MAIL.outcome.not_in([*WAITS_FOR_A_PERSON]))
    return (
        select(_MAIL.inbound_id.label("ident"), began.label("started_at"))
        .add_columns(_MAIL.suggested_case_id, original.c.case_id.label("original_case"))
        .select_from(joined)
        .where(_MAIL.case_id.is_(None), _MAIL.due_at.is_(None), began <= before)
        .where(or_(decided, _MAIL.state == MessageState.DISMISSED), _has_key(_MAIL.inbound_id))
    )


def _evidence(before: datetime) -> AnySelect:
    evidence, challenge = IDENTITY_EVIDENCE.c, IDENTITY_CHALLENGE.c
    told = exists().where(
        evidence.case_id == _CASE.case_id,
        or_(evidence.about.is_not(None), evidence.sealed_reason.is_not(None)),
    )
    asked = exists().where(challenge.case_id == _CASE.case_id, challenge.sealed_address != EMPTY)
    return _of_closed(before).where(or_(told, asked))


def _cases(before: datetime) -> AnySelect:
    return _of_closed(before).where(_has_key(_CASE.case_id))


def _of_closed(before: datetime) -> AnySelect:
    named = select(_CASE.case_id.label("ident"), _CASE.changed_at.label("started_at"))
    return named.add_columns(_CASE.case_id.label("of_case")).where(_closed(before))


def _drafts(before: datetime) -> AnySelect:
    draft = DRAFT.c
    named = select(draft.draft_id.label("ident"), draft.decided_at.label("started_at"))
    return named.add_columns(draft.case_id).where(
        draft.state != DraftState.WAITING,
        draft.decided_at <= before,
        draft.sealed_message != EMPTY,
    )


def _packages(before: datetime) -> AnySelect:
    package = PACKAGE.c
    joined = PACKAGE.join(PRIVACY_CASE, _CASE.case_id == package.case_id)
    began = func.coalesce(package.ended_at, _CASE.changed_at)
    return (
        select(package.package_id.label("ident"), began.label("started_at"))
        .add_columns(package.case_id)
        .select_from(joined)
        .where(package.erased_at.is_(None), began <= before)
        .where(or_(package.ended_at.is_not(None), _CASE.state == CaseState.CLOSED))
    )


def _model_calls(before: datetime) -> AnySelect:
    call = MODEL_CALL.c
    joined = MODEL_CALL.outerjoin(INBOUND, _MAIL.inbound_id == call.inbound_id)
    named = select(call.call_id.label("ident"), call.started_at.label("started_at"))
    return named.add_columns(_MAIL.case_id).select_from(joined).where(call.started_at <= before)


def _deliveries(before: datetime) -> AnySelect:
    delivery = DELIVERY.c
    joined = DELIVERY.join(INBOUND, _MAIL.inbound_id == delivery.inbound_id)
    named = select(delivery.delivery_id.label("ident"), delivery.seen_at.label("started_at"))
    return (
        named.add_columns(_MAIL.case_id)
        .select_from(joined)
        .where(delivery.seen_at <= before, delivery.uid.is_(None))
        .where(~_has_key(_MAIL.inbound_id), _MAIL.due_at.is_(None))
    )


def _answers(before: datetime) -> AnySelect:
    letter = OUTGOING.c
    began = func.coalesce(letter.sent_at, letter.queued_at)
    named = select(letter.letter_id.label("ident"), began.label("started_at"))
    return named.add_columns(letter.case_id).where(
        letter.sealed_answer.is_not(None), letter.due_at.is_(None), began <= before
    )


def _events(before: datetime) -> AnySelect:
    """Chains of closed cases and of what is no case; the chain of a mail is held with the case of the mail."""
    event = AUDIT_EVENT.c
    joined = AUDIT_EVENT.outerjoin(PRIVACY_CASE, _CASE.case_id == event.chain)
    joined = joined.outerjoin(INBOUND, _MAIL.inbound_id == event.chain)
    named = select(event.chain.label("ident"), func.min(event.at).label("started_at"))
    return (
        named.add_columns(_CASE.case_id, _MAIL.case_id.label("mail_case"))
        .select_from(joined)
        .where(event.payload.is_not(None), event.at <= before)
        .where(or_(_CASE.case_id.is_(None), _CASE.state == CaseState.CLOSED))
        .group_by(event.chain, _CASE.case_id, _MAIL.case_id)
    )


def _plans(reading: Reading, cases: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """The plans of the workspaces that a case was passed on to; one that is not in the directory has the plan ''."""
    joined = FORWARD.outerjoin(
        DIRECTORY_WORKSPACE, DIRECTORY_WORKSPACE.c.workspace_id == FORWARD.c.workspace_id
    )
    question = select(FORWARD.c.case_id, DIRECTORY_WORKSPACE.c.plan).select_from(joined)
    found: dict[UUID, frozenset[str]] = {}
    for chunk in in_chunks(cases):
        for case_id, plan in reading.fetch(question.where(FORWARD.c.case_id.in_(chunk))):
            found[case_id] = found.get(case_id, frozenset()) | {plan or ""}
    return found


def _workspaces(reading: Reading, *, before: datetime, after: UUID, limit: int) -> list[Record]:
    """The period begins when the day of the cancellation is over."""
    workspace = DIRECTORY_WORKSPACE.c
    day = before.date() - timedelta(days=1)
    over = or_(workspace.cancelled_since <= day, workspace.left_at <= before)
    question = (
        select(workspace.workspace_id, workspace.cancelled_since, workspace.left_at)
        .where(over, workspace.workspace_id > after, _has_key(workspace.workspace_id))
        .order_by(workspace.workspace_id)
        .limit(limit)
    )
    rows = reading.fetch(question).all()
    cases = _cases_of(reading, [row.workspace_id for row in rows])
    return [
        Record(
            ident=row.workspace_id,
            started_at=min(
                begun
                for begun in (_end_of(row.cancelled_since), row.left_at)
                if begun is not None and begun <= before
            ),
            cases=cases.get(row.workspace_id, ()),
        )
        for row in rows
    ]


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _cases_of(reading: Reading, workspaces: Sequence[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    forward = FORWARD.c
    found: dict[UUID, tuple[UUID, ...]] = {}
    for chunk in in_chunks(workspaces):
        question = select(forward.workspace_id, forward.case_id)
        for workspace_id, case_id in reading.fetch(
            question.where(forward.workspace_id.in_(chunk)).order_by(forward.case_id)
        ):
            found[workspace_id] = (*found.get(workspace_id, ()), case_id)
    return found
