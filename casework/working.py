"""Turns one read message into what it changes: a case, an addition to a case, a held mail, or a mere record."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from casework.address_asking import note_change
from casework.address_hearing import new_address_in, objections_in
from casework.answering import AnswerTo, answer
from casework.asking import ask_at_last, ask_identity, resume_identity
from casework.batch_view import BatchView, MessageAtWork
from casework.conversing import CLOSED, as_moved, carry_out, hear_reply, spoken_to
from casework.hearing import answered_by, thread_of
from casework.opening import ACTOR, continue_case, note_reply, start_case
from casework.papers import set_papers_aside
from casework.profile import DeskProfile
from casework.reading import Reading
from casework.returns import note_challenge, note_return
from casework.staff_tasks import hand_over, held_task
from casework.stopping import stops_in
from casework.suppressing import end_marketing
from casework.writes import FollowUp, Writes
from privacy.audit import AuditKind
from privacy.cases import Case, added_items
from privacy.conversation import Move, MoveKind
from privacy.deadlines import Due, acknowledgement_due
from privacy.deciding import FEEDBACK, Findings, Outcome, Verdict, decide
from privacy.messages import ArrivalBasis
from privacy.relations import RelationKind
from privacy.rights import right_name
from privacy.threads import Match, ThreadMatch
from privacy.tokens import is_our_message_id
from storage.messages import FinishedMessage, SameMail

# What was not worked as mail is nothing that a later copy could be a copy of.
NOT_THE_ORIGINAL = frozenset({Outcome.HISTORY, Outcome.DUPLICATE, Outcome.SPAM})
ONE_CLICK = "one-click-unsubscribe"  # held, and honoured at once all the same
ONLY_THANKS = "thanks-only"  # kept with its case, and nothing else
READ_IT = Move(kind=MoveKind.READ, reason="continues-a-case")
MADE_AGAIN = "same-mail-made-again"  # the words of an earlier mail, but not a copy of it
AUDIT_KINDS = {Outcome.HELD: AuditKind.MESSAGE_HELD, Outcome.DUPLICATE: AuditKind.MESSAGE_DUPLICATE}


@dataclass(frozen=True, kw_only=True)
class Worked:
    """What was decided about a message, on the way to being written down."""

    verdict: Verdict
    thread: ThreadMatch
    case_id: UUID | None
    hold_due: Due | None


def work_message(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes
) -> None:
    """Decide what becomes of the message and collect every change that follows from it."""
    thread = thread_of(message, view)
    move = hear_reply(message, view, desk, thread)
    message = as_moved(message, move, desk)
    verdict = decide(_findings(message, view, desk, thread, move))
    hold_due = None
    if verdict.reason == ONLY_THANKS and thread.case_id is not None:
        note_reply(message, thread.case_id, move, writes)
        case_id: UUID | None = thread.case_id
    elif verdict.outcome is Outcome.CASE:
        case_id = _work_on_case(message, view, desk, writes, (thread, move))
    else:
        case_id = _record(message, view, desk, writes, verdict)
    if verdict.outcome is Outcome.CASE or verdict.reason == ONE_CLICK:
        end_marketing(message, case_id, desk, writes)
    writes.stops += stops_in(message, verdict.outcome, desk)
    writes.new_addresses += new_address_in(message, view)
    writes.objections += objections_in(message, thread, view)
    if verdict.outcome is Outcome.HELD:
        lane = message.reading.classification.lane
        hold_due = acknowledgement_due(message.claimed.received_at, desk.regimes, lane=lane)
        writes.tasks.append(held_task(message, verdict.reason, desk, writes.now))
    worked = Worked(verdict=verdict, thread=thread, case_id=case_id, hold_due=hold_due)
    _finish(message, view, writes, worked)


def _findings(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    thread: ThreadMatch,
    move: Move | None,
) -> Findings:
    claimed, reading = message.claimed, message.reading
    return Findings(
        screening=reading.screening,
        classification=reading.classification,
        thread=thread,
        lanes=desk.lanes,
        history=claimed.history,
        duplicate=view.original_of(message) is not None,
        own_copy=_is_own_copy(reading, desk),
        feedback_report=reading.feedback_report,
        one_click=reading.one_click,
        arrival_known=claimed.arrival_basis is not ArrivalBasis.UNKNOWN,
        released=claimed.released,
        entered=message.channel is not None,
        unreadable=reading.message.unreadable_reason is not None,
        list_signs=bool(reading.screening.list_signs),
        only_thanks=move is not None and move.kind is MoveKind.RECORD,
    )


def _is_own_copy(reading: Reading, desk: DeskProfile) -> bool:
    """Our own letter: from an address of ours and under an id that only we can make."""
    message = reading.message
    if message.sender.address is None or message.message_id is None:
        return False
    return desk.is_ours(message.sender.address) and is_our_message_id(
        message.message_id, desk.token_keys
    )


def _work_on_case(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    said: tuple[ThreadMatch, Move | None],
) -> UUID:
    thread, move = said
    before = _case_before(message, view, thread)
    if before is None:
        case = start_case(message, view.names.get(message.inbound_id), desk, writes)
        added = case.items
        _follow_up(case, thread, writes)
    else:
        move = move or READ_IT
        spoken = spoken_to(message, before, move, writes)
        case = continue_case(message, spoken, desk, writes, move)
        added = added_items(before, case)
    view.cases[case.case_id] = case
    _keep_names(message, view, case, writes)
    to = AnswerTo(case=case, added=added, proved=before is not None)
    if added or (before is None and case.stub_reason is not None):
        permission = answer(message, view, desk, writes, to)
        ask_identity(message, view, desk, writes, to, permission)
        note_change(message, view, desk, writes, to)
    elif before is not None and not _ends_it(move):
        ask_at_last(message, view, desk, writes, to)
    carry_out(message, view, desk, writes, to, move)
    if before is not None and not _ends_it(move):
        resume_identity(message, view, desk, writes, to)
    set_papers_aside(message, view, desk, case, writes)
    writes.answered += answered_by(message, view, desk, case)
    hand_over(message, case, added, desk, writes, move)
    return case.case_id


def _keep_names(message: MessageAtWork, view: BatchView, case: Case, writes: Writes) -> None:
    """What another system calls its case finds ours again, where a later mail bears nothing else."""
    for name in view.keys_of(message).names:
        view.cases_by_name.setdefault(name, case.case_id)
        writes.names_by_others.setdefault(name, view.cases_by_name[name])


def _ends_it(move: Move | None) -> bool:
    """Whoever takes a request back is not asked again who they are."""
    return move is not None and move.kind is MoveKind.WITHDRAW


def _follow_up(case: Case, thread: ThreadMatch, writes: Writes) -> None:
    """A case that begins in the thread of a closed one of the same sender: a label, which changes neither."""
    if thread.reason == CLOSED and thread.case_id is not None:
        writes.follow_ups.append(FollowUp(case_id=case.case_id, earlier_id=thread.case_id))
        label = {"kind": RelationKind.FOLLOW_UP_OF, "other": thread.case_id}
        writes.record(case.case_id, AuditKind.CASE_RELATED, ACTOR, label)


def _case_before(message: MessageAtWork, view: BatchView, thread: ThreadMatch) -> Case | None:
    """The case that the message had as a stub in quarantine, or the one that it surely continues."""
    if message.claimed.case_id is not None:
        return view.cases.get(message.claimed.case_id)
    if thread.match is Match.PROVED and thread.case_id is not None:
        return view.cases.get(thread.case_id)
    return None


def _record(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, verdict: Verdict
) -> UUID | None:
    """Collect what a message changes that opens no case; returns the case that it belongs to all the same."""
    kind = AUDIT_KINDS.get(verdict.outcome, AuditKind.MESSAGE_SCREENED)
    signals = message.reading.screening.reasons
    payload = {"outcome": verdict.outcome, "reason": verdict.reason, "signals": signals}
    writes.record(message.inbound_id, kind, ACTOR, payload)
    original = view.original_of(message)
    if original is not None:
        return original.case_id
    keys = view.keys_of(message)
    if verdict.outcome is Outcome.OWN_COPY and keys.message_id is not None:
        writes.confirmed.append(keys.message_id)
    if verdict.outcome is Outcome.BOUNCE or verdict.reason == FEEDBACK:
        return note_return(message, view, desk, writes)
    if verdict.outcome is Outcome.AUTO:
        return note_challenge(message, view, writes)
    return None


def _finish(message: MessageAtWork, view: BatchView, writes: Writes, worked: Worked) -> None:
    reading, keys = message.reading, view.keys_of(message)
    mail_key, original = view.mail_key(message), view.original_of(message)
    outcome, thread = worked.verdict.outcome, worked.thread
    again = () if mail_key == keys.message else (MADE_AGAIN,)
    classification = reading.classification
    writes.finished.append(
        FinishedMessage(
            inbound_id=message.inbound_id,
            lease_token=message.claimed.lease_token,
            outcome=outcome,
            reason=worked.verdict.reason,
            case_id=worked.case_id,
            kind=reading.screening.kind,
            language=reading.language,
            lane=classification.lane,
            rights=tuple(right_name(claim.key) for claim in classification.rights),
            reasons=(
                *(again + reading.screening.reasons + classification.reasons),
                *reading.message.defects,
            ),
            message_key=None if original else mail_key,
            message_id_key=keys.message_id,
            sender_key=keys.answer.sender if keys.answer else None,
            text_key=keys.answer.text if keys.answer else None,
            original_id=original.inbound_id if original else None,
            suggestion=thread.case_id if thread.match is Match.SUGGESTED else None,
            hold_due_on=worked.hold_due.on if worked.hold_due else None,
            finished_at=writes.now,
        )
    )
    if outcome not in NOT_THE_ORIGINAL:
        view.same_mail[mail_key] = SameMail(
            inbound_id=message.inbound_id,
            received_at=message.claimed.received_at,
            case_id=worked.case_id,
        )
