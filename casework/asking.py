"""Asks the person of a new case who they are: one letter to one address, settled before anybody is looked up."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from casework.answering import AnswerTo, decide_answer
from casework.batch_view import BatchView, MessageAtWork
from casework.case_letters import NO_THREAD, Addressee, Thread
from casework.challenge_terms import ChallengeTerms
from casework.identity_letters import WrittenChallenge, write_challenge
from casework.identity_writes import Asked, Lookup, code_key
from casework.profile import DeskProfile
from casework.proving import NOBODY_ASKED
from casework.staff_tasks import case_task
from casework.task_kinds import CHECK_MANDATE, PROVE_IDENTITY
from casework.writes import Writes
from classifier.writers import writer_words
from privacy.answering import NEEDS_HUMAN, AnswerFacts, Permission, may_auto_respond
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.challenges import ChallengeState, StandingState, challenge_address
from privacy.identity import Evidence, EvidenceKind, Level
from privacy.messages import Authenticity, AuthenticityLevel
from privacy.writers import WriterRole, representation_of, role_of
from responders.identity import CHALLENGE
from storage.identity import Challenge, Standing, StoredEvidence
from storage.ids import new_id
from storage.outbox import QueuedLetter

ACTOR = "daemon"
CODE_BYTES = 32  # a place for the hash of a code that is not drawn yet
TRY_AGAIN = timedelta(days=1)
RESUMED = frozenset({StandingState.LAPSED, StandingState.PARKED})


def ask_identity(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    to: AnswerTo,
    permission: Permission | None,
) -> None:
    """Queue the challenge where the rights of the case need proof and its person was not asked yet.

    It leaves at receipt plus one fixed delay where the acknowledgement leaves by itself; else it waits until a person
    lets the acknowledgement go. Whoever may not be answered is not asked.
    """
    terms, case = desk.challenges, to.case
    if terms is None or not terms.asks or permission in {None, Permission.NEVER}:
        return
    needed, standing = terms.needed(case), view.standings.get(case.case_id)
    if standing is not None:
        _ask_for_more(message, case, needed, standing, writes)
    elif needed is not Level.NONE:
        _note_sender(message, case, view, writes)
        if _may_ask(message, view, terms, case, writes):
            _ask(message, view, desk, writes, case, is_free=permission is Permission.SEND)


def ask_at_last(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, to: AnswerTo
) -> None:
    """Ask, in the ordinary way, whoever writes again in a case of which nobody was asked: it is older than the question.

    Where something speaks against writing to them by itself, no acknowledgement will follow that could bring the
    question: staff see to it.
    """
    terms, case, keys = desk.challenges, to.case, view.keys_of(message).answer
    if terms is None or not terms.asks or keys is None or case.case_id not in view.never_asked:
        return
    if terms.needed(case) is Level.NONE:
        return
    decision = decide_answer(message, view, desk, to, keys)
    against = set(decision.reasons) - {NEEDS_HUMAN}  # what the mail wants is another question
    if decision.permission is Permission.SEND or not against:
        view.tally.count(keys)
        ask_identity(message, view, desk, writes, to, Permission.SEND)
    elif decision.permission is Permission.WAIT:
        writes.tasks.append(case_task(message, case, PROVE_IDENTITY, NOBODY_ASKED, writes.now))


def _may_ask(
    message: MessageAtWork,
    view: BatchView,
    terms: ChallengeTerms,
    case: Case,
    writes: Writes,
) -> bool:
    """Whether a challenge makes sense: whoever writes for another person proves nothing by their own mailbox.

    Staff look for the mandate in any case; the person themselves are asked where the law allows it and the letter names
    their address.
    """
    role = role_of(message.reading.message.new_text, writer_words())
    found = representation_of(role, case.laws or terms.codes)
    if found.role is WriterRole.SELF:
        return True
    reason = f"{found.role}:{found.mandate}"
    writes.tasks.append(case_task(message, case, CHECK_MANDATE, reason, writes.now))
    writing = message.reading.message.sender.address or ""
    named = challenge_address(writing, view.named.get(message.inbound_id, ()))
    return found.confirm_directly and named != writing


def resume_identity(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, to: AnswerTo
) -> None:
    """Ask anew where somebody writes again in a case that lapsed or was parked: nothing begins from the start.

    Whoever may not be answered is not asked; that a person wrote again, staff see in any case.
    """
    terms, keys = desk.challenges, view.keys_of(message).answer
    standing = view.standings.get(to.case.case_id)
    sender = message.reading.message.sender.address
    if terms is None or standing is None or standing.state not in RESUMED or not sender or not keys:
        return
    task = case_task(message, to.case, PROVE_IDENTITY, "wrote-again", writes.now)
    writes.tasks.append(task)
    decision = decide_answer(message, view, desk, to, keys)
    if terms.asks and decision.permission is not Permission.NEVER:
        addressee = Addressee(about=new_id(), address=sender)
        _want(to.case, addressee, view, writes, at=writes.now)


def _ask_for_more(
    message: MessageAtWork, case: Case, needed: Level, standing: Standing, writes: Writes
) -> None:
    """Another right, after the proof for the first: what was proved counts, staff see to the rest."""
    if standing.state is StandingState.PROVED and needed > standing.level:
        task = case_task(message, case, PROVE_IDENTITY, f"needs-{needed.label}", writes.now)
        writes.tasks.append(task)
        after = replace(standing, state=StandingState.ANSWERED)
        writes.identity.asked.append(Asked(standing=after, challenge=None))


def _note_sender(message: MessageAtWork, case: Case, view: BatchView, writes: Writes) -> None:
    """That the domain vouches for its sender is evidence, and no level."""
    sender = message.reading.message.sender.address
    if sender is None or message.reading.authenticity.level is not AuthenticityLevel.ALIGNED:
        return
    evidence = Evidence(
        kind=EvidenceKind.ALIGNED_SENDER, at=writes.now, about=view.lookup("address", sender)
    )
    writes.identity.evidence.append(
        StoredEvidence(
            evidence_id=new_id(),
            case_id=case.case_id,
            evidence=evidence,
            actor=ACTOR,
            inbound_id=message.inbound_id,
        )
    )


def _ask(
    message: MessageAtWork,
    view: BatchView,
    desk: DeskProfile,
    writes: Writes,
    case: Case,
    *,
    is_free: bool,
) -> None:
    terms, writing = desk.challenges, message.reading.message.sender.address
    if terms is None or writing is None:
        return
    address = challenge_address(writing, view.named.get(message.inbound_id, ()))
    to = Addressee(about=new_id(), address=address, thread=_thread(message, address, writing))
    leaves_at = max(message.claimed.received_at + terms.delay, writes.now)
    may_go = is_free and (address == writing or _may_mail(message, view, desk, address))
    written = (
        write_challenge(case, to, desk=desk, terms=terms, leaves_at=leaves_at) if may_go else None
    )
    if written is not None:
        _queue(message, case, to, written, view, writes)
    elif may_go:
        writes.tasks.append(case_task(message, case, PROVE_IDENTITY, "no-time-to-ask", writes.now))
    else:
        # Over its limit today: the sweep asks tomorrow. Else the acknowledgement, once it leaves, wakes the sweep.
        _want(case, to, view, writes, at=writes.now + TRY_AGAIN if is_free else None)


def _thread(message: MessageAtWork, address: str, writing: str) -> Thread:
    """The mail that is answered lies in the mailbox that wrote it, and in no other."""
    parsed = message.reading.message
    if address != writing or parsed.message_id is None:
        return NO_THREAD
    return Thread(in_reply_to=parsed.message_id, references=(*parsed.references, parsed.message_id))


def _may_mail(message: MessageAtWork, view: BatchView, desk: DeskProfile, address: str) -> bool:
    """Whether an address that a stranger named may be mailed by itself: never ours, and once a day at most."""
    keys = view.account_keys(address)
    facts = AnswerFacts(
        sender_is_known=True,
        sender_is_ours=desk.is_ours(address),
        null_envelope=False,
        machine_signs=(),
        suspected_spam=False,
        authenticity=Authenticity(),
        needs_human=False,
        proved_thread=False,
        shared_domain=address.rpartition("@")[2] in desk.shared_domains,
    )
    history = view.tally.history(("account", message.inbound_id), keys)
    if may_auto_respond(facts, history, desk.limits).permission is not Permission.SEND:
        return False
    view.tally.count(keys)
    return True


def _queue(
    message: MessageAtWork,
    case: Case,
    to: Addressee,
    written: WrittenChallenge,
    view: BatchView,
    writes: Writes,
) -> None:
    writes.letters.append(
        QueuedLetter(
            letter_id=new_id(),
            case_id=case.case_id,
            inbound_id=message.inbound_id,
            kind=CHALLENGE,
            dedupe_key=f"{CHALLENGE}|{to.about}",
            message=written.message,
            queued_at=writes.now,
            due_at=written.plan.asked_at,
            automatic=True,
            text_key=None,
        )
    )
    challenge = opened(case.case_id, to, written, view.lookup)
    standing = standing_asked(challenge)
    view.standings[case.case_id] = standing
    writes.identity.asked.append(Asked(standing=standing, challenge=challenge))
    payload = {"inbound": message.inbound_id, "kind": CHALLENGE}
    writes.record(case.case_id, AuditKind.LETTER_QUEUED, ACTOR, payload)


def opened(case_id: UUID, to: Addressee, written: WrittenChallenge, lookup: Lookup) -> Challenge:
    """Return the question as it is stored: its code as a keyed hash alone."""
    plan = written.plan
    return Challenge(
        challenge_id=to.about,
        case_id=case_id,
        level=Level.MAILBOX,
        code_key=code_key(written.code, lookup),
        address_key=lookup("address", to.address),
        address=to.address,
        asked_at=plan.asked_at,
        expires_at=plan.expires_at,
        expires_on=plan.expires_on,
        remind_at=plan.remind_at,
    )


def standing_asked(challenge: Challenge) -> Standing:
    """Return where a case stands whose person was asked: looked at again at the reminder, or at the end."""
    return Standing(
        case_id=challenge.case_id,
        state=StandingState.ASKED,
        reasons=("asked",),
        asked_at=challenge.asked_at,
        due_at=challenge.remind_at or challenge.expires_at,
    )


def _want(
    case: Case, to: Addressee, view: BatchView, writes: Writes, *, at: datetime | None
) -> None:
    challenge = Challenge(
        challenge_id=to.about,
        case_id=case.case_id,
        level=Level.MAILBOX,
        code_key=secrets.token_bytes(CODE_BYTES),
        address_key=view.lookup("address", to.address),
        address=to.address,
        asked_at=writes.now,
        expires_at=writes.now,
        expires_on=writes.now.date(),
        remind_at=None,
        state=ChallengeState.WANTED,
    )
    standing = Standing(
        case_id=case.case_id, state=StandingState.WANTED, reasons=("letter-waits",), due_at=at
    )
    view.standings[case.case_id] = standing
    writes.identity.asked.append(Asked(standing=standing, challenge=challenge))
