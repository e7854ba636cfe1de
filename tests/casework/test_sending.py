"""Letters leave once as far as anybody can know: what is recorded when, and what a crash or a doubt leads to."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casework import sending
from casework.outbox import retry_failed
from casework.sending import RECORD_TRIES, Sending, reconcile, send_next
from casework_values import (
    BOTH_ENGINES,
    DAY,
    ERASE,
    MINUTE,
    NOON,
    SAM,
    ScriptedTransport,
    TestDesk,
    arriving,
    mail,
)
from notifier.maildir import MaildirTransport
from privacy.audit import AuditKind
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.outgoing import GIVE_UP_AFTER, LEASE, RECONCILE_FOR, OutgoingState
from storage.cases import clock_events
from storage.outbox import claim_letter
from storage.states import ClockChange

SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk with one letter that waits."""
    desk.receive(mail(ERASE))
    return desk


@pytest.fixture
def transport() -> ScriptedTransport:
    return ScriptedTransport()


@pytest.fixture
def letters(tmp_path: Path) -> MaildirTransport:
    return MaildirTransport(tmp_path / "letters")


def send(desk: TestDesk, transport) -> Sending:
    return send_next(desk.database, transport, desk.clock)


def acknowledged_at(desk: TestDesk):
    with desk.database.reading() as reading:
        clocks = clock_events(reading, desk.case().case_id)
    return [one.at for one in clocks if one.change is ClockChange.MET]


def state(desk: TestDesk) -> OutgoingState:
    return desk.letter().state


@BOTH_ENGINES
def test_a_letter_is_sent_once_and_its_clock_is_met(desk, transport):
    desk.now += MINUTE
    assert send(desk, transport) == Sending(worked=True)
    assert send(desk, transport) == Sending(worked=False)
    letter = desk.letter()
    assert transport.sent == [letter.message]
    assert (letter.state, letter.sent_at, letter.attempts) == (OutgoingState.SENT, desk.now, 1)
    assert acknowledged_at(desk) == [desk.now]
    assert desk.kinds_of_events(letter.case_id)[-1] is AuditKind.LETTER_SENT
    assert desk.chain_holds(letter.case_id)


def test_no_transaction_is_open_while_the_network_is(desk):
    class Curious(ScriptedTransport):
        def send(self, message):
            desk.receive(mail("Somebody else writes now.", number=5, Subject="Hello"))
            assert state(desk) is OutgoingState.LEASED, (
                "the attempt is written down before dialling"
            )
            assert desk.letter().attempts == 1
            return super().send(message)

    assert send(desk, Curious()).trouble is None
    assert state(desk) is OutgoingState.SENT


@BOTH_ENGINES
def test_trouble_on_the_way_is_tried_again_later_and_later(desk, transport):
    waits = [5, 15, 30, 60, 120, 240, 240]
    for attempt, minutes in enumerate(waits, start=1):
        transport.script = [Retryable("smtp: 451")]
        assert send(desk, transport) == Sending(worked=True, trouble="smtp: 451")
        letter = desk.letter()
        assert (letter.state, letter.attempts) == (OutgoingState.PENDING, attempt)
        assert letter.due_at == desk.now + minutes * MINUTE
        desk.now = letter.due_at - SECOND
        assert not send(desk, transport).worked
        desk.now = letter.due_at
    send(desk, transport)
    assert state(desk) is OutgoingState.SENT
    assert len({message.message_id for message in transport.sent}) == 1


def test_a_server_that_asks_for_patience_gets_it(desk, transport):
    transport.script = [Retryable("smtp: 421", after=timedelta(hours=2))]
    send(desk, transport)
    assert desk.letter().due_at == NOON + timedelta(hours=2)


def test_after_five_days_a_person_takes_over(desk, transport):
    desk.now = NOON + GIVE_UP_AFTER
    transport.script = [Retryable("smtp: 451")]
    send(desk, transport)
    assert (state(desk), desk.letter().reason) == (OutgoingState.FAILED, "not-accepted-for-5-days")
    assert [(task.kind, task.urgent) for task in desk.tasks()] == [("letter_failed", True)]


@BOTH_ENGINES
def test_a_letter_that_is_refused_for_good_is_work_for_a_person(desk, transport):
    transport.script = [Permanent("smtp: 550")]
    assert send(desk, transport) == Sending(worked=True), "the transport is well"
    assert (state(desk), desk.letter().reason) == (OutgoingState.FAILED, "smtp: 550")
    (task,) = desk.tasks()
    assert (task.kind, task.case_id, task.urgent) == ("letter_failed", desk.case().case_id, True)
    assert acknowledged_at(desk) == []
    assert desk.kinds_of_events(task.case_id)[-1] is AuditKind.LETTER_FAILED
    desk.now += 10 * DAY
    assert not send(desk, transport).worked


@BOTH_ENGINES
def test_a_person_can_have_a_failed_letter_tried_again_under_its_id(desk, transport):
    transport.script = [Permanent("smtp: 550")]
    send(desk, transport)
    letter = desk.letter()
    retry_failed(desk.database, letter.letter_id, actor=SAM, now=desk.now)
    send(desk, transport)
    assert transport.sent == [letter.message]
    assert acknowledged_at(desk) == [desk.now]
    with pytest.raises(Permanent):
        retry_failed(desk.database, letter.letter_id, actor=SAM, now=desk.now)


@BOTH_ENGINES
@pytest.mark.parametrize(
    "doubt", [OutcomeUnknown("cut after the final dot"), ZeroDivisionError("anything")]
)
def test_a_letter_that_may_have_left_is_looked_for_before_it_is_sent_again(desk, transport, doubt):
    transport.script = [doubt]
    assert send(desk, transport).trouble is not None
    assert state(desk) is OutgoingState.UNCERTAIN
    desk.now = NOON + RECONCILE_FOR - SECOND
    assert not send(desk, transport).worked
    desk.now = NOON + RECONCILE_FOR
    assert send(desk, transport) == Sending(worked=True)
    assert transport.sent == [desk.letter().message]
    assert desk.events(desk.case().case_id)[-1].payload["resent"] is True


@BOTH_ENGINES
def test_a_crash_after_the_letter_left_is_recognised_by_its_trace(desk, letters, transport):
    class Killed(BaseException):
        """The process ends here."""

    class Dying(MaildirTransport):
        def send(self, message):
            letters.send(message)
            raise Killed

    with pytest.raises(Killed):
        send(desk, Dying(Path("unused")))
    assert state(desk) is OutgoingState.LEASED
    desk.now += LEASE
    assert not send(desk, transport).worked, "its lease ended: now it is in doubt"
    assert state(desk) is OutgoingState.UNCERTAIN
    assert reconcile(desk.database, [letters], desk.now) == 1
    letter = desk.letter()
    assert (letter.state, letter.evidence) == (OutgoingState.SENT, "trace-found")
    assert acknowledged_at(desk) == [desk.now]
    assert desk.chain_holds(letter.case_id)
    desk.now += DAY
    assert not send(desk, transport).worked
    assert len(letters.list_letters()) == 1


def test_without_a_trace_it_leaves_again_under_the_same_id(desk, letters, transport):
    message = desk.letter().message
    transport.script = [OutcomeUnknown("hung after the final dot")]
    send(desk, transport)
    assert reconcile(desk.database, [letters], desk.now) == 0
    desk.now += RECONCILE_FOR
    send(desk, letters)
    (stored,) = letters.list_letters()
    assert stored.message_id == message.message_id
    assert state(desk) is OutgoingState.SENT


def test_a_place_that_cannot_be_searched_does_not_hide_the_others(desk, letters, transport):
    class Closed:
        def was_sent(self, _message_ids):
            raise Retryable("imap: away")

    transport.script = [OutcomeUnknown("cut")]
    send(desk, transport)
    letters.send(desk.letter().message)
    assert reconcile(desk.database, [Closed(), letters], desk.now) == 1


def test_traces_of_other_letters_confirm_nothing(desk, letters, transport):
    other = replace(desk.letter().message, message_id="<c.other@autocloz.example>")
    letters.send(other)
    transport.script = [OutcomeUnknown("cut")]
    send(desk, transport)
    assert reconcile(desk.database, [letters], desk.now) == 0
    assert state(desk) is OutgoingState.UNCERTAIN


@BOTH_ENGINES
def test_two_senders_send_a_letter_once(desk, transport, open_again):
    other = TestDesk(open_again(), now=desk.now)

    class Meeting(ScriptedTransport):
        def send(self, message):
            assert not send(other, transport).worked, "the letter is in the hands of the first"
            return super().send(message)

    first = Meeting()
    send(desk, first)
    assert (len(first.sent), len(transport.sent)) == (1, 0)


@BOTH_ENGINES
def test_a_sender_that_slept_past_its_lease_cannot_write_any_more(desk, open_again):
    """At most one copy more, under the same Message-ID, and the state is that of whoever holds the lease."""

    class Sleeper(ScriptedTransport):
        def send(self, message):
            desk.now += LEASE + SECOND
            other = TestDesk(open_again(), now=desk.now)
            send(other, ScriptedTransport())  # finds the lease ended: in doubt from now on
            other.now += RECONCILE_FOR
            with other.database.transaction() as transaction:
                assert claim_letter(transaction, now=other.now, lease=LEASE) is not None
            return super().send(message)

    send(desk, Sleeper())
    letter = desk.letter()
    assert (letter.state, letter.attempts, letter.sent_at) == (OutgoingState.LEASED, 2, None)
    assert AuditKind.LETTER_SENT not in desk.kinds_of_events(letter.case_id)
    assert acknowledged_at(desk) == []


@pytest.mark.parametrize("error", [Retryable("away"), Permanent("no"), OutcomeUnknown("cut")])
def test_a_lost_lease_is_lost_for_bad_news_too(desk, open_again, error):
    class Sleeper(ScriptedTransport):
        def send(self, _message):
            desk.now += LEASE + SECOND
            other = TestDesk(open_again(), now=desk.now)
            send(other, ScriptedTransport())
            other.now += RECONCILE_FOR
            send(other, ScriptedTransport())
            raise error

    send(desk, Sleeper())
    assert state(desk) is OutgoingState.SENT
    assert desk.tasks() == []


def test_a_letter_in_trouble_does_not_hold_up_the_next(desk, transport):
    desk.receive(arriving(mail(f"{ERASE} I am Bea.", number=2, From="bea@other.example")))
    transport.script = [Retryable("smtp: 451 for this one")]
    assert [send(desk, transport).worked for _ in range(3)] == [True, True, False]
    states = sorted(letter.state for letter in desk.letters())
    assert states == [OutgoingState.PENDING, OutgoingState.SENT]


def test_what_the_server_said_is_in_no_trail(desk, transport):
    transport.script = [Permanent("smtp: 550 for one recipient")]
    send(desk, transport)
    said = repr([event.payload for event in desk.events(desk.case().case_id)])
    assert "@" not in said


@BOTH_ENGINES
def test_a_busy_database_makes_no_second_copy_of_a_letter_that_left(desk, transport, monkeypatch):
    """What is not recorded is in doubt, and would be sent again when no trace of it is found."""
    real, busy = sending.mark_sent, [Retryable("database: locked")] * (RECORD_TRIES - 1)

    def mark(*arguments, **values):
        if busy:
            raise busy.pop()
        return real(*arguments, **values)

    monkeypatch.setattr(sending, "mark_sent", mark)
    send(desk, transport)
    assert state(desk) is OutgoingState.SENT
    desk.now += LEASE + RECONCILE_FOR + MINUTE
    assert send(desk, transport).worked is False
    assert len(transport.sent) == 1


def test_the_task_about_a_letter_that_failed_has_the_day_of_its_case(desk, transport):
    transport.script = [Permanent("550 refused")]
    send(desk, transport)
    (task,) = desk.tasks()
    assert (task.kind, task.due_on) == ("letter_failed", desk.case().acknowledge.on)
