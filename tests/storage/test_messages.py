from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from privacy.deciding import Outcome
from privacy.errors import Permanent
from privacy.messages import ArrivalBasis, ImapPlace
from privacy.ports import FolderCursor
from storage.cursors import save_cursor, unknown_uids
from storage.datakeys import erase_keys, load_keys
from storage.failures import CannotUnseal, LeaseLost, NotFound
from storage.ids import new_id
from storage.keeping import ENVELOPE
from storage.messages import (
    CANNOT_UNSEAL,
    claim_messages,
    count_by_outcome,
    dismiss_message,
    find_same_mail,
    finish_messages,
    get_message,
    keep_raw,
    list_messages,
    messages_of_case,
    oldest_unprocessed,
    postpone_messages,
    quarantine_message,
    quarantined_without_case,
    raw_of,
    requeue_message,
)
from storage.states import MessageState
from storage.tables import DELIVERY

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


def keep(database, now, *batch):
    with database.transaction() as transaction:
        return keep_raw(transaction, batch, now=now)


def claim(database, now, limit=50):
    with database.transaction() as transaction:
        return claim_messages(transaction, now=now, limit=limit, lease=LEASE)


def finish(database, *results):
    with database.transaction() as transaction:
        finish_messages(transaction, results)


def row_of(database, inbound_id):
    with database.reading() as reading:
        return get_message(reading, inbound_id)


def test_it_keeps_a_message_byte_for_byte(database, make):
    raw = bytes(range(256)) * 400
    [kept] = keep(database, make.now, make.raw_message(raw))
    with database.reading() as reading:
        assert raw_of(reading, kept.inbound_id) == raw
    assert kept.is_new


def test_it_keeps_the_same_bytes_once_with_one_delivery_for_each_coming(database, make):
    first = make.raw_message(b"same", mailbox=make.privacy)
    second = make.raw_message(b"same", mailbox="dpo@autocloz.example")
    [one, again] = keep(database, make.now, first, second)
    [later] = keep(database, make.now, second)
    assert one.inbound_id == again.inbound_id == later.inbound_id
    assert [one.is_new, again.is_new, later.is_new] == [True, False, False]
    [claimed] = claim(database, make.now)
    assert claimed.mailboxes == (make.privacy, "dpo@autocloz.example")


def test_it_takes_the_same_place_in_a_folder_only_once(database, make):
    [one] = keep(database, make.now, make.in_folder(3))
    [again] = keep(database, make.now, make.in_folder(3, b"other bytes under the same number"))
    assert (again.inbound_id, again.is_new) == (one.inbound_id, False)
    with database.reading() as reading:
        assert len(list_messages(reading, outcomes=None, limit=10)) == 1


def test_the_earliest_arrival_counts_for_all_deliveries(database, make):
    late, early = make.now + MINUTE, make.now - MINUTE
    keep(database, make.now, make.in_folder(1, b"same", received_at=late))
    [kept] = keep(database, make.now, make.in_folder(2, b"same", received_at=early))
    assert row_of(database, kept.inbound_id).received_at == early


def test_a_known_arrival_beats_an_unknown_one_whatever_the_clock_says(database, make):
    unknown = make.raw_message(
        b"same", arrival_basis=ArrivalBasis.UNKNOWN, received_at=make.now - MINUTE
    )
    keep(database, make.now, unknown)
    [kept] = keep(database, make.now, make.raw_message(b"same"))
    row = row_of(database, kept.inbound_id)
    assert (row.received_at, row.arrival_basis) == (make.now, ArrivalBasis.LISTENER)


def test_one_delivery_outside_the_junk_folder_clears_the_suspicion(database, make):
    [kept] = keep(database, make.now, make.in_folder(1, b"same", suspected_spam=True))
    assert row_of(database, kept.inbound_id).suspected_spam
    keep(database, make.now, make.in_folder(2, b"same"))
    assert not row_of(database, kept.inbound_id).suspected_spam


def test_mail_taken_out_of_the_junk_folder_is_worked_after_all(database, make):
    keep(database, make.now, make.in_folder(1, b"same", suspected_spam=True))
    finish(database, make.finished(claim(database, make.now)[0], outcome=Outcome.SPAM))
    keep(database, make.now, make.in_folder(2, b"same"))
    assert [message.suspected_spam for message in claim(database, make.now)] == [False]


def test_history_becomes_work_when_it_also_comes_as_new_mail(database, make):
    [kept] = keep(database, make.now, make.in_folder(1, b"same", history=True))
    [claimed] = claim(database, make.now)
    keep(database, make.now, make.in_folder(2, b"same"))
    with pytest.raises(LeaseLost):
        finish(database, make.finished(claimed, outcome=Outcome.HISTORY))
    [again] = claim(database, make.now)
    assert (again.inbound_id, again.history) == (kept.inbound_id, False)


def test_history_that_was_worked_as_such_is_worked_again_as_mail(database, make):
    keep(database, make.now, make.in_folder(1, b"same", history=True))
    finish(database, make.finished(claim(database, make.now)[0], outcome=Outcome.HISTORY))
    keep(database, make.now, make.in_folder(2, b"same"))
    assert [message.history for message in claim(database, make.now)] == [False]


def test_a_worked_message_stays_worked_when_it_comes_again(database, make):
    keep(database, make.now, make.in_folder(1, b"same"))
    finish(database, make.finished(claim(database, make.now)[0]))
    keep(database, make.now, make.in_folder(2, b"same"))
    assert claim(database, make.now) == []


def test_it_hands_out_new_mail_before_history_and_the_oldest_arrival_first(database, make):
    keep(
        database,
        make.now,
        make.in_folder(1, b"history", history=True, received_at=make.now - 3 * MINUTE),
        make.in_folder(2, b"newer", received_at=make.now - MINUTE),
        make.in_folder(3, b"older", received_at=make.now - 2 * MINUTE),
    )
    assert [message.raw for message in claim(database, make.now)] == [
        b"older",
        b"newer",
        b"history",
    ]


def test_a_claimed_message_brings_all_that_its_doors_knew(database, make):
    keep(database, make.now, make.raw_message(quiet_reason="renumbered", truncated=True))
    [claimed] = claim(database, make.now)
    assert (claimed.envelope_from, claimed.envelope_to) == (make.anne, (make.privacy,))
    assert (claimed.quiet_reason, claimed.truncated, claimed.attempts) == ("renumbered", True, 1)
    assert make.anne not in repr(claimed)


def test_a_claim_takes_no_more_than_memory_can_bear(database, make):
    keep(database, make.now, *(make.in_folder(n, bytes([n]) * 9_000_000) for n in (1, 2, 3)))
    assert len(claim(database, make.now)) == 1


def test_a_lease_keeps_others_away_until_it_ends(database, make):
    keep(database, make.now, make.raw_message())
    [first] = claim(database, make.now)
    assert claim(database, make.now + LEASE - MINUTE) == []
    [second] = claim(database, make.now + LEASE)
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.lease_token != second.lease_token


def test_a_worker_that_lost_its_lease_changes_nothing(database, make):
    keep(database, make.now, make.in_folder(1), make.in_folder(2))
    first = claim(database, make.now)
    second = claim(database, make.now + LEASE)
    with pytest.raises(LeaseLost):
        finish(database, *(make.finished(one, message_key=None) for one in first))
    finish(database, *(make.finished(one, message_key=None) for one in second))
    with pytest.raises(LeaseLost):
        finish(database, make.finished(second[0], message_key=None))


def test_one_lost_lease_undoes_the_whole_transaction(database, make):
    keep(database, make.now, make.in_folder(1))
    [stale] = claim(database, make.now)
    keep(database, make.now, make.in_folder(2))
    other, again = sorted(
        claim(database, make.now + LEASE), key=lambda one: one.inbound_id == stale.inbound_id
    )
    with pytest.raises(LeaseLost):
        finish(database, make.finished(other), make.finished(stale, message_key=None))
    assert row_of(database, other.inbound_id).state is MessageState.LEASED
    assert again.inbound_id == stale.inbound_id


def test_a_finished_message_shows_what_was_made_of_it(database, make):
    keep(database, make.now, make.raw_message())
    [claimed] = claim(database, make.now)
    finish(database, make.finished(claimed, rights=("erasure", "objection:marketing")))
    row = row_of(database, claimed.inbound_id)
    assert (row.state, row.outcome, row.reason) == (
        MessageState.DONE,
        Outcome.HELD,
        "no-right-recognised",
    )
    assert (row.rights, row.reasons) == (("erasure", "objection:marketing"), ("first", "second"))
    assert row.hold_due_on.isoformat() == "2026-03-09"
    assert row.mailboxes == (make.privacy,)


def test_a_postponed_message_waits_for_its_time(database, make):
    keep(database, make.now, make.raw_message())
    [claimed] = claim(database, make.now)
    with database.transaction() as transaction:
        postpone_messages(transaction, [claimed], until=make.now + MINUTE, reason="busy")
    assert claim(database, make.now) == []
    [again] = claim(database, make.now + MINUTE)
    assert again.attempts == 1, "the attempt did not happen"
    with database.transaction() as transaction:
        until = make.now + 2 * MINUTE
        postpone_messages(transaction, [again], until=until, reason="conflict", counts=True)
    assert claim(database, until)[0].attempts == 2


def test_a_message_that_somebody_else_has_by_now_is_not_given_back(database, make):
    keep(database, make.now, make.raw_message())
    [slow] = claim(database, make.now)
    [quick] = claim(database, make.now + LEASE)
    with database.transaction() as transaction:
        postpone_messages(transaction, [slow], until=make.now, reason="busy")
    assert row_of(database, quick.inbound_id).state == "leased"


def test_a_worker_that_lost_its_lease_cannot_set_the_message_aside(database, make):
    keep(database, make.now, make.raw_message())
    [slow] = claim(database, make.now)
    [quick] = claim(database, make.now + LEASE)
    aside = {"reason": "failed", "case_id": None, "at": make.now}
    for finished in (False, True):
        if finished:
            finish(database, make.finished(quick))
        for token in (slow.lease_token, None):
            with pytest.raises(LeaseLost), database.transaction() as transaction:
                quarantine_message(transaction, slow.inbound_id, lease_token=token, **aside)
    assert row_of(database, quick.inbound_id).state == "done"


@pytest.mark.parametrize("number", [1 << 63, 1 << 80])
def test_a_number_that_no_column_can_hold_is_an_error_of_ours(database, make, number):
    place = ImapPlace(folder="INBOX", uidvalidity=7, uid=number)
    cursor = FolderCursor(
        mailbox=make.privacy,
        folder="INBOX",
        uidvalidity=7,
        last_uid=number,
        answer_from=make.now,
    )
    with pytest.raises(Permanent):
        keep(database, make.now, make.raw_message(imap=place))
    with pytest.raises(Permanent), database.transaction() as transaction:
        transaction.insert(DELIVERY, [delivery_row(make.now, number) for _ in range(50)])
    with pytest.raises(Permanent), database.transaction() as transaction:
        save_cursor(transaction, cursor)
    with pytest.raises(Permanent), database.reading() as reading:
        unknown_uids(reading, make.privacy, "INBOX", 7, [number])


def delivery_row(now, uid):
    return {
        "delivery_id": new_id(),
        "inbound_id": new_id(),
        "mailbox": "privacy@autocloz.example",
        "route": "imap",
        "received_at": now,
        "arrival_basis": "internaldate",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": uid,
        "sealed_envelope": None,
        "history": False,
        "seen_at": now,
    }


def test_a_quarantined_message_can_be_tried_again_from_its_first_attempt(database, make):
    keep(database, make.now, make.raw_message())
    [claimed] = claim(database, make.now)
    with database.transaction() as transaction:
        quarantine_message(
            transaction,
            claimed.inbound_id,
            lease_token=claimed.lease_token,
            reason="failed",
            case_id=None,
            at=make.now,
        )
    assert claim(database, make.now + 2 * LEASE) == []
    assert row_of(database, claimed.inbound_id).state == "quarantined"
    with database.transaction() as transaction:
        requeue_message(transaction, claimed.inbound_id, now=make.now)
    [again] = claim(database, make.now)
    assert (again.attempts, again.released) == (1, False)


def test_a_released_message_says_that_a_person_wants_a_case(database, make):
    keep(database, make.now, make.raw_message())
    [claimed] = claim(database, make.now)
    finish(database, make.finished(claimed))
    with database.transaction() as transaction:
        requeue_message(transaction, claimed.inbound_id, now=make.now, release=True)
        assert find_same_mail(transaction, [b"m" * 32]) == {}
    assert claim(database, make.now)[0].released


def test_only_a_worked_message_can_be_queued_again(database, make):
    [kept] = keep(database, make.now, make.raw_message())
    with pytest.raises(NotFound), database.transaction() as transaction:
        requeue_message(transaction, kept.inbound_id, now=make.now)


def test_a_dismissed_message_leaves_the_lists_and_the_counts(database, make):
    keep(database, make.now, make.in_folder(1), make.in_folder(2))
    first, second = claim(database, make.now)
    finish(database, make.finished(first), make.finished(second, message_key=None))
    with database.transaction() as transaction:
        dismiss_message(transaction, first.inbound_id, reason="not-a-request", at=make.now)
    with database.reading() as reading:
        held = list_messages(reading, outcomes=[Outcome.HELD], limit=10)
        assert [row.inbound_id for row in held] == [second.inbound_id]
        assert count_by_outcome(reading) == {"held": 1}
        assert len(list_messages(reading, outcomes=None, limit=10)) == 2


def test_the_same_mail_is_found_by_its_key_unless_it_was_history(database, make):
    keep(database, make.now, make.in_folder(1), make.in_folder(2), make.in_folder(3))
    work, history, copy = claim(database, make.now)
    finish(
        database,
        make.finished(work, message_key=b"a" * 32),
        make.finished(history, outcome=Outcome.HISTORY, message_key=b"b" * 32),
        make.finished(
            copy, outcome=Outcome.DUPLICATE, message_key=b"a" * 32, original_id=work.inbound_id
        ),
    )
    with database.reading() as reading:
        found = find_same_mail(reading, [b"a" * 32, b"b" * 32, b"c" * 32])
    assert {key: same.inbound_id for key, same in found.items()} == {b"a" * 32: work.inbound_id}
    assert found[b"a" * 32].received_at == work.received_at


def test_lists_go_on_page_by_page_across_outcomes(database, make):
    batch = [make.in_folder(n, received_at=make.now + n * MINUTE) for n in range(1, 8)]
    keep(database, make.now, *batch)
    for number, claimed in enumerate(claim(database, make.now)):
        outcome = Outcome.SPAM if number % 2 else Outcome.HELD
        finish(database, make.finished(claimed, outcome=outcome, message_key=None))
    both = [Outcome.HELD, Outcome.SPAM]
    with database.reading() as reading:
        whole = list_messages(reading, outcomes=both, limit=10)
        first = list_messages(reading, outcomes=both, limit=3)
        rest = list_messages(reading, outcomes=both, limit=10, after=first[-1].page)
    assert [row.received_at for row in whole] == [message.received_at for message in batch]
    assert first + rest == whole


def test_it_tells_what_waits_and_since_when(database, make):
    with database.reading() as reading:
        assert oldest_unprocessed(reading) is None
    keep(database, make.now - MINUTE, make.in_folder(1, history=True))
    keep(database, make.now, make.in_folder(2))
    with database.reading() as reading:
        assert oldest_unprocessed(reading) == make.now
        assert count_by_outcome(reading) == {"waiting": 2}


def test_messages_of_a_case_are_found(database, make):
    keep(database, make.now, make.in_folder(1), make.in_folder(2))
    first, second = claim(database, make.now)
    case = make.case()
    finish(
        database,
        make.finished(first, case_id=case.case_id, message_key=None),
        make.finished(second, message_key=None),
    )
    with database.reading() as reading:
        assert [row.inbound_id for row in messages_of_case(reading, case.case_id)] == [
            first.inbound_id
        ]


def test_a_message_that_cannot_be_unsealed_is_set_aside_and_holds_up_nobody(database, make):
    [broken, _] = keep(
        database, make.now, make.in_folder(1, b"broken"), make.in_folder(2, b"whole")
    )
    with database.transaction() as transaction:
        erase_keys(transaction, [broken.inbound_id])
    assert [message.raw for message in claim(database, make.now)] == [b"whole"]
    with database.reading() as reading:
        [row] = quarantined_without_case(reading)
        assert (row.inbound_id, row.reason) == (broken.inbound_id, CANNOT_UNSEAL)
        with pytest.raises(CannotUnseal):
            raw_of(reading, broken.inbound_id)


def test_a_message_whose_deliveries_are_gone_holds_up_nobody(database, make):
    [broken, whole] = keep(database, make.now, make.in_folder(1), make.in_folder(2))
    with database.transaction() as transaction:
        transaction.change(delete(DELIVERY).where(DELIVERY.c.inbound_id == broken.inbound_id))
    assert [message.inbound_id for message in claim(database, make.now)] == [whole.inbound_id]
    assert row_of(database, broken.inbound_id).state == "quarantined"


def test_a_message_whose_envelope_makes_no_sense_is_worked_without_it(database, make):
    [kept] = keep(database, make.now, make.raw_message())
    with database.transaction() as transaction:
        load_keys(transaction, [kept.inbound_id])
        sealed = transaction.vault.seal_text(kept.inbound_id, ENVELOPE, "7")
        transaction.change(update(DELIVERY).values(sealed_envelope=sealed))
    [claimed] = claim(database, make.now)
    assert (claimed.envelope_from, claimed.envelope_to) == (None, ())


def test_an_erased_message_that_comes_again_stays_erased(database, make):
    [kept] = keep(database, make.now, make.raw_message())
    with database.transaction() as transaction:
        erase_keys(transaction, [kept.inbound_id])
    [again] = keep(database, make.now, make.raw_message())
    assert (again.inbound_id, again.is_new) == (kept.inbound_id, False)


def test_a_message_that_is_not_there_is_named_as_such(database, make):
    with database.reading() as reading, pytest.raises(NotFound):
        get_message(reading, make.case().case_id)
