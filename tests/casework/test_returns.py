"""Letters that come back: the report finds its letter by token or genuine id, and nobody can forge one."""

from datetime import timedelta

import pytest

from bounce_reports import NO_USER, report
from casework.outbox import retry_failed
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    COPY,
    ERASE,
    LONG,
    MINUTE,
    PRIVACY,
    SAM,
    ScriptedTransport,
    TestDesk,
    arriving,
    mail,
    mailbox,
    profile,
)
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.errors import OutcomeUnknown
from privacy.messages import OutboundMessage
from privacy.outgoing import OutgoingState
from storage.cases import list_cases

BEA = "bea@other.example"
FULL = ("failed", "5.2.2", "552 5.2.2 mailbox full")


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose acknowledgement was sent."""
    desk.receive(mail(ERASE))
    send(desk)
    desk.now += MINUTE
    return desk


def send(desk: TestDesk, *script: Exception) -> None:
    while send_next(desk.database, ScriptedTransport(list(script)), desk.clock).worked:
        script = ()


def head_of(letter: OutboundMessage) -> str:
    return f"From: {letter.sender}\r\nTo: {letter.recipient}\r\nMessage-ID: {letter.message_id}\r\n"


def come_back(desk: TestDesk, raw: bytes, to: str = PRIVACY):
    return desk.receive_one(raw, envelope_from="", envelope_to=(to,))


def acknowledged_at(desk: TestDesk):
    with desk.database.reading() as reading:
        return list_cases(reading)[0].acknowledged_at


def bounced(desk: TestDesk) -> str | None:
    letter = desk.letter()
    return letter.reason if letter.state is OutgoingState.FAILED else None


@BOTH_ENGINES
def test_a_letter_that_came_back_is_failed_its_clock_open_and_a_person_told_why(desk):
    letter = desk.letter().message
    assert acknowledged_at(desk) is not None
    row = come_back(desk, report((letter.recipient, NO_USER)), letter.envelope_from)
    case = desk.case()
    assert (row.outcome, row.case_id) == (Outcome.BOUNCE, case.case_id)
    assert bounced(desk) == "bounced-userunknown"
    assert desk.letter().evidence == "delivery-report"
    assert acknowledged_at(desk) is None
    (task,) = desk.tasks()
    assert (task.kind, task.reason, task.urgent) == ("letter_bounced", "userunknown", True)
    assert (task.inbound_id, task.due_on) == (row.inbound_id, case.acknowledge.on)
    last = desk.events(case.case_id)[-1]
    assert last.kind is AuditKind.LETTER_DELIVERY
    assert (last.payload["status"], last.payload["soft"]) == ("5.1.1", False)
    assert last.payload["inbound"] == str(row.inbound_id)
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
def test_the_returned_header_alone_names_the_letter(desk):
    letter = desk.letter().message
    row = come_back(desk, report((letter.recipient, FULL), returned=head_of(letter)))
    assert row.case_id == desk.case().case_id
    assert bounced(desk) == "bounced-mailboxfull"
    assert desk.events(row.case_id)[-1].payload["soft"] is True


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_what_the_report_answers_names_the_letter(desk, header):
    letter = desk.letter().message
    come_back(desk, report((letter.recipient, NO_USER), **{header: letter.message_id}))
    assert bounced(desk) == "bounced-userunknown"


def test_a_return_path_in_the_header_is_enough_where_the_envelope_is_not_known(desk):
    letter = desk.letter().message
    raw = report((letter.recipient, NO_USER), To=letter.envelope_from)
    desk.receive_one(raw, envelope_to=())
    assert bounced(desk) == "bounced-userunknown"


def test_words_alone_with_a_copy_below_are_enough(desk):
    letter = desk.letter().message
    words = (
        f"I'm afraid I wasn't able to deliver your message.\r\n\r\n<{letter.recipient}>:\r\n"
        f"Sorry, no mailbox here by that name.\r\n\r\n"
        f"--- Below this line is a copy of the message.\r\n\r\n{head_of(letter)}\r\n{ERASE}"
    )
    raw = mail(words, number=9, From="mailer-daemon@mx.person.example", Subject="failure notice")
    come_back(desk, raw)
    assert bounced(desk) == "bounced-userunknown"


@pytest.mark.parametrize(
    ("forged_id", "forged_path"),
    [
        (f"<c.{'0' * 26}.{'0' * 16}@autocloz.example>", PRIVACY),
        ("<1@person.example>", f"privacy+b.{'0' * 16}.{'0' * 26}@autocloz.example"),
        ("<somebody@elsewhere.example>", f"privacy+b.{'z' * 26}@autocloz.example"),
    ],
)
def test_a_forged_report_moves_no_letter(desk, forged_id, forged_path):
    letter = desk.letter()
    head = f"From: {PRIVACY}\r\nTo: {letter.message.recipient}\r\nMessage-ID: {forged_id}\r\n"
    raw = report((letter.message.recipient, NO_USER), returned=head, References=forged_id)
    row = come_back(desk, raw, forged_path)
    assert (row.outcome, row.case_id) == (Outcome.BOUNCE, None)
    assert desk.letter() == letter
    assert desk.tasks() == []
    assert acknowledged_at(desk) is not None


def test_the_reference_in_a_subject_proves_nothing(desk):
    letter = desk.letter().message
    subject = f"Undeliverable: [{desk.case().reference}]"
    come_back(desk, report((letter.recipient, NO_USER), Subject=subject))
    assert bounced(desk) is None
    assert desk.tasks() == []


@BOTH_ENGINES
def test_a_late_letter_moves_nothing(desk):
    letter = desk.letter().message
    late = ("delayed", "4.4.1", "connection timed out")
    row = come_back(desk, report((letter.recipient, late)), letter.envelope_from)
    assert row.case_id == desk.case().case_id
    assert (bounced(desk), desk.tasks()) == (None, [])
    assert acknowledged_at(desk) is not None


def test_of_several_recipients_ours_counts(desk):
    letter = desk.letter().message
    raw = report((BEA, FULL), (letter.recipient, NO_USER), ("cleo@other.example", FULL))
    come_back(desk, raw, letter.envelope_from)
    assert bounced(desk) == "bounced-userunknown"


def test_a_report_that_ours_arrived_and_another_did_not_moves_nothing(desk):
    letter = desk.letter().message
    arrived = ("delivered", "2.0.0", "250 ok")
    come_back(desk, report((BEA, NO_USER), (letter.recipient, arrived)), letter.envelope_from)
    assert (bounced(desk), desk.tasks()) == (None, [])


@BOTH_ENGINES
def test_a_report_of_arrival_is_a_trace_of_a_letter_in_doubt(desk):
    desk.receive(mail(COPY, number=2, From=BEA))
    send(desk, OutcomeUnknown("cut"))
    (letter,) = [one for one in desk.letters() if one.state is OutgoingState.UNCERTAIN]
    arrived = ("relayed", "2.0.0", "250 ok")
    path = letter.message.envelope_from
    come_back(desk, report((letter.message.recipient, arrived)), path)
    (now_sent,) = [one for one in desk.letters() if one.letter_id == letter.letter_id]
    assert (now_sent.state, now_sent.evidence) == (OutgoingState.SENT, "delivery-report")


def test_words_that_nobody_understands_are_for_a_person_and_move_nothing(desk):
    letter = desk.letter().message
    raw = mail("Box seventeen is as it is.", number=9, From="mailer-daemon@mx.person.example")
    come_back(desk, raw, letter.envelope_from)
    assert bounced(desk) is None
    assert [(task.kind, task.reason) for task in desk.tasks()] == [("letter_bounced", "undefined")]


CHALLENGE = "Your message has been held. Please click the link below to prove that you are human."


def test_a_mail_system_that_wants_a_proof_calls_a_person_and_gets_none(desk):
    letter = desk.letter().message
    row = come_back(
        desk, mail(CHALLENGE, number=9, From="guard@person.example"), letter.envelope_from
    )
    assert (row.outcome, row.case_id) == (Outcome.AUTO, desk.case().case_id)
    assert [(task.kind, task.urgent) for task in desk.tasks()] == [("letter_challenged", True)]
    assert bounced(desk) is None
    assert len(desk.letters()) == 1


def test_a_challenge_without_our_token_calls_nobody(desk):
    row = come_back(desk, mail(CHALLENGE, number=9, From="guard@person.example"))
    assert (row.case_id, desk.tasks()) == (None, [])


@BOTH_ENGINES
def test_two_reports_about_one_letter_fail_it_once(desk):
    letter = desk.letter().message
    first, second = (
        report((letter.recipient, code), number=number)
        for number, code in ((8, NO_USER), (9, FULL))
    )
    desk.receive(*(arriving_back(raw, letter.envelope_from) for raw in (first, second)))
    assert bounced(desk) == "bounced-userunknown"
    assert desk.task_kinds() == ["letter_bounced"]
    assert desk.chain_holds(desk.case().case_id)


def arriving_back(raw: bytes, path: str):
    return arriving(raw, envelope_from="", envelope_to=(path,))


def test_a_return_path_of_the_case_alone_finds_its_only_letter(open_again):
    """Mailboxes with long names: their return path has no room for the letter."""
    long_name = "the-privacy-desk-of-autocloz@autocloz.example"
    box = mailbox(long_name)
    desk = TestDesk(open_again(), profile=profile(mailboxes=(box,), own_addresses={long_name}))
    desk.receive_one(mail(ERASE, To=long_name), envelope_to=(long_name,), mailbox=long_name)
    send(desk)
    letter = desk.letter().message
    assert letter.envelope_from.count(".") == 2
    come_back(desk, report((letter.recipient, NO_USER)), letter.envelope_from)
    assert bounced(desk) == "bounced-userunknown"


def test_where_a_case_has_several_letters_and_nobody_says_which_none_is_moved(open_again):
    long_name = "the-privacy-desk-of-autocloz@autocloz.example"
    box = mailbox(long_name)
    desk = TestDesk(
        open_again(),
        profile=profile(mailboxes=(box,), own_addresses={long_name}, limits=LONG),
    )
    desk.receive_one(mail(ERASE, To=long_name), envelope_to=(long_name,), mailbox=long_name)
    letter = desk.letter().message
    again = mail(COPY, number=2, To=letter.reply_to, In_Reply_To=letter.message_id)
    desk.receive_one(again, envelope_to=(letter.reply_to,), mailbox=long_name)
    send(desk)
    assert len(desk.letters()) == 2
    come_back(desk, report((letter.recipient, NO_USER)), letter.envelope_from)
    assert {one.state for one in desk.letters()} == {OutgoingState.SENT}
    assert [(task.kind, task.reason) for task in desk.tasks()] == [
        ("letter_bounced", "userunknown")
    ]


def test_a_letter_sent_again_after_its_return_meets_the_clock_again(desk):
    letter = desk.letter()
    come_back(desk, report((letter.message.recipient, FULL)), letter.message.envelope_from)
    desk.now += timedelta(hours=1)
    retry_failed(desk.database, letter.letter_id, actor=SAM, now=desk.now)
    send(desk)
    assert acknowledged_at(desk) == desk.now


@pytest.mark.parametrize("place", ["body", "subject"])
def test_a_one_click_unsubscribe_is_an_objection_for_a_person(desk, place):
    line = "List-Unsubscribe=One-Click"
    row = desk.receive_one(
        mail(
            line if place == "body" else "",
            number=5,
            Subject=line if place == "subject" else "unsubscribe",
            Auto_Submitted="auto-generated",
        )
    )
    assert (row.outcome, row.reason) == (Outcome.HELD, "one-click-unsubscribe")
