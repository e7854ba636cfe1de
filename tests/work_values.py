"""What tests of the work on rights share: people who prove, plan, carry out, answer and approve."""

from datetime import date, timedelta
from uuid import UUID

from casework.actors import Actor
from casework.answers import WantedAnswer, answer_right
from casework.challenge_terms import ChallengeTerms
from casework.closing import close_case
from casework.deliveries import record_events
from casework.drafts import Given, approve_draft
from casework.ending import Ended, end_right
from casework.erasing import approve_erasure, propose_kept, state_kept
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.planning import Planned, plan_case
from casework.sending import send_next
from casework.statuses import statuses_of
from casework.tasks import finish
from casework_values import (
    DANA,
    LAWS,
    OMAR,
    SAM,
    TOKEN_KEYS,
    ScriptedTransport,
    TestDesk,
    mail,
)
from privacy.cases import ItemState
from privacy.deliveries import DeliveryEvent, Fate
from privacy.identity import Level
from privacy.packages import PACKAGED
from privacy.retention import Record
from privacy.rights import Right
from privacy.work import GRANTS, Decision, Step
from privacy.work_status import CloseReason, WorkStatus
from regimes.identity import load_proof_terms
from responders.answers import ARTICLES, Done, Ground, Reason

TERMS = ChallengeTerms(
    proof=load_proof_terms(),
    delay=timedelta(minutes=10),
    laws=LAWS,
    asks=False,
)
ON_PAPER = "she asked for it on paper, it lies beside the letter"
DONE = (Done(what="A copy of your data", where="product", on=date(2026, 11, 25)),)


def begin(desk: TestDesk, text: str) -> str:
    desk.receive_one(mail(text))
    send(desk)
    return desk.case().reference


def send(desk: TestDesk) -> ScriptedTransport:
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock, desk=desk.profile).worked:
        pass
    return transport


def prove(desk: TestDesk, level: Level = Level.ACCOUNT) -> None:
    decision = IdentityDecision(
        reference=desk.case().reference, level=level, reason="she logged in"
    )
    decide_identity(desk.database, TERMS, decision, actor=SAM, now=desk.now)


def plan(desk: TestDesk) -> Planned:
    (planned,) = plan_case(
        desk.database,
        desk.profile,
        desk.case().reference,
        right=None,
        actor=SAM,
        now=desk.now,
    )
    return planned


def carry_out(desk: TestDesk) -> None:
    for task in [one for one in desk.tasks() if one.kind == "carry_out"]:
        finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="ticket 4711")


def answer(
    desk: TestDesk,
    right: Right = Right.ACCESS,
    decision: Decision = Decision.GRANTED,
    ground: str = "",
) -> UUID:
    wanted = WantedAnswer(
        reference=desk.case().reference,
        right=right,
        decision=decision,
        done=() if decision is Decision.REFUSED else DONE,
        reason=because(ground) if ground else None,
        without_package=ON_PAPER if right in PACKAGED and decision in GRANTS else None,
    )
    return answer_right(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def because(facts: str) -> Reason:
    ground = Ground.EXCESSIVE
    return Reason(ground=ground, facts=facts, article=ARTICLES[ground])


def approve(desk: TestDesk, draft_id: UUID, *actors: Actor) -> Given:
    given = [
        approve_draft(desk.database, draft_id, actor=one, now=desk.now, desk=desk.profile)
        for one in actors
    ]
    return given[-1]


def state(desk: TestDesk) -> ItemState:
    return desk.case().items[0].state


def status(desk: TestDesk) -> WorkStatus:
    case_id = desk.case().case_id
    with desk.database.reading() as reading:
        return statuses_of(reading, [case_id], TERMS)[case_id]


def state_what_is_kept(desk: TestDesk) -> None:
    records = [Record(code="accounts", last_on=date(2026, 5, 1))]
    lines = propose_kept(desk.profile, "IE", records, now=desk.now)
    state_kept(desk.database, desk.case().reference, lines, actor=SAM, now=desk.now)


def approve_erasing(desk: TestDesk, *actors: Actor) -> None:
    for actor in actors:
        approve_erasure(
            desk.database,
            desk.profile,
            desk.case().reference,
            actor=actor,
            now=desk.now,
            on_file=desk.on_file,
        )


def bounce(desk: TestDesk) -> None:
    letter = desk.letters()[-1]
    event = DeliveryEvent(
        message_id=letter.message.message_id, fate=Fate.FAILED, at=desk.now, status="5.1.1"
    )
    assert record_events(desk.database, [event], TOKEN_KEYS, now=desk.now) == 1


def ready(desk: TestDesk) -> UUID:
    """Access up to the approved letter that waits for the sender."""
    prove(desk)
    plan(desk)
    carry_out(desk)
    draft_id = answer(desk)
    approve(desk, draft_id, DANA, OMAR)
    return draft_id


def take_back(desk: TestDesk, right: Right, step: Step = Step.WITHDRAW) -> bool:
    ended = Ended(
        reference=desk.case().reference, right=right, step=step, reason="she wrote so today"
    )
    return end_right(desk.database, ended, actor=SAM, now=desk.now, desk=desk.profile)


def close(desk: TestDesk) -> None:
    reference = desk.case().reference
    close_case(desk.database, reference, CloseReason.NOTHING_ASKED, actor=SAM, now=desk.now)
