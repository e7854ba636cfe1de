"""Several processes and threads on one database: nothing lost, nothing twice."""

import multiprocessing
import threading
from collections import Counter
from datetime import timedelta

import pytest

from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Retryable
from privacy.ports import FolderCursor
from storage.audit import append, events_of, verify_chain
from storage.cases import add_cases
from storage.cursors import load_cursor, save_cursor
from storage.database import open_database
from storage.ids import new_id
from storage.messages import claim_messages, finish_messages, keep_raw
from storage.outbox import claim_letter, enqueue

LEASE = timedelta(minutes=5)
FORK = multiprocessing.get_context("fork")


def in_processes(count, work, *arguments):
    """Run the work in so many processes at once; returns what each one returned."""
    queue = FORK.Queue()
    workers = [FORK.Process(target=tell, args=(queue, work, arguments)) for _ in range(count)]
    for worker in workers:
        worker.start()
    told = [queue.get(timeout=100) for _ in workers]
    for worker in workers:
        worker.join()
    assert [failure for failure, _ in told if failure] == []
    return [found for _, found in told]


def tell(queue, work, arguments):
    try:
        queue.put((None, work(*arguments)))
    except Exception as error:  # noqa: BLE001 told to the test, which fails with it
        queue.put((repr(error), None))


def insist(database, work):
    """Do the work until no other writer is in its way."""
    while True:
        try:
            with database.transaction() as transaction:
                return work(transaction)
        except Retryable:
            continue


def count_up(settings, ring, make):
    database = open_database(settings, ring, region="default")
    event = AuditEvent(chain=make.chain, kind=AuditKind.TASK_DONE, at=make.now, actor="counter")
    for _ in range(300):
        insist(database, lambda transaction: append(transaction, [event]))
    database.close()


def test_three_processes_that_read_change_and_write_lose_nothing(open_it, database_url, make):
    make.chain = new_id()
    database = open_it()
    in_processes(3, count_up, make.settings_for(database_url), make.key_ring(), make)
    with database.reading() as reading:
        assert len(events_of(reading, make.chain)) == 900
        assert verify_chain(reading, make.chain)


def take_messages(settings, ring, make):
    database = open_database(settings, ring, region="default")
    taken = []
    while claimed := insist(
        database, lambda tx: claim_messages(tx, now=make.now, limit=50, lease=LEASE)
    ):
        taken += [message.inbound_id for message in claimed]
        results = [make.finished(message, message_key=None) for message in claimed]
        insist(database, lambda tx, results=results: finish_messages(tx, results))
    database.close()
    return taken


def test_four_processes_take_two_thousand_messages_each_once(open_it, database_url, make):
    database = open_it()
    with database.transaction() as transaction:
        keep_raw(transaction, [make.in_folder(uid) for uid in range(2000)], now=make.now)
    found = in_processes(4, take_messages, make.settings_for(database_url), make.key_ring(), make)
    taken = Counter(inbound_id for one in found for inbound_id in one)
    assert len(taken) == 2000
    assert set(taken.values()) == {1}


def take_letters(database, now, taken):
    while letter := insist(database, lambda tx: claim_letter(tx, now=now, lease=LEASE)):
        taken.append(letter.letter_id)


def test_four_threads_take_each_letter_once(database, make):
    case = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
        enqueue(transaction, [make.queued(case) for _ in range(200)])
    taken = []
    threads = [
        threading.Thread(target=take_letters, args=(database, make.now, taken)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 200


def keep_all(settings, ring, make):
    database = open_database(settings, ring, region="default")
    kept = []
    for uid in range(40):
        message = make.raw_message(b"the same mail in several mailboxes %d" % uid)
        kept += insist(database, lambda tx, message=message: keep_raw(tx, [message], now=make.now))
    database.close()
    return [(one.inbound_id, one.is_new) for one in kept]


def test_the_same_mail_kept_by_three_processes_at_once_is_one_message(open_it, database_url, make):
    open_it()
    found = in_processes(3, keep_all, make.settings_for(database_url), make.key_ring(), make)
    for same in zip(*found, strict=True):
        assert len({inbound_id for inbound_id, _ in same}) == 1
        assert [is_new for _, is_new in same].count(True) == 1


def test_two_workers_cannot_both_make_something_of_the_same_mail(database, make):
    with database.transaction() as transaction:
        keep_raw(transaction, [make.in_folder(1), make.in_folder(2)], now=make.now)
    with database.transaction() as transaction:
        first, copy = claim_messages(transaction, now=make.now, limit=2, lease=LEASE)
    with database.transaction() as transaction:
        finish_messages(transaction, [make.finished(first, message_key=b"k" * 32)])
    with pytest.raises(Retryable), database.transaction() as transaction:
        finish_messages(transaction, [make.finished(copy, message_key=b"k" * 32)])


def open_new(settings, ring):
    open_database(settings, ring, region="default").close()


@pytest.fixture
def empty_url(request, tmp_path, postgres):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.mark.parametrize("empty_url", ["sqlite", "postgresql"], indirect=True)
def test_several_programs_may_start_on_an_empty_database_at_once(empty_url, make):
    in_processes(4, open_new, make.settings_for(empty_url), make.key_ring())


def die_before_the_commit(settings, ring, make, queue):
    database = open_database(settings, ring, region="default")
    with database.transaction() as transaction:
        keep_raw(transaction, [make.raw_message()], now=make.now)
        cursor = FolderCursor(
            mailbox=make.privacy, folder="INBOX", uidvalidity=7, last_uid=9, answer_from=make.now
        )
        save_cursor(transaction, cursor)
        queue.put(None)
        queue.close()
        queue.join_thread()
        FORK.Event().wait()


def test_a_process_killed_before_its_commit_leaves_nothing(open_it, database_url, make):
    database = open_it()
    queue = FORK.Queue()
    settings = make.settings_for(database_url)
    worker = FORK.Process(
        target=die_before_the_commit, args=(settings, make.key_ring(), make, queue)
    )
    worker.start()
    queue.get(timeout=30)
    worker.kill()
    worker.join()
    assert insist(database, lambda tx: keep_raw(tx, [make.raw_message()], now=make.now))[0].is_new
    with database.reading() as reading:
        assert load_cursor(reading, make.privacy, "INBOX") is None
