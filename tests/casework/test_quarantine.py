"""What cannot be worked goes to a person with a running clock, holds up nobody, and can be tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from casework import processing
from casework import quarantine as quarantine_room
from casework.processing import ATTEMPTS, GIVE_UP_AFTER, LEASE, RETRY_AFTER, process_batch
from casework.quarantine import adopt_unsealable, dismiss_quarantined, retry_quarantined
from casework.tasks import finish
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    ERASE,
    LAWS,
    LONG,
    MINUTE,
    NOON,
    SAM,
    FailingClassifier,
    TestDesk,
    arriving,
    mail,
    profile,
    rights_of,
)
from classifier.rules import RulesClassifier
from core_values import asking
from privacy.audit import AuditKind
from privacy.cases import CaseState
from privacy.deadlines import acknowledgement_due
from privacy.deciding import Outcome
from privacy.errors import Permanent, Retryable
from privacy.ports import NotRead
from privacy.rights import Right
from storage.failures import Conflict
from storage.messages import claim_messages, raw_of

POISON = "poisonous words"


@pytest.fixture
def poisoned(desk: TestDesk) -> TestDesk:
    """A desk with one message in quarantine."""
    desk.reader.classifier = FailingClassifier(POISON)
    desk.receive(mail(f"{POISON} {ERASE}"))
    return desk


@BOTH_ENGINES
def test_one_message_that_breaks_its_reader_holds_up_none_of_fifty(desk):
    desk.profile = profile(limits=LONG)
    desk.reader.classifier = FailingClassifier(POISON)
    mails = [
        mail(f"{ERASE} I am number {n}.", number=n, From=f"p{n}@h{n}.example") for n in range(49)
    ]
    mails.insert(25, mail(f"{POISON} {ERASE}", number=99))
    rows = desk.receive(*(arriving(raw) for raw in mails))
    assert [n for n, row in enumerate(rows) if row.outcome is not Outcome.CASE] == [25]
    assert rows[25].outcome is Outcome.QUARANTINED
    assert (len(desk.cases()), len(desk.letters())) == (50, 49)


@BOTH_ENGINES
def test_it_opens_a_stub_case_whose_clock_runs_from_arrival(poisoned):
    (row,) = poisoned.messages()
    case = poisoned.case()
    assert (row.outcome, row.reason) == (Outcome.QUARANTINED, "failed-ValueError")
    assert (row.case_id, case.stub_reason) == (case.case_id, "failed-ValueError")
    assert case.acknowledge == acknowledgement_due(NOON, LAWS)
    assert (poisoned.letters(), poisoned.drafts()) == ([], [])
    (task,) = poisoned.tasks()
    assert (task.kind, task.urgent, task.due_on) == ("read_by_hand", True, case.acknowledge.on)
    assert poisoned.kinds_of_events(case.case_id) == [
        AuditKind.CASE_OPENED,
        AuditKind.MESSAGE_QUARANTINED,
    ]
    assert poisoned.chain_holds(case.case_id)


def test_the_words_of_the_error_are_kept_nowhere(poisoned):
    (row,) = poisoned.messages()
    case = poisoned.case()
    said = f"{row} {case} {poisoned.tasks()} {poisoned.events(case.case_id)}"
    assert "person's words" not in said
    assert POISON not in said


def test_the_bytes_stay_as_they_came(poisoned):
    (row,) = poisoned.messages()
    with poisoned.database.reading() as reading:
        assert raw_of(reading, row.inbound_id) == mail(f"{POISON} {ERASE}")


@BOTH_ENGINES
def test_tried_again_its_stub_becomes_the_case_of_the_mail(poisoned):
    (row,) = poisoned.messages()
    stub = poisoned.case()
    poisoned.reader.classifier = RulesClassifier()
    poisoned.now += MINUTE
    retry_quarantined(poisoned.database, row.inbound_id, actor=SAM, now=poisoned.now)
    poisoned.work()
    case = poisoned.case()
    assert (case.case_id, case.reference, case.acknowledge) == (
        stub.case_id,
        stub.reference,
        stub.acknowledge,
    )
    assert (case.stub_reason, case.requester, rights_of(case)) == (None, ANNE, ["erasure"])
    assert (case.own_due, case.due) == (None, case.items[0].due)
    assert case.items[0].received_at == NOON
    assert len(poisoned.letters()) == 1
    assert poisoned.chain_holds(case.case_id)


def test_tried_again_in_vain_it_keeps_its_stub(poisoned):
    (row,) = poisoned.messages()
    stub = poisoned.case()
    retry_quarantined(poisoned.database, row.inbound_id, actor=SAM, now=poisoned.now)
    poisoned.work()
    assert poisoned.message(row.inbound_id).outcome is Outcome.QUARANTINED
    assert poisoned.case() == stub
    assert len(poisoned.tasks()) == 1


def test_only_a_message_in_quarantine_can_be_tried_again(desk):
    row = desk.receive_one(mail(ERASE))
    with pytest.raises(Permanent):
        retry_quarantined(desk.database, row.inbound_id, actor=SAM, now=desk.now)


def test_a_message_that_the_parser_cannot_read_goes_to_quarantine(desk):
    from intake.defects import Defect
    from privacy.messages import ParsedMessage, Sender

    broken = ParsedMessage(
        sender=Sender(reasons=("not-read",)),
        defects=(Defect.UNREADABLE,),
        unreadable_reason="RecursionError",
    )
    desk.reader.script.append(broken)
    row = desk.receive_one(mail(ERASE))
    assert (row.outcome, row.reason) == (Outcome.QUARANTINED, "not-parsed-RecursionError")
    assert desk.case().stub_reason == "not-parsed-RecursionError"


@BOTH_ENGINES
@pytest.mark.parametrize(
    "why", [NotRead.TIME_LIMIT, NotRead.MEMORY_LIMIT, NotRead.WORKER_DIED], ids=str
)
def test_a_message_that_breaks_the_limits_gets_its_clock_and_can_be_tried_again(desk, why):
    desk.reader.script.append(why)
    bomb, neighbour = desk.receive(
        arriving(mail(ERASE), received_at=NOON - MINUTE),
        mail(ERASE, number=2, From="bea@person.example"),
    )
    assert (bomb.outcome, bomb.reason) == (Outcome.QUARANTINED, why.value)
    assert neighbour.outcome is Outcome.CASE
    stub = desk.cases()[0]
    assert stub.stub_reason == why.value
    assert stub.acknowledge == acknowledgement_due(NOON - MINUTE, LAWS)
    desk.now += MINUTE
    retry_quarantined(desk.database, bomb.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    case = desk.cases()[0]
    assert (case.case_id, case.stub_reason, rights_of(case)) == (stub.case_id, None, ["erasure"])


def test_mail_whose_reading_was_stopped_waits_for_the_next_start(desk):
    desk.reader.script.append(NotRead.STOPPED)
    (row,) = desk.keep(mail(ERASE))
    process_batch(desk.services, desk.now)
    assert desk.message(row.inbound_id).outcome is None
    assert desk.cases() == []
    desk.work()
    assert desk.message(row.inbound_id).outcome is Outcome.CASE


@BOTH_ENGINES
def test_a_message_that_kills_its_worker_again_and_again_is_read_no_more(desk):
    (row,) = desk.keep(mail(ERASE))
    for _ in range(ATTEMPTS):
        with desk.database.transaction() as transaction:
            assert claim_messages(transaction, now=desk.now, limit=1, lease=LEASE)
        desk.now += LEASE + MINUTE  # the worker died with it
    desk.reader.classifier = FailingClassifier("", error=AssertionError("it was read"))
    desk.work()
    row = desk.message(row.inbound_id)
    assert (row.outcome, row.reason) == (Outcome.QUARANTINED, "worker-died-repeatedly")
    assert desk.case().acknowledge == acknowledgement_due(NOON, LAWS)


def test_a_message_that_breaks_the_writing_of_its_batch_is_found_alone(desk, monkeypatch):
    rows = desk.keep(*(mail(f"{ERASE} {n}", number=n, From=f"p@h{n}.example") for n in range(5)))
    work_message, poison = processing.work_message, rows[3].inbound_id

    def work(message, *others):
        if message.inbound_id == poison:
            raise LookupError("anne@person.example")
        work_message(message, *others)

    monkeypatch.setattr(processing, "work_message", work)
    desk.work()
    outcomes = [desk.message(row.inbound_id).outcome for row in rows]
    assert outcomes == [Outcome.CASE] * 3 + [Outcome.QUARANTINED, Outcome.CASE]
    assert desk.message(poison).reason == "failed-LookupError"
    assert len(desk.letters()) == 4


def test_trouble_of_the_database_puts_a_message_off_and_loses_nothing(desk, monkeypatch):
    (row,) = desk.keep(mail(ERASE))

    def busy(*_: object) -> None:
        raise Retryable("database: locked")

    with monkeypatch.context() as patched:
        patched.setattr(processing, "write_down", busy)
        process_batch(desk.services, desk.now)
    assert desk.message(row.inbound_id).outcome is None
    assert (desk.work(), desk.cases()) == (0, [])
    desk.now += 2 * MINUTE
    desk.work()
    assert desk.message(row.inbound_id).outcome is Outcome.CASE
    assert (len(desk.cases()), len(desk.letters())) == (1, 1)


def test_a_worker_that_lost_its_lease_writes_nothing(desk, open_again):
    """It was stopped for longer than its lease, and another one has worked the message meanwhile."""
    (row,) = desk.keep(mail(ERASE))
    other = TestDesk(open_again(), now=desk.now + LEASE + timedelta(seconds=1))

    class Sleeper:
        def classify(self, _message):
            other.work()
            return asking(Right.ACCESS)

    desk.reader.classifier = Sleeper()
    process_batch(desk.services, desk.now)
    assert desk.message(row.inbound_id).outcome is Outcome.CASE
    assert rights_of(desk.case()) == ["erasure"]
    assert len(desk.letters()) == 1


@BOTH_ENGINES
def test_a_message_that_cannot_be_unsealed_gets_its_stub_case(desk, open_again):
    from sqlalchemy import delete

    from storage.tables import DATA_KEY

    rows = desk.keep(mail(ERASE, number=1), mail(ERASE, number=2, From="bea@person.example"))
    with desk.database.transaction() as transaction:
        transaction.change(delete(DATA_KEY).where(DATA_KEY.c.owner_id == rows[0].inbound_id))
    again = TestDesk(open_again())
    again.work()
    assert adopt_unsealable(again.database, again.profile, again.now) == 1
    assert adopt_unsealable(again.database, again.profile, again.now) == 0
    lost, read = (again.message(row.inbound_id) for row in rows)
    assert (lost.outcome, lost.reason) == (Outcome.QUARANTINED, "cannot-unseal")
    assert read.outcome is Outcome.CASE
    assert {case.stub_reason for case in again.cases()} == {None, "cannot-unseal"}
    assert "read_by_hand" in again.task_kinds()


def test_a_message_that_cannot_even_be_set_aside_stops_nobody(desk, monkeypatch):
    """It is the oldest, so it comes first, and it comes back whenever its lease ends."""
    desk.reader.classifier = FailingClassifier(POISON)
    rows = desk.keep(
        arriving(mail(f"{POISON} {ERASE}"), received_at=NOON - MINUTE),
        mail(ERASE, number=2, From="bea@person.example"),
    )

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(processing, "quarantine", full)
        desk.work()
    assert [desk.message(row.inbound_id).outcome for row in rows] == [None, Outcome.CASE]
    desk.now += LEASE
    desk.work()
    assert desk.message(rows[0].inbound_id).outcome is Outcome.QUARANTINED


@pytest.mark.parametrize("text", [ERASE, "What about my things?", POISON])
def test_mail_that_claims_to_be_older_than_every_calendar_is_due_at_once(desk, text):
    """A Date header is what the sender wrote: it must stop neither this mail nor the ones behind it."""
    desk.reader.classifier = FailingClassifier(POISON)
    old, new = desk.receive(
        arriving(mail(text), received_at=datetime(1996, 2, 29, tzinfo=UTC)),
        arriving(mail(ERASE, number=2, From="bea@person.example")),
    )
    assert old.outcome in {Outcome.CASE, Outcome.HELD, Outcome.QUARANTINED}
    dates = [case.acknowledge.on for case in desk.cases()] + [old.hold_due_on]
    assert [day.year for day in dates if day is not None and day.year < 2026] == [2000]
    assert new.outcome is Outcome.CASE


@BOTH_ENGINES
@pytest.mark.parametrize("together", [1, 5])
def test_a_busy_database_is_no_death_however_long_it_lasts(desk, monkeypatch, together):
    """Attempts count what a message did to its workers, and the database did nothing of that sort."""
    desk.profile = profile(limits=LONG)
    rows = desk.keep(
        *(mail(f"{ERASE} {n}", number=n, From=f"p@h{n}.example") for n in range(together))
    )

    def busy(*_: object) -> None:
        raise Retryable("database: locked")

    with monkeypatch.context() as patched:
        patched.setattr(processing, "write_down", busy)
        for _ in range(4 * ATTEMPTS):
            process_batch(desk.services, desk.now)
            assert process_batch(desk.services, desk.now) == 0, "it waits before it tries again"
            desk.now += 2 * RETRY_AFTER
    assert {desk.message(row.inbound_id).attempts for row in rows} == {0}
    desk.work()
    assert {desk.message(row.inbound_id).outcome for row in rows} == {Outcome.CASE}


def test_while_the_database_is_busy_it_is_not_asked_for_each_of_fifty_messages(desk, monkeypatch):
    asked = []

    def busy(*_: object) -> None:
        asked.append(1)
        raise Retryable("database: locked")

    desk.keep(*(mail(f"{ERASE} {n}", number=n, From=f"p@h{n}.example") for n in range(50)))
    monkeypatch.setattr(processing, "write_down", busy)
    assert process_batch(desk.services, desk.now) == 50
    assert len(asked) == 1 + GIVE_UP_AFTER, "the batch, and a few alone"


def test_messages_for_which_the_database_is_always_busy_hold_up_nobody(desk, monkeypatch):
    """They are the oldest, so they would come first in every batch."""
    desk.profile = profile(limits=LONG)
    rows = desk.keep(
        *(mail(f"{ERASE} {n}", number=n, From=f"p@h{n}.example") for n in range(GIVE_UP_AFTER + 2))
    )
    stuck = {row.inbound_id for row in rows[:GIVE_UP_AFTER]}
    real = processing.write_down

    def write(transaction, writes, lookup):
        if stuck & {finished.inbound_id for finished in writes.finished}:
            raise Retryable("database: locked")
        real(transaction, writes, lookup)

    monkeypatch.setattr(processing, "write_down", write)
    desk.work()
    desk.now += RETRY_AFTER
    desk.work()
    assert [desk.message(row.inbound_id).outcome for row in rows] == [None] * GIVE_UP_AFTER + [
        Outcome.CASE,
        Outcome.CASE,
    ]


def test_a_message_that_conflicts_again_and_again_goes_to_a_person(desk, monkeypatch):
    (row,) = desk.keep(mail(ERASE))

    def conflict(*_: object) -> None:
        raise Conflict("database: IntegrityError (2067)")

    monkeypatch.setattr(processing, "write_down", conflict)
    for _ in range(ATTEMPTS):
        assert desk.message(row.inbound_id).outcome is None
        desk.work()
        desk.now += RETRY_AFTER
    assert desk.message(row.inbound_id).reason == "failed-Conflict"
    assert desk.task_kinds() == ["read_by_hand"]


@BOTH_ENGINES
def test_a_worker_that_lost_its_lease_sets_nothing_aside(desk, open_again):
    """The message broke this worker, but another one has finished it meanwhile: there is one case, and no task."""
    (row,) = desk.keep(mail(ERASE))
    other = TestDesk(open_again(), now=desk.now + LEASE + timedelta(seconds=1))

    class Sleeper:
        def classify(self, _message):
            other.work()
            raise ValueError("too late")

    desk.reader.classifier = Sleeper()
    process_batch(desk.services, desk.now)
    assert desk.message(row.inbound_id).outcome is Outcome.CASE
    assert (desk.case().stub_reason, desk.tasks()) == (None, [])


@BOTH_ENGINES
def test_dismissed_it_leaves_the_quarantine_and_its_case_stays_open(poisoned):
    (row,) = poisoned.messages()
    poisoned.now += MINUTE
    dismiss_quarantined(poisoned.database, row.inbound_id, actor=SAM, now=poisoned.now)
    assert poisoned.messages(Outcome.QUARANTINED) == []
    case = poisoned.case()
    assert (case.state, case.stub_reason) == (CaseState.OPEN, "failed-ValueError")
    assert poisoned.tasks() == []
    event = poisoned.events(case.case_id)[-1]
    assert (event.kind, event.actor) == (AuditKind.MESSAGE_DISMISSED, str(SAM))
    assert len(event.payload["tasks"]) == 1
    assert poisoned.chain_holds(case.case_id)


def test_its_task_done_is_the_same_as_dismissed(poisoned):
    (task,) = poisoned.tasks()
    finish(poisoned.database, task.task_id, actor=SAM, now=poisoned.now)
    assert poisoned.messages(Outcome.QUARANTINED) == []
    assert poisoned.case().state is CaseState.OPEN


def test_a_dismissed_message_can_still_be_tried_again(poisoned):
    (row,) = poisoned.messages()
    dismiss_quarantined(poisoned.database, row.inbound_id, actor=SAM, now=poisoned.now)
    poisoned.reader.classifier = RulesClassifier()
    retry_quarantined(poisoned.database, row.inbound_id, actor=SAM, now=poisoned.now)
    poisoned.work()
    assert rights_of(poisoned.case()) == ["erasure"]


def test_only_a_message_in_quarantine_can_be_dismissed_from_it(desk):
    row = desk.receive_one(mail("When are you open?"))
    with pytest.raises(Permanent):
        dismiss_quarantined(desk.database, row.inbound_id, actor=SAM, now=desk.now)


def test_a_message_that_cannot_be_adopted_keeps_no_other_from_its_clock(desk, monkeypatch):
    from sqlalchemy import delete

    from storage.tables import RAW_MESSAGE

    rows = desk.keep(mail(ERASE, number=1), mail(ERASE, number=2, From="bea@person.example"))
    with desk.database.transaction() as transaction:
        transaction.change(delete(RAW_MESSAGE))
    desk.work()
    real = quarantine_room.quarantine

    def adopt(database, profile, message, **values):
        if message.inbound_id == rows[0].inbound_id:
            raise LookupError("anne@person.example")
        real(database, profile, message, **values)

    monkeypatch.setattr(quarantine_room, "quarantine", adopt)
    adopt_unsealable(desk.database, desk.profile, desk.now)
    assert desk.message(rows[1].inbound_id).case_id == desk.case().case_id
    assert desk.message(rows[0].inbound_id).case_id is None


class NoReader:
    """A reader of which no process can be started, as on a machine without memory."""

    def read(self, _raws):
        raise Retryable("reading: no worker process can be started")
        yield


@BOTH_ENGINES
def test_a_reader_that_cannot_be_started_is_no_fault_of_the_mail(desk):
    at_hand, desk.reader = desk.reader, NoReader()
    desk.receive(mail())
    for _ in range(2 * ATTEMPTS):
        desk.now += 5 * MINUTE
        desk.work()
    assert desk.cases() == []
    desk.reader = at_hand
    desk.now += 5 * MINUTE
    desk.work()
    assert rights_of(desk.case()) == ["erasure"]
