"""A request becomes a case with its rights, clocks, trail and one letter, all together or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from casework import working
from casework.processing import process_batch
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    DPO,
    ERASE,
    LAWS,
    NOON,
    PRIVACY,
    SayingClassifier,
    TestDesk,
    arriving,
    mail,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.cases import CaseState
from privacy.deadlines import (
    acknowledgement_due,
    any_right_due,
    completion_due,
    lane_due,
    look_due,
)
from privacy.deciding import Outcome
from privacy.outgoing import OutgoingState
from privacy.references import references_in
from privacy.rights import Classification, Lane, Right
from privacy.tokens import is_our_message_id, message_ids_in_addresses, read_token
from regimes.lanes import load_lanes
from storage.cases import clock_events
from storage.states import ClockChange, ClockName

AT_ONCE = load_lanes().at_once


@BOTH_ENGINES
def test_a_request_becomes_a_case_with_one_right_and_one_letter(desk: TestDesk):
    row = desk.receive_one(mail(ERASE))
    case, letter = desk.case(), desk.letter()
    assert (row.outcome, row.reason, row.case_id) == (
        Outcome.CASE,
        "asks-for-a-right",
        case.case_id,
    )
    assert (case.requester, case.mailbox, case.state) == (ANNE, PRIVACY, CaseState.OPEN)
    assert (case.lane, case.language, rights_of(case)) == (Lane.RIGHTS, "en", ["erasure"])
    assert case.items[0].quote in ERASE
    assert (letter.state, letter.automatic, letter.case_id) == (
        OutgoingState.PENDING,
        True,
        case.case_id,
    )
    assert letter.message.recipient == ANNE
    assert desk.drafts() == []
    assert desk.tasks() == []


def test_the_dates_of_a_case_are_those_of_the_law(desk: TestDesk):
    late = datetime(2026, 12, 23, 23, 30, tzinfo=UTC)  # a holiday season, and another day in Dublin
    desk.now = late + 3 * DAY  # worked days after it came: the clock does not care
    desk.receive_one(mail(f"{ERASE}\n\n{COPY}"), received_at=late)
    case = desk.case()
    assert case.acknowledge == acknowledgement_due(late, LAWS)
    assert {item.right: item.due for item in case.items} == {
        right: completion_due(late, right, LAWS) for right in (Right.ERASURE, Right.ACCESS)
    }
    assert case.received_at == late


@BOTH_ENGINES
def test_the_clocks_that_start_are_written_down_with_the_case(desk: TestDesk):
    desk.receive_one(mail(f"{ERASE}\n\n{COPY}"))
    case = desk.case()
    with desk.database.reading() as reading:
        clocks = clock_events(reading, case.case_id)
    assert [(one.clock, one.change, one.at) for one in clocks] == [
        (ClockName.ACKNOWLEDGE, ClockChange.STARTED, NOON),
        (ClockName.RESPOND, ClockChange.STARTED, NOON),
        (ClockName.RESPOND, ClockChange.STARTED, NOON),
    ]


def test_several_rights_in_one_mail_are_one_case_and_one_letter(desk: TestDesk):
    desk.receive_one(mail(f"{COPY}\n\nThen {ERASE[0].lower()}{ERASE[1:]}"))
    assert sorted(rights_of(desk.case())) == ["access", "erasure"]
    text = desk.letter().message.letter.text
    assert all(f"{item.due.on.day} " in text for item in desk.case().items)


@BOTH_ENGINES
def test_the_trail_of_a_case_is_a_chain_that_holds(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    case = desk.case()
    assert desk.kinds_of_events(case.case_id) == [
        AuditKind.CASE_OPENED,
        AuditKind.CLOCK_STARTED,
        AuditKind.RIGHT_RECOGNISED,
        AuditKind.LETTER_QUEUED,
    ]
    assert desk.chain_holds(case.case_id)


def test_the_trail_holds_no_words_and_no_address(desk: TestDesk):
    desk.receive_one(mail(ERASE, From=f'"Anne Asks" <{ANNE}>', Subject="Something very private"))
    said = repr([event.payload for event in desk.events(desk.case().case_id)]).lower()
    assert not [word for word in ("anne", "private", "delete", "person.example") if word in said]


def test_the_letter_leads_back_to_the_case_and_can_be_told_from_others(desk: TestDesk):
    desk.receive_one(mail(ERASE, References="<0@person.example>"))
    case, message = desk.case(), desk.letter().message
    keys = desk.profile.token_keys
    assert is_our_message_id(message.message_id, keys)
    for address, purpose in ((message.reply_to, "c"), (message.envelope_from, "b")):
        detail = address.partition(f"+{purpose}.")[2].partition("@")[0]
        assert read_token(detail.rpartition(".")[2], keys) == case.number
    assert message_ids_in_addresses([message.envelope_from], keys) == (message.message_id,)
    assert message.references == ("<0@person.example>", "<1@person.example>")
    assert message.in_reply_to == "<1@person.example>"
    assert references_in(message.letter.subject) == (case.reference,)


def test_a_letter_to_an_unchecked_sender_repeats_no_word_of_the_mail(desk: TestDesk):
    words = "Zebra pillows on sale at bargain.example"
    desk.receive_one(mail(f"{ERASE}\n\n{words}", Subject=words, From=f'"{words}" <{ANNE}>'))
    letter = desk.letter().message.letter
    said = f"{letter.subject} {letter.text} {letter.html}"
    assert not [word for word in words.split() if len(word) > 4 and word in said]


def test_a_german_mail_gets_a_german_letter(desk: TestDesk):
    desk.receive_one(
        mail("Bitte löschen Sie alle personenbezogenen Daten, die Sie über mich haben.")
    )
    assert (desk.case().language, desk.letter().message.letter.language) == ("de", "de")


def test_a_mail_without_message_id_is_a_case_like_any_other(desk: TestDesk):
    row = desk.receive_one(mail(ERASE, Message_ID=None))
    assert row.outcome is Outcome.CASE
    message = desk.letter().message
    assert (message.in_reply_to, message.references) == (None, ())


def test_it_answers_from_the_mailbox_that_the_mail_names(desk: TestDesk):
    desk.receive_one(mail(ERASE, To=DPO), mailbox=DPO)
    assert desk.letter().message.sender == DPO


def test_it_answers_from_the_mailbox_that_got_the_mail_when_it_names_none(desk: TestDesk):
    desk.receive_one(mail(ERASE, To="undisclosed-recipients:;"), mailbox=DPO)
    assert desk.letter().message.sender == DPO


def test_a_mailbox_without_carriers_gets_no_tagged_addresses(desk: TestDesk):
    plain = [box.__class__(address=box.address) for box in desk.profile.mailboxes]
    desk.profile = desk.profile.__class__(**{**desk.profile.__dict__, "mailboxes": tuple(plain)})
    desk.receive_one(mail(ERASE))
    message = desk.letter().message
    assert (message.reply_to, message.envelope_from) == (None, PRIVACY)


@BOTH_ENGINES
def test_nothing_is_written_when_the_work_breaks_off(desk: TestDesk, monkeypatch):
    desk.keep(mail(ERASE))

    def die(*_: object) -> None:
        raise KeyboardInterrupt  # what no loop catches: the process ends here

    with monkeypatch.context() as broken:
        broken.setattr(working, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            process_batch(desk.services, desk.now)
    assert (desk.cases(), desk.letters(), desk.tasks()) == ([], [], [])
    assert process_batch(desk.services, desk.now) == 0, "the lease of the dead still runs"
    desk.now += timedelta(minutes=6)
    assert desk.work() == 1
    assert (len(desk.cases()), len(desk.letters())) == (1, 1)


@BOTH_ENGINES
def test_mail_that_waits_is_worked_in_the_order_of_its_arrival(desk: TestDesk):
    rows = desk.keep(
        *(
            arriving(mail(number=n, From=f"p{n}@person.example"), received_at=NOON - n * DAY)
            for n in range(3)
        )
    )
    assert process_batch(desk.services, desk.now, limit=1) == 1
    assert [desk.message(row.inbound_id).outcome for row in rows] == [None, None, Outcome.CASE]


@BOTH_ENGINES
def test_mail_without_any_right_is_held_with_a_date_and_a_task(desk: TestDesk):
    row = desk.receive_one(mail("At what hours can I call your support?", Subject="Opening hours"))
    assert (row.outcome, row.reason) == (Outcome.HELD, "no-right-recognised")
    assert row.hold_due_on == acknowledgement_due(NOON, LAWS).on
    (task,) = desk.tasks()
    assert (task.kind, task.due_on, task.case_id) == ("look_at_message", row.hold_due_on, None)
    assert desk.cases() == []
    assert desk.letters() == []
    assert desk.kinds_of_events(row.inbound_id) == [AuditKind.MESSAGE_HELD]


@pytest.mark.parametrize("lane", sorted(AT_ONCE))
def test_an_urgent_lane_is_a_case_and_an_urgent_task(desk: TestDesk, lane):
    desk.reader.classifier = SayingClassifier(Classification(lane=lane, needs_human=True))
    row = desk.receive_one(mail("We found what should not be there."))
    assert (row.outcome, row.reason) == (Outcome.CASE, "urgent-lane")
    assert [(task.kind, task.reason, task.urgent) for task in desk.tasks()] == [
        ("urgent_lane", lane, True)
    ]
    assert [task.due_on for task in desk.tasks()] == [look_due(NOON, lane, LAWS).on]
    own = lane_due(NOON, lane, LAWS) or any_right_due(NOON, LAWS)
    assert desk.case().due == own
    assert desk.letters() == []


def test_marketing_is_a_task_for_a_person_by_the_day_that_the_letter_says(desk: TestDesk):
    desk.receive(mail("Please stop sending me marketing emails."))
    (item,) = desk.case().items
    (task,) = [task for task in desk.tasks() if task.kind == "stop_marketing"]
    assert (task.due_on, task.urgent) == (item.due.on, True)
    assert item.due.expires_at == NOON + timedelta(hours=48)
    assert "by 25 November 2026 at the latest" in " ".join(
        desk.letter().message.letter.text.split()
    )


def test_mail_that_nobody_can_read_is_a_stub_with_a_clock_and_a_draft(desk: TestDesk):
    sealed = mail("MIIabcdef==", Content_Type="application/pkcs7-mime; smime-type=enveloped-data")
    row = desk.receive_one(sealed)
    case = desk.case()
    assert (row.outcome, row.reason) == (Outcome.CASE, "cannot-be-read")
    assert case.stub_reason is not None
    assert case.acknowledge == acknowledgement_due(NOON, LAWS)
    assert case.due == any_right_due(NOON, LAWS)
    assert desk.letters() == []
    assert "cannot-be-read" in desk.draft().reasons
    assert "read_by_hand" in desk.task_kinds()
