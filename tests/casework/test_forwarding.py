"""To whom a request about a customer's data goes, when, how often, and what stands against it."""

from dataclasses import replace

import pytest

from casework.adding import enter
from casework.customers_shown import customers_of
from casework.drafts import reject_draft
from casework.forwarding import _written_by_people, forward_case
from casework.held import release_held
from casework.merging import merge_cases
from casework.role_finding import refresh_roles
from casework_values import BOTH_ENGINES, COPY, DANA, ERASE, LONG, SAM, TestDesk, mail, reply_to
from forward_values import (
    ANNE,
    BOB,
    CONTACT,
    CUSTOMERS,
    FOLLOW_UP,
    OLIVIA,
    OTTO,
    OWNERS,
    REQUEST,
    W1,
    approve_all,
    asking_desk,
    forwards,
    later,
    list_customers,
    pass_on,
    sweep_customers,
    waiting,
)
from identity_values import MARKETING, terms
from privacy.cases import CaseState, ItemState
from privacy.directory import WorkspaceRecord
from privacy.errors import Permanent
from privacy.forwarding import ForwardState
from privacy.rights import Right
from staff_values import BY_POST
from work_values import approve, bounce, plan, prove, send, state, take_back


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of two customers."""
    asking_desk(desk, limits=LONG)
    list_customers(desk)
    return desk


def tasks(desk: TestDesk, kind: str) -> list[str]:
    return [one.reason for one in desk.tasks() if one.kind == kind]


def test_it_waits_for_one_person_with_a_clock_of_one_business_day(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    assert sorted(one.message.recipient for one in waiting(desk, REQUEST)) == [
        OLIVIA,
        OTTO,
        CONTACT,
    ]
    owed = [one for one in desk.tasks() if one.kind == "forward_request"]
    assert [(str(one.due_on), one.reason) for one in owed] == [
        ("2026-11-24", "customer-1"),
        ("2026-11-24", "customer-2"),
    ]
    approve_all(desk, REQUEST)
    assert tasks(desk, "forward_request") == []
    assert {one.left_at for one in forwards(desk)} == {desk.now}


def test_nobody_is_written_to_twice_however_often_is_looked(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    for _ in range(3):
        later(desk, minutes=1)
        sweep_customers(desk)
    assert waiting(desk, REQUEST, FOLLOW_UP) == []
    assert len(forwards(desk)) == 2


def test_whoever_is_no_contact_of_a_customer_makes_us_write_to_none(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE, From=BOB))
    desk.receive_one(mail(ERASE, number=2, From=OLIVIA))
    assert sweep_customers(desk) == 0
    assert waiting(desk, REQUEST) == []


def test_the_names_of_other_customers_stay_with_us(desk: TestDesk) -> None:
    desk.receive_one(mail(f"{ERASE[:-1]}, at elsewhere gmbh as well as at Customer Ltd."))
    for letter in pass_on(desk):
        named = {
            name
            for name in ("elsewhere gmbh", "customer ltd")
            if name in letter.letter.text.lower()
        }
        assert named == {"elsewhere gmbh" if letter.recipient == OTTO else "customer ltd"}


def test_our_own_marketing_stops_by_us_and_the_customer_hears_of_it(desk: TestDesk) -> None:
    desk.receive_one(mail(MARKETING))
    assert len(pass_on(desk)) == 3
    assert state(desk) is ItemState.RECEIVED


def test_another_right_of_a_later_mail_is_passed_on_too(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    desk.receive_one(reply_to(desk.letters()[0].message, COPY))
    assert len(pass_on(desk)) == 3
    assert [one.number for one in forwards(desk)] == [1, 2, 3, 4]
    assert {item.state for item in desk.case().items} == {ItemState.WITH_CONTROLLER}


def test_a_machine_never_makes_us_write_to_a_customer(desk: TestDesk) -> None:
    row = desk.receive_one(mail(ERASE, Auto_Submitted="auto-generated"))
    assert sweep_customers(desk) == 0
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    sweep_customers(desk)
    assert waiting(desk, REQUEST) == []
    assert tasks(desk, "forward_by_hand") == ["not-written-by-a-person"]
    reference = desk.case().reference
    forward_case(desk.database, desk.profile, reference, None, actor=SAM, now=desk.now)
    assert len(waiting(desk, REQUEST)) == 3


def test_a_forged_sender_cannot_flood_customers(desk: TestDesk) -> None:
    for number in range(1, 9):
        desk.receive_one(mail(f"{ERASE} Number {number}.", number=number))
    sweep_customers(desk)
    most = desk.profile.forwarding.per_person_per_day
    assert len(waiting(desk, REQUEST)) == 3 * most
    assert set(tasks(desk, "forward_by_hand")) == {"person-limit"}
    later(desk, days=1, minutes=1)
    sweep_customers(desk)
    assert len(waiting(desk, REQUEST)) == 3 * 2 * most


def test_no_address_gets_more_than_its_letters_of_a_day(desk: TestDesk) -> None:
    limits = replace(desk.profile.forwarding, per_recipient_per_day=1, per_person_per_day=9)
    desk.profile = replace(desk.profile, forwarding=limits)
    for number in (1, 2):
        desk.receive_one(mail(f"{ERASE} Number {number}.", number=number))
    sweep_customers(desk)
    assert len(waiting(desk, REQUEST)) == 3
    assert tasks(desk, "forward_by_hand") == [
        "customer-1-recipient-limit",
        "customer-2-recipient-limit",
    ]
    later(desk, days=1, minutes=1)
    sweep_customers(desk)
    assert len(waiting(desk, REQUEST)) == 6


def test_without_a_page_or_anybody_to_write_to_a_person_finds_a_way(desk: TestDesk) -> None:
    list_customers(desk, owners=OWNERS[:1])
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    assert tasks(desk, "forward_by_hand") == ["customer-2-nobody-to-write-to"]
    desk.profile = replace(desk.profile, challenges=terms(page="", asks=False))
    desk.receive_one(mail(COPY, number=2))
    sweep_customers(desk)
    assert "customer-1-no-page-to-instruct-on" in tasks(desk, "forward_by_hand")


def test_an_owner_who_left_meanwhile_does_not_get_it(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    list_customers(desk, owners=OWNERS[1:])
    (draft,) = [one for one in waiting(desk, REQUEST) if one.message.recipient == OLIVIA]
    with pytest.raises(Permanent, match="neither proved nor on file"):
        approve(desk, draft.draft_id, DANA)


def test_a_letter_whose_reminder_is_over_is_written_anew_and_never_sent(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    later(desk, days=8)
    with pytest.raises(Permanent, match="date: in the past"):
        approve(desk, waiting(desk, REQUEST)[0].draft_id, DANA)


def test_an_address_of_ours_is_never_written_to(desk: TestDesk) -> None:
    list_customers(desk, owners=((W1, "privacy@autocloz.example", "en"),), leads=((W1, ANNE),))
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    assert [one.message.recipient for one in waiting(desk, REQUEST)] == [CONTACT]


def test_staff_pass_on_what_the_directory_does_not_know(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE, From=BOB))
    reference = desk.case().reference
    give = (desk.database, desk.profile, reference)
    with pytest.raises(Permanent, match="lists this person for no customer"):
        forward_case(*give, None, actor=SAM, now=desk.now)
    with pytest.raises(Permanent, match="no such workspace"):
        forward_case(*give, "w9", actor=SAM, now=desk.now)
    (made,) = forward_case(*give, W1, actor=SAM, now=desk.now)
    assert made.state is ForwardState.OWED
    assert len(approve_all(desk, REQUEST)) == 2
    assert state(desk) is ItemState.WITH_CONTROLLER
    assert forward_case(*give, W1, actor=SAM, now=desk.now) == []


def test_what_was_rejected_is_written_anew_when_staff_say_so(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    for draft in waiting(desk, REQUEST):
        reject_draft(desk.database, draft.draft_id, actor=DANA, now=desk.now)
    sweep_customers(desk)
    assert waiting(desk, REQUEST) == []
    reference = desk.case().reference
    give = (desk.database, desk.profile, reference, None)
    for _ in range(2):
        forward_case(*give, actor=SAM, now=desk.now)
        assert len(waiting(desk, REQUEST)) == 3
    for draft in waiting(desk, REQUEST):
        approve(desk, draft.draft_id, DANA)
    forward_case(*give, actor=SAM, now=desk.now)  # they are on their way
    assert waiting(desk, REQUEST) == []


@BOTH_ENGINES
def test_a_customer_is_asked_again_twice_and_then_a_person_asks(desk: TestDesk) -> None:
    list_customers(desk, workspaces=CUSTOMERS[1:], owners=OWNERS[1:], leads=(("w2", ANNE),))
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    told = []
    for _ in range(25):
        later(desk, days=1)
        sweep_customers(desk)
        told += [(str(desk.now.date()), one.recipient) for one in approve_all(desk, FOLLOW_UP)]
    assert told == [("2026-11-30", OTTO), ("2026-12-07", OTTO)]
    (silent,) = [one for one in desk.tasks() if one.kind == "customer_silent"]
    assert (silent.reason, str(silent.due_on), silent.urgent) == ("customer-1", "2026-12-14", True)
    assert desk.case().state is CaseState.OPEN


def test_a_follow_up_names_the_day_of_the_first_letter_and_the_next_one(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    later(desk, days=7)
    sweep_customers(desk)
    (english,) = [one for one in approve_all(desk, FOLLOW_UP) if one.recipient == OLIVIA]
    text = " ".join(english.letter.text.split())
    assert "We passed the request on to you on 23 November 2026" in text
    assert "by 7 December 2026" in text
    assert "/instruct/en/" in text


def test_a_letter_that_comes_back_from_the_only_reader_is_owed_again(desk: TestDesk) -> None:
    list_customers(desk, workspaces=CUSTOMERS[1:], owners=OWNERS[1:], leads=(("w2", ANNE),))
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    bounce(desk)
    (forward,) = forwards(desk)
    assert (forward.state, forward.left_at) == (ForwardState.OWED, None)
    assert "customer-1-letter-came-back" in tasks(desk, "forward_by_hand")


def test_a_letter_that_comes_back_from_one_of_several_changes_nothing(desk: TestDesk) -> None:
    list_customers(desk, leads=((W1, ANNE),))
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    bounce(desk)
    assert [one.state for one in forwards(desk)] == [ForwardState.WITH_CUSTOMER]


def test_what_the_person_takes_back_is_asked_of_no_customer(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    send(desk)
    sweep_customers(desk)
    assert take_back(desk, Right.ERASURE)
    assert waiting(desk, REQUEST) == []
    assert tasks(desk, "forward_request") == []
    assert desk.case().state is CaseState.CLOSED
    assert sweep_customers(desk) == 0


def test_of_two_rights_the_customer_hears_of_the_one_that_stands(desk: TestDesk) -> None:
    desk.receive_one(mail(f"{ERASE} {COPY}"))
    pass_on(desk)
    take_back(desk, Right.ACCESS)
    later(desk, days=7)
    sweep_customers(desk)
    (letter, *_) = [one for one in approve_all(desk, FOLLOW_UP) if one.recipient == OLIVIA]
    assert "erasure" in letter.letter.text
    assert "access" not in letter.letter.text
    take_back(desk, Right.ERASURE)
    later(desk, days=7)
    sweep_customers(desk)
    assert waiting(desk, FOLLOW_UP) == []


def test_nothing_of_a_customer_is_carried_out_on_the_word_of_the_person(desk: TestDesk) -> None:
    desk.receive_one(mail(COPY))
    prove(desk)
    assert plan(desk).waits_for == ("the-customer-decides",)
    assert "carry_out" not in desk.task_kinds()


def test_one_case_that_cannot_be_worked_stops_no_other(desk: TestDesk, monkeypatch) -> None:
    second = "second@person.example"
    list_customers(desk, leads=((W1, ANNE), (W1, second)))
    desk.receive_one(mail(ERASE))
    desk.receive_one(mail(COPY, number=2, From=second))
    first, other = (case.case_id for case in desk.cases())

    def broken(reading, case):
        if case.case_id == first:
            raise ValueError("a person's words")
        return _written_by_people(reading, case)

    monkeypatch.setattr("casework.forwarding._written_by_people", broken)
    assert sweep_customers(desk) == 2
    assert {one.case_id for one in waiting(desk, REQUEST)} == {other}
    assert sweep_customers(desk) == 0
    monkeypatch.undo()
    later(desk, hours=1)
    assert sweep_customers(desk) == 1
    assert {one.case_id for one in waiting(desk, REQUEST)} == {first, other}


def test_a_workspace_without_a_name_is_called_by_its_id(desk: TestDesk) -> None:
    unnamed = WorkspaceRecord(workspace=W1, privacy_contact=CONTACT)
    list_customers(desk, workspaces=[unnamed], owners=(), leads=((W1, ANNE),))
    desk.receive_one(mail(ERASE))
    (letter,) = pass_on(desk)
    assert "your workspace w1" in " ".join(letter.letter.text.split())


def test_a_request_by_phone_without_words_of_its_own_is_passed_on_without_an_empty_quotation(
    desk: TestDesk,
) -> None:
    told = replace(BY_POST, text="She called us.", told=((Right.RESTRICTION, None),), address=ANNE)
    enter(desk.services, told, actor=SAM, now=desk.now)
    assert refresh_roles(desk.database, desk.profile, desk.now) == 1
    sent = pass_on(desk)
    assert len(sent) == 3
    for letter in sent:
        assert not {"The request", "Das Anliegen"} & set(letter.letter.text.splitlines())


def test_a_case_that_became_part_of_another_writes_to_no_customer(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    desk.receive_one(mail(COPY, number=2))
    sweep_customers(desk)
    first, second = desk.cases()
    assert len(waiting(desk, REQUEST)) == 6
    merge_cases(desk.database, first.reference, second.reference, by=(SAM, desk.now))
    sweep_customers(desk)
    drafts = waiting(desk, REQUEST)
    assert {one.case_id for one in drafts} == {first.case_id}
    assert len(drafts) == 6


@BOTH_ENGINES
def test_a_person_whom_many_customers_uploaded_is_passed_on_in_parts_and_nobody_is_left_out(
    desk,
) -> None:
    desk.profile = replace(
        desk.profile,
        forwarding=replace(desk.profile.forwarding, customers_per_look=3),
    )
    names = [f"w{number}" for number in range(8)]
    list_customers(
        desk,
        workspaces=[WorkspaceRecord(workspace=one, name=one, locale="en") for one in names],
        owners=[(one, f"owner.{one}@customer.example", "en") for one in names],
        leads=[(one, ANNE) for one in names],
    )
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    assert len(waiting(desk, REQUEST)) == 3
    assert len(forwards(desk)) == 8  # each has its day and its task from the first moment
    with desk.database.reading() as reading:
        shown = customers_of(reading, desk.case().case_id)
    assert sum(one.is_not_written_to for one in shown) == 5
    sweep_customers(desk)
    assert len(waiting(desk, REQUEST)) == 3
    for number in (6, 8, 8):
        later(desk, hours=1)
        sweep_customers(desk)
        assert len(waiting(desk, REQUEST)) == number
    sent = {one.recipient for one in approve_all(desk, REQUEST)}
    assert sent == {f"owner.{one}@customer.example" for one in names}


def test_whoever_cannot_be_written_to_takes_nobodys_place(desk) -> None:
    desk.profile = replace(
        desk.profile,
        forwarding=replace(desk.profile.forwarding, customers_per_look=1),
    )
    names = ("w1", "w2", "w3")
    list_customers(
        desk,
        workspaces=[WorkspaceRecord(workspace=one, name=one, locale="en") for one in names],
        owners=[("w3", "owner.w3@customer.example", "en")],
        leads=[(one, ANNE) for one in names],
    )
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    (draft,) = waiting(desk, REQUEST)
    assert draft.message.recipient == "owner.w3@customer.example"
