"""To which case a mail belongs: a genuine token and its sender together, else a case of its own or a hint to a person."""

from dataclasses import replace

import pytest

from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    LAWS,
    MALLORY,
    MINUTE,
    NOON,
    PRIVACY,
    TestDesk,
    arriving,
    mail,
    reply_to,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.deadlines import completion_due
from privacy.deciding import Outcome
from privacy.messages import OutboundMessage
from privacy.rights import Right


@pytest.fixture
def letter(desk: TestDesk) -> OutboundMessage:
    """Anne has asked for erasure, and has our letter."""
    desk.receive_one(mail(ERASE))
    return desk.letter().message


@BOTH_ENGINES
def test_a_reply_of_the_requester_adds_a_right_with_a_clock_of_its_own(desk, letter):
    later = NOON + 10 * DAY
    desk.now = later + MINUTE
    row = desk.receive_one(reply_to(letter, COPY), received_at=later)
    case = desk.case()
    assert (row.outcome, row.reason, row.case_id) == (
        Outcome.CASE,
        "continues-a-case",
        case.case_id,
    )
    assert rights_of(case) == ["erasure", "access"]
    dues = [completion_due(NOON, Right.ERASURE, LAWS), completion_due(later, Right.ACCESS, LAWS)]
    assert [item.due for item in case.items] == dues
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
def test_a_right_that_is_added_gets_its_own_letter(desk, letter):
    desk.receive_one(reply_to(letter, COPY))
    first, second = desk.letters()
    assert first.message.message_id != second.message.message_id
    assert second.message.in_reply_to == "<2@person.example>"
    assert letter.message_id in second.message.references
    assert (second.case_id, second.automatic) == (first.case_id, True)


def test_the_same_right_again_is_joined_and_not_acknowledged_twice(desk, letter):
    row = desk.receive_one(reply_to(letter, f"Once more: {ERASE}"))
    assert row.case_id == desk.case().case_id
    assert rights_of(desk.case()) == ["erasure"]
    assert desk.case().items[0].due == completion_due(NOON, Right.ERASURE, LAWS)
    assert len(desk.letters()) == 1
    assert [(task.kind, task.reason) for task in desk.tasks()] == [
        ("read_message", "continues-a-case")
    ]


def test_two_replies_in_one_batch_add_each_right_once(desk, letter):
    desk.receive(
        reply_to(letter, COPY, number=2), reply_to(letter, f"Again: {COPY}\n\n{ERASE}", number=3)
    )
    assert rights_of(desk.case()) == ["erasure", "access"]
    assert len(desk.letters()) == 2
    assert desk.kinds_of_events(desk.case().case_id).count(AuditKind.CASE_MESSAGE_ADDED) == 2


@pytest.mark.parametrize("carrier", ["plus-address", "envelope", "message-id"])
def test_each_carrier_of_the_token_is_enough_with_the_sender(desk, letter, carrier):
    raw = {
        "plus-address": mail(COPY, number=2, To=letter.reply_to),
        "envelope": mail(COPY, number=2),
        "message-id": mail(COPY, number=2, In_Reply_To=letter.message_id),
    }[carrier]
    envelope_to = (letter.reply_to,) if carrier == "envelope" else (PRIVACY,)
    row = desk.receive_one(raw, envelope_to=envelope_to)
    assert row.case_id == desk.case().case_id


@BOTH_ENGINES
def test_the_token_from_another_sender_is_a_case_of_its_own_with_a_hint(desk, letter):
    anne = desk.case()
    row = desk.receive_one(reply_to(letter, COPY, From=MALLORY))
    assert row.outcome is Outcome.CASE
    assert row.case_id != anne.case_id
    assert row.suggested_case_id == anne.case_id
    assert desk.cases()[0] == anne
    assert desk.letters()[1].message.recipient == MALLORY


def test_a_stranger_with_the_token_learns_nothing_about_the_case(desk, letter):
    reference = desk.case().reference
    desk.receive_one(reply_to(letter, COPY, From=MALLORY))
    theirs = desk.letters()[1].message
    assert reference not in f"{theirs.letter.subject} {theirs.letter.text} {theirs.letter.html}"
    assert ANNE not in theirs.letter.text


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize("sender", [ANNE, MALLORY])
def test_the_reference_in_a_subject_is_only_a_hint(desk, sender):
    case = desk.case()
    row = desk.receive_one(
        mail(COPY, number=2, From=sender, Subject=f"About {case.reference}, more")
    )
    assert row.case_id != case.case_id
    assert row.suggested_case_id == case.case_id


def test_a_forged_token_leads_nowhere(desk, letter):
    token = letter.reply_to.partition("+c.")[2].partition("@")[0]
    forged = token[:-2] + ("00" if token[-2:] != "00" else "11")
    row = desk.receive_one(mail(COPY, number=2, To=letter.reply_to.replace(token, forged)))
    assert row.suggested_case_id is None
    assert len(desk.cases()) == 2


def test_the_own_letter_that_a_reply_quotes_asks_for_nothing(desk, letter):
    quoted = "\r\n".join(f"> {line}" for line in letter.letter.text.splitlines())
    desk.receive_one(reply_to(letter, f"Thank you, that is right.\r\n\r\n{quoted}"))
    assert rights_of(desk.case()) == ["erasure"]
    assert len(desk.letters()) == 1


def automatic_answer(letter: OutboundMessage, number: int, **headers: str) -> bytes:
    return reply_to(
        letter, "We have received your message and will get back to you.", number=number, **headers
    )


@pytest.mark.usefixtures("letter")
@pytest.mark.parametrize(
    "marks",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Subject": "Automatic reply: We received your letter"},
        {"Precedence": "auto_reply"},
        {},  # a responder that says nothing about itself
    ],
)
def test_two_responders_that_face_each_other_come_to_rest(desk, marks):
    """They answer every letter of ours at once, under an id of its own each time."""
    number, answered = 2, set()
    for _ in range(10):
        waiting = [one.message for one in desk.letters() if one.letter_id not in answered]
        answered |= {one.letter_id for one in desk.letters()}
        answers = [automatic_answer(one, number + i, **marks) for i, one in enumerate(waiting)]
        number += len(answers)
        desk.receive(*answers)
    assert len(desk.letters()) <= 2


def test_a_responder_that_starts_new_threads_is_stopped_by_the_limits(desk):
    """Without headers, without thread, and its standard text asks for a right: the worst there is."""
    for number in range(10):
        raw = mail(f"Ticket {number}. {ERASE}", number=number, Subject=f"Ticket {number}")
        desk.receive(arriving(raw))
    assert len(desk.letters()) == 1
    assert len(desk.cases()) == 10
    assert len(desk.drafts()) == 9


@pytest.mark.edge("E112")
@BOTH_ENGINES
def test_their_own_number_suggests_our_case_where_their_system_cut_everything_else_away(desk):
    first = mail(ERASE, From="help@agent.example", Subject="[DSR-2041] Erasure")
    later = mail(COPY, number=2, From="desk@agent.example", Subject="Re: [DSR-2041] Erasure")
    opened = desk.receive_one(first)
    row = desk.receive_one(later)
    assert (row.outcome, row.suggested_case_id) == (Outcome.CASE, opened.case_id)
    assert row.case_id != opened.case_id


def test_the_same_number_of_another_company_suggests_nothing(desk):
    desk.receive_one(mail(ERASE, From="help@agent.example", Subject="[DSR-2041] Erasure"))
    later = mail(COPY, number=2, From=MALLORY, Subject="[DSR-2041] Erasure")
    assert desk.receive_one(later).suggested_case_id is None


def test_at_a_provider_of_mailboxes_a_number_is_of_one_address(desk):
    desk.profile = replace(desk.profile, shared_domains=frozenset({"person.example"}))
    desk.receive_one(mail(ERASE, Subject="[DSR-2041] Erasure"))
    other = mail(COPY, number=2, From="olivia@person.example", Subject="[DSR-2041] Erasure")
    assert desk.receive_one(other).suggested_case_id is None
    again = mail(COPY, number=3, Subject="[DSR-2041] Erasure")
    assert desk.receive_one(again).suggested_case_id is not None
