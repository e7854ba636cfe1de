"""Opens a case for a message, or adds the message to the case that it surely belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from casework.batch_view import MessageAtWork
from casework.governing import LawChange, laws_for, laws_with
from casework.identifiers import draw_identifiers
from casework.profile import DeskProfile
from casework.writes import Writes
from privacy.audit import AuditKind
from privacy.cases import (
    Case,
    CaseIdentifiers,
    ItemState,
    Origin,
    RequestItem,
    add_message,
    added_items,
    open_case,
    open_stub,
)
from privacy.conversation import Move
from storage.ids import new_id

ACTOR = "daemon"


def origin_of(message: MessageAtWork, desk: DeskProfile) -> Origin:
    """Return the message as the case decisions see it, with the mailbox that will answer."""
    parsed = message.reading.message
    mailbox = desk.answering_mailbox(parsed.recipients, message.claimed.mailboxes)
    return Origin(
        inbound_id=message.inbound_id,
        mailbox=mailbox.address,
        region=desk.region,
        received_at=message.claimed.received_at,
        sender=parsed.sender,
        language=message.reading.language,
    )


def start_case(
    message: MessageAtWork, name: CaseIdentifiers | None, desk: DeskProfile, writes: Writes
) -> Case:
    """Collect a new case, or a stub when the message could not be read, with its first clock."""
    origin, applied = origin_of(message, desk), laws_for(message, desk)
    identifiers = name or draw_identifiers(origin.received_at)
    unreadable = message.reading.message.unreadable_reason
    if unreadable is not None:
        case = open_stub(identifiers, origin, unreadable, regimes=applied.regimes)
    else:
        case = open_case(
            identifiers,
            origin,
            message.reading.classification,
            regimes=applied.regimes,
            new_id=new_id,
        )
    case = replace(case, laws=applied.codes, law_reasons=applied.reasons)
    writes.cases.append(case)
    opened = {"reference": case.reference, "inbound": message.inbound_id, "lane": case.lane}
    writes.record(case.case_id, AuditKind.CASE_OPENED, ACTOR, opened | {"stub": case.stub_reason})
    writes.record(
        case.case_id, AuditKind.CLOCK_STARTED, ACTOR, {"acknowledge_by": case.acknowledge.on}
    )
    _record_own_clock(case, writes)
    _record_rights(message, case, case.items, writes)
    return case


def continue_case(
    message: MessageAtWork,
    before: Case,
    desk: DeskProfile,
    writes: Writes,
    move: Move | None = None,
) -> Case:
    """Collect what the message adds to a case; a right that is open already keeps its first clock.

    `move` is what it moves as a reply, for the trail.
    """
    applied = laws_with(before, message, desk)
    case = add_message(
        _resumed(_read_at_last(message, before), writes),
        origin_of(message, desk),
        message.reading.classification,
        regimes=applied.regimes,
        new_id=new_id,
    )
    if applied.said:
        case = replace(case, laws=applied.codes, law_reasons=applied.reasons)
        writes.law_changes.append(LawChange(case_id=case.case_id, applied=applied))
    added = added_items(before, case)
    pending = next((i for i, one in enumerate(writes.cases) if one.case_id == case.case_id), None)
    if pending is not None:
        writes.cases[pending] = case  # opened by this very batch: stored once, whole
    else:
        writes.extended.append((case, added))
    note_reply(message, case.case_id, move, writes)
    if case.own_due != before.own_due:
        _record_own_clock(case, writes)
    _record_rights(message, case, added, writes)
    return case


def note_reply(message: MessageAtWork, case_id: UUID, move: Move | None, writes: Writes) -> None:
    """Collect that a mail belongs to a case, with what it moves there and why."""
    payload: dict[str, object] = {"inbound": message.inbound_id}
    if move is not None:
        payload |= {"move": move.kind, "why": move.reason}
    writes.record(case_id, AuditKind.CASE_MESSAGE_ADDED, ACTOR, payload)


def _resumed(case: Case, writes: Writes) -> Case:
    """What was parked for want of proof goes on with any later mail, with the history of its clock."""
    parked = [item for item in case.items if item.state is ItemState.PARKED]
    writes.resumed += [(case, item) for item in parked]
    items = tuple(
        replace(item, state=ItemState.RECEIVED) if item in parked else item for item in case.items
    )
    return replace(case, items=items) if parked else case


def _read_at_last(message: MessageAtWork, before: Case) -> Case:
    """A stub case learns who asks and in which language, once its message can be read."""
    reading = message.reading
    if before.stub_reason is None or reading.message.unreadable_reason is not None:
        return before
    return replace(
        before,
        stub_reason=None,
        own_due=None,  # until now as if any right were asked for
        lane=reading.classification.lane,
        language=reading.language,
        requester=before.requester or reading.message.sender.address,
        requester_name=before.requester_name or reading.message.sender.display_name,
    )


def _record_own_clock(case: Case, writes: Writes) -> None:
    if case.own_due is not None:
        clock = {"due": case.own_due.on, "due_rule": case.own_due.rule}
        writes.record(case.case_id, AuditKind.CLOCK_STARTED, ACTOR, clock)


def _record_rights(
    message: MessageAtWork, case: Case, added: Sequence[RequestItem], writes: Writes
) -> None:
    for item in added:
        recognised = {"inbound": message.inbound_id, "right": item.right, "scope": item.scope}
        clock = {"rule": item.reason, "due": item.due.on, "due_rule": item.due.rule}
        writes.record(case.case_id, AuditKind.RIGHT_RECOGNISED, ACTOR, recognised | clock)
