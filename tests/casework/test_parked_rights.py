"""What was not proved in time is parked by its closing letter, never dropped, and any later reply takes it up again."""

import pytest

from casework.drafts import approve_draft, reject_draft
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.planning import plan_case
from casework.statuses import statuses_of
from casework_values import BOTH_ENGINES, DAY, SAM, TestDesk, mail, profile, reply_to
from identity_values import ANALYTICS, send_all, stored, sweep, terms
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.work import Step
from privacy.work_status import WorkStatus
from responders.identity import NOT_PROVED
from storage.work import work_events


@pytest.fixture
def lapsed(desk: TestDesk) -> TestDesk:
    """A desk with a case whose person did not answer: its closing letter waits for a member of staff."""
    desk.profile = profile(challenges=terms())
    desk.receive_one(mail(ANALYTICS))
    desk.now = stored(desk)[0].expires_at
    sweep(desk)
    return desk


def state(desk: TestDesk) -> ItemState:
    return desk.case().items[0].state


def approve(desk: TestDesk) -> None:
    approve_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now, desk=desk.profile)


def prove(desk: TestDesk) -> None:
    decision = IdentityDecision(
        reference=desk.case().reference, level=Level.MAILBOX, reason="she called us back"
    )
    decide_identity(desk.database, terms(), decision, actor=SAM, now=desk.now)


@BOTH_ENGINES
def test_a_closing_letter_parks_the_right_and_a_reply_takes_it_up(lapsed: TestDesk) -> None:
    due = lapsed.case().items[0].due
    assert state(lapsed) is ItemState.AWAITING_APPROVAL
    approve(lapsed)
    send_all(lapsed)
    case = lapsed.case()
    assert (case.items[0].state, case.state) == (ItemState.PARKED, CaseState.OPEN)
    assert case.due is None
    with lapsed.database.reading() as reading:
        statuses = statuses_of(reading, [case.case_id], terms())
    assert statuses == {case.case_id: WorkStatus.WAITING_ON_PERSON}
    (closing,) = [one.message for one in lapsed.letters() if one.kind == NOT_PROVED]
    lapsed.now += 20 * DAY
    lapsed.receive_one(reply_to(closing, "Sorry, I was in hospital. It was me.", number=9))
    case = lapsed.case()
    assert [item.state for item in case.items] == [ItemState.RECEIVED]
    assert case.due == due
    with lapsed.database.reading() as reading:
        steps = [one.step for one in work_events(reading, case.case_id)]
    assert steps == [Step.DRAFT, Step.APPROVE, Step.COMPLETE, Step.RESUME]
    assert lapsed.chain_holds(case.case_id)


def test_a_reply_that_asks_again_joins_the_right_that_was_parked(lapsed: TestDesk) -> None:
    approve(lapsed)
    send_all(lapsed)
    (closing,) = [one.message for one in lapsed.letters() if one.kind == NOT_PROVED]
    lapsed.receive_one(reply_to(closing, ANALYTICS, number=9))
    assert [item.state for item in lapsed.case().items] == [ItemState.RECEIVED]


def test_nobody_is_closed_for_want_of_proof_who_has_it_by_now(lapsed: TestDesk) -> None:
    prove(lapsed)
    with pytest.raises(Permanent, match="identity-proved-meanwhile"):
        approve(lapsed)
    reject_draft(lapsed.database, lapsed.draft().draft_id, actor=SAM, now=lapsed.now)
    (planned,) = plan_case(
        lapsed.database,
        lapsed.profile,
        lapsed.case().reference,
        right=None,
        actor=SAM,
        now=lapsed.now,
    )
    assert planned.item.state is ItemState.EXECUTING
    assert [task.system for task in planned.tasks] == ["product"]


def test_proof_that_comes_after_the_approval_keeps_the_closing_letter_here(
    lapsed: TestDesk,
) -> None:
    approve(lapsed)
    prove(lapsed)
    send_all(lapsed)
    assert state(lapsed) is ItemState.APPROVED
    assert [one.state for one in lapsed.letters() if one.kind == NOT_PROVED] == [
        OutgoingState.FAILED
    ]
