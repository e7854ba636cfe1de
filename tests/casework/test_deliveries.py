"""What the provider tells about our letters, in any order and as often as it likes."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from casework.deliveries import record_events
from casework.outbox import retry_failed
from casework.sending import Sending, send_next
from casework_values import (
    BOTH_ENGINES,
    DAY,
    ERASE,
    MINUTE,
    SAM,
    TOKEN_KEYS,
    ScriptedTransport,
    TestDesk,
    mail,
)
from privacy.audit import AuditKind
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import OutcomeUnknown
from privacy.outgoing import LEASE, OutgoingState
from storage.cases import list_cases
from storage.outbox import claim_letter, expire_leases


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk with one letter that waits."""
    desk.receive(mail(ERASE))
    return desk


def send(desk: TestDesk, *script) -> Sending:
    return send_next(desk.database, ScriptedTransport(list(script)), desk.clock)


def event(desk: TestDesk, fate: Fate, **changes) -> DeliveryEvent:
    made = DeliveryEvent(
        message_id=desk.letter().message.message_id, fate=fate, at=desk.now, event_id=f"id-{fate}"
    )
    return replace(made, **changes)


def tell(desk: TestDesk, *events: DeliveryEvent) -> int:
    return record_events(desk.database, events, TOKEN_KEYS, now=desk.now)


def acknowledged_at(desk: TestDesk):
    with desk.database.reading() as reading:
        (row,) = list_cases(reading)
    return row.acknowledged_at


def state(desk: TestDesk) -> OutgoingState:
    return desk.letter().state


@BOTH_ENGINES
@pytest.mark.parametrize("fate", [Fate.LEFT, Fate.DELIVERED])
def test_a_letter_in_doubt_is_sent_when_the_provider_has_it(desk, fate):
    send(desk, OutcomeUnknown("cut"))
    assert state(desk) is OutgoingState.UNCERTAIN
    assert tell(desk, event(desk, fate)) == 1
    letter = desk.letter()
    assert (letter.state, letter.evidence, letter.sent_at) == (
        OutgoingState.SENT,
        "event-webhook",
        desk.now,
    )
    assert acknowledged_at(desk) == desk.now
    assert desk.events(letter.case_id)[-1].kind is AuditKind.LETTER_SENT
    desk.now += DAY
    assert not send(desk).worked, "there is nothing to send again"
    assert desk.chain_holds(letter.case_id)


@BOTH_ENGINES
def test_a_crash_after_acceptance_is_known_before_its_lease_ends(desk):
    with desk.database.transaction() as transaction:
        claim_letter(transaction, now=desk.now, lease=LEASE)
    assert tell(desk, event(desk, Fate.LEFT)) == 1
    assert state(desk) is OutgoingState.SENT
    desk.now += LEASE
    with desk.database.transaction() as transaction:
        assert expire_leases(transaction, now=desk.now) == 0


@BOTH_ENGINES
def test_a_returned_letter_opens_its_clock_again_and_calls_a_person(desk):
    send(desk)
    assert acknowledged_at(desk) == desk.now
    desk.now += MINUTE
    back = event(desk, Fate.FAILED, status="5.1.1", said="550 5.1.1 no such user")
    assert tell(desk, back) == 1
    letter = desk.letter()
    assert (letter.state, letter.reason) == (OutgoingState.FAILED, "bounced-userunknown")
    assert letter.evidence == "event-webhook"
    assert letter.sent_at == desk.now - MINUTE, "it did leave"
    assert acknowledged_at(desk) is None
    (task,) = desk.tasks()
    assert (task.kind, task.reason, task.urgent) == ("letter_bounced", "userunknown", True)
    assert task.due_on == desk.case().acknowledge.on
    last = desk.events(letter.case_id)[-1]
    assert (last.kind, last.payload["reason"]) == (AuditKind.LETTER_DELIVERY, "userunknown")
    assert "@" not in repr(last.payload)
    assert desk.chain_holds(letter.case_id)


@BOTH_ENGINES
def test_the_same_again_changes_nothing(desk):
    send(desk)
    back = event(desk, Fate.FAILED, said="mailbox full")
    assert tell(desk, back, back) == 1
    before = desk.events(desk.case().case_id)
    assert tell(desk, back) == 0
    assert tell(desk, replace(back, event_id="the same under another id")) == 0
    assert desk.events(desk.case().case_id) == before
    assert len(desk.tasks()) == 1


@pytest.mark.parametrize("order", list(permutations([Fate.LEFT, Fate.DELIVERED, Fate.FAILED])))
@pytest.mark.parametrize("together", [True, False])
def test_events_come_in_any_order(desk, order, together):
    send(desk, OutcomeUnknown("cut"))
    told = [event(desk, fate) for fate in order]
    for batch in [told] if together else [[one] for one in told]:
        desk.now += MINUTE
        tell(desk, *batch)
    assert state(desk) is OutgoingState.FAILED
    assert acknowledged_at(desk) is None
    assert desk.task_kinds() == ["letter_bounced"]


def test_a_letter_that_the_provider_dropped_while_we_wrote_that_it_was_sent_is_not_sent(desk):
    class Quick(ScriptedTransport):
        def send(self, message):
            tell(desk, event(desk, Fate.FAILED, said="Bounced Address"))
            return super().send(message)

    send_next(desk.database, Quick(), desk.clock)
    assert (state(desk), desk.letter().reason) == (OutgoingState.FAILED, "bounced-suspend")
    assert acknowledged_at(desk) is None


def test_a_person_may_have_it_sent_again_and_old_news_does_not_take_it_back(desk):
    send(desk)
    back = event(desk, Fate.FAILED)
    tell(desk, back)
    desk.now += timedelta(hours=1)
    retry_failed(desk.database, desk.letter().letter_id, actor=SAM, now=desk.now)
    send(desk)
    assert acknowledged_at(desk) == desk.now
    assert tell(desk, back, replace(back, event_id=None)) == 0
    assert state(desk) is OutgoingState.SENT
    assert acknowledged_at(desk) == desk.now


def test_an_event_told_before_is_known_by_its_id_even_when_the_clocks_cannot_tell(desk):
    send(desk)
    back = event(desk, Fate.FAILED)
    tell(desk, back)
    desk.now += MINUTE
    retry_failed(desk.database, desk.letter().letter_id, actor=SAM, now=desk.now)
    send(desk)
    assert tell(desk, back) == 0
    assert state(desk) is OutgoingState.SENT


def test_a_delay_moves_nothing(desk):
    send(desk)
    assert tell(desk, event(desk, Fate.DELAYED, said="450 mailbox full")) == 0
    assert (state(desk), desk.tasks()) == (OutgoingState.SENT, [])


def test_a_complaint_about_a_letter_is_for_a_person_and_leaves_it_sent(desk):
    send(desk)
    assert tell(desk, event(desk, Fate.COMPLAINED)) == 1
    assert tell(desk, event(desk, Fate.COMPLAINED)) == 0
    (task,) = desk.tasks()
    assert (task.kind, task.reason, task.urgent) == ("letter_complaint", "feedback", False)
    assert state(desk) is OutgoingState.SENT


@pytest.mark.parametrize(
    "message_id", ["<somebody@elsewhere.example>", f"<c.{'0' * 26}.{'0' * 16}@autocloz.example>"]
)
def test_ids_that_are_none_of_ours_are_passed_over(desk, message_id):
    send(desk)
    assert tell(desk, event(desk, Fate.FAILED, message_id=message_id)) == 0
    assert state(desk) is OutgoingState.SENT


def test_news_of_a_letter_that_nobody_tried_to_send_moves_nothing_and_puzzles_a_person(desk):
    assert tell(desk, event(desk, Fate.DELIVERED)) == 0
    assert tell(desk, event(desk, Fate.FAILED)) == 1
    assert state(desk) is OutgoingState.PENDING
    assert desk.task_kinds() == ["letter_bounced"]


@BOTH_ENGINES
@pytest.mark.parametrize(
    ("fate", "said", "word"),
    [
        (Fate.FAILED, "452 4.2.2 mailbox full", "bounced_soft"),
        (Fate.FAILED, "550 5.1.1 no such user", "bounced_hard"),
        (Fate.DROPPED, "Bounced Address", "dropped"),
        (Fate.COMPLAINED, "", "complained"),
    ],
)
def test_the_trail_says_it_in_the_one_vocabulary(desk, fate, said, word):
    send(desk)
    assert tell(desk, event(desk, fate, said=said)) == 1
    last = desk.events(desk.letter().case_id)[-1]
    assert last.payload["delivery"] == word
    came_back = fate is not Fate.COMPLAINED
    assert (state(desk) is OutgoingState.FAILED) == came_back
    assert (acknowledged_at(desk) is None) == came_back
