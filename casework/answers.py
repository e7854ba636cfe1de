"""Writes the answer to one right as a draft: a member of staff says what is decided and what was done, others approve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from casework.actors import Actor, by_desk, by_person
from casework.annexing import annex_of
from casework.case_letters import Addressee, Thread, compose, thread_with, with_stand
from casework.enclosing import DrawnLink, draw_link, store_link
from casework.named_cases import open_case_named, open_item
from casework.profile import DeskProfile
from casework.referring import passed_on_with, store_passed_on
from casework.steps import take_step
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState, RequestItem, Role
from privacy.errors import Permanent
from privacy.messages import Automation, OutboundMessage
from privacy.packages import PACKAGED
from privacy.retention import KeptLine
from privacy.rights import Right, Scope
from privacy.work import GRANTS, Decision, Step
from regimes.laws import HOUSE
from regimes.offers import load_offer
from responders.answers import ARTICLES as ARTICLES  # noqa: PLC0414 - pages decide with these words
from responders.answers import DECISIONS as DECISIONS  # noqa: PLC0414 - as above
from responders.answers import Answer, draft_answer, stand_decided
from responders.answers import Done as Done  # noqa: PLC0414 - as above
from responders.answers import Ground as Ground  # noqa: PLC0414 - as above
from responders.answers import Reason as Reason  # noqa: PLC0414 - as above
from responders.remedies import named_remedies
from storage.audit import append
from storage.database import Database, Reading, Transaction
from storage.drafts import Draft, add_drafts
from storage.erasing import statement_of
from storage.ids import new_id
from storage.item_answers import ItemAnswer, add_answers
from storage.package_links import Waiver, add_waiver
from storage.packages import open_package
from templates.fields.kinds import Remedies

LONGEST = 500  # characters of a ground or a line of what was done
MOST_LINES = 50
SOON = timedelta(days=31)  # a day that is fixed already, such as the next run of a backup
IDENTITY = "identity"  # who writes closing letters
UNDECIDED = frozenset({ItemState.RECEIVED, ItemState.PLANNED, ItemState.COOLING_OFF})


@dataclass(frozen=True, kw_only=True)
class WantedAnswer:
    """What is decided about which right of which case; `reason` and `done` are words that the person will read.

    `without_package` says to colleagues why an answer that grants data goes without a package.
    """

    reference: str
    right: Right
    decision: Decision
    done: tuple[Done, ...] = field(default=(), repr=False)
    reason: Reason | None = field(default=None, repr=False)
    scope: Scope | None = None
    without_package: str | None = field(default=None, repr=False)


def answer_right(
    database: Database, desk: DeskProfile, wanted: WantedAnswer, *, actor: Actor, now: datetime
) -> UUID:
    """Write the letter and leave it for approval; returns the draft's id.

    Raises Permanent with every reason why this answer may not be written now: work that is not done, somebody who is
    not proved, a refusal without ground, kept data that is not stated, data without a package, nobody to write to.
    """
    _check_words(wanted, now)
    draft_id = new_id()
    with database.transaction() as transaction:
        case = open_case_named(transaction, wanted.reference)
        item = open_item(case, wanted.right, wanted.scope)
        drawn = _draw_link(transaction, item, desk, wanted, now)
        kept = statement_of(transaction, item.item_id) if wanted.decision in GRANTS else None
        remedies = named_remedies(desk.ways_out(case.laws, now.date()))
        answer = _answer(wanted, kept.lines if kept else (), desk, remedies, now.date())
        passed = passed_on_with(transaction, case, desk, now)
        annex = annex_of(transaction, case, desk) if item.right is Right.ACCESS else None
        enclosed = drawn.enclosed if drawn else None
        answer = replace(answer, enclosed=enclosed, passed=passed, annex=annex)
        thread = thread_with(transaction, case, case.requester or "")
        message = _message(case, item, desk, answer, thread, (draft_id, now))
        stored = ItemAnswer(
            draft_id=draft_id,
            item_id=item.item_id,
            case_id=case.case_id,
            decision=wanted.decision,
            ground=_ground(answer),
            author=actor.address,
            message_id_key=database.lookup_key("message-id", message.message_id),
            made_at=now,
            days=_stored(answer.days),
        )
        draft = _draft(draft_id, item, case, message, now)
        if drawn is not None:
            draft = replace(draft, digest=letter_digest(message, enclosed=drawn.digest))
            letter = (draft_id, message.message_id)
            store_link(transaction, drawn, letter, made_by=actor.address, now=now)
        add_drafts(transaction, [draft])
        add_answers(transaction, [stored])
        if passed is not None:
            store_passed_on(transaction, case, passed, (draft_id, message.message_id), now)
        _waive(transaction, stored, wanted)
        by = by_person(actor, now, cause=f"draft:{draft_id}", ground=stored.ground)
        take_step(transaction, item, case=case, step=Step.DRAFT, desk=desk, by=by)
        _trail(transaction, stored, item, str(by))
    return draft_id


def _draw_link(
    reading: Reading, item: RequestItem, desk: DeskProfile, wanted: WantedAnswer, now: datetime
) -> DrawnLink | None:
    """Return the link to the package that this answer grants, None where it goes without one."""
    if wanted.decision not in GRANTS or item.right not in PACKAGED:
        if wanted.without_package is not None:
            raise Permanent("--without-package is for answers that grant access or portability")
        return None
    package = open_package(reading, item.item_id)
    drawn = draw_link(reading, package, item, desk, now) if package else None
    if drawn is not None and wanted.without_package is not None:
        raise Permanent("there is a package for this right: withdraw it first")
    return drawn


def _waive(transaction: Transaction, answer: ItemAnswer, wanted: WantedAnswer) -> None:
    if wanted.without_package is None:
        return
    waiver = Waiver(
        draft_id=answer.draft_id,
        item_id=answer.item_id,
        case_id=answer.case_id,
        reason=wanted.without_package,
        said_at=answer.made_at,
        said_by=answer.author,
    )
    add_waiver(transaction, waiver)


def close_unproved(
    transaction: Transaction,
    case: Case,
    items: Sequence[RequestItem],
    draft: Draft,
    *,
    days: Iterable[date],
    desk: DeskProfile,
) -> None:
    """Record that a closing letter for want of proof is written about these rights; what is being carried out is left.

    `days` are those that the letter names besides those of its case.
    """
    key = transaction.ring.lookup_key("message-id", draft.message.message_id)
    for item in items:
        if item.state not in UNDECIDED:
            continue
        answer = ItemAnswer(
            draft_id=draft.draft_id,
            item_id=item.item_id,
            case_id=case.case_id,
            decision=Decision.NOT_PROVED,
            ground=None,
            author=IDENTITY,
            message_id_key=key,
            made_at=draft.created_at,
            days=_stored(days),
        )
        add_answers(transaction, [answer])
        by = by_desk(IDENTITY, draft.created_at, cause=f"draft:{draft.draft_id}")
        take_step(transaction, item, case=case, step=Step.DRAFT, desk=desk, by=by)


def _stored(days: Iterable[date]) -> tuple[str, ...]:
    return tuple(sorted({day.isoformat() for day in days}))


def _check_words(wanted: WantedAnswer, now: datetime) -> None:
    if wanted.decision in GRANTS and not wanted.done:
        raise Permanent("say what was done: --done 'what|where|on'")
    if len(wanted.done) > MOST_LINES:
        raise Permanent(f"at most {MOST_LINES} lines of what was done fit into a letter")
    if any(line.on > now.date() + SOON for line in wanted.done):
        raise Permanent("what was done was not done in the far future")
    words = [text for line in wanted.done for text in (line.what, line.where)]
    words += [] if wanted.without_package is None else [wanted.without_package]
    if wanted.reason is not None:
        words += [wanted.reason.facts, wanted.reason.article]
    if any(not text.strip() or len(text) > LONGEST or not text.isprintable() for text in words):
        raise Permanent(f"ground and lines are single lines of at most {LONGEST} characters")


def _answer(
    wanted: WantedAnswer,
    kept: Sequence[KeptLine],
    desk: DeskProfile,
    remedies: Remedies,
    today: date,
) -> Answer:
    """What is kept is the reason of an erasure in part, and needs no other one."""
    if wanted.decision is Decision.GRANTED and wanted.reason is not None:
        raise Permanent("what is granted needs no ground: it would read as a refusal")
    if _is_promised(wanted):
        raise Permanent(
            f"{wanted.right}: the policy gives this right to everybody, so it cannot be refused as none"
        )
    if kept and wanted.reason is not None:
        raise Permanent(
            "what is kept is the ground of an erasure in part: the letter tells no other"
        )
    days = [line.on for line in wanted.done] or [today]
    return Answer(
        decision=wanted.decision,
        done=wanted.done,
        kept=kept,
        reason=wanted.reason,
        remedies=remedies,
        backups_until=max(days) + desk.work.backups,
    )


def _is_promised(wanted: WantedAnswer) -> bool:
    """Whether a right is refused as one that nobody has, although the house promises it (policy clause P14).

    An objection to no named use is left to the law: its grounds are weighed (GDPR Art. 21(1)).
    """
    if wanted.reason is None or wanted.reason.ground is not Ground.NO_RIGHT:
        return False
    weighed = wanted.right is Right.OBJECTION and wanted.scope is None
    return wanted.right in load_offer(HOUSE).rights and not weighed


def _ground(answer: Answer) -> str | None:
    """The ground as the trail has it: the reason of a refusal, or the laws by which something is kept."""
    if answer.reason is not None:
        return f"{answer.reason.ground}: {answer.reason.facts} ({answer.reason.article})"
    laws = dict.fromkeys(line.law for line in answer.kept)
    return "; ".join(laws) or None


def _message(
    case: Case,
    item: RequestItem,
    desk: DeskProfile,
    answer: Answer,
    thread: Thread,
    made: tuple[UUID, datetime],
) -> OutboundMessage:
    if case.requester is None:
        raise Permanent("nobody can be written to: the case names no believable address")
    if answer.decision is not Decision.GRANTED and not (answer.reason or answer.kept):
        raise Permanent(f"{item.right}: draft is not possible: refusal-without-ground")
    draft_id, now = made
    letter = draft_answer(_as_answered(case, answer), item, desk.identity, answer, desk.book)
    to = Addressee(about=draft_id, address=case.requester, thread=thread)
    mail = compose(case, letter, to, desk=desk, date=now, automation=Automation.APPROVED)
    return with_stand(mail, stand_decided(item, answer), desk)


def _as_answered(case: Case, answer: Answer) -> Case:
    """Whoever decides about data answers for them (GDPR Art. 4(7)): no answer says that we still look for who does."""
    ours = case.role is Role.UNKNOWN and answer.decision in {*GRANTS, Decision.REFUSED}
    return replace(case, role=Role.CONTROLLER) if ours else case


def _draft(
    draft_id: UUID, item: RequestItem, case: Case, message: OutboundMessage, now: datetime
) -> Draft:
    return Draft(
        draft_id=draft_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=message.letter.kind,
        message=message,
        digest=letter_digest(message),
        reasons=("answers-a-right", str(item.right)),
        created_at=now,
        due_on=item.due.on,
    )


def _trail(transaction: Transaction, answer: ItemAnswer, item: RequestItem, actor: str) -> None:
    payload = {"draft": answer.draft_id, "right": item.right, "decision": answer.decision}
    event = AuditEvent(
        chain=answer.case_id,
        kind=AuditKind.LETTER_DRAFTED,
        at=answer.made_at,
        actor=actor,
        payload=payload,
    )
    append(transaction, [event])
