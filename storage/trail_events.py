"""The newest events of the trail, whatever chain they are in."""

from __future__ import annotations

from sqlalchemy import select

from privacy.audit import AuditEvent, AuditKind
from storage.audit import event_of_row
from storage.tables import AUDIT_EVENT
from storage.transactions import Reading

LOOKED_AT = 20_000  # events: a rare kind costs no walk through years


def newest_events(
    reading: Reading,
    *,
    kind: AuditKind | None = None,
    by_people: bool | None = None,
    limit: int = 100,
) -> list[AuditEvent]:
    """Return the newest events of this kind, made by people or by the desk alone, among the last LOOKED_AT."""
    recent = (
        select(AUDIT_EVENT).order_by(AUDIT_EVENT.c.at.desc()).limit(LOOKED_AT).subquery("newest")
    )
    question = select(recent).order_by(recent.c.at.desc(), recent.c.position.desc()).limit(limit)
    if kind is not None:
        question = question.where(recent.c.kind == kind)
    if by_people is not None:
        has_address = recent.c.actor.contains("@")  # the parts of the desk have none
        question = question.where(has_address if by_people else ~has_address)
    return [event_of_row(row) for row in reading.fetch(question)]
