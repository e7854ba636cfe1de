"""Carries out what a reply in a case moves: letters, ended rights, notes, each in the transaction of its mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

from casework.acknowledging import references_of, subject_for
from casework.answering import AnswerTo, decide_answer, leave_draft, queue_letter
from casework.batch_view import BatchView, MessageAtWork
from casework.case_letters import Addressee, Thread, compose, with_stand
from casework.profile import DeskProfile
from casework.status_page import status_url
from casework.writes import TakenBack, Writes
from classifier.replies import reply_words
from privacy.answering import Permission
from privacy.audit import AuditKind
from privacy.case_stands import stands_of
from privacy.cases import Case, CaseState, ItemState, RequestItem
from privacy.challenges import StandingState
from privacy.conversation import STOPS, Move, MoveKind, ReplyFacts, move_of
from privacy.deadlines import acknowledgement_due
from privacy.messages import AuthenticityLevel, Automation, Letter, OutboundMessage
from privacy.replies import Command, Said, said_in
from privacy.rights import Classification, Lane, right_name
from privacy.screening import Kind
from privacy.stands import CaseStand, RightStand, Stand
from privacy.threads import Match, ThreadMatch
from responders.conversation import STATUS, draft_status, draft_withdrawn, received_on
from storage.case_corrections import CaseNote
from storage.ids import new_id
from templates import available

ACTOR = "daemon"
CLOSED = "case-is-closed"  # the reason of a thread whose sender is proved, and whose case is closed
LONGEST_NOTE = 2_000  # characters
TO_COMPLAINTS = frozenset({MoveKind.COMPLAIN, MoveKind.DISPUTE})


def hear_reply(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, thread: ThreadMatch
) -> Move | None:
    """Return what the mail moves in the case that it replies to; None for whatever is no reply of its person.

    A stranger who holds a token of ours moves nothing, nor does a machine, nor a mail about which a person has decided.
    """
    case = _case_of(view, thread)
    claimed, kind = message.claimed, message.reading.screening.kind
    if case is None or case.stub_reason is not None or kind is not Kind.PERSON:
        return None
    if message.offered is not None and message.offered.notice is not None:
        return None  # it answers the notice of an erasure: casework/stopping.py
    if claimed.released or claimed.case_id is not None or claimed.history:
        return None
    return move_of(_facts(message, case, desk, view))


def as_moved(message: MessageAtWork, move: Move | None, desk: DeskProfile) -> MessageAtWork:
    """Return the message as its reply means it.

    A complaint is in the lane of complaints, unless its lane is more urgent; the bare word that stops an erasure is no
    wish to be taken off a list.
    """
    reading = message.reading
    found = reading.classification
    if move is not None and move.reason == STOPS:
        return replace(message, reading=replace(reading, classification=_without_stop(found)))
    if move is None or move.kind not in TO_COMPLAINTS or found.lane in desk.lanes.at_once:
        return message
    complains = replace(found, lane=Lane.COMPLAINT, needs_human=True)
    return replace(message, reading=replace(reading, classification=complains))


def _without_stop(found: Classification) -> Classification:
    """Our letter asked for that word, which alone is a wish to be taken off a list."""
    words = reply_words()
    rights = tuple(
        one for one in found.rights if said_in(one.quote, words).command is not Command.STOP
    )
    return replace(found, rights=rights, lane=found.lane if rights else Lane.OTHER)


def said_of(message: MessageAtWork) -> Said:
    """Return what the new words of the mail say; what the sender is called explains a signature."""
    parsed = message.reading.message
    names = (parsed.sender.display_name, (parsed.sender.address or "").partition("@")[0])
    return said_in(parsed.new_text, reply_words(), names=names)


def spoken_to(message: MessageAtWork, case: Case, move: Move | None, writes: Writes) -> Case:
    """Return the case in the language that the reply asks for."""
    wanted = said_of(message).language if move and move.kind is MoveKind.SPEAK else None
    if wanted is None or wanted == case.language:
        return case
    changes = [["language", case.language, wanted]]
    payload = {"inbound": message.inbound_id, "changes": changes}
    writes.record(case.case_id, AuditKind.CASE_CORRECTED, ACTOR, payload)
    return replace(case, language=wanted)


def carry_out(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    to: AnswerTo,
    move: Move | None,
) -> None:
    """Write the letter that answers the reply, end what was taken back, or note what was said."""
    if move is None:
        return
    if move.kind in {MoveKind.STATUS, MoveKind.SPEAK}:
        _tell_stand(message, view, desk, writes, to)
    elif move.kind is MoveKind.WITHDRAW:
        _take_back(message, view, desk, writes, to, move.rights)
    elif move.kind is MoveKind.NOTE:
        writes.notes.append(_note(said_of(message), to.case, writes))


def _case_of(view: BatchView, thread: ThreadMatch) -> Case | None:
    of_its_sender = thread.match is Match.PROVED or thread.reason == CLOSED
    return view.cases.get(thread.case_id) if of_its_sender and thread.case_id else None


def _facts(message: MessageAtWork, case: Case, desk: DeskProfile, view: BatchView) -> ReplyFacts:
    reading = message.reading
    today = message.claimed.received_at.astimezone(ZoneInfo(case.acknowledge.zone)).date()
    return ReplyFacts(
        said=said_of(message),
        items=case.items,
        is_open=case.state is CaseState.OPEN,
        today=max(today, view.now.astimezone(UTC).date()),
        languages=frozenset(available(STATUS)),
        aligned=reading.authenticity.level is AuthenticityLevel.ALIGNED,
        asks_anew=_asks_anew(message, case),
        complains=reading.classification.lane is Lane.COMPLAINT,
        urgent=reading.classification.lane in desk.lanes.at_once,
        carries_more=bool(reading.message.attachments) or message.offered is not None,
    )


def _asks_anew(message: MessageAtWork, case: Case) -> bool:
    """Whether a right is asked for that is not open in the case; what rests is taken up by any reply."""
    alive = {one.key for one in case.items if one.is_open or one.state is ItemState.PARKED}
    return any(claim.key not in alive for claim in message.reading.classification.rights)


def _tell_stand(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, to: AnswerTo
) -> None:
    case = to.case
    stand = CaseStand(
        received_on=received_on(case), rights=stands_of(case.items, _waiting(case, view, desk))
    )
    page = status_url(case, message.reading.message.sender.address or "", STATUS, desk)
    letter = draft_status(case, stand, desk.identity, desk.book, page=page)
    # One status a day goes by itself, not one for each mail of a thread: two desks could ask each other for ever.
    _send(message, view, desk, writes, replace(to, proved=False), (letter, stand))


def _waiting(case: Case, view: BatchView, desk: DeskProfile) -> Sequence[RequestItem]:
    """Return the rights for which the person was asked who they are, and has not answered."""
    standing = view.standings.get(case.case_id)
    if desk.challenges is None or standing is None or standing.state is not StandingState.ASKED:
        return ()
    return desk.challenges.unproved(case, standing.level)


def _take_back(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    to: AnswerTo,
    rights: Sequence[RequestItem],
) -> None:
    """The rights end now, whether the letter goes by itself or waits: it is the person's word that counts."""
    ids = {one.item_id for one in rights}
    ended = tuple(one for one in to.case.items if one.item_id in ids)
    writes.taken_back.append(
        TakenBack(case=to.case, items=ended, inbound_id=message.inbound_id, desk=desk)
    )
    written_on = message.claimed.received_at.astimezone(ZoneInfo(to.case.acknowledge.zone)).date()
    letter = draft_withdrawn(to.case, ended, desk.identity, written_on=written_on, book=desk.book)
    told = tuple(
        RightStand(right=one.right, scope=one.scope, stand=Stand.WITHDRAWN) for one in ended
    )
    stand = CaseStand(received_on=received_on(to.case), rights=told)
    _send(message, view, desk, writes, to, (letter, stand))
    view.cases[to.case.case_id] = replace(
        to.case,
        items=tuple(
            replace(one, state=ItemState.WITHDRAWN) if one.item_id in ids else one
            for one in to.case.items
        ),
    )


def _send(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    to: AnswerTo,
    written: tuple[Letter, CaseStand],
) -> None:
    """Queue the letter, or leave it as a draft where the gate says so (privacy/answering.py)."""
    keys = view.keys_of(message).answer
    if keys is None:
        return
    letter = _as_mail(message, to.case, desk, writes, written)
    decision = decide_answer(_surely_read(message), view, desk, to, keys)
    if decision.permission is Permission.SEND:
        view.tally.count(keys)
        queue_letter(message, to.case, letter, keys, writes)
    else:
        due_on = acknowledgement_due(message.claimed.received_at, desk.regimes).on
        leave_draft(message, to.case, letter, decision, writes, due_on=due_on)


def _surely_read(message: MessageAtWork) -> MessageAtWork:
    """A doubt about rights is none about this letter: no right follows from it, and the row of the move was sure."""
    reading = message.reading
    sure = replace(reading.classification, needs_human=False)
    return replace(message, reading=replace(reading, classification=sure))


def _as_mail(
    message: MessageAtWork,
    case: Case,
    desk: DeskProfile,
    writes: Writes,
    written: tuple[Letter, CaseStand],
) -> OutboundMessage:
    letter, stand = written
    parsed = message.reading.message
    thread = Thread(in_reply_to=parsed.message_id, references=references_of(message.reading))
    to = Addressee(about=message.inbound_id, address=parsed.sender.address or "", thread=thread)
    in_thread = replace(letter, subject=subject_for(letter, case, message.reading))
    mail = compose(case, in_thread, to, desk=desk, date=writes.now, automation=Automation.REPLIED)
    return with_stand(mail, stand, desk)


def _note(said: Said, case: Case, writes: Writes) -> CaseNote:
    """The words that ask for less, at the rights that they name, else at all that are open."""
    alive = [one for one in case.items if one.is_open]
    meant = [one for one in alive if one.right in said.named] or alive
    return CaseNote(
        note_id=new_id(),
        case_id=case.case_id,
        about=tuple(f"asks for less: {right_name(one.key)}" for one in meant),
        text=said.narrowed[:LONGEST_NOTE],
        at=writes.now,
        author=ACTOR,
    )
