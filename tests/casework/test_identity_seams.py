"""Where proof meets clocks, corrections, merges and work: nothing there moves a date too far or lends a proof."""

from datetime import date, timedelta

import pytest

from casework.correcting import Wrong, correct_case
from casework.erasing import approve_erasure, state_kept
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.merging import merge_cases, split_case
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    ERASE,
    LONG,
    OMAR,
    SAM,
    TestDesk,
    mail,
    profile,
    reply_to,
)
from core_values import MALLORY
from identity_values import MARKETING, challenge, code_of, send_all, sweep, terms
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.rights import Right, Scope
from regimes import HousePlace, load_regimes
from storage.database import Database
from work_values import carry_out, plan

GERMANY, BRAZIL = "I live in Germany. ", "I live in Brazil. Under the LGPD "
SOON = timedelta(minutes=20)  # after which the acknowledgement and the question have left


def desk_of(database: Database, *laws: str, house: HousePlace | None = None) -> TestDesk:
    named = laws or ("house", "gdpr", "uk_gdpr")
    regimes = load_regimes(named, house=house) if house else load_regimes(named)
    asking = terms(asks=True, laws=regimes)
    return TestDesk(database, profile=profile(regimes=regimes, challenges=asking, limits=LONG))


def receive(desk: TestDesk, text: str, **headers: object) -> None:
    desk.receive_one(mail(text, **headers))
    desk.now += SOON
    send_all(desk)


def decide(desk: TestDesk, level: Level) -> None:
    decision = IdentityDecision(
        reference=desk.cases()[0].reference, level=level, reason="she logged in"
    )
    decide_identity(desk.database, desk.profile.challenges, decision, actor=SAM, now=desk.now)


def correct(desk: TestDesk, wrong: Wrong) -> None:
    reference = desk.cases()[0].reference
    correct_case(desk.database, desk.profile, reference, wrong, by=(SAM, desk.now))


def reasons(desk: TestDesk) -> list[str]:
    return [task.reason for task in desk.tasks() if task.kind == "prove_identity"]


@BOTH_ENGINES
def test_the_clock_waits_for_the_person_and_not_for_our_people(desk: TestDesk) -> None:
    desk = desk_of(desk.database, "house", "gdpr")
    receive(desk, GERMANY + COPY)
    question = challenge(desk)
    desk.now += timedelta(days=1)
    desk.receive_one(reply_to(question, f"Yes it is me. {code_of(question)}"))
    answered = desk.case().items[0].due
    desk.now += timedelta(days=25)
    decide(desk, Level.ACCOUNT)
    assert desk.case().items[0].due == answered
    assert answered.on <= date(2026, 12, 24)


def test_the_promise_keeps_the_zone_in_which_it_was_made(desk: TestDesk) -> None:
    desk = desk_of(desk.database, "house", "uk_gdpr", house=HousePlace(zone="Pacific/Auckland"))
    receive(desk, "I live in London, England. " + COPY)
    desk.now += timedelta(days=3)
    decide(desk, Level.ACCOUNT)
    due = desk.case().items[0].due
    assert (due.regime, due.zone) == ("house", "Pacific/Auckland")


def test_where_the_law_does_not_wait_the_letter_does_not_say_that_it_does(
    desk: TestDesk,
) -> None:
    desk = desk_of(desk.database)
    receive(desk, BRAZIL + COPY)
    assert "stands still" not in challenge(desk).letter.text


def test_where_the_law_waits_the_letter_says_so(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, GERMANY + COPY)
    assert "stands still" in challenge(desk).letter.text


def test_a_right_that_staff_add_is_counted_by_the_laws_of_the_case(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, BRAZIL + "please correct my address in your records.")
    correct(desk, Wrong(added=(Right.ACCESS, None), note="on the phone"))
    added = desk.cases()[0].items[-1]
    assert (added.right, added.due.on) == (Right.ACCESS, date(2026, 12, 8))


def test_nobody_is_forgotten_for_whom_a_right_was_added_by_hand(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, MARKETING)
    assert reasons(desk) == []
    correct(desk, Wrong(added=(Right.ERASURE, None), note="on the phone"))
    assert reasons(desk) == ["nobody-was-asked"]


def test_what_is_worked_on_is_no_misunderstanding_any_more(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, COPY)
    decide(desk, Level.ACCOUNT)
    plan(desk)
    with pytest.raises(Permanent, match="work on access has begun"):
        correct(desk, Wrong(not_asked=(Right.ACCESS, None), note="no"))
    carry_out(desk)
    assert desk.case().items[0].state is ItemState.EXECUTED


def test_who_approved_what_is_kept_approves_anew_when_it_is_said_anew(
    desk: TestDesk,
) -> None:
    desk = desk_of(desk.database)
    receive(desk, ERASE)
    decide(desk, Level.ACCOUNT)
    plan(desk)
    reference = desk.case().reference
    state_kept(desk.database, reference, (), actor=SAM, now=desk.now)
    approve_erasure(desk.database, desk.profile, reference, actor=DANA, now=desk.now)
    state_kept(desk.database, reference, (), actor=SAM, now=desk.now)
    approve_erasure(desk.database, desk.profile, reference, actor=OMAR, now=desk.now)
    assert desk.case().items[0].state is ItemState.PLANNED


def test_only_marketing_that_was_stopped_is_said_to_be(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, COPY)
    correct(desk, Wrong(added=(Right.OBJECTION, Scope.MARKETING), note="on the phone"))
    for days in (8, 10):
        desk.now += timedelta(days=days)
        sweep(desk)
        send_all(desk)
    (closing,) = [one for one in desk.drafts() if one.kind == "identity_not_proved"]
    assert "stopped" not in closing.message.letter.text


def test_cases_of_two_people_are_not_merged_once_one_of_them_is_proved(
    desk: TestDesk,
) -> None:
    desk = desk_of(desk.database)
    receive(desk, COPY)
    decide(desk, Level.ACCOUNT)
    receive(desk, MARKETING, number=4, From=MALLORY, Subject="b")
    one, other = desk.cases()
    with pytest.raises(Permanent, match="proved, and for another person"):
        merge_cases(desk.database, one.reference, other.reference, by=(SAM, desk.now))


def test_a_question_that_somebody_may_answer_is_not_lost_in_a_merge(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, MARKETING)
    receive(desk, ERASE, number=4, Subject="b")
    one, other = desk.cases()
    with pytest.raises(Permanent, match="waits to hear who asks"):
        merge_cases(desk.database, one.reference, other.reference, by=(SAM, desk.now))


def test_cases_under_different_laws_are_not_merged(desk: TestDesk) -> None:
    desk = desk_of(desk.database)
    receive(desk, GERMANY + MARKETING)
    receive(desk, BRAZIL + MARKETING, number=4, Subject="b")
    one, other = desk.cases()
    with pytest.raises(Permanent, match="different laws"):
        merge_cases(desk.database, one.reference, other.reference, by=(SAM, desk.now))


def test_whoever_is_proved_in_a_case_is_looked_at_again_in_what_is_split_from_it(
    desk: TestDesk,
) -> None:
    desk = desk_of(desk.database)
    receive(desk, f"{COPY} {ERASE}")
    split_case(
        desk.database, desk.cases()[0].reference, [(Right.ERASURE, None)], by=(SAM, desk.now)
    )
    assert reasons(desk) == ["split-from-another-case"]
