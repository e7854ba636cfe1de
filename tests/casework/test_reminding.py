"""Nobody is late unknowingly: what is due is told once, by whichever daemon looks first, also after a week of silence."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from casework import reminding
from casework.reminding import remind, sweep
from casework.staff_letters import words_for_time
from casework_values import BOTH_ENGINES, COPY, DAY, ERASE, NOON, SAM, arriving, mail
from privacy.deadlines import BusinessCalendar
from privacy.messages import OutboundMessage
from privacy.reminders import Tell
from regimes.ladder import load_ladder
from storage.cases import mark_acknowledged, reopen_acknowledgement
from storage.reminders import claim_untold, reminders_of_case
from storage.tasks import finish_task

LADDER = load_ladder()
HOUR = timedelta(hours=1)
RECEIVED = (
    NOON  # Monday, 23 November 2026; due on 23 December under the laws, the house and its 30 days
)


@dataclass
class Ears:
    """A person who hears everything, or whom nothing reaches."""

    heard: list[tuple[str, str]] = field(default_factory=list)
    deaf: bool = False

    def tell(self, subject: str, text: str) -> int:
        if self.deaf:
            return 0
        self.heard.append((subject, text))
        return 1

    def take(self) -> str:
        """All that was heard since the last time, as one text."""
        text = "\n".join(part for one in self.heard for part in one)
        self.heard.clear()
        return text


@pytest.fixture
def ears() -> Ears:
    return Ears()


def live(desk, ears, until: datetime, step: timedelta = HOUR) -> list[tuple[datetime, str]]:
    """Look every hour until then; returns what was heard and when."""
    heard = []
    while desk.now <= until:
        remind(desk.database, LADDER, ears.tell, desk.now)
        text = ears.take()
        heard += [(desk.now, text)] if text else []
        desk.now += step
    return heard


def acknowledge(desk) -> None:
    with desk.database.transaction() as transaction:
        mark_acknowledged(transaction, desk.case().case_id, message_id_key=b"k", at=desk.now + HOUR)


def recorded(desk) -> list[tuple[str, str | None]]:
    with desk.database.reading() as reading:
        found = reminders_of_case(reading, desk.case().case_id)
    return [(one.key.rung, one.tell and str(one.tell)) for one in found]


@BOTH_ENGINES
def test_a_case_is_reminded_of_up_its_ladder_and_every_day_once_it_is_late(desk, ears) -> None:
    desk.receive_one(mail())
    acknowledge(desk)
    due = desk.case().items[0].due
    heard = live(desk, ears, due.expires_at + 2 * DAY)
    days = [(at.date() - RECEIVED.date()).days for at, _ in heard]
    assert due.on == (RECEIVED + 30 * DAY).date()
    # half on day 15, told on the next morning; 75 % on day 23, likewise; the DPO on day 25; the target on day 28 ...
    assert days[:3] == [16, 24, 25]
    assert "To the data protection officer" in heard[2][1]
    assert "the deadline lies within three working days" in heard[2][1]
    overdue = [text for _, text in heard if "the deadline is over" in text]
    assert len(overdue) == 3
    assert "over since today" in overdue[0]
    assert "over for 2 days" in overdue[2]


@BOTH_ENGINES
def test_an_acknowledgement_that_waits_is_told_on_three_days(desk, ears) -> None:
    desk.receive_one(mail())
    heard = live(desk, ears, RECEIVED + 8 * DAY)
    assert [(at.date() - RECEIVED.date()).days for at, _ in heard] == [3, 4, 7]
    assert all("acknowledgement" in text for _, text in heard)
    assert "the acknowledgement is due today" in heard[2][1]


@BOTH_ENGINES
def test_after_a_week_of_silence_each_due_rung_is_told_once_the_highest_first(desk, ears) -> None:
    desk.receive_one(mail())
    acknowledge(desk)
    live(desk, ears, RECEIVED + 16 * DAY)
    desk.now = RECEIVED + 26 * DAY
    heard = live(desk, ears, desk.now)
    assert len(heard) == 1
    assert recorded(desk) == [("half", "morning"), ("three-quarters", None), ("dpo", "at_once")]
    assert live(desk, ears, desk.now + HOUR) == []


@BOTH_ENGINES
def test_two_daemons_tell_each_rung_once(desk, open_again, ears) -> None:
    for number in range(15):
        desk.receive_one(mail(number=number, From=f"anne{number}@person.example"))
    now = RECEIVED + 33 * DAY
    daemons = [
        threading.Thread(target=remind, args=(database, LADDER, ears.tell, now))
        for database in (desk.database, open_again())
    ]
    for daemon in daemons:
        daemon.start()
    for daemon in daemons:
        daemon.join()
    remind(desk.database, LADDER, ears.tell, now)
    text = ears.take()
    for case in desk.cases():
        assert text.count(f"- {case.reference}: erasure") == 1
        assert text.count(f"- {case.reference}: acknowledgement") == 1


@BOTH_ENGINES
def test_what_nobody_heard_is_told_at_the_next_look(desk, ears) -> None:
    desk.receive_one(mail())
    ears.deaf = True
    now = RECEIVED + 30 * DAY
    assert remind(desk.database, LADDER, ears.tell, now) == 0
    ears.deaf = False
    assert remind(desk.database, LADDER, ears.tell, now + HOUR) == 2
    assert remind(desk.database, LADDER, ears.tell, now + HOUR) == 0


def test_a_telling_that_died_is_told_again_when_its_lease_is_over(desk, ears) -> None:
    desk.receive_one(mail())
    now = RECEIVED + 30 * DAY
    sweep(desk.database, LADDER, now)
    with desk.database.transaction() as transaction:  # a daemon that was killed while it told
        claim_untold(
            transaction, Tell.AT_ONCE, due_by=now, now=now, lease=10 * timedelta(minutes=1)
        )
    assert remind(desk.database, LADDER, ears.tell, now + 9 * timedelta(minutes=1)) == 0
    assert remind(desk.database, LADDER, ears.tell, now + 10 * timedelta(minutes=1)) == 2


def test_what_was_answered_before_it_was_told_is_told_to_nobody(desk, ears) -> None:
    desk.receive_one(mail())
    now = RECEIVED + 7 * DAY
    sweep(desk.database, LADDER, now)
    acknowledge(desk)
    assert remind(desk.database, LADDER, ears.tell, now) == 0
    assert ears.take() == ""


def test_an_acknowledgement_that_came_back_is_watched_again(desk, ears) -> None:
    desk.receive_one(mail())
    acknowledge(desk)
    live(desk, ears, RECEIVED + DAY)
    with desk.database.transaction() as transaction:
        reopen_acknowledgement(transaction, desk.case().case_id, message_id_key=b"k", at=desk.now)
    heard = live(desk, ears, RECEIVED + 8 * DAY)
    assert [(at.date() - RECEIVED.date()).days for at, _ in heard] == [3, 4, 7]


def test_a_right_that_is_added_later_climbs_its_own_ladder(desk, ears) -> None:
    desk.receive_one(mail())
    live(desk, ears, RECEIVED + 5 * DAY)
    letter: OutboundMessage = desk.letter().message
    reply = mail(COPY, number=2, To=letter.reply_to, In_Reply_To=letter.message_id)
    desk.receive_one(reply, received_at=desk.now)
    acknowledge(desk)
    assert [str(item.right) for item in desk.case().items] == ["erasure", "access"]
    heard = " ".join(text for _, text in live(desk, ears, RECEIVED + 34 * DAY))
    reference = desk.case().reference
    assert heard.count(f"- {reference}: access") == 4  # half, three quarters, dpo, target
    assert "this right was asked for" in heard


def test_alarms_are_tasks_too_and_one_that_is_done_comes_again_with_the_next_day(desk) -> None:
    desk.receive_one(mail())
    acknowledge(desk)
    late = RECEIVED + 32 * DAY
    assert remind(desk.database, LADDER, None, late) == 0
    (task,) = [one for one in desk.tasks() if one.kind == "deadline_near"]
    assert (task.reason, task.urgent) == ("overdue:erasure", True)
    remind(desk.database, LADDER, None, late + DAY)
    assert len(desk.tasks()) == 1
    with desk.database.transaction() as transaction:
        finish_task(transaction, task.task_id, actor=SAM.address, at=late)
    remind(desk.database, LADDER, None, late + 2 * DAY)
    assert len(desk.tasks()) == 1


def test_the_letters_say_no_word_of_the_person(desk, ears) -> None:
    desk.receive_one(mail(From="Anne Secret <anne@person.example>"))
    text = " ".join(text for _, text in live(desk, ears, RECEIVED + 32 * DAY))
    assert desk.case().reference in text
    for word in ("Anne", "anne@", "person.example", ERASE):
        assert word not in text


def test_a_sweep_asks_the_same_few_questions_however_many_cases_are_open(desk) -> None:
    counts = []
    for start in (0, 40):
        for number in range(start, start + 20 + start):
            desk.receive(arriving(mail(number=number, From=f"a{number}@person{number}.example")))
        with desk.database.transaction() as transaction:
            engine = transaction.connection.engine
        asked: list[str] = []

        def note(_c, _cursor, statement, *_rest, asked=asked):
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        sweep(desk.database, LADDER, desk.now)
        assert sweep(desk.database, LADDER, desk.now) == 0  # nothing is due: nothing is touched
        event.remove(engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_clock_that_cannot_be_counted_stops_no_other(desk) -> None:
    desk.receive_one(mail())
    known = BusinessCalendar(
        code="SHORT", version="1", holidays=frozenset(), years=range(2020, 2026)
    )
    assert sweep(desk.database, replace(LADDER, calendar=known), desk.now) == 1
    assert sweep(desk.database, LADDER, desk.now) == 0
    assert sweep(desk.database, LADDER, desk.now + reminding.LOOK_AGAIN) == 1


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (3 * DAY + HOUR, "3 days left"),
        (DAY, "1 day left"),
        (HOUR, "less than a day left"),
        (timedelta(), "over since today"),
        (-DAY - HOUR, "over for 1 day"),
    ],
)
def test_time_left_is_said_in_days(left: timedelta, words: str) -> None:
    assert words_for_time(left) == words


def test_a_case_whose_clocks_are_all_met_is_never_looked_at_again(desk) -> None:
    desk.receive_one(mail())
    sweep(desk.database, LADDER, datetime(2027, 6, 1, tzinfo=UTC))
    assert sweep(desk.database, LADDER, datetime(2027, 6, 1, 1, tzinfo=UTC)) == 0


def test_an_incident_rings_at_once_by_day_and_night_for_each_law_and_until_it_is_too_late(
    desk, ears
) -> None:
    desk.profile = replace(desk.profile, incident_laws=("gdpr", "india_spdi"))
    friday_night = NOON + 4 * DAY + 10 * HOUR
    desk.now = friday_night
    breach = mail("I found a data breach: your database of customers is leaked online.")
    desk.receive_one(breach, received_at=friday_night)
    acknowledge(desk)
    heard = live(desk, ears, friday_night + 80 * HOUR)
    india = [
        ((at - friday_night) // HOUR, text)
        for at, text in heard
        if "report of a security incident (dpdp)" in text
    ]
    assert [hours for hours, _ in india][:5] == [0, 3, 4, 6, 12]
    union = [
        (at - friday_night) // HOUR
        for at, text in heard
        if "report of a security incident (gdpr)" in text
    ]
    assert union == [0, 36, 48, 70, 72, 78]
    assert "Due 2026-11-28 09:30 (Asia/Kolkata), 6 h left" in india[0][1]
    assert "over for 6 h" in india[4][1]
