"""What silence means: one reminder, a closing letter that a person lets go, a parked case, and going on later."""

from datetime import timedelta

import pytest

from casework.drafts import approve_draft
from casework.identity_sweep import forget_old_attempts
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    LEAD,
    LONG,
    MALLORY,
    NOON,
    SAM,
    TestDesk,
    mail,
    profile,
    reply_to,
)
from identity_values import (
    ANALYTICS,
    MARKETING,
    Listed,
    challenge,
    challenges,
    code_of,
    quoted,
    send_all,
    standing,
    stored,
    sweep,
    terms,
)
from privacy.audit import AuditKind
from privacy.challenges import ChallengeState, StandingState
from privacy.identity_codes import DRAWN_BYTES, code_from
from privacy.messages import Automation
from responders.identity import NOT_PROVED, REMINDER
from storage.drafts import Draft
from storage.identity import count_attempt


@pytest.fixture
def asking(desk: TestDesk) -> TestDesk:
    desk.profile = profile(challenges=terms())
    desk.on_file = Listed(frozenset({ANNE}))
    return desk


def reminders(asking: TestDesk) -> list:
    return [letter.message for letter in asking.letters() if letter.kind == REMINDER]


@BOTH_ENGINES
def test_it_is_silent_until_something_is_due_and_reminds_once(asking: TestDesk) -> None:
    asking.receive_one(mail(ERASE))
    remind_at, expires_at = stored(asking)[0].remind_at, stored(asking)[0].expires_at
    asking.now = remind_at - timedelta(seconds=1)
    assert sweep(asking) == 0
    asking.now = remind_at
    assert sweep(asking) == 1
    (reminder,) = reminders(asking)
    assert reminder.recipient == ANNE
    assert code_of(reminder) == code_of(challenge(asking))
    assert reminder.automation is Automation.GENERATED
    assert sweep(asking) == 0
    asking.now = expires_at - timedelta(seconds=1)
    assert sweep(asking) == 0
    assert len(reminders(asking)) == 1


def test_the_reminder_is_answered_like_the_first_letter(asking: TestDesk) -> None:
    asking.receive_one(mail(ANALYTICS))
    asking.now = stored(asking)[0].remind_at
    sweep(asking)
    (reminder,) = reminders(asking)
    asking.receive_one(reply_to(reminder, quoted(reminder)))
    assert standing(asking).state is StandingState.PROVED
    asking.now += 30 * DAY
    assert sweep(asking) == 0


def test_nobody_is_reminded_on_a_day_on_which_they_had_a_letter_by_itself(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(ERASE))
    asking.now = stored(asking)[0].remind_at
    asking.receive_one(mail(MARKETING, number=2))
    assert sweep(asking) == 1
    assert reminders(asking) == []
    asking.now += DAY + timedelta(minutes=1)
    assert sweep(asking) == 1
    assert len(reminders(asking)) == 1


@BOTH_ENGINES
def test_the_closing_letter_waits_for_a_person_by_the_date_that_did_not_wait(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(f"{COPY} {MARKETING}"))
    due_on = min(item.due.on for item in asking.case().items if item.right == "access")
    asking.now = stored(asking)[0].expires_at
    assert sweep(asking) == 1
    draft = asking.draft()
    assert (draft.kind, draft.due_on) == (NOT_PROVED, due_on)
    assert draft.message.recipient == ANNE
    assert "marketing messages to this address are stopped" in words_of(draft)
    assert "marketing" not in words_of(draft).partition("This says")[0]
    assert LEAD.name in words_of(draft)
    assert draft.reasons == ("identity-not-proved",)
    assert standing(asking).state is StandingState.LAPSED
    assert stored(asking)[0].state is ChallengeState.VOID
    assert AuditKind.IDENTITY_LAPSED in asking.kinds_of_events(asking.case().case_id)
    assert sweep(asking) == 0


def words_of(draft: Draft) -> str:
    return " ".join(draft.message.letter.text.split())


def test_the_closing_letter_names_the_authority_of_each_law_that_may_govern(
    asking: TestDesk,
) -> None:
    asking.receive_one(mail(f"I live in Ontario. {COPY}"))
    asking.now = stored(asking)[0].expires_at
    sweep(asking)
    words = words_of(asking.draft())
    assert "Office of the Privacy Commissioner of Canada" in words
    assert "The time for this ends on" in words
    assert not [one for one in asking.draft().reasons if one.startswith("review:")]


def lapsed_and_closed(asking: TestDesk, text: str = ANALYTICS) -> None:
    asking.receive_one(mail(text))
    asking.now = stored(asking)[0].expires_at
    sweep(asking)
    approve_draft(asking.database, asking.draft().draft_id, actor=SAM, now=asking.now)
    send_all(asking)


@BOTH_ENGINES
def test_a_case_is_parked_when_its_closing_letter_has_left(asking: TestDesk) -> None:
    lapsed_and_closed(asking)
    assert standing(asking).state is StandingState.PARKED
    assert asking.case().state == "open"


@BOTH_ENGINES
def test_a_later_reply_goes_on_where_the_case_stopped(asking: TestDesk) -> None:
    lapsed_and_closed(asking)
    (closing,) = [one.message for one in asking.letters() if one.kind == NOT_PROVED]
    asking.now += 20 * DAY
    asking.receive_one(reply_to(closing, "Sorry, I was in hospital. It was me.", number=9))
    assert len(asking.cases()) == 1
    assert "prove_identity" in asking.task_kinds()
    assert standing(asking).state is StandingState.WANTED
    sweep(asking)
    again = challenges(asking)[-1]
    assert code_of(again) != code_of(challenges(asking)[0])
    asking.receive_one(reply_to(again, quoted(again), number=10))
    assert standing(asking).state is StandingState.PROVED
    kinds = asking.kinds_of_events(asking.case().case_id)
    assert kinds.count(AuditKind.CASE_OPENED) == 1
    assert AuditKind.IDENTITY_LAPSED in kinds


def test_a_stranger_who_writes_to_a_parked_case_wakes_nothing(asking: TestDesk) -> None:
    lapsed_and_closed(asking)
    (closing,) = [one.message for one in asking.letters() if one.kind == NOT_PROVED]
    asking.receive_one(reply_to(closing, "It was me.", number=9, From=MALLORY))
    assert standing(asking, asking.cases()[0].case_id).state is StandingState.PARKED


def test_attempts_that_are_used_up_close_at_once(asking: TestDesk) -> None:
    asking.profile = profile(challenges=terms(), limits=LONG)
    asking.receive_one(mail(ERASE))
    letter = challenge(asking)
    for number in range(3):
        code = code_from(bytes([number + 1]) * DRAWN_BYTES)
        asking.receive_one(reply_to(letter, code, number=number + 10))
    assert sweep(asking) == 1
    assert asking.draft().kind == NOT_PROVED


def test_a_question_that_no_longer_leaves_a_day_for_an_answer_is_for_staff(
    asking: TestDesk,
) -> None:
    """A mail that lay on another server for weeks: its dates do not wait for anybody."""
    asking.now = NOON + 44 * DAY
    asking.receive_one(mail(ERASE))
    assert challenges(asking) == []
    reasons = [task.reason for task in asking.tasks() if task.kind == "prove_identity"]
    assert reasons == ["no-time-to-ask"]


def test_one_case_that_cannot_be_worked_holds_up_no_other(asking: TestDesk, monkeypatch) -> None:
    asking.profile = profile(challenges=terms(), limits=LONG)
    asking.receive_one(mail(ERASE))
    asking.receive_one(mail(ERASE, number=2, From=MALLORY))
    broken = asking.cases()[0].case_id

    def breaking(transaction, at_work, challenges):
        if at_work.case.case_id == broken:
            raise ValueError("a person's words")
        return real(transaction, at_work, challenges)

    from casework import identity_sweep

    real = identity_sweep._after
    monkeypatch.setattr(identity_sweep, "_after", breaking)
    asking.now = stored(asking, broken)[0].remind_at
    assert sweep(asking) == 2
    assert [message.recipient for message in reminders(asking)] == [MALLORY]
    assert sweep(asking) == 0
    monkeypatch.undo()
    asking.now += DAY
    sweep(asking)
    assert {message.recipient for message in reminders(asking)} == {MALLORY, ANNE}


def test_a_desk_that_does_not_ask_sweeps_nothing(asking: TestDesk) -> None:
    asking.receive_one(mail(ERASE))
    asking.profile = profile()
    asking.now += 30 * DAY
    assert sweep(asking) == 0


def test_counts_of_days_that_are_over_are_forgotten(asking: TestDesk) -> None:
    with asking.database.transaction() as transaction:
        for days in range(4):
            day = (asking.now - days * DAY).date()
            assert count_attempt(transaction, b"a" * 32, day=day, limit=10)
    assert forget_old_attempts(asking.database, asking.now) == 1
