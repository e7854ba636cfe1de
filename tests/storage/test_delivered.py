"""Letters after they left, on both engines: found by what reports name, changed once, and the clock that they met."""

from datetime import timedelta

import pytest

from privacy.deliveries import BounceReason
from privacy.outgoing import OutgoingState
from privacy.ports import SendReceipt
from storage.cases import (
    add_cases,
    clock_events,
    list_cases,
    mark_acknowledged,
    reopen_acknowledgement,
)
from storage.delivered import confirm_left, letters_by_message_id, letters_of_cases, mark_bounced
from storage.outbox import claim_letter, enqueue, list_letters, mark_sent, mark_uncertain
from storage.states import ClockChange

LEASE, MINUTE = timedelta(minutes=2), timedelta(minutes=1)
FULL = BounceReason.MAILBOXFULL


@pytest.fixture
def case(database, make):
    made = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [made], now=make.now)
    return made


@pytest.fixture
def leased(database, make, case):
    with database.transaction() as transaction:
        enqueue(transaction, [make.queued(case)])
        return claim_letter(transaction, now=make.now, lease=LEASE)


def key_of(database, letter):
    return database.lookup_key("message-id", letter.message.message_id)


def only(database):
    with database.reading() as reading:
        (row,) = list_letters(reading)
    return row


def acknowledged_at(database):
    with database.reading() as reading:
        (row,) = list_cases(reading)
    return row.acknowledged_at


def test_a_letter_is_found_by_its_id_and_by_its_case(database, case, leased):
    key = key_of(database, leased)
    with database.reading() as reading:
        found = letters_by_message_id(reading, [key, b"unknown"])
        of_case = letters_of_cases(reading, [case.case_id])
    assert list(found) == [key]
    assert found[key].letter_id == leased.letter_id
    assert (found[key].state, found[key].attempts) == (OutgoingState.LEASED, 1)
    assert of_case == {case.case_id: [found[key]]}
    assert found[key].recipient_key == database.lookup_key("address", leased.message.recipient)


def test_a_letter_that_was_never_tried_is_none_that_can_come_back(database, make, case):
    with database.transaction() as transaction:
        enqueue(transaction, [make.queued(case)])
        assert letters_of_cases(transaction, [case.case_id]) == {}


def test_a_trace_takes_the_lease_away(database, make, leased):
    with database.transaction() as transaction:
        assert confirm_left(transaction, leased.letter_id, at=make.now, evidence="event-webhook")
        assert not confirm_left(transaction, leased.letter_id, at=make.now, evidence="again")
        receipt = SendReceipt(provider_id=None, answer="250 ok")
        token = leased.lease_token
        assert not mark_sent(
            transaction, leased.letter_id, lease_token=token, receipt=receipt, at=make.now
        )
    row = only(database)
    assert (row.state, row.evidence, row.due_at) == (OutgoingState.SENT, "event-webhook", None)


def test_a_letter_comes_back_once_and_no_trace_raises_it(database, make, leased):
    with database.transaction() as transaction:
        mark_uncertain(
            transaction, leased.letter_id, lease_token=leased.lease_token, since=make.now
        )
        came_back = {"reason": FULL, "evidence": "delivery-report"}
        assert mark_bounced(transaction, leased.letter_id, **came_back)
        assert not mark_bounced(transaction, leased.letter_id, **came_back)
        assert not confirm_left(transaction, leased.letter_id, at=make.now, evidence="late")
    row = only(database)
    assert (row.state, row.reason, row.due_at) == (
        OutgoingState.FAILED,
        "bounced-mailboxfull",
        None,
    )


def test_only_the_letter_that_met_the_clock_opens_it_again(database, make, case):
    met, again = make.now + MINUTE, make.now + 2 * MINUTE
    with database.transaction() as transaction:
        mark_acknowledged(transaction, case.case_id, message_id_key=b"first", at=met)
        reopen_acknowledgement(transaction, case.case_id, message_id_key=b"second", at=again)
    assert acknowledged_at(database) == met
    for _ in range(2):  # the second time there is nothing to open
        with database.transaction() as transaction:
            day = reopen_acknowledgement(
                transaction, case.case_id, message_id_key=b"first", at=again
            )
        assert day == case.acknowledge.on
        assert acknowledged_at(database) is None
    with database.transaction() as transaction:
        mark_acknowledged(transaction, case.case_id, message_id_key=b"third", at=again + MINUTE)
        mark_acknowledged(transaction, case.case_id, message_id_key=b"third", at=again + MINUTE)
    assert acknowledged_at(database) == again + MINUTE
    with database.reading() as reading:
        changes = [one for one in clock_events(reading, case.case_id) if one.item_id is None]
    assert [one.change for one in changes] == [
        ClockChange.STARTED,
        ClockChange.MET,
        ClockChange.STARTED,
        ClockChange.MET,
    ]
    assert {one.due for one in changes if one.change is ClockChange.STARTED} == {case.acknowledge}


def test_a_clock_that_started_after_it_was_met_by_other_clocks_is_met(database, make, case):
    """The start bears the arrival of a mail at a server whose clock is ahead of ours."""
    early = make.now - timedelta(days=400)
    with database.transaction() as transaction:
        mark_acknowledged(transaction, case.case_id, message_id_key=b"first", at=early)
        mark_acknowledged(transaction, case.case_id, message_id_key=b"second", at=make.now)
    assert acknowledged_at(database) == early
