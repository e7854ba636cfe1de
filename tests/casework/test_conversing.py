"""What a reply moves in the case of its thread, and what it never moves."""

from dataclasses import replace

import pytest

from casework.erasing import sweep_erasures
from casework.staff_tasks import FOR_STAFF
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    ERASE,
    MALLORY,
    NOON,
    OMAR,
    TestDesk,
    authenticated,
    checking_profile,
    mail,
    reply_to,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.cases import Case, CaseState, ItemState
from privacy.conversation import MoveKind
from privacy.deciding import Outcome
from privacy.messages import OutboundMessage
from privacy.relations import RelationKind
from privacy.rights import Lane, Right
from privacy.stands import Stand
from privacy.work import Step
from storage.case_corrections import CaseNote, change_items, notes_of
from storage.merges import Relation, relations_of
from storage.outbox import LetterRow
from storage.work import work_events
from work_values import (
    TERMS,
    approve_erasing,
    plan,
    prove,
    ready,
    send,
    state_what_is_kept,
)

ALIGNED = "spf=pass smtp.mailfrom=person.example; dkim=pass header.d=person.example; dmarc=pass header.from=person.example"
ELSEWHERE = ALIGNED.replace("person.example", "elsewhere.example")
BOTH = f"{ERASE} {COPY}"


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose receiving server says what it knows about senders."""
    desk.profile = checking_profile()
    return desk


def begun(desk: TestDesk, text: str = ERASE) -> OutboundMessage:
    """Anne has asked, has our letter, and two days are over."""
    desk.receive_one(authenticated(mail(text), ALIGNED))
    desk.now += 2 * DAY
    return desk.letters()[0].message


def reply(desk: TestDesk, letter: OutboundMessage, text: str, number: int = 2, **headers: str):
    results = ELSEWHERE if headers.get("From") == MALLORY else ALIGNED
    raw = authenticated(reply_to(letter, text, number=number, **headers), results)
    return desk.receive_one(raw, received_at=desk.now)


def states(desk: TestDesk) -> list[ItemState]:
    return [item.state for item in desk.case().items]


def last(desk: TestDesk) -> LetterRow:
    return desk.letters()[-1]


def reasons(desk: TestDesk, kind: str) -> list[str]:
    return [task.reason for task in desk.tasks() if task.kind == kind]


def moves(desk: TestDesk, case: Case) -> list[tuple[object, object]]:
    """What the trail says of the mails of a case."""
    added = [e for e in desk.events(case.case_id) if e.kind is AuditKind.CASE_MESSAGE_ADDED]
    return [(event.payload.get("move"), event.payload.get("why")) for event in added]


def notes(desk: TestDesk) -> list[CaseNote]:
    with desk.database.reading() as reading:
        return notes_of(reading, desk.case().case_id)


def relations(desk: TestDesk, case: Case) -> list[Relation]:
    with desk.database.reading() as reading:
        return relations_of(reading, case.case_id)


@BOTH_ENGINES
def test_thanks_are_kept_and_answered_by_nobody(desk: TestDesk) -> None:
    letter = begun(desk)
    row = reply(desk, letter, "Thank you very much!\r\n\r\nKind regards\r\nAnne")
    case = desk.case()
    assert (row.outcome, row.reason, row.case_id) == (Outcome.CASE, "thanks-only", case.case_id)
    assert (len(desk.letters()), desk.drafts(), desk.tasks()) == (1, [], [])
    assert moves(desk, case) == [("record", "thanks-only")]
    assert desk.chain_holds(case.case_id)


def test_thanks_with_something_are_the_something(desk: TestDesk) -> None:
    letter = begun(desk)
    reply(desk, letter, f"Thank you! {COPY}")
    assert rights_of(desk.case()) == ["erasure", "access"]
    assert last(desk).kind == "acknowledgement"
    reply(desk, letter, "Thanks, but my name is Anna.", number=3)
    assert reasons(desk, "read_message") == ["continues-a-case"]


@BOTH_ENGINES
@pytest.mark.parametrize(
    "text", ["Where are we with my request?", "STATUS", "status\r\n\r\nAnne", "Thanks! Any news?"]
)
def test_whoever_asks_where_the_request_stands_is_told_what_they_know(
    desk: TestDesk, text: str
) -> None:
    letter = begun(desk, BOTH)
    reply(desk, letter, text)
    case, told = desk.case(), last(desk)
    assert (told.kind, told.automatic, told.message.recipient) == ("status", True, ANNE)
    assert told.message.in_reply_to == "<2@person.example>"
    assert case.reference in told.message.letter.subject
    words = " ".join(told.message.letter.text.split())
    assert words.count("We are working on it") == 2
    assert "23 December 2026" in words
    assert desk.tasks() == []
    assert moves(desk, case) == [("status", "asks-where-it-stands")]


def test_a_status_says_so_where_we_wait_for_the_person(desk: TestDesk) -> None:
    desk.profile = checking_profile(challenges=replace(TERMS, asks=True))
    letter = begun(desk, "I object to the use of my data for analytics.")
    reply(desk, letter, "STATUS")
    assert "waiting for you to confirm" in " ".join(last(desk).message.letter.text.split())


def test_a_second_status_of_a_day_waits_for_a_person(desk: TestDesk) -> None:
    letter = begun(desk)
    reply(desk, letter, "STATUS")
    reply(desk, letter, "Status, please: where are we?", number=3)
    assert [row.kind for row in desk.letters()] == ["acknowledgement", "status"]
    (draft,) = desk.drafts()
    assert (draft.kind, "sender-limit" in draft.reasons) == ("status", True)
    assert reasons(desk, "approve_letter") == ["sender-limit"]


def test_beside_a_question_a_person_reads_what_else_is_said(desk: TestDesk) -> None:
    letter = begun(desk)
    reply(desk, letter, "Any news? My old customer number was on the card that you sent me.")
    assert last(desk).kind == "status"
    assert reasons(desk, "read_message") == ["asks-where-it-stands"]


def test_a_day_that_is_over_is_not_told_again(desk: TestDesk) -> None:
    letter = begun(desk)
    desk.now = NOON + 60 * DAY
    reply(desk, letter, "Where are we?")
    assert len(desk.letters()) == 1
    assert reasons(desk, "read_message") == ["asks-where-it-stands-late"]


@pytest.mark.parametrize("text", ["STATUS", "WITHDRAW", "LANG de", "I withdraw my request."])
def test_a_sender_whom_no_domain_vouches_for_moves_nothing_by_itself(
    desk: TestDesk, text: str
) -> None:
    letter = begun(desk)
    desk.receive_one(reply_to(letter, text), received_at=desk.now)
    assert len(desk.letters()) == 1
    assert (states(desk), desk.case().language) == ([ItemState.RECEIVED], "en")
    assert len(desk.tasks()) == 1


@BOTH_ENGINES
@pytest.mark.parametrize(
    "text",
    ["Forget it, I take my request back.", "WITHDRAW", "I withdraw my request. Thanks, Anne"],
)
def test_a_clear_withdrawal_ends_the_rights_and_is_confirmed(desk: TestDesk, text: str) -> None:
    letter = begun(desk, BOTH)
    reply(desk, letter, text)
    case = desk.case()
    assert states(desk) == [ItemState.WITHDRAWN] * 2
    assert (last(desk).kind, last(desk).automatic) == ("withdrawn", True)
    words = " ".join(last(desk).message.letter.text.split())
    assert "we end our work" in words
    assert "If you change your mind" in words
    assert moves(desk, case) == [("withdraw", "takes-it-back")]
    assert desk.tasks() == []
    send(desk)
    assert desk.case().state is CaseState.CLOSED
    with desk.database.reading() as reading:
        done = work_events(reading, case.case_id)
    assert [(one.step, one.actor) for one in done] == [(Step.WITHDRAW, "daemon")] * 2
    assert all(one.cause.startswith("mail:") for one in done)
    assert desk.chain_holds(case.case_id)


def test_who_names_one_right_takes_back_that_one(desk: TestDesk) -> None:
    letter = begun(desk, BOTH)
    reply(desk, letter, "Please cancel my erasure request.")
    assert states(desk) == [ItemState.WITHDRAWN, ItemState.RECEIVED]
    words = " ".join(last(desk).message.letter.text.split())
    assert "What goes on" in words
    send(desk)
    assert desk.case().state is CaseState.OPEN


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("I think about it; maybe I withdraw my request.", "not-clear"),
        ("I withdraw my request if you have deleted the photos.", "not-clear"),
        ("Can I withdraw my request?", "not-clear"),
        (
            "I withdraw my request. You wrote that it takes a month, and my lawyer says no.",
            "not-clear",
        ),
        ("I take back my access request.", "asks-for-something-too"),
        (f"I withdraw my request. {COPY}", "asks-for-something-too"),
    ],
)
def test_an_unclear_withdrawal_ends_nothing_and_asks_a_person(
    desk: TestDesk, text: str, why: str
) -> None:
    letter = begun(desk)
    reply(desk, letter, text)
    assert ItemState.WITHDRAWN not in states(desk)
    assert reasons(desk, "understand_reply") == [f"takes-it-back-unclear: {why}"]
    assert "withdrawn" not in {row.kind for row in desk.letters()}


def erasing(desk: TestDesk) -> OutboundMessage:
    """An erasure that two people approved: its time to cancel runs."""
    desk.profile = checking_profile(challenges=TERMS)
    letter = begun(desk)
    send(desk)
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    return letter


@pytest.mark.parametrize("text", ["WITHDRAW", "stop", "Stopp\r\n\r\nnot so fast, please!"])
def test_an_erasure_that_waits_can_be_taken_back(desk: TestDesk, text: str) -> None:
    letter = erasing(desk)
    assert states(desk) == [ItemState.COOLING_OFF]
    reply(desk, letter, text)
    assert states(desk) == [ItemState.WITHDRAWN]
    assert "carry_out" not in desk.task_kinds()


def test_an_erasure_in_execution_is_not_taken_back_by_a_mail(desk: TestDesk) -> None:
    letter = erasing(desk)
    desk.now += 8 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1
    assert states(desk) == [ItemState.EXECUTING]
    reply(desk, letter, "WITHDRAW")
    assert states(desk) == [ItemState.EXECUTING]
    assert reasons(desk, "understand_reply") == ["takes-it-back-unclear: work-has-begun"]


def test_a_parked_right_that_is_taken_back_is_not_asked_for_proof_again(desk: TestDesk) -> None:
    letter = begun(desk)
    with desk.database.transaction() as transaction:
        parked = replace(desk.case().items[0], state=ItemState.PARKED)
        change_items(transaction, [parked])
    reply(desk, letter, "I take my request back.")
    assert states(desk) == [ItemState.WITHDRAWN]
    assert last(desk).kind == "withdrawn"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("I did not ask for deletion, only a copy.", MoveKind.ASK_STAFF, "was-misunderstood"),
        ("Das war ein Missverständnis.", MoveKind.ASK_STAFF, "was-misunderstood"),
        ("Only the emails from 2025, please.", MoveKind.NOTE, "wants-less"),
    ],
)
def test_a_correction_is_a_task_and_drops_no_right(
    desk: TestDesk, text: str, kind: MoveKind, reason: str
) -> None:
    letter = begun(desk)
    before = desk.case()
    reply(desk, letter, text)
    after = desk.case()
    assert kind in FOR_STAFF
    assert [(one.state, one.due) for one in after.items] == [
        (one.state, one.due) for one in before.items
    ]
    assert reasons(desk, "understand_reply") == [reason]
    assert moves(desk, after) == [(kind, reason)]


def test_what_narrows_a_request_is_noted_at_its_right(desk: TestDesk) -> None:
    letter = begun(desk, BOTH)
    reply(desk, letter, "Hello.\r\n\r\nOnly the emails from 2025, please, in the copy. Thanks!")
    (note,) = notes(desk)
    assert note.about == ("asks for less: access",)
    assert note.text == "Only the emails from 2025, please, in the copy"
    assert "2025" not in repr(note)


def test_a_correction_that_asks_for_another_right_adds_it(desk: TestDesk) -> None:
    letter = begun(desk)
    reply(desk, letter, f"That is a misunderstanding. {COPY}")
    assert rights_of(desk.case()) == ["erasure", "access"]
    assert reasons(desk, "understand_reply") == ["was-misunderstood"]


@pytest.mark.parametrize(
    "text", ["I want to complain about you.", "Jeg vil klage over jeres behandling af sagen."]
)
def test_a_complaint_in_an_open_case_has_the_clock_of_its_lane(desk: TestDesk, text: str) -> None:
    letter = begun(desk)
    assert desk.case().own_due is None
    reply(desk, letter, text)
    case = desk.case()
    assert case.own_due is not None
    assert [(task.kind, task.reason, task.urgent) for task in desk.tasks()] == [
        ("urgent_lane", "complaint", True)
    ]
    assert moves(desk, case) == [("complain", "complains-about-us")]


def answered(desk: TestDesk) -> OutboundMessage:
    """Anne's access request is answered, and its case closed."""
    desk.profile = checking_profile(challenges=TERMS)
    begun(desk, COPY)
    send(desk)
    ready(desk)
    send(desk)
    assert desk.case().state is CaseState.CLOSED
    desk.now += 2 * DAY
    return last(desk).message


def test_who_disputes_our_answer_begins_a_case_that_the_officer_sees(desk: TestDesk) -> None:
    letter = answered(desk)
    first = desk.case()
    row = reply(desk, letter, "You did not send everything.")
    old, new = desk.cases()
    assert (row.outcome, row.case_id) == (Outcome.CASE, new.case_id)
    assert (old.state, old.items) == (CaseState.CLOSED, first.items)
    assert (new.lane, new.own_due is not None) == (Lane.COMPLAINT, True)
    assert [(task.kind, task.reason, task.urgent) for task in desk.tasks()] == [
        ("urgent_lane", "disputes-our-answer", True)
    ]
    (label,) = relations(desk, new)
    assert (label.case, label.kind, label.other) == (
        new.reference,
        RelationKind.FOLLOW_UP_OF,
        old.reference,
    )
    assert desk.chain_holds(new.case_id)


def test_a_complaint_after_the_end_begins_a_related_case(desk: TestDesk) -> None:
    letter = answered(desk)
    reply(desk, letter, "I want to complain about how long this took.")
    old, new = desk.cases()
    assert (old.state, new.lane) == (CaseState.CLOSED, Lane.COMPLAINT)
    assert len(relations(desk, new)) == 1


@pytest.mark.edge("E110")
@BOTH_ENGINES
def test_a_new_request_in_an_old_thread_is_a_related_case_with_a_clock_of_its_own(
    desk: TestDesk,
) -> None:
    letter = answered(desk)
    reply(desk, letter, ERASE)
    old, new = desk.cases()
    assert rights_of(new) == ["erasure"]
    assert new.items[0].received_at == desk.now
    assert (old.state, len(relations(desk, new))) == (CaseState.CLOSED, 1)


def test_thanks_after_the_end_are_kept_and_open_nothing(desk: TestDesk) -> None:
    letter = answered(desk)
    row = reply(desk, letter, "Many thanks!")
    case = desk.case()
    assert (row.outcome, row.case_id) == (Outcome.CASE, case.case_id)
    assert (case.state, desk.tasks()) == (CaseState.CLOSED, [])


@pytest.mark.parametrize("text", ["I shall move to Paris in May.", "STATUS", "WITHDRAW"])
def test_anything_else_after_the_end_is_held_for_a_person(desk: TestDesk, text: str) -> None:
    letter = answered(desk)
    count = len(desk.letters())
    row = reply(desk, letter, text)
    assert (row.outcome, row.suggested_case_id) == (Outcome.HELD, desk.case().case_id)
    assert desk.task_kinds() == ["look_at_message"]
    assert len(desk.letters()) == count


@pytest.mark.parametrize(
    "text", ["STATUS", "WITHDRAW", "LANG de", "Thanks!", "I take the request back.", "Any news?"]
)
def test_a_stranger_who_was_copied_moves_nothing_and_learns_nothing(
    desk: TestDesk, text: str
) -> None:
    letter = begun(desk)
    before = desk.case()
    row = reply(desk, letter, text, From=MALLORY)
    assert row.outcome is Outcome.HELD
    assert desk.case() == before
    assert len(desk.letters()) == 1
    assert desk.drafts() == []
    assert desk.task_kinds() == ["look_at_message"]


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("LANG de", "de", "Wir arbeiten daran"), ("lang FR", "fr", "Nous y travaillons")],
)
def test_letters_speak_the_language_that_a_reply_asks_for(
    desk: TestDesk, text: str, language: str, word: str
) -> None:
    letter = begun(desk)
    reply(desk, letter, text)
    assert desk.case().language == language
    assert (last(desk).kind, last(desk).message.letter.language) == ("status", language)
    assert word in " ".join(last(desk).message.letter.text.split())
    assert AuditKind.CASE_CORRECTED in desk.kinds_of_events(desk.case().case_id)
    desk.now += 2 * DAY
    reply(desk, letter, COPY, number=3)
    assert last(desk).message.letter.language == language


def test_a_language_that_no_letter_speaks_is_read_by_a_person(desk: TestDesk) -> None:
    letter = begun(desk)
    reply(desk, letter, "LANG ja")
    assert (desk.case().language, len(desk.letters())) == ("en", 1)
    assert reasons(desk, "read_message") == ["continues-a-case"]


def test_two_withdrawals_at_once_are_one(desk: TestDesk) -> None:
    letter = begun(desk)
    raws = [
        authenticated(reply_to(letter, text, number=n), ALIGNED)
        for n, text in ((2, "WITHDRAW"), (3, "I take my request back."))
    ]
    desk.receive(*raws)
    assert states(desk) == [ItemState.WITHDRAWN]
    assert [row.kind for row in desk.letters()] == ["acknowledgement", "withdrawn"]
    assert reasons(desk, "understand_reply") == ["takes-it-back-unclear: no-such-right"]


def test_letters_say_for_programs_where_the_request_stands(desk: TestDesk) -> None:
    letter = begun(desk)
    reference = desk.case().reference
    assert letter.stand is not None
    assert letter.stand.as_values(reference)["status"] == "received"
    reply(desk, letter, "STATUS")
    told = last(desk).message.stand
    assert told is not None
    assert [(one.right, one.stand) for one in told.rights] == [(Right.ERASURE, Stand.WORKING)]
    assert told.answer_by == desk.case().items[0].due.on
    reply(desk, letter, "WITHDRAW", number=3)
    gone = last(desk).message.stand
    assert gone is not None
    assert (gone.stand, gone.answer_by) == (Stand.WITHDRAWN, None)


def test_an_answer_says_for_programs_what_was_decided(desk: TestDesk) -> None:
    told = answered(desk).stand
    assert told is not None
    assert [(one.right, one.stand) for one in told.rights] == [(Right.ACCESS, Stand.FULFILLED)]


def test_an_operator_can_switch_the_part_for_programs_off(desk: TestDesk) -> None:
    desk.profile = checking_profile(machine_status=False)
    letter = begun(desk)
    reply(desk, letter, "STATUS")
    assert [row.message.stand for row in desk.letters()] == [None, None]
