from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from privacy.audit import AuditKind
from privacy.outgoing import RECONCILE_FOR, OutgoingState
from privacy.ports import SendReceipt
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand, Stand
from storage.audit import events_of
from storage.cases import add_cases
from storage.datakeys import erase_keys, load_keys
from storage.outbox import (
    answer_counts,
    answer_history,
    claim_letter,
    confirm_sent,
    enqueue,
    expire_leases,
    letters_of_case,
    list_letters,
    lock_answers,
    mark_failed,
    mark_retry,
    mark_sent,
    mark_uncertain,
    oldest_pending,
    retry_letter,
    uncertain_letters,
)
from storage.outbox_lists import MESSAGE
from storage.tables import OUTGOING
from storage.tasks import list_tasks

LEASE = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)
RECEIPT = SendReceipt(provider_id="17", answer="250 2.0.0 queued")


@dataclass(frozen=True)
class Keys:
    sender: bytes
    domain: bytes
    text: bytes = b"none"


@pytest.fixture
def case(database, make):
    made = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [made], now=make.now)
    return made


def queue(database, *letters):
    with database.transaction() as transaction:
        enqueue(transaction, letters)


def claim(database, now):
    with database.transaction() as transaction:
        expire_leases(transaction, now=now)
        return claim_letter(transaction, now=now, lease=LEASE)


def mark(database, marking, letter, **how):
    with database.transaction() as transaction:
        return marking(transaction, letter.letter_id, lease_token=letter.lease_token, **how)


def letters(database, **which):
    with database.reading() as reading:
        return list_letters(reading, **which)


def test_a_letter_comes_out_exactly_as_it_was_queued(database, make, case):
    message = make.outbound(sender_name="Büro \ud800", references=())
    queue(database, make.queued(case, message=message))
    leased = claim(database, make.now)
    assert leased.message == message
    assert (leased.attempts, leased.kind, leased.was_uncertain) == (1, "acknowledgement", False)
    assert make.anne not in repr(leased)


def test_what_a_letter_says_for_programs_comes_out_with_it(database, make, case):
    rights = (
        RightStand(
            right=Right.OBJECTION,
            scope=Scope.MARKETING,
            stand=Stand.WORKING,
            answer_by=date(2027, 3, 31),
        ),
        RightStand(right=Right.ERASURE, scope=None, stand=Stand.REFUSED, ground="excessive"),
    )
    stand = CaseStand(received_on=date(2027, 3, 1), rights=rights)
    message = make.outbound(stand=stand)
    queue(database, make.queued(case, message=message))
    assert claim(database, make.now).message == message


def test_a_letter_for_the_same_thing_is_queued_only_once(database, make, case):
    first = make.queued(case, dedupe_key="acknowledgement|one")
    queue(database, first)
    queue(database, make.queued(case, dedupe_key="acknowledgement|one"), make.queued(case))
    assert len(letters(database)) == 2
    assert first.letter_id in {letter.letter_id for letter in letters(database)}


def test_a_sent_letter_is_not_handed_out_again(database, make, case):
    queue(database, make.queued(case))
    leased = claim(database, make.now)
    assert claim(database, make.now) is None
    assert mark(database, mark_sent, leased, receipt=RECEIPT, at=make.now)
    assert claim(database, make.now + timedelta(days=9)) is None
    [row] = letters(database, states=[OutgoingState.SENT])
    assert (row.sent_at, row.due_at, row.evidence) == (make.now, None, "accepted")
    assert row.case_reference == case.reference


def test_a_letter_that_was_refused_for_now_waits_for_its_time(database, make, case):
    queue(database, make.queued(case))
    at = make.now + MINUTE
    assert mark(database, mark_retry, claim(database, make.now), at=at, reason="451")
    assert claim(database, make.now) is None
    again = claim(database, at)
    assert (again.attempts, again.was_uncertain, again.queued_at) == (2, False, make.now)


def test_a_letter_of_unknown_outcome_is_first_looked_for(database, make, case):
    queue(database, make.queued(case))
    leased = claim(database, make.now)
    assert mark(database, mark_uncertain, leased, since=make.now)
    with database.reading() as reading:
        [waiting] = uncertain_letters(reading)
    assert (waiting.message_id, waiting.since) == (leased.message.message_id, make.now)
    assert claim(database, make.now + RECONCILE_FOR - MINUTE) is None
    again = claim(database, make.now + RECONCILE_FOR)
    assert again.was_uncertain
    assert again.message == leased.message


def test_a_found_trace_is_proof_that_it_left(database, make, case):
    queue(database, make.queued(case), make.queued(case))
    leased = claim(database, make.now)
    mark(database, mark_uncertain, leased, since=make.now)
    keys = [database.lookup_key("message-id", leased.message.message_id), b"unknown"]
    with database.transaction() as transaction:
        assert confirm_sent(transaction, keys, at=make.now, evidence="trace-found") == 1
    with database.transaction() as transaction:
        assert confirm_sent(transaction, keys, at=make.now, evidence="trace-found") == 0
    [row] = letters(database, states=[OutgoingState.SENT])
    assert (row.letter_id, row.evidence) == (leased.letter_id, "trace-found")


def test_a_sender_that_died_leaves_a_letter_of_unknown_outcome(database, make, case):
    queue(database, make.queued(case))
    leased = claim(database, make.now)
    with database.transaction() as transaction:
        assert expire_leases(transaction, now=make.now + LEASE - MINUTE) == 0
        assert expire_leases(transaction, now=make.now + LEASE) == 1
    assert not mark(database, mark_sent, leased, receipt=RECEIPT, at=make.now)
    [row] = letters(database)
    assert row.state is OutgoingState.UNCERTAIN


def test_a_sender_that_lost_its_lease_marks_nothing(database, make, case):
    queue(database, make.queued(case))
    leased = claim(database, make.now)
    assert claim(database, make.now + LEASE) is None
    newer = claim(database, make.now + LEASE + RECONCILE_FOR)
    assert not mark(database, mark_sent, leased, receipt=RECEIPT, at=make.now)
    assert not mark(database, mark_failed, leased, reason="550", at=make.now)
    assert not mark(database, mark_retry, leased, reason="451", at=make.now)
    assert not mark(database, mark_uncertain, leased, since=make.now)
    assert mark(database, mark_sent, newer, receipt=RECEIPT, at=make.now)


def test_a_failed_letter_can_be_queued_again_by_a_person(database, make, case):
    queue(database, make.queued(case))
    leased = claim(database, make.now)
    with database.transaction() as transaction:
        assert retry_letter(transaction, leased.letter_id, now=make.now) is None
    assert mark(database, mark_failed, leased, reason="550 no such user", at=make.now)
    with database.transaction() as transaction:
        assert retry_letter(transaction, leased.letter_id, now=make.now + MINUTE) == case.case_id
    again = claim(database, make.now + MINUTE)
    assert (again.message, again.attempts) == (leased.message, 1)


def test_letters_go_out_in_the_order_in_which_they_are_due(database, make, case):
    late, early = make.queued(case, queued_at=make.now + MINUTE), make.queued(case)
    queue(database, late, early)
    order = [claim(database, make.now + MINUTE).letter_id for _ in range(2)]
    assert order == [early.letter_id, late.letter_id]
    with database.reading() as reading:
        assert oldest_pending(reading) == make.now
        assert [row.letter_id for row in letters_of_case(reading, case.case_id)] == order


def test_a_letter_that_cannot_be_unsealed_fails_and_the_next_one_goes_out(database, make, case):
    """It is staff work: somebody still waits for an answer."""
    erased = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [erased], now=make.now)
    queue(database, make.queued(erased, queued_at=make.now - MINUTE), make.queued(case))
    with database.transaction() as transaction:
        erase_keys(transaction, [erased.case_id])
    assert claim(database, make.now).case_id == case.case_id
    [row] = letters(database, states=[OutgoingState.FAILED])
    assert (row.reason, row.message.recipient) == ("cannot-unseal", "(erased)")
    with database.reading() as reading:
        [task] = list_tasks(reading)
        [event] = events_of(reading, erased.case_id)
    assert (task.kind, task.urgent, task.case_id) == ("letter_failed", True, erased.case_id)
    assert (event.kind, event.payload["reason"]) == (AuditKind.LETTER_FAILED, "cannot-unseal")


def test_a_letter_in_a_form_of_another_version_stops_nobody(database, make, case):
    old = make.queued(case, queued_at=make.now - MINUTE)
    queue(database, old, make.queued(case))
    with database.transaction() as transaction:
        load_keys(transaction, [case.case_id])
        sealed = transaction.vault.seal(case.case_id, MESSAGE, b'{"words": "Dear Anne"}')
        one = update(OUTGOING).where(OUTGOING.c.letter_id == old.letter_id)
        transaction.change(one.values(sealed_message=sealed))
    assert claim(database, make.now).letter_id != old.letter_id
    [row] = letters(database, states=[OutgoingState.FAILED])
    assert (row.letter_id, row.reason) == (old.letter_id, "cannot-unseal")


def test_lists_go_on_page_by_page_newest_first(database, make, case):
    queue(database, *(make.queued(case, queued_at=make.now + n * MINUTE) for n in range(7)))
    mark(database, mark_failed, claim(database, make.now), reason="550", at=make.now)
    both = [OutgoingState.PENDING, OutgoingState.FAILED]
    whole = letters(database, states=both)
    first = letters(database, states=both, limit=3)
    assert first + letters(database, states=both, after=first[-1].page) == whole
    assert [row.queued_at for row in whole] == [make.now + n * MINUTE for n in range(6, -1, -1)]
    assert letters(database) == whole


def test_automatic_letters_are_counted_by_person_domain_text_and_in_all(database, make, case):
    bob = make.outbound(recipient="bob@home.example")
    queue(
        database,
        make.queued(case, text_key=b"text"),
        make.queued(case, message=bob, text_key=b"text"),
        make.queued(case, queued_at=make.now - timedelta(hours=2)),
        make.queued(case, queued_at=make.now - timedelta(hours=25)),
        make.queued(case, automatic=False),
    )
    key = database.lookup_key
    anne = Keys(key("address", "ANNE@home.example"), key("domain", "HOME.example"), b"text")
    mallory = Keys(key("address", "mallory@x.example"), key("domain", "x.example"))
    with database.transaction() as transaction:
        lock_answers(transaction)
        counts = answer_counts(transaction, {"anne": anne, "mallory": mallory}, now=make.now)
        one = answer_history(
            transaction,
            sender_key=anne.sender,
            domain_key=anne.domain,
            text_key=anne.text,
            now=make.now,
        )
    assert one == counts["anne"]
    assert (one.to_sender_today, one.to_domain_this_hour, one.in_all_this_hour) == (2, 2, 2)
    assert (one.to_text_today, one.to_text_of_sender_today) == (2, 1)
    other = counts["mallory"]
    assert (other.to_sender_today, other.to_domain_this_hour, other.in_all_this_hour) == (0, 0, 2)
    assert (other.to_text_today, other.to_text_of_sender_today) == (0, 0)


def test_letters_queued_in_the_same_transaction_count(database, make, case):
    with database.transaction() as transaction:
        enqueue(transaction, [make.queued(case)])
        key = transaction.ring.lookup_key
        asked = {1: Keys(key("address", make.anne), key("domain", "home.example"))}
        assert answer_counts(transaction, asked, now=make.now)[1].to_sender_today == 1
