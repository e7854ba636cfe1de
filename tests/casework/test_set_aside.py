"""What opens no case by itself: machines, bounces, complaints, lists, junk, history; and who hears of it."""

import pytest

from casework_values import (
    BOTH_ENGINES,
    COPY,
    DAY,
    DPO,
    ERASE,
    NOON,
    PRIVACY,
    SayingClassifier,
    TestDesk,
    arriving,
    mail,
    rights_of,
)
from core_values import asking
from privacy.deciding import Outcome
from privacy.messages import ArrivalBasis, OutboundMessage
from privacy.outgoing import LEASE, OutgoingState
from privacy.rights import Right
from storage.outbox import claim_letter, mark_uncertain


def bounce_of(letter: OutboundMessage, *, number: int = 9) -> bytes:
    """A delivery report about a letter of ours, sent to the address that we gave for it."""
    report = "\r\n".join(
        [
            "--b",
            "Content-Type: text/plain",
            "",
            "Your message could not be delivered.",
            "--b",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.person.example",
            "",
            f"Final-Recipient: rfc822; {letter.recipient}",
            "Action: failed",
            "Status: 5.1.1",
            "",
            "--b--",
        ]
    )
    return mail(
        report,
        number=number,
        From="mailer-daemon@mx.person.example",
        To=letter.envelope_from,
        Subject="Undelivered Mail Returned to Sender",
        Content_Type="multipart/report; report-type=delivery-status; boundary=b",
    )


def feedback_report() -> bytes:
    report = (
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n\r\n"
        "--b--"
    )
    return mail(
        report,
        From="fbl@feedback.example",
        Content_Type="multipart/report; report-type=feedback-report; boundary=b",
    )


def test_an_automatic_reply_is_recorded_and_never_answered(desk: TestDesk):
    away = mail("I am out of the office until Monday.", Auto_Submitted="auto-replied")
    row = desk.receive_one(away)
    assert (row.outcome, row.kind) == (Outcome.AUTO, "auto_reply")
    assert (desk.cases(), desk.letters(), desk.drafts(), desk.tasks()) == ([], [], [], [])


def test_an_automatic_reply_that_asks_for_a_right_is_held(desk: TestDesk):
    row = desk.receive_one(mail(f"I have left. {ERASE}", Auto_Submitted="auto-replied"))
    assert (row.outcome, row.reason) == (Outcome.HELD, "machine-asks-for-a-right")
    assert desk.task_kinds() == ["look_at_message"]
    assert desk.letters() == []


@BOTH_ENGINES
def test_a_bounce_of_a_letter_is_work_on_its_case(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    case, letter = desk.case(), desk.letter().message
    row = desk.receive_one(bounce_of(letter), envelope_from="", envelope_to=(letter.envelope_from,))
    assert (row.outcome, row.case_id) == (Outcome.BOUNCE, case.case_id)
    (task,) = desk.tasks()
    assert (task.kind, task.urgent, task.case_id) == ("letter_bounced", True, case.case_id)
    assert len(desk.letters()) == 1
    assert desk.chain_holds(case.case_id)


def test_a_bounce_of_nothing_that_we_sent_changes_nothing(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    letter = desk.letter().message
    stranger = mail(
        "Could not be delivered.",
        number=9,
        From="mailer-daemon@mx.person.example",
        Subject="Undelivered Mail Returned to Sender",
        References="<somebody@elsewhere.example>",
    )
    row = desk.receive_one(stranger, envelope_from="")
    assert (row.outcome, row.case_id) == (Outcome.BOUNCE, None)
    assert desk.tasks() == []
    assert desk.letter().message == letter


def test_a_complaint_of_a_feedback_loop_is_held_for_a_person(desk: TestDesk):
    row = desk.receive_one(feedback_report())
    assert (row.outcome, row.reason) == (Outcome.HELD, "feedback-report")
    assert desk.task_kinds() == ["look_at_message"]
    assert desk.letters() == []


@BOTH_ENGINES
def test_a_request_that_came_like_list_mail_waits_for_a_person_inside_its_term(desk: TestDesk):
    row = desk.receive_one(mail(ERASE, List_Unsubscribe="<mailto:off@agent.example>"))
    case = desk.case()
    assert row.outcome is Outcome.CASE
    assert desk.letters() == []
    assert desk.draft().reasons == ("machine-or-list-signs",)
    (task,) = desk.tasks()
    assert (task.kind, task.due_on) == ("approve_letter", case.acknowledge.on)


def test_a_request_in_the_junk_folder_is_held_with_its_clock(desk: TestDesk):
    row = desk.receive_one(mail(ERASE), suspected_spam=True)
    assert (row.outcome, row.reason) == (Outcome.HELD, "spam-asks-for-a-right")
    assert row.hold_due_on is not None
    assert desk.letters() == []


def test_junk_without_a_request_is_spam(desk: TestDesk):
    row = desk.receive_one(mail("You have won a prize.", Subject="Prize"), suspected_spam=True)
    assert row.outcome is Outcome.SPAM
    assert desk.tasks() == []


def test_mail_from_before_the_first_contact_is_history(desk: TestDesk):
    row = desk.receive_one(mail(ERASE), history=True, received_at=NOON - 400 * DAY)
    assert (row.outcome, row.reason) == (Outcome.HISTORY, "before-answer-from")
    assert (desk.cases(), desk.letters(), desk.tasks()) == ([], [], [])


@BOTH_ENGINES
def test_history_that_comes_again_as_new_mail_is_worked(desk: TestDesk):
    old = desk.receive_one(mail(ERASE), history=True)
    desk.receive_one(mail(ERASE))
    assert desk.message(old.inbound_id).outcome is Outcome.CASE
    assert len(desk.letters()) == 1


def test_a_copy_of_history_is_no_duplicate(desk: TestDesk):
    desk.receive_one(mail(ERASE), history=True)
    row = desk.receive_one(b"X-Way: another\r\n" + mail(ERASE))
    assert row.outcome is Outcome.CASE


@pytest.mark.parametrize("reason", ["uidvalidity-changed", "arrival-unknown"])
def test_mail_with_a_reason_for_quiet_is_a_case_whose_letter_waits(desk: TestDesk, reason):
    row = desk.receive_one(mail(ERASE), quiet_reason=reason)
    assert row.outcome is Outcome.CASE
    assert desk.draft().reasons == (reason,)
    assert desk.letters() == []


def test_a_mail_that_came_only_in_part_is_a_case_whose_letter_waits(desk: TestDesk):
    desk.receive_one(mail(ERASE), truncated=True)
    assert desk.draft().reasons == ("only-partly-fetched",)


def test_mail_of_unknown_arrival_is_held_with_a_date_from_the_oldest_plausible_time(
    desk: TestDesk,
):
    row = desk.receive_one(mail(ERASE), arrival_basis=ArrivalBasis.UNKNOWN)
    assert (row.outcome, row.reason) == (Outcome.HELD, "arrival-unknown")
    assert row.hold_due_on is not None


def test_a_request_that_the_rules_are_not_sure_of_is_a_case_whose_letter_waits(desk: TestDesk):
    desk.classifier = SayingClassifier(asking(Right.ERASURE, needs_human=True))
    row = desk.receive_one(mail("delete me"))
    assert row.outcome is Outcome.CASE
    assert desk.draft().reasons == ("classification-needs-human",)
    assert desk.letters() == []


@BOTH_ENGINES
def test_two_senders_in_one_header_are_a_case_without_any_letter(desk: TestDesk):
    forged = b"From: olivia@workspace.example\r\n" + mail(ERASE)
    row = desk.receive_one(forged)
    case = desk.case()
    assert row.outcome is Outcome.CASE
    assert case.requester is None
    assert (desk.letters(), desk.drafts()) == ([], [])
    assert [(task.kind, task.reason) for task in desk.tasks()] == [
        ("answer_by_hand", "no-believable-sender")
    ]


def test_a_mail_from_an_address_of_ours_is_never_answered_by_itself(desk: TestDesk):
    desk.receive_one(mail(ERASE, From=DPO))
    assert desk.letters() == []


def test_a_mail_with_a_null_envelope_sender_is_never_answered_by_itself(desk: TestDesk):
    desk.receive_one(mail(ERASE), envelope_from="")
    assert desk.letters() == []


@BOTH_ENGINES
def test_our_own_copy_confirms_a_letter_of_unknown_outcome(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    with desk.database.transaction() as transaction:
        leased = claim_letter(transaction, now=desk.now, lease=LEASE)
        mark_uncertain(
            transaction, leased.letter_id, lease_token=leased.lease_token, since=desk.now
        )
    message = desk.letter().message
    copy = mail("Thank you.", From=PRIVACY, To=message.recipient, Message_ID=message.message_id)
    row = desk.receive_one(copy)
    letter = desk.letter()
    assert row.outcome is Outcome.OWN_COPY
    assert (letter.state, letter.evidence) == (OutgoingState.SENT, "own-copy-received")
    assert desk.cases()[0].items
    assert desk.chain_holds(desk.case().case_id)


def test_somebody_elses_mail_under_our_id_confirms_nothing(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    message = desk.letter().message
    desk.receive_one(mail(COPY, Message_ID=message.message_id, From="mallory@elsewhere.example"))
    assert sorted(rights_of(case)[0] for case in desk.cases()) == ["access", "erasure"]


@BOTH_ENGINES
def test_the_mail_of_many_people_at_once_is_worked_whole(desk: TestDesk):
    rows = desk.receive(
        *(
            arriving(mail(f"{ERASE} Number {n}.", number=n, From=f"p{n}@h{n}.example"))
            for n in range(60)
        )
    )
    assert {row.outcome for row in rows} == {Outcome.CASE}
    assert (len(desk.cases()), len(desk.letters())) == (60, 60)
