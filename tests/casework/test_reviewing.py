"""No letter leaves that its last reader objects to: not by itself, and not by a person's yes."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from acknowledgements import AUTOCLOZ
from casework.acknowledging import KIND
from casework.drafts import approve_draft
from casework.reviewing import findings_before_sending
from casework.sending import Sending, send_next
from casework_values import (
    BOTH_ENGINES,
    DAY,
    ERASE,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
)
from privacy.approval import letter_digest
from privacy.errors import Permanent
from privacy.outgoing import OutgoingState
from storage.drafts import add_drafts
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue

SECOND = timedelta(seconds=1)


def spoiled(message, old: str, new: str):
    letter = message.letter
    text, html = (part.replace(old, new) for part in (letter.text, letter.html))
    return replace(message, letter=replace(letter, text=text, html=html))


@BOTH_ENGINES
def test_a_letter_with_a_hole_is_never_sent_and_calls_a_person(desk: TestDesk):
    desk.receive_one(mail(ERASE), quiet_reason="uidvalidity-changed")
    draft = desk.draft()
    letter = QueuedLetter(
        letter_id=new_id(),
        case_id=draft.case_id,
        inbound_id=draft.inbound_id,
        kind=KIND,
        dedupe_key="spoiled",
        message=spoiled(draft.message, "Hello,", "Hello {{ name }},"),
        queued_at=desk.now,
        automatic=True,
        text_key=None,
    )
    with desk.database.transaction() as transaction:
        enqueue(transaction, [letter])
    transport = ScriptedTransport()
    assert send_next(desk.database, transport, desk.clock) == Sending(worked=True)
    assert transport.sent == []
    assert desk.letter().state is OutgoingState.FAILED
    (task,) = [task for task in desk.tasks() if task.kind == "letter_failed"]
    assert task.reason == "review: placeholder: something was not filled in"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("Hello,", "None,", "placeholder"),
        ("you pay nothing", "you might pay nothing", "vague: might"),
        ("you pay nothing", "see our newsletter", "promotion: newsletter"),
        ("you pay nothing", "your account is known", "confirmation: your account"),
        ("2026", "2031", "date: one that is not stored"),
    ],
)
def test_a_draft_with_a_fault_is_not_approved_whoever_asks(desk: TestDesk, old, new, finding):
    desk.receive_one(mail(ERASE), quiet_reason="uidvalidity-changed")
    message = spoiled(desk.draft().message, old, new)
    draft = replace(desk.draft(), draft_id=new_id(), message=message, digest=letter_digest(message))
    with desk.database.transaction() as transaction:
        add_drafts(transaction, [draft])
    with pytest.raises(Permanent, match=finding):
        approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    assert desk.letters() == []
    assert len(desk.drafts()) == 2


def test_a_promise_that_has_passed_is_not_made_any_more(desk: TestDesk):
    desk.receive_one(mail(ERASE), quiet_reason="uidvalidity-changed")
    desk.now += 60 * DAY
    with pytest.raises(Permanent, match="date: in the past"):
        approve_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now)


@pytest.mark.parametrize(("too_late", "states"), [(False, ["sent"]), (True, ["failed"])])
def test_an_approved_letter_does_not_leave_once_what_it_promises_is_over(
    desk: TestDesk, too_late, states
):
    """Mail may not leave for days: what was approved in time is read again by the clock of the law."""
    desk.receive_one(mail(ERASE), quiet_reason="uidvalidity-changed")
    due = desk.case().items[0].due
    desk.now = due.expires_at - SECOND
    approve_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now)
    desk.now += SECOND * too_late
    transport = ScriptedTransport()
    send_next(desk.database, transport, desk.clock, desk=desk.profile)
    assert [letter.state for letter in desk.letters()] == states
    assert len(transport.sent) == (not too_late)


@pytest.mark.parametrize("too_late", [False, True])
def test_a_day_is_over_in_the_zone_of_its_law(desk: TestDesk, too_late):
    """In Los Angeles it is the last day still when it has ended everywhere else; in India it ends in our evening."""
    desk.receive_one(mail("I live in Bengaluru. " + ERASE), quiet_reason="uidvalidity-changed")
    due = desk.case().items[0].due
    desk.now = due.expires_at if too_late else due.expires_at - SECOND
    approve = partial(approve_draft, desk.database, desk.draft().draft_id, actor=SAM, now=desk.now)
    if too_late:
        with pytest.raises(Permanent, match="date: in the past"):
            approve()
    else:
        approve()


def test_the_letters_that_the_desk_writes_pass(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    assert findings_before_sending(desk.letter().message) == []
    desk.receive_one(
        mail(ERASE, From="Anne <anne2@asks.example>"), quiet_reason="uidvalidity-changed"
    )
    assert not [reason for reason in desk.draft().reasons if reason.startswith("review")]


ODD_NAME = AUTOCLOZ.model_copy(
    update={
        "legal_name": "Certain & None Newsletter Ltd",
        "postal_address": "Section 5, 1/12/34 Upgrade Street",
        "policy_url": "https://autocloz.example/2026-01-01/privacy",
    }
)


def test_a_desk_may_be_called_what_it_is_called(desk: TestDesk):
    odd = replace(desk.profile, identity=ODD_NAME)
    desk.profile = odd
    desk.receive_one(mail(ERASE))
    assert desk.letter().message.letter.text.count("Certain & None") == 1
    assert findings_before_sending(desk.letter().message) == []
    desk.receive_one(
        mail(ERASE, From="Anne <anne2@asks.example>"), quiet_reason="uidvalidity-changed"
    )
    draft = desk.draft()
    assert not [reason for reason in draft.reasons if reason.startswith("review")]
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now, desk=odd)
    assert len(desk.letters()) == 2


def test_a_letter_in_a_language_that_nobody_writes_is_not_sent(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    message = desk.letter().message
    strange = replace(message, letter=replace(message.letter, language="tlh"))
    assert findings_before_sending(strange) == ["language: no letter is written in it"]
