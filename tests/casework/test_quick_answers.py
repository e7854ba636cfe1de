"""Answers that come within seconds of our letter: what may be a machine is one, and nobody else."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from casework import quick_answers
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    ERASE,
    ScriptedTransport,
    TestDesk,
    mail,
)
from classifier.quick import QUICK_ANSWER
from privacy.screening import Kind
from storage.message_lists import MessageRow

AWAY = "Perjantait olen vapaalla, teen lyhennettyä viikkoa."  # an answering machine, if hardly to be told


@pytest.fixture
def told(desk: TestDesk) -> TestDesk:
    """A desk whose acknowledgement was sent."""
    desk.receive(mail(ERASE))
    while send_next(desk.database, ScriptedTransport([]), desk.clock).worked:
        pass
    return desk


def answer(desk: TestDesk, text: str, *, seconds: int, dated: datetime | None = None) -> MessageRow:
    """Let an answer to the letter come in after so many seconds."""
    left = desk.now
    desk.now = left + timedelta(seconds=seconds)
    raw = mail(
        text,
        number=2,
        In_Reply_To=desk.letter().message.message_id,
        Date=format_datetime(dated or desk.now),
    )
    return desk.receive_one(raw, received_at=desk.now)


@BOTH_ENGINES
def test_an_answer_within_seconds_that_sounds_like_a_machine_is_one(told):
    assert answer(told, AWAY, seconds=4).kind == Kind.AUTO_REPLY


def test_the_same_answer_after_minutes_is_a_persons(told):
    assert answer(told, AWAY, seconds=240).kind == Kind.PERSON


def test_what_a_server_held_back_is_as_quick_as_its_date_says(told):
    assert answer(told, AWAY, seconds=1_200, dated=told.now).kind == Kind.AUTO_REPLY


def test_a_person_may_answer_as_quickly_as_they_like(told):
    assert answer(told, "The account of 2019, please.", seconds=3).kind == Kind.PERSON


def test_the_haste_is_among_the_reasons_that_staff_read(told):
    assert QUICK_ANSWER.name in answer(told, AWAY, seconds=4).reasons
    assert QUICK_ANSWER.name not in answer(told, f"{AWAY} ?", seconds=4).reasons


def test_nothing_is_looked_up_where_no_answer_hangs_on_it(told, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(quick_answers, "letters_left", lambda *_: asked.append(1) or {})
    answer(told, "The account of 2019, please.", seconds=3)
    assert asked == []
    answer(told, AWAY, seconds=3)
    assert asked == [1]


def test_an_answer_to_a_letter_that_is_not_known_to_have_left_is_not_timed(desk):
    desk.receive(mail(ERASE))
    assert answer(desk, AWAY, seconds=4).kind == Kind.PERSON
