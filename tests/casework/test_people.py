"""What people decide: letters that wait, messages that were set aside, tasks; each once, with their name on it."""

from dataclasses import replace

import pytest

from casework import tasks
from casework.drafts import approve_draft, reject_draft
from casework.held import dismiss_held, release_held
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    DAY,
    ERASE,
    LAWS,
    NOON,
    SAM,
    TestDesk,
    mail,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.deadlines import acknowledgement_due, completion_due
from privacy.deciding import Outcome
from privacy.errors import Permanent
from privacy.messages import Automation
from privacy.outgoing import OutgoingState
from privacy.rights import Right
from storage.database import Database
from storage.drafts import Draft


@pytest.fixture
def draft(desk: TestDesk) -> Draft:
    """The acknowledgement of a request waits for a person."""
    desk.receive_one(mail(ERASE), quiet_reason="uidvalidity-changed")
    return desk.draft()


@pytest.fixture
def question(desk: TestDesk):
    """A message without a recognised right waits for a person."""
    return desk.receive_one(mail("What about my things?", Subject="A question"))


@BOTH_ENGINES
def test_an_approved_letter_leaves_exactly_as_it_was_shown(desk, draft):
    desk.now += DAY
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    letter = desk.letter()
    assert letter.message == replace(
        draft.message, automation=Automation.APPROVED, date=desk.now
    ), "only what says who answers, and when, has changed"
    assert (letter.state, letter.automatic) == (OutgoingState.PENDING, False)
    assert desk.drafts() == []
    event = desk.events(draft.case_id)[-1]
    assert (event.kind, event.actor) == (AuditKind.LETTER_APPROVED, "sam@autocloz.example (sam)")
    assert event.payload["digest"] == draft.digest
    assert desk.chain_holds(draft.case_id)


@BOTH_ENGINES
def test_a_letter_is_approved_once(desk, draft):
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    for decide in (approve_draft, reject_draft):
        with pytest.raises(Permanent):
            decide(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert len(desk.letters()) == 1


def with_digest(database: Database, draft: Draft, digest: str) -> None:
    """Change a draft behind the back of whoever looks at it."""
    from sqlalchemy import update

    from storage.tables import DRAFT

    with database.transaction() as transaction:
        changed = update(DRAFT).where(DRAFT.c.draft_id == draft.draft_id)
        transaction.change(changed.values(digest=digest))


def test_a_letter_that_is_not_what_was_written_is_refused(desk, draft):
    with_digest(desk.database, draft, "0" * 64)
    with pytest.raises(Permanent):
        approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert desk.letters() == []
    assert desk.events(draft.case_id)[-1].kind is not AuditKind.LETTER_APPROVED


@BOTH_ENGINES
def test_a_rejected_letter_never_leaves_and_its_case_stays_open(desk, draft):
    reject_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert (desk.letters(), desk.drafts()) == ([], [])
    assert desk.events(draft.case_id)[-1].kind is AuditKind.LETTER_REJECTED
    with pytest.raises(Permanent):
        approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)


def test_no_letter_leaves_for_a_draft_that_does_not_exist(desk, draft):
    with pytest.raises(Permanent):
        approve_draft(desk.database, draft.case_id, actor=SAM, now=desk.now)


@BOTH_ENGINES
def test_a_released_message_becomes_a_case_with_its_first_instant(desk, question):
    desk.now = NOON + 3 * DAY
    release_held(desk.database, question.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    row, case = desk.message(question.inbound_id), desk.case()
    assert (row.outcome, row.reason, row.case_id) == (
        Outcome.CASE,
        "released-by-a-person",
        case.case_id,
    )
    assert (case.received_at, case.requester) == (NOON, ANNE)
    assert case.acknowledge == acknowledgement_due(NOON, LAWS)
    assert desk.letters() == []
    kinds = desk.kinds_of_events(question.inbound_id)
    assert kinds == [AuditKind.MESSAGE_HELD, AuditKind.MESSAGE_RELEASED]
    assert desk.chain_holds(question.inbound_id)


def test_a_released_request_gets_its_rights_their_dates_and_a_letter_that_waits(desk):
    row = desk.receive_one(mail(ERASE), suspected_spam=True)
    desk.now = NOON + 2 * DAY
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    case = desk.case()
    assert rights_of(case) == ["erasure"]
    assert case.items[0].due == completion_due(NOON, Right.ERASURE, LAWS)
    assert desk.letters() == []
    assert desk.draft().case_id == case.case_id


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"From": "mailer-daemon@mx.person.example"}, Outcome.BOUNCE),
        ({"Auto-Submitted": "auto-replied"}, Outcome.AUTO),
    ],
)
def test_a_person_can_say_that_what_looked_like_a_machine_is_a_request(desk, headers, outcome):
    row = desk.receive_one(mail("As I said on the telephone, it is about my flat.", **headers))
    assert row.outcome is outcome
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    assert desk.message(row.inbound_id).outcome is Outcome.CASE


def test_history_can_be_released(desk):
    row = desk.receive_one(mail(ERASE), history=True)
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    assert desk.message(row.inbound_id).outcome is Outcome.CASE
    assert "released-by-a-person" in desk.draft().reasons


def test_a_message_is_released_once(desk, question):
    release_held(desk.database, question.inbound_id, actor=SAM, now=desk.now)
    with pytest.raises(Permanent):
        release_held(desk.database, question.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    with pytest.raises(Permanent):
        release_held(desk.database, question.inbound_id, actor=SAM, now=desk.now)
    assert len(desk.cases()) == 1


@BOTH_ENGINES
def test_a_dismissed_message_leaves_the_lists_and_stays_known(desk, question):
    dismiss_held(
        desk.database, question.inbound_id, reason="not-a-request", actor=SAM, now=desk.now
    )
    assert desk.messages(Outcome.HELD) == []
    assert desk.message(question.inbound_id).reason == "not-a-request"
    assert desk.kinds_of_events(question.inbound_id)[-1] is AuditKind.MESSAGE_DISMISSED
    assert desk.cases() == []


def test_a_message_that_is_a_case_can_be_neither_released_nor_dismissed(desk):
    row = desk.receive_one(mail(ERASE))
    with pytest.raises(Permanent):
        release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    with pytest.raises(Permanent):
        dismiss_held(desk.database, row.inbound_id, reason="no", actor=SAM, now=desk.now)
    assert desk.message(row.inbound_id).outcome is Outcome.CASE


@BOTH_ENGINES
def test_a_task_is_done_once_by_somebody(desk, question):
    (task,) = desk.tasks()
    tasks.finish(desk.database, task.task_id, actor=SAM, now=desk.now)
    assert desk.tasks() == []
    event = desk.events(question.inbound_id)[-1]
    assert (event.kind, event.actor) == (AuditKind.TASK_DONE, str(SAM))
    with pytest.raises(Permanent):
        tasks.finish(desk.database, task.task_id, actor=SAM, now=desk.now)
