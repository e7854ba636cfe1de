"""A person's own address is changed only once the old one and the new one have both been proved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casework.address_asking import NamedAddress, name_new_address
from casework.address_sweep import NEW_ADDRESS_CHALLENGE, sweep_addresses
from casework.case_file import case_file
from casework.case_marks import InFull
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.known_address import address_of
from casework.merging import merge_cases
from casework.page_answers import confirm_by_page
from casework.planning import plan_case
from casework.tasks import finish
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    LONG,
    MALLORY,
    MINUTE,
    SAM,
    TestDesk,
    mail,
    profile,
    reply_to,
)
from identity_values import DELAY, Listed, challenge, code_of, evidence, quoted, send_all, terms
from privacy.address_change import TO_OBJECT, ChangeState
from privacy.audit import AuditKind
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.rights import Right
from responders.identity import ADDRESS_CHANGED
from storage.address_changes import changes_of
from work_values import prove, take_back

NEW = "anne.new@home.example"
THIRD = "anne.third@home.example"
TO_NEW = f"Please correct my data: change my email from {ANNE} to {NEW}."
DAY = timedelta(days=1)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk that asks, and knows Anne's old address."""
    desk.profile = profile(challenges=terms(), limits=LONG)
    desk.on_file = Listed(frozenset({ANNE}))
    return desk


def change(desk, case=None):
    with desk.database.reading() as reading:
        return changes_of(reading, [(case or desk.case()).case_id])[-1]


def sweep(desk):
    return sweep_addresses(desk.database, desk.profile, desk.now)


def to_new(desk):
    """The letter to the new address, once its time has come."""
    desk.now += DELAY
    sweep(desk)
    (letter,) = [one.message for one in desk.letters() if one.kind == NEW_ADDRESS_CHALLENGE]
    return letter


def reply_from(address, letter, *, number=30):
    return reply_to(letter, f"Yes.\n\n{quoted(letter)}", number=number, From=f"Anne <{address}>")


def ask(desk, text=TO_NEW, **headers):
    desk.receive_one(mail(text, **headers))
    return challenge(desk), to_new(desk)


def plan(desk, case=None):
    reference = (case or desk.case()).reference
    (planned,) = plan_case(
        desk.database, desk.profile, reference, right=None, actor=SAM, now=desk.now
    )
    return planned


def carry_out(desk):
    plan(desk)
    for task in [one for one in desk.tasks() if one.kind == "carry_out"]:
        finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="ticket 4711")


def both_proved(desk):
    old, new = ask(desk)
    desk.now += MINUTE
    desk.receive_one(reply_to(old, quoted(old)))
    desk.receive_one(reply_from(NEW, new))
    prove(desk)


@BOTH_ENGINES
def test_it_is_carried_out_once_both_addresses_answered(desk):
    old, new = ask(desk)
    assert (old.recipient, new.recipient) == (ANNE, NEW)
    desk.receive_one(reply_to(old, quoted(old)))
    prove(desk)
    assert plan(desk).waits_for == ("new-address-not-proved",)
    desk.receive_one(reply_from(NEW, new))
    assert change(desk).state is ChangeState.PROVED
    assert plan(desk).waits_for == ()
    assert desk.case().items[0].state is ItemState.EXECUTING


def test_the_letter_to_the_new_address_is_that_of_every_challenge(desk):
    old, new = ask(desk)
    hidden = old.letter.text.replace(code_of(old), "CODE")
    assert new.letter.text.replace(code_of(new), "CODE") == hidden
    assert new.letter.subject == old.letter.subject


def test_the_new_address_is_asked_after_the_same_delay_whoever_is_on_file(desk):
    desk.on_file = Listed()
    desk.receive_one(mail(TO_NEW))
    assert change(desk).due_at == desk.now + DELAY
    assert to_new(desk).recipient == NEW
    assert desk.on_file.asked == []


def test_the_new_address_alone_never_suffices(desk):
    _, new = ask(desk)
    desk.receive_one(reply_from(NEW, new))
    assert change(desk).state is ChangeState.PROVED
    assert "identity-not-proved" in plan(desk).waits_for
    assert "old-address-not-proved" in plan(desk).waits_for
    assert [one for one in evidence(desk) if one.evidence.about == change(desk).new_key] == []


def test_an_account_of_mallorys_own_does_not_stand_for_the_old_address(desk):
    """Both addresses are on file, and she answers for hers as often as she likes."""
    desk.on_file = Listed(frozenset({ANNE, MALLORY}))
    _, new = ask(desk, f"Please correct my data: change my email from {ANNE} to {MALLORY}.")
    desk.receive_one(reply_from(MALLORY, new))
    desk.now += 15 * DAY
    desk.receive_one(mail("Hello? I am still waiting.", number=40, From=MALLORY))
    assert "old-address-not-proved" in plan(desk, desk.cases()[-1]).waits_for


def test_the_code_of_one_address_does_not_count_for_the_other(desk):
    old, new = ask(desk)
    desk.receive_one(reply_from(NEW, old, number=31))
    desk.receive_one(reply_from(ANNE, new, number=32))
    assert change(desk).state is ChangeState.ASKED
    assert plan(desk).waits_for[0] == "identity-not-proved"
    assert AuditKind.IDENTITY_REFUSED in desk.kinds_of_events(desk.case().case_id)


def test_the_page_takes_the_code_of_the_new_address_once(desk):
    _, new = ask(desk)

    def press() -> bool:
        return confirm_by_page(
            desk.database, desk.on_file, terms(), code_of(new), client="192.0.2.7", now=desk.now
        )

    assert press()
    assert not press()
    assert change(desk).state is ChangeState.PROVED
    assert desk.on_file.asked == []


def test_a_machine_at_the_new_address_proves_nothing(desk):
    _, new = ask(desk)
    absent = reply_to(
        new, quoted(new), number=33, From=NEW, Auto_Submitted="auto-replied", Subject="Absent"
    )
    desk.receive_one(absent)
    assert change(desk).state is ChangeState.ASKED


def test_a_second_letter_on_one_day_waits_until_the_next(desk):
    desk.profile = replace(desk.profile, limits=replace(LONG, per_sender_per_day=1))
    desk.receive_one(mail("I want a copy of my data.", From=NEW))
    desk.receive_one(mail(TO_NEW, number=2))
    desk.now += DELAY
    sweep(desk)
    assert all(one.kind != NEW_ADDRESS_CHALLENGE for one in desk.letters())
    desk.now += DAY
    sweep(desk)
    assert any(one.kind == NEW_ADDRESS_CHALLENGE for one in desk.letters())


def test_silence_of_the_new_address_goes_to_a_person(desk):
    ask(desk)
    desk.now += 20 * DAY
    sweep(desk)
    assert change(desk).state is ChangeState.LAPSED
    assert "change_of_address" in desk.task_kinds()
    prove(desk)
    assert plan(desk).waits_for == ("new-address-not-proved",)


@pytest.mark.parametrize(
    "text",
    [
        f"Please correct my data, my email should be {NEW}.",
        "Please correct my email address, it is wrong.",
        f"Please correct my data: change my email from {NEW} to {THIRD}.",
    ],
    ids=["one address", "no address", "an old one that was not asked"],
)
def test_what_is_not_sure_goes_to_a_person(desk, text):
    desk.receive_one(mail(text))
    with desk.database.reading() as reading:
        assert changes_of(reading, [desk.case().case_id]) == []
    assert [one.reason for one in desk.tasks() if one.kind == "change_of_address"] == [
        "new-address-not-sure"
    ]


def test_nothing_is_carried_out_while_a_person_has_not_said_whether_an_address_changes(desk):
    desk.receive_one(mail(f"Please correct my data, my email should be {NEW}."))
    prove(desk)
    assert plan(desk).waits_for == ("address-change-not-settled",)
    (task,) = [one for one in desk.tasks() if one.kind == "change_of_address"]
    finish(desk.database, task.task_id, actor=SAM, now=desk.now)
    assert plan(desk).waits_for == ()


def name(desk, address=NEW):
    named = NamedAddress(reference=desk.case().reference, address=address)
    return name_new_address(desk.database, desk.profile, named, actor=SAM, now=desk.now)


@BOTH_ENGINES
def test_staff_name_the_new_address_and_another_one_ends_the_first_code(desk):
    desk.receive_one(mail(f"Please correct my data, my email should be {NEW}."))
    name(desk)
    assert "change_of_address" not in desk.task_kinds()
    first = to_new(desk)
    name(desk, THIRD)
    desk.receive_one(reply_from(NEW, first))
    assert (change(desk).new, change(desk).state) == (THIRD, ChangeState.WANTED)


@pytest.mark.parametrize("address", ["nobody", ANNE, "privacy@autocloz.example"])
def test_staff_cannot_name_what_is_no_new_address(desk, address):
    desk.receive_one(mail("Please correct my name."))
    with pytest.raises(Permanent):
        name(desk, address)


def test_staff_cannot_name_one_where_nothing_is_to_be_corrected(desk):
    desk.receive_one(mail("I want a copy of my data."))
    with pytest.raises(Permanent, match="no open rectification"):
        name(desk)


def test_of_two_requests_that_race_neither_goes_on_until_a_person_ended_one(desk):
    both_proved(desk)
    first = desk.case()
    desk.receive_one(
        mail(f"Please correct my data: change my email from {ANNE} to {THIRD}.", number=50)
    )
    second = next(one for one in desk.cases() if one.case_id != first.case_id)
    desk.now += DAY
    sweep(desk)
    letters = [one.message for one in desk.letters() if one.kind == NEW_ADDRESS_CHALLENGE]
    letter = next(one for one in letters if one.recipient == THIRD)
    desk.receive_one(reply_from(THIRD, letter, number=51))
    assert change(desk, second).state is ChangeState.PROVED
    assert plan(desk, first).waits_for == ("another-change-is-proved",)


@BOTH_ENGINES
def test_the_old_address_is_told_and_letters_move_a_week_later(desk):
    both_proved(desk)
    carry_out(desk)
    sweep(desk)
    (told,) = [one.message for one in desk.letters() if one.kind == ADDRESS_CHANGED]
    assert told.recipient == ANNE
    assert NEW not in told.letter.text
    desk.now += TO_OBJECT
    sweep(desk)
    assert desk.case().requester == ANNE, "nothing moves before the old address was told"
    send_all(desk)
    desk.now += DAY
    sweep(desk)
    assert desk.case().requester == NEW
    with desk.database.reading() as reading:
        assert address_of(reading, desk.case()) == NEW


def test_a_reply_of_the_old_address_stops_it(desk):
    both_proved(desk)
    carry_out(desk)
    sweep(desk)
    (told,) = [one.message for one in desk.letters() if one.kind == ADDRESS_CHANGED]
    send_all(desk)
    desk.receive_one(reply_to(told, "That was not me!", number=60))
    desk.now += TO_OBJECT
    sweep(desk)
    assert change(desk).state is ChangeState.OBJECTED
    assert desk.case().requester == ANNE
    assert [one.urgent for one in desk.tasks() if one.kind == "change_of_address"] == [True]


def test_a_right_that_is_taken_back_ends_its_change(desk):
    ask(desk)
    take_back(desk, Right.RECTIFICATION)
    assert change(desk).state is ChangeState.ENDED


def test_its_case_is_merged_into_no_other(desk):
    """The proof that is still owed would stay behind."""
    ask(desk)
    desk.receive_one(mail("I want a copy of my data.", number=70))
    second = next(one for one in desk.cases() if one.items[0].right is Right.ACCESS)
    first = next(one for one in desk.cases() if one.case_id != second.case_id)
    prove_case(desk, first)
    with pytest.raises(Permanent, match="stays in its case"):
        merge_cases(desk.database, second.reference, first.reference, by=(SAM, desk.now))


def prove_case(desk, case):
    decision = IdentityDecision(reference=case.reference, level=Level.ACCOUNT, reason="logged in")
    decide_identity(desk.database, terms(), decision, actor=SAM, now=desk.now)


def test_no_address_is_in_the_trail_and_both_are_in_the_file(desk):
    both_proved(desk)
    case = desk.case()
    said = str([(one.actor, one.payload) for one in desk.events(case.case_id)])
    assert NEW not in said
    assert ANNE not in said
    steps = [
        one.payload["step"]
        for one in desk.events(case.case_id)
        if one.kind is AuditKind.ADDRESS_CHANGE
    ]
    assert steps == ["named", "asked", "proved"]
    assert desk.chain_holds(case.case_id)
    assert NEW not in repr(change(desk))
    with desk.database.reading() as reading:
        file = case_file(reading, case, InFull())["case.json"].decode()
    assert '"changes_of_address"' in file
    assert NEW in file
