"""A clock waits where a law lets it, for who was asked; a later date needs the letter that said so."""

from datetime import date, timedelta

import pytest

from casework.clock_keeping import asked_of, count
from casework.governing import correct_laws
from casework.pausing import Answer, Question, pause, resume
from casework.recounting import recount
from casework.reminding import remind, sweep
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    NOON,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
    profile,
)
from privacy.case_events import Ground
from privacy.errors import Permanent
from privacy.rights import Right
from regimes import load_regimes
from regimes.ladder import load_ladder
from storage.case_events import case_events
from storage.reminders import reminders_of_case, watched_cases

LADDER = load_ladder()
BY_HAND = "<by-hand@autocloz.example>"
FIRST = date(2026, 12, 23)


def under(*laws: str):
    return profile(regimes=load_regimes(("house", *laws)))


def ask(desk: TestDesk, ground: Ground = Ground.IDENTITY, **changes: object):
    values = {"at": desk.now, "letter": BY_HAND} | changes
    question = Question(reference=desk.cases()[0].reference, ground=ground, **values)
    return pause(desk.database, desk.profile, question, actor=SAM, now=desk.now)


def answer(desk: TestDesk, **changes: object):
    given = Answer(reference=desk.cases()[0].reference, **({"at": desk.now} | changes))
    return resume(desk.database, desk.profile, given, actor=SAM, now=desk.now)


def due_on(desk: TestDesk) -> date:
    return desk.case().items[0].due.on


@BOTH_ENGINES
def test_the_union_waits_from_asking_to_proof(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    desk.now = NOON + DAY
    ((right, was, now),) = [(one.right, one.was.on, one.now.on) for one in ask(desk)]
    assert (right, was, now) == ("access", FIRST, FIRST)
    desk.now = NOON + 11 * DAY
    (one,) = answer(desk)
    assert one.now.on == due_on(desk) == date(2027, 1, 2)  # the house and its 30 days, and ten more
    assert desk.case().due.on == date(2027, 1, 2)
    assert desk.chain_holds(desk.case().case_id)
    event = desk.events(desk.case().case_id)[-1]
    assert (event.actor, event.payload["event"], event.payload["instead_of"]) == (
        str(SAM),
        "identity_proved",
        FIRST.isoformat(),
    )


@BOTH_ENGINES
def test_without_the_letter_that_said_so_no_later_date_binds(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    ask(desk, letter=None)
    desk.now = NOON + 10 * DAY
    (one,) = answer(desk)
    assert one.now.on == due_on(desk) == FIRST
    with desk.database.reading() as reading:
        events = case_events(reading, desk.case().case_id)
    counted = count(asked_of(desk.case().items[0]), events, desk.profile.regimes)
    assert counted.owed.on > FIRST


def test_the_kingdom_begins_anew_with_the_proof_and_the_promise_of_the_house_waits(desk) -> None:
    desk.profile = under("uk_gdpr")
    desk.receive_one(mail(COPY))
    desk.now = NOON + 5 * DAY
    (one,) = ask(desk)
    assert one.now.on == FIRST
    desk.now = NOON + 16 * DAY
    (one,) = answer(desk)
    assert one.now.on == due_on(desk) == FIRST + 11 * DAY
    assert "uk_gdpr: 2027-01-11 is not earlier" in one.now.trace  # 9 December, a month; rolled


def test_a_scope_is_asked_only_where_a_law_waits_for_it(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(f"{COPY} {ERASE}"))
    with pytest.raises(Permanent, match="only where very much data"):
        ask(desk, Ground.CLARIFICATION)
    reference = desk.case().reference
    correct_laws(desk.database, desk.profile, reference, ["uk_gdpr"], by=(SAM, desk.now))
    (one,) = ask(desk, Ground.CLARIFICATION)
    assert one.right == "access"


@pytest.mark.parametrize("ground", Ground)
def test_california_waits_for_nobody(desk, ground: Ground) -> None:
    desk.profile = under("ccpa")
    desk.receive_one(mail(COPY))
    with pytest.raises(Permanent, match="ccpa does not wait"):
        ask(desk, ground)
    assert desk.kinds_of_events(desk.case().case_id)[-1] != "clock_started"


def test_a_law_that_waits_beside_one_that_does_not_moves_no_date_past_the_other(desk) -> None:
    desk.profile = under("gdpr", "lgpd")
    desk.receive_one(mail(COPY))
    before = due_on(desk)
    ask(desk)
    desk.now = NOON + 10 * DAY
    answer(desk)
    assert due_on(desk) == before == date(2026, 12, 8)


def test_asked_late_is_said_and_not_stored(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    desk.now = NOON + 10 * DAY
    with pytest.raises(Permanent, match="without undue delay"):
        ask(desk)
    with desk.database.reading() as reading:
        kinds = [str(one.kind) for one in case_events(reading, desk.case().case_id)]
    assert kinds == ["received", "right_added"]


def test_what_cannot_be_is_said_in_one_line(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    with pytest.raises(Permanent, match="nothing waits"):
        answer(desk)
    with pytest.raises(Permanent, match="future"):
        ask(desk, at=desk.now + DAY)
    with pytest.raises(Permanent, match="before the request"):
        ask(desk, at=desk.now - DAY)
    with pytest.raises(Permanent, match="asks for no erasure"):
        ask(desk, right=Right.ERASURE)
    question = Question(reference="PR-2026-000000-00", ground=Ground.IDENTITY, at=desk.now)
    with pytest.raises(Permanent, match="no such case"):
        pause(desk.database, desk.profile, question, actor=SAM, now=desk.now)
    ask(desk)
    with pytest.raises(Permanent, match="waits already"):
        ask(desk)
    with pytest.raises(Permanent, match="before the question"):
        answer(desk, at=desk.now - timedelta(seconds=1))
    with pytest.raises(Permanent, match="nothing waits"):
        answer(desk, ground=Ground.FEE)


def test_a_letter_of_ours_tells_only_when_it_has_left_and_of_its_own_case(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    ours = desk.letter().message.message_id
    with pytest.raises(Permanent, match="has not left"):
        ask(desk, letter=ours)
    send_next(desk.database, ScriptedTransport(), desk.clock)
    assert ask(desk, letter=ours.strip("<>").upper())
    desk.receive_one(mail(COPY, number=2, From="bea@person.example"))
    other = desk.cases()[1]
    question = Question(reference=other.reference, ground=Ground.IDENTITY, at=desk.now, letter=ours)
    with pytest.raises(Permanent, match="another case"):
        pause(desk.database, desk.profile, question, actor=SAM, now=desk.now)


def test_a_clock_that_waits_is_reminded_of_only_where_it_cannot_rest(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    ask(desk)
    desk.now = NOON + 28 * DAY
    sweep(desk.database, LADDER, desk.now)
    with desk.database.reading() as reading:
        found = reminders_of_case(reading, desk.case().case_id)
        (watched,) = watched_cases(reading, [desk.case().case_id])
    rungs = [one.key.rung for one in found if one.item_id]
    assert rungs == ["dpo"]
    assert [one.waiting is not None for one in watched.clocks] == [False, True]


def test_the_new_date_climbs_its_own_ladder_and_the_letter_says_who_waits(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    ask(desk)
    heard: list[str] = []
    desk.now = NOON + 25 * DAY

    def tell(_subject: str, text: str) -> int:
        heard.append(text)
        return 1

    remind(desk.database, LADDER, tell, desk.now)
    assert "We wait for the person since 2026-11-23: identity." in " ".join(heard)
    answer(desk)
    assert due_on(desk) == FIRST + 25 * DAY
    desk.now += 10 * DAY
    sweep(desk.database, LADDER, desk.now)
    with desk.database.reading() as reading:
        found = reminders_of_case(reading, desk.case().case_id)
    assert {one.key.version for one in found if one.item_id} == {
        FIRST.isoformat(),
        (FIRST + 25 * DAY).isoformat(),
    }


def test_counting_anew_leaves_a_date_alone_that_waited(desk) -> None:
    desk.profile = under("gdpr")
    desk.receive_one(mail(COPY))
    ask(desk)
    desk.now = NOON + 10 * DAY
    answer(desk)
    assert (
        list(recount(desk.database, desk.profile, actor="sam", now=desk.now, dry_run=False)) == []
    )
