"""What reports of other servers change about a letter: in any order, for its own recipient only."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import ANNE, NOON
from privacy.deliveries import (
    CLOCKS_DIFFER_BY,
    BounceReason,
    Delivery,
    DeliveryEvent,
    DeliveryReport,
    Fate,
    RecipientReport,
    Step,
    for_recipient,
    is_of_an_earlier_life,
    next_step,
)
from privacy.outgoing import OutgoingState

UNKNOWN, FULL = BounceReason.USERUNKNOWN, BounceReason.MAILBOXFULL


def part(recipient, fate=Fate.FAILED, reason=UNKNOWN):
    return RecipientReport(recipient=recipient, fate=fate, reason=reason)


def said_of_anne(*parts):
    return for_recipient(DeliveryReport(recipients=parts), lambda address: address == ANNE)


def test_the_part_of_our_recipient_counts_whatever_the_others_say():
    other = part("bea@person.example", reason=FULL)
    assert said_of_anne(other, part(ANNE)) == part(ANNE)
    delivered = part(ANNE, Fate.DELIVERED)
    assert said_of_anne(other, delivered) == delivered


def test_a_single_part_counts_under_another_address_because_mail_is_forwarded():
    assert said_of_anne(part("anne@new.example")).reason is UNKNOWN
    assert said_of_anne(part(None)).fate is Fate.FAILED


def test_of_several_other_recipients_only_what_all_say_alike_counts():
    bea, cleo = "bea@person.example", "cleo@person.example"
    assert said_of_anne(part(bea), part(cleo)).reason is UNKNOWN
    mixed = said_of_anne(part(bea), part(cleo, reason=FULL))
    assert (mixed.fate, mixed.reason) == (Fate.FAILED, BounceReason.UNDEFINED)
    assert said_of_anne(part(bea), part(cleo, Fate.DELIVERED)).fate is Fate.UNCLEAR
    assert said_of_anne().fate is Fate.UNCLEAR


@pytest.mark.parametrize("fate", [Fate.LEFT, Fate.DELIVERED])
@pytest.mark.parametrize("state", ["uncertain", "leased", "pending"])
def test_a_trace_confirms_a_letter_that_was_tried(fate, state):
    assert next_step(fate, OutgoingState(state), attempts=1) is Step.CONFIRM


@pytest.mark.parametrize("state", ["uncertain", "leased", "pending", "sent"])
def test_a_return_fails_a_letter_that_was_tried(state):
    assert next_step(Fate.FAILED, OutgoingState(state), attempts=1) is Step.FAIL


def test_a_letter_that_failed_stays_failed():
    for fate in (Fate.LEFT, Fate.DELIVERED, Fate.FAILED, Fate.DELAYED):
        assert next_step(fate, OutgoingState.FAILED, attempts=3) is Step.NOTHING


def test_a_letter_that_nobody_tried_to_send_is_not_moved():
    for fate in (Fate.LEFT, Fate.DELIVERED):
        assert next_step(fate, OutgoingState.PENDING, attempts=0) is Step.NOTHING
    assert next_step(Fate.FAILED, OutgoingState.PENDING, attempts=0) is Step.TELL


@given(st.sampled_from(OutgoingState), st.integers(min_value=0, max_value=9))
def test_a_delay_moves_nothing_and_a_complaint_is_for_a_person(state, attempts):
    assert next_step(Fate.DELAYED, state, attempts=attempts) is Step.NOTHING
    assert next_step(Fate.COMPLAINED, state, attempts=attempts) is Step.TELL
    assert next_step(Fate.UNCLEAR, state, attempts=attempts) is Step.TELL


@given(st.permutations([Fate.LEFT, Fate.DELIVERED, Fate.DELAYED, Fate.FAILED, Fate.FAILED]))
def test_the_end_does_not_depend_on_the_order(order):
    """What was told leads to the same end, however often and in whatever order the provider tells it."""
    after = {Step.CONFIRM: OutgoingState.SENT, Step.FAIL: OutgoingState.FAILED}
    state = OutgoingState.UNCERTAIN
    for fate in order:
        state = after.get(next_step(fate, state, attempts=1), state)
    assert state is OutgoingState.FAILED


def test_an_event_from_before_the_letter_was_queued_again_is_of_an_earlier_life():
    assert not is_of_an_earlier_life(NOON - CLOCKS_DIFFER_BY, NOON)
    assert is_of_an_earlier_life(NOON - CLOCKS_DIFFER_BY - timedelta(seconds=1), NOON)


def test_a_full_mailbox_is_no_reason_to_give_up_an_address():
    assert FULL.soft
    assert not UNKNOWN.soft


def test_no_repr_shows_whom_a_report_is_about():
    event = DeliveryEvent(message_id=f"<{ANNE}>", fate=Fate.FAILED, at=NOON, said=f"no {ANNE}")
    report = DeliveryReport(recipients=(part(ANNE),), message_ids=(f"<{ANNE}>",))
    assert ANNE not in repr(event) + repr(report)


@pytest.mark.parametrize(
    ("fate", "reason", "word"),
    [
        (Fate.LEFT, BounceReason.UNDEFINED, Delivery.ACCEPTED),
        (Fate.DELIVERED, BounceReason.UNDEFINED, Delivery.DELIVERED),
        (Fate.DELAYED, BounceReason.MAILBOXFULL, Delivery.DEFERRED),
        (Fate.FAILED, BounceReason.MAILBOXFULL, Delivery.BOUNCED_SOFT),
        (Fate.FAILED, BounceReason.USERUNKNOWN, Delivery.BOUNCED_HARD),
        (Fate.DROPPED, BounceReason.UNDEFINED, Delivery.DROPPED),
        (Fate.COMPLAINED, BounceReason.FEEDBACK, Delivery.COMPLAINED),
        (Fate.UNCLEAR, BounceReason.UNDEFINED, None),
    ],
)
def test_every_way_speaks_one_vocabulary(
    fate: Fate, reason: BounceReason, word: Delivery | None
) -> None:
    assert RecipientReport(fate=fate, reason=reason).delivery is word


def test_every_word_of_the_vocabulary_is_reached() -> None:
    reports = [
        RecipientReport(fate=fate, reason=reason) for fate in Fate for reason in BounceReason
    ]
    assert {one.delivery for one in reports} == {*Delivery, None}


def test_a_mail_that_the_provider_never_tried_has_failed() -> None:
    assert next_step(Fate.DROPPED, OutgoingState.SENT, attempts=1) is Step.FAIL
    assert next_step(Fate.DROPPED, OutgoingState.FAILED, attempts=1) is Step.NOTHING
