"""What the person hears of customers: the same words for everybody before proof, and no name without a ground."""

import re
from dataclasses import replace
from datetime import date

import pytest

from casework.drafts import reject_draft
from casework.referring import WantedReferral, refer
from casework_values import BOTH_ENGINES, COPY, DANA, ERASE, LONG, SAM, TestDesk, mail
from forward_values import (
    ANNE,
    BOB,
    OWNERS,
    REFERRAL,
    W1,
    W2,
    approve_all,
    asking_desk,
    code_in,
    forwards,
    later,
    list_customers,
    pass_on,
    press,
    referrals,
    sweep_customers,
    waiting,
)
from identity_values import Listed, challenges, code_of, quoted, send_all, sweep, terms
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.forwarding import Wording
from privacy.identity import Level
from templates.fields.kinds import Done
from work_values import bounce, prove, send, state

REFERENCE = re.compile(r"PR-2026-\d{6}-[A-Z0-9]{2}")
MEMBER = "mia@customer.example"


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of two customers."""
    asking_desk(desk, limits=LONG)
    list_customers(desk, members=((W1, MEMBER),))
    return desk


@pytest.fixture
def passed(desk: TestDesk) -> list[str]:
    """Give the codes of the letters that left, one for each customer."""
    desk.receive_one(mail(ERASE))
    letters = {one.letter.language: one for one in pass_on(desk)}
    return [code_in(one) for one in letters.values()]


def words(message) -> str:
    text = f"{message.letter.subject}\n{message.letter.text}\n{message.letter.html}"
    return REFERENCE.sub("PR", text)


def write(desk: TestDesk, **changes):
    wanted = WantedReferral(reference=desk.cases()[-1].reference, **changes)
    return refer(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def test_known_and_unknown_read_the_same_when_nobody_proved_anything(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, challenges=terms())
    for number, sender in enumerate((ANNE, BOB, MEMBER), start=1):
        desk.receive_one(mail(ERASE, number=number, From=sender))
    desk.on_file = Listed(frozenset({ANNE, MEMBER}))
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []
    for _ in range(16):
        later(desk, days=1)
        send_all(desk)
        sweep(desk)
        sweep_customers(desk)
    told = {one.message.recipient: one for one in waiting(desk, REFERRAL)}
    assert set(told) == {ANNE, BOB, MEMBER}
    assert len({words(one.message) for one in told.values()}) == 1
    assert len({one.created_at for one in told.values()}) == 1
    assert "If one of our customers holds data about you" in " ".join(
        told[BOB].message.letter.text.split()
    )
    assert len(approve_all(desk, REFERRAL)) == 3


def test_by_hand_it_reads_the_same_too_before_proof(desk: TestDesk) -> None:
    found = []
    for number, sender in enumerate((ANNE, BOB), start=1):
        desk.receive_one(mail(COPY, number=number, From=sender))
        sweep_customers(desk)
        draft_id = write(desk)
        found += [words(one.message) for one in waiting(desk, REFERRAL) if one.draft_id == draft_id]
    assert found[0] == found[1]


def test_without_a_directory_nobody_is_told_of_customers_by_itself(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, challenges=terms())
    with desk.database.transaction() as transaction:
        from storage.directory_rows import DIRECTORY_STATE

        transaction.change(DIRECTORY_STATE.delete())
    desk.profile = replace(desk.profile, directory=replace(desk.profile.directory, expected=False))
    desk.receive_one(mail(ERASE))
    for _ in range(16):
        later(desk, days=1)
        send_all(desk)
        sweep(desk)
        sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []


@BOTH_ENGINES
def test_after_proof_it_was_passed_on_and_no_customer_is_named(desk: TestDesk, passed) -> None:
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []
    prove(desk, Level.MAILBOX)
    later(desk, minutes=1)
    sweep_customers(desk)
    (letter,) = approve_all(desk, REFERRAL)
    text = " ".join(letter.letter.text.split())
    assert "We passed your request on to the company or companies" in text
    assert "on 23 November 2026" in text
    assert "by 14 December 2026" in text
    assert "Customer" not in text
    assert "Elsewhere" not in text
    assert len(passed) == 2


def test_it_is_written_once_even_when_it_was_rejected(desk: TestDesk, passed) -> None:
    prove(desk, Level.MAILBOX)
    sweep_customers(desk)
    (draft,) = waiting(desk, REFERRAL)
    reject_draft(desk.database, draft.draft_id, actor=DANA, now=desk.now)
    press(desk, passed[0])
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []


def test_passed_on_before_anything_left_is_told_to_nobody(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    prove(desk, Level.MAILBOX)
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []


def test_a_customer_is_named_by_staff_with_a_ground_and_after_proof(desk: TestDesk, passed) -> None:
    ground = "she named them in her mail"
    with pytest.raises(Permanent, match="before the person has shown"):
        write(desk, workspace=W1, ground=ground)
    prove(desk, Level.MAILBOX)
    for wrong in ("", "two\nlines", "x" * 501):
        with pytest.raises(Permanent, match="named with a ground"):
            write(desk, workspace=W1, ground=wrong)
    with pytest.raises(Permanent, match="nothing of this case"):
        write(desk, workspace="w9", ground=ground)
    draft_id = write(
        desk,
        workspace=W1,
        ground=ground,
        done=(Done(what="Stopped our own mail", where="mail", on=date(2026, 11, 23)),),
    )
    (letter,) = approve_all(desk, REFERRAL)
    assert "Customer Ltd" in letter.letter.text
    assert "Elsewhere" not in letter.letter.text
    assert "Stopped our own mail" in letter.letter.text
    (stored,) = referrals(desk)
    assert (stored.draft_id, stored.ground) == (draft_id, ground)
    assert AuditKind.CUSTOMER_NAMED in desk.kinds_of_events(desk.case().case_id)
    assert "Customer" not in str(desk.events(desk.case().case_id))
    assert passed


def test_it_ends_with_the_letter_where_the_customers_were_quicker(desk: TestDesk, passed) -> None:
    for code in passed:
        assert press(desk, code)
    assert state(desk) is ItemState.WITH_CONTROLLER
    prove(desk, Level.MAILBOX)
    sweep_customers(desk)
    approve_all(desk, REFERRAL)
    assert state(desk) is ItemState.PASSED_TO_CONTROLLER
    assert desk.case().state is CaseState.CLOSED


def test_a_letter_that_comes_back_opens_it_again(desk: TestDesk, passed) -> None:
    prove(desk, Level.MAILBOX)
    sweep_customers(desk)
    approve_all(desk, REFERRAL)
    for code in passed:
        assert press(desk, code)
    assert desk.case().state is CaseState.CLOSED
    bounce(desk)
    assert (state(desk), desk.case().state) == (ItemState.APPROVED, CaseState.OPEN)


def test_whoever_is_asked_nothing_hears_once_the_customers_confirmed(desk: TestDesk) -> None:
    desk.receive_one(mail("Please do not sell or share my personal information."))
    send(desk)
    codes = {one.letter.language: code_in(one) for one in pass_on(desk)}
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []
    for code in codes.values():
        assert press(desk, code)
    sweep_customers(desk)
    (told,) = referrals(desk)
    assert told.wording is Wording.CONDITIONAL
    approve_all(desk, REFERRAL)
    assert desk.case().state is CaseState.CLOSED


def test_her_answer_to_the_question_is_the_proof(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, challenges=terms())
    desk.on_file = Listed(frozenset({ANNE}))
    list_customers(desk, owners=OWNERS, leads=((W2, ANNE),))
    desk.receive_one(mail("I object to the use of my data for analytics."))
    later(desk, minutes=11)
    send_all(desk)
    pass_on(desk)
    (asked,) = challenges(desk)
    desk.receive_one(
        mail(f"Yes.\n\n{quoted(asked)}", number=5, Subject=f"Re: {asked.letter.subject}")
    )
    sweep_customers(desk)
    assert code_of(asked)
    assert [one.wording for one in referrals(desk)] == [Wording.PASSED_ON]
    assert len(forwards(desk)) == 1
