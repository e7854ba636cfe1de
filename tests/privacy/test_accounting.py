"""Everything is accounted for, or it is said what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.accounting import Answered, Bucket, MessageFacts, answered, bucket_of, count_folder
from privacy.deciding import Outcome


def facts(outcome=None, **changes):
    usual = {
        "is_due": False,
        "is_quarantined": False,
        "is_dismissed": False,
        "is_moved": False,
        "has_case": False,
        "has_reason": True,
    }
    return MessageFacts(outcome=outcome, **(usual | changes))


@pytest.mark.parametrize(
    ("seen", "bucket"),
    [
        (facts(is_due=True), Bucket.WAITING),
        (facts(), Bucket.UNACCOUNTED),
        (facts(Outcome.CASE, has_case=True), Bucket.CASE),
        (facts(Outcome.CASE), Bucket.UNACCOUNTED),
        (facts(Outcome.SPAM), Bucket.SPAM),
        (facts(Outcome.SPAM, has_reason=False), Bucket.UNACCOUNTED),
        (facts(Outcome.CASE, is_moved=True), Bucket.MOVED),
        (facts(Outcome.HELD, is_dismissed=True), Bucket.DISMISSED),
        (facts(is_quarantined=True), Bucket.QUARANTINE),
        (facts(Outcome.QUARANTINED), Bucket.QUARANTINE),
        (facts(Outcome.OWN_COPY), Bucket.OWN_COPY),
    ],
)
def test_a_message_is_in_one_place(seen, bucket):
    assert bucket_of(seen) is bucket


@pytest.mark.parametrize("outcome", Outcome)
def test_no_decided_message_with_its_case_and_its_reason_is_unaccounted_for(outcome):
    assert bucket_of(facts(outcome, has_case=True)) is not Bucket.UNACCOUNTED


def test_a_case_with_no_letter_and_no_reason_is_unaccounted_for():
    assert answered(()) is Answered.UNACCOUNTED
    assert answered({Answered.CLOSED, Answered.SENT}) is Answered.SENT
    assert answered({Answered.NOBODY, Answered.WAITS_FOR_A_PERSON}) is Answered.WAITS_FOR_A_PERSON


UIDS = st.sets(st.integers(1, 200))


@given(on_server=UIDS, known=UIDS, read_through=st.integers(0, 200))
def test_every_message_on_the_server_is_known_not_read_yet_or_lost(on_server, known, read_through):
    count = count_folder(on_server, known, read_through=read_through)
    assert count.on_server == count.known + count.not_read_yet + len(count.lost)
    assert set(count.lost) == {n for n in on_server - known if n <= read_through}
